package dev.belay.simulation;

import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Gates;
import dev.belay.manifest.OwnedTest;
import dev.belay.manifest.Policies;
import dev.belay.manifest.Responsible;
import dev.belay.manifest.Source;
import dev.belay.manifest.Strategy;
import dev.belay.manifest.Target;
import dev.belay.manifest.Variables;
import dev.belay.release.Canary;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.OnUnknown;
import dev.belay.release.SmokeTest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// A small platform drawn at random, as its manifest would have resolved it. What its components
/// are and how they follow each other stays for the whole run; how they are replaced and how long a
/// release soaks is drawn anew each time, how many instances they have with each new version.
final class SimPlatform {
    private static final int PORT = 80;
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final List<Strategy> STRATEGIES =
            List.of(Strategy.BLUE_GREEN, Strategy.ROLLING, Strategy.RECREATE, Strategy.CANARY);
    private static final Canary STEPS =
            new Canary(List.of(10, 50), Duration.ofSeconds(20), MINUTE, true, 25, 5);

    private enum Sort {
        SERVICE,
        WORKER,
        FRONTEND,
        JOB,
        PROBED_JOB,
        ASSUMED_JOB
    }

    private final Universe universe;
    private final Map<String, Integer> instances = new HashMap<>();
    private final List<String> names = new ArrayList<>();
    private final List<Sort> sorts = new ArrayList<>();
    private final List<List<String>> afters = new ArrayList<>();
    private final List<List<String>> order;
    private final boolean together;

    SimPlatform(Universe universe, int size) {
        this.universe = universe;
        for (int i = 0; i < size; i++) {
            names.add("c" + i);
            sorts.add(sort());
            boolean joined = i > 0 && universe.below(2) == 1;
            afters.add(joined ? List.of("c" + universe.below(i)) : List.of());
        }
        order = universe.below(4) == 3 ? order(size) : List.of();
        together = universe.below(5) == 4;
    }

    /// Half of all are services.
    private Sort sort() {
        Sort[] all = Sort.values();
        return universe.below(2) == 0 ? Sort.SERVICE : all[universe.below(all.length)];
    }

    /// Consecutive stretches, so that no `after` contradicts it.
    private List<List<String>> order(int size) {
        int cut = 1 + universe.below(size);
        return cut == size
                ? List.of(List.copyOf(names))
                : List.of(
                        List.copyOf(names.subList(0, cut)), List.copyOf(names.subList(cut, size)));
    }

    List<String> names() {
        return names;
    }

    /// A new version may need more instances, or fewer, or none.
    void renew(String name) {
        instances.put(name, universe.below(8) == 7 ? 0 : 1 + universe.below(3));
    }

    EnvironmentView view() {
        var components = new LinkedHashMap<String, Component>();
        for (int i = 0; i < names.size(); i++) {
            components.put(names.get(i), component(i));
        }
        int soak = universe.below(2) == 0 ? 0 : 30 + universe.below(60);
        return new EnvironmentView(
                "sim",
                SimPlans.ENVIRONMENT,
                Path.of("."),
                new Target.Processes(),
                0,
                components,
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                new LinkedHashMap<>(),
                order,
                new TreeMap<>(),
                List.of(),
                List.of(),
                Duration.ofSeconds(soak),
                STEPS,
                together,
                Gates.NONE,
                Policies.NONE,
                List.of(),
                List.of(),
                null,
                Responsible.NOBODY,
                List.of(),
                Source.named("belay.yaml"));
    }

    private Component component(int index) {
        String name = names.get(index);
        Sort sort = sorts.get(index);
        boolean served = sort == Sort.SERVICE || sort == Sort.FRONTEND;
        return new Component(
                name,
                kind(sort, instances.getOrDefault(name, 1)),
                Responsible.NOBODY,
                new Build("", List.of(), "dist", List.of()),
                Variables.NONE,
                List.of(),
                afters.get(index),
                served ? List.of(new OwnedTest(smoke(), Responsible.NOBODY)) : List.of(),
                Source.named("`" + name + "`"));
    }

    private Component.Kind kind(Sort sort, int many) {
        Strategy strategy = STRATEGIES.get(universe.below(STRATEGIES.size()));
        return switch (sort) {
            case SERVICE -> new Component.Service(launch(true), PORT, many, strategy);
            case WORKER -> new Component.Worker(launch(false), many, strategy);
            case FRONTEND -> new Component.Frontend(PORT, strategy);
            case JOB -> job(List.of(), OnUnknown.HOLD);
            case PROBED_JOB -> job(List.of("./done"), OnUnknown.HOLD);
            case ASSUMED_JOB -> job(List.of(), OnUnknown.ASSUME_DONE);
        };
    }

    private static Component.Job job(List<String> probe, OnUnknown onUnknown) {
        return new Component.Job(launch(false), probe, onUnknown, MINUTE);
    }

    private static SmokeTest smoke() {
        return new SmokeTest.CommandTest("ping", Duration.ofSeconds(5), List.of("./ping"));
    }

    private static Launch launch(boolean listens) {
        var health = new Health(new Health.Alive(), 1, Duration.ZERO, MINUTE, MINUTE);
        return new Launch(
                List.of("serve"),
                Set.of(),
                Set.of(),
                listens,
                new Launch.Stop("TERM", MINUTE, MINUTE),
                Launch.Limits.NONE,
                health,
                health);
    }
}
