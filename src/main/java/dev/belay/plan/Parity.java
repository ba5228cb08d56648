package dev.belay.plan;

import dev.belay.manifest.Backup;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.EvidenceDemand;
import dev.belay.manifest.Gates;
import dev.belay.manifest.OwnedTest;
import dev.belay.manifest.Promotes;
import dev.belay.manifest.PublicValues;
import dev.belay.manifest.Strategy;
import dev.belay.manifest.Variables;
import dev.belay.problem.ShellWords;
import dev.belay.release.Boundary;
import dev.belay.release.ConsentRule;
import dev.belay.release.Launch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// In what an environment differs from the one that it promotes from, as the manifest says it: what
/// was tried there was tried under those conditions. Pure.
///
/// Ports, addresses and the values of variables belong to an environment, and are no differences.
public final class Parity {
    private static final String NOTHING = "none";

    private final List<Difference> differences = new ArrayList<>();

    private Parity() {}

    /// Which way something differs.
    public enum Direction {
        /// Less is asked for, kept or proven than below.
        LOOSER,
        STRICTER,
        OTHER
    }

    /// One thing in which they differ.
    ///
    /// @param what a dotted name, as `api.instances` or `gates.backup`
    /// @param here in the environment that is looked at
    /// @param there in the one below
    public record Difference(String what, String here, String there, Direction direction) {}

    /// Everything in which they differ, what is looser first, then by name.
    public static List<Difference> of(EnvironmentView here, EnvironmentView there) {
        var parity = new Parity();
        parity.policies(here, there);
        parity.components(here, there);
        parity.datastores(here, there);
        return parity.differences.stream()
                .sorted(Comparator.comparing(Difference::direction).thenComparing(Difference::what))
                .toList();
    }

    /// Those that keep the environment from a release: what is looser, and, where the manifest
    /// lists what may differ, everything else; but nothing that is listed. That an environment is
    /// regulated, and by what measure, is no thing that a list lets go.
    public static List<Difference> beyond(List<Difference> differences, Promotes promotes) {
        List<String> declared = promotes.differs();
        List<Pattern> patterns =
                Objects.requireNonNullElse(declared, List.<String>of()).stream()
                        .map(Parity::pattern)
                        .toList();
        return differences.stream()
                .filter(one -> declared != null || one.direction() == Direction.LOOSER)
                .filter(one ->
                        PolicyParity.stands(one)
                                || patterns.stream()
                                        .noneMatch(each -> each.matcher(one.what()).matches()))
                .toList();
    }

    /// `*` stands for anything.
    private static Pattern pattern(String declared) {
        var regex = new StringBuilder();
        for (String part : declared.split("\\*", -1)) {
            regex.append(regex.isEmpty() ? "" : ".*").append(Pattern.quote(part));
        }
        return Pattern.compile(regex.toString());
    }

    private void policies(EnvironmentView here, EnvironmentView there) {
        Gates mine = here.gates();
        Gates theirs = there.gates();
        demands("gates.backup", mine.backup(), theirs.backup());
        demands("gates.way-back", mine.wayBack(), theirs.wayBack());
        demands("gates.secrets", mine.secrets().asks(), theirs.secrets().asks());
        // Which hours they are belongs to an environment, as its ports do.
        demands("gates.window", !mine.windows().isEmpty(), !theirs.windows().isEmpty());
        new PolicyParity(this::add).of(here.policies(), there.policies());
        evidence(mine.evidence(), theirs.evidence());
        demands("gates.signatures", mine.signatures().asks(), theirs.signatures().asks());
        if (mine.signatures().asks() && theirs.signatures().asks()) {
            other("gates.signatures", mine.signatures(), theirs.signatures(), "another rule");
        }
        demands("gates.contracts", mine.contracts().asked(), theirs.contracts().asked());
        consent(mine.consent(), theirs.consent());
        longer("rollout.soak", here.soak(), there.soak());
        other("rollout.traffic", together(here), together(there));
        other("order", here.order(), there.order());
        other("target", target(here), target(there));
        boundary(boundary(here), boundary(there));
        tests(
                "smoke",
                here.smoke().stream().map(test -> test.owned().test().name()).toList(),
                there.smoke().stream().map(test -> test.owned().test().name()).toList());
    }

    /// What was promoted has shown what the environment below asks for, but not what was built past
    /// the promotion, nor what was withdrawn since.
    private void evidence(List<EvidenceDemand> mine, List<EvidenceDemand> theirs) {
        Map<String, Set<EvidenceDemand>> here = bySuite(mine);
        Map<String, Set<EvidenceDemand>> there = bySuite(theirs);
        for (String suite : union(here.keySet(), there.keySet())) {
            String what = "gates.evidence." + suite;
            demands(what, here.containsKey(suite), there.containsKey(suite));
            if (here.containsKey(suite) && there.containsKey(suite)) {
                other(what, here.get(suite), there.get(suite), "another rule");
            }
        }
    }

    private static Map<String, Set<EvidenceDemand>> bySuite(List<EvidenceDemand> demands) {
        return demands.stream()
                .collect(
                        Collectors.groupingBy(
                                demand ->
                                        demand.rule().name().isEmpty()
                                                ? demand.rule().kind()
                                                : demand.rule().kind() + "." + demand.rule().name(),
                                Collectors.toSet()));
    }

    private void consent(ConsentRule mine, ConsentRule theirs) {
        asked("gates.checklist", mine.checklist(), theirs.checklist());
        demands("gates.approvals", mine.wantsApprovals(), theirs.wantsApprovals());
        if (mine.wantsApprovals() && theirs.wantsApprovals()) {
            fewer("gates.approvals", mine.many(), theirs.many());
        }
    }

    private void components(EnvironmentView here, EnvironmentView there) {
        for (String name : union(here.components().keySet(), there.components().keySet())) {
            Component mine = here.components().get(name);
            Component theirs = there.components().get(name);
            if (mine == null || theirs == null) {
                other(
                        name,
                        mine == null ? NOTHING : kind(mine),
                        theirs == null ? NOTHING : kind(theirs));
            } else {
                component(mine, theirs);
            }
        }
    }

    private void component(Component mine, Component theirs) {
        String name = mine.name() + ".";
        other(name + "kind", kind(mine), kind(theirs));
        other(name + "uses", mine.uses(), theirs.uses());
        other(name + "after", mine.after(), theirs.after());
        other(name + "build", mine.build(), theirs.build(), "another one");
        other(name + "strategy", strategy(mine), strategy(theirs));
        fewer(name + "instances", instances(mine), instances(theirs));
        other(name + "migrations", mine.migrations(), theirs.migrations(), "another source");
        tests(name + "smoke", names(mine.smoke()), names(theirs.smoke()));
        variables(name, mine.variables(), theirs.variables());
        told(name + "public", mine.told(), theirs.told());
        Launch launch = launch(mine);
        Launch below = launch(theirs);
        if (launch != null && below != null) {
            launch(name, launch, below);
        }
    }

    private void launch(String name, Launch mine, Launch theirs) {
        other(name + "run", ShellWords.of(mine.command()), ShellWords.of(theirs.command()));
        other(name + "stop", mine.stop(), theirs.stop());
        other(name + "limits", mine.limits(), theirs.limits());
        other(name + "health", mine.readiness(), theirs.readiness(), "another check");
        other(name + "liveness", mine.liveness(), theirs.liveness(), "another check");
        other(name + "protocol", mine.protocol(), theirs.protocol());
    }

    private void variables(String name, Variables mine, Variables theirs) {
        var all = union(asked(mine), asked(theirs));
        for (String variable : all) {
            String what = name + "env." + variable;
            boolean wasSecret = theirs.secrets().contains(variable);
            boolean isSecret = mine.secrets().contains(variable);
            if (wasSecret && !isSecret && asked(mine).contains(variable)) {
                add(what, "no secret", "a secret", Direction.LOOSER);
            } else {
                other(what, asked(mine, variable), asked(theirs, variable));
            }
        }
    }

    /// Which values there are, and never what they are: that they differ is what they are for.
    private void told(String what, PublicValues mine, PublicValues theirs) {
        for (String name : union(mine.values().keySet(), theirs.values().keySet())) {
            other(
                    what + "." + name,
                    mine.values().containsKey(name) ? "has a value" : NOTHING,
                    theirs.values().containsKey(name) ? "has a value" : NOTHING);
        }
        other(what, served(mine), served(theirs));
    }

    private static String served(PublicValues told) {
        return told.isServed() ? "at " + told.at() : told.baked() ? "baked in" : NOTHING;
    }

    private static Set<String> asked(Variables variables) {
        var all = new TreeSet<>(variables.required());
        all.addAll(variables.secrets());
        all.addAll(variables.values().keySet());
        return all;
    }

    private static String asked(Variables variables, String name) {
        if (variables.secrets().contains(name)) {
            return "a secret";
        }
        if (variables.values().containsKey(name)) {
            return "has a value";
        }
        return variables.required().contains(name) ? "required" : NOTHING;
    }

    private void datastores(EnvironmentView here, EnvironmentView there) {
        for (String name : union(here.datastores().keySet(), there.datastores().keySet())) {
            Datastore mine = here.datastores().get(name);
            Datastore theirs = there.datastores().get(name);
            if (mine == null || theirs == null) {
                other(
                        name,
                        mine == null ? NOTHING : engine(mine),
                        theirs == null ? NOTHING : engine(theirs));
            } else {
                other(name + ".engine", engine(mine), engine(theirs));
                backup(name + ".backup.", mine.backup(), theirs.backup());
            }
        }
    }

    private void backup(String name, Backup mine, Backup theirs) {
        longer(name + "keep", mine.policy().keep(), theirs.policy().keep());
        demands(name + "encrypted", isEncrypted(mine), isEncrypted(theirs));
        demands(name + "copy", !mine.copy().isEmpty(), !theirs.copy().isEmpty());
        demands(name + "daily", !mine.daily().isEmpty(), !theirs.daily().isEmpty());
        demands(name + "archive", mine.archived().isPresent(), theirs.archived().isPresent());
        demands(name + "drill", !mine.drill().isZero(), !theirs.drill().isZero());
        if (!mine.drill().isZero() && !theirs.drill().isZero()) {
            longer(name + "drill", theirs.drill(), mine.drill(), mine.drill(), theirs.drill());
        }
    }

    private static boolean isEncrypted(Backup backup) {
        return !backup.policy().recipients().isEmpty();
    }

    private void boundary(Boundary mine, Boundary theirs) {
        demands("boundary", mine.isDeclared(), theirs.isDeclared());
        demands("boundary.encrypted", mine.encrypted(), theirs.encrypted());
    }

    private static Boundary boundary(EnvironmentView view) {
        return view.datastores().values().stream()
                .map(one -> one.backup().policy().boundary())
                .filter(Boundary::isDeclared)
                .findFirst()
                .orElse(Boundary.NONE);
    }

    private void demands(String what, boolean here, boolean there) {
        if (here != there) {
            add(
                    what,
                    here ? "asked for" : "not asked for",
                    there ? "asked for" : "not asked for",
                    here ? Direction.STRICTER : Direction.LOOSER);
        }
    }

    private void longer(String what, Duration here, Duration there) {
        longer(what, here, there, here, there);
    }

    private void longer(
            String what, Duration here, Duration there, Duration shownHere, Duration shownThere) {
        int order = here.compareTo(there);
        if (order != 0) {
            add(
                    what,
                    words(shownHere),
                    words(shownThere),
                    order < 0 ? Direction.LOOSER : Direction.STRICTER);
        }
    }

    private void fewer(String what, int here, int there) {
        if (here != there) {
            add(
                    what,
                    Integer.toString(here),
                    Integer.toString(there),
                    here < there ? Direction.LOOSER : Direction.STRICTER);
        }
    }

    /// A test that is not done here may find nothing here.
    private void tests(String what, List<String> here, List<String> there) {
        each(what, here, there, "tested");
    }

    private void asked(String what, List<String> here, List<String> there) {
        each(what, here, there, "asked for");
    }

    private void each(String what, List<String> here, List<String> there, String done) {
        var missing = new TreeSet<>(there);
        here.forEach(missing::remove);
        missing.forEach(name -> add(what + "." + name, "not " + done, done, Direction.LOOSER));
        var more = new TreeSet<>(here);
        there.forEach(more::remove);
        more.forEach(name -> add(what + "." + name, done, "not " + done, Direction.STRICTER));
    }

    private void other(String what, @Nullable Object here, @Nullable Object there) {
        if (!Objects.equals(here, there)) {
            String order = sameInAnotherOrder(here, there) ? " (another order)" : "";
            add(what, words(here), words(there) + order, Direction.OTHER);
        }
    }

    /// Between two long lists nobody sees that.
    private static boolean sameInAnotherOrder(@Nullable Object here, @Nullable Object there) {
        return here instanceof List<?> one
                && there instanceof List<?> other
                && one.size() == other.size()
                && new HashSet<>(one).equals(new HashSet<>(other));
    }

    /// Of what has no short words.
    private void other(String what, @Nullable Object here, @Nullable Object there, String another) {
        if (!Objects.equals(here, there)) {
            add(
                    what,
                    here == null ? NOTHING : another,
                    there == null ? NOTHING : "this one",
                    Direction.OTHER);
        }
    }

    private void add(String what, String here, String there, Direction direction) {
        differences.add(new Difference(what, here, there, direction));
    }

    private static String words(@Nullable Object value) {
        return switch (value) {
            case null -> NOTHING;
            case Duration duration -> words(duration);
            case Enum<?> word -> word.name().toLowerCase(Locale.ROOT).replace('_', '-');
            case Collection<?> all when all.isEmpty() -> NOTHING;
            case Collection<?> all -> String.join(", ", all.stream().map(Parity::item).toList());
            default -> value.toString();
        };
    }

    /// A group of one is as good as what is in it.
    private static String item(Object item) {
        return item instanceof Collection<?> group && group.size() > 1
                ? "[" + words(group) + "]"
                : words(item);
    }

    private static String words(Duration duration) {
        String text = duration.toString().substring(1).replace("T", "").toLowerCase(Locale.ROOT);
        return text.isEmpty() ? "0s" : text;
    }

    private static Set<String> union(Collection<String> one, Collection<String> other) {
        var all = new TreeSet<>(one);
        all.addAll(other);
        return all;
    }

    private static List<String> names(List<OwnedTest> tests) {
        return tests.stream().map(test -> test.test().name()).toList();
    }

    private static String together(EnvironmentView view) {
        return view.trafficTogether() ? "together" : "by group";
    }

    private static String target(EnvironmentView view) {
        return view.target().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static String engine(Datastore datastore) {
        String version =
                datastore.local() instanceof Datastore.Server(String wanted, int _) ? wanted : "";
        return (words(datastore.dependency().engine()) + " " + version).strip();
    }

    private static String kind(Component component) {
        return component.kind().getClass().getSimpleName().toLowerCase(Locale.ROOT);
    }

    private static @Nullable Launch launch(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.launch();
            case Component.Worker worker -> worker.launch();
            case Component.Job job -> job.launch();
            case Component.Frontend _, Component.Contract _ -> null;
        };
    }

    private static int instances(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.instances();
            case Component.Worker worker -> worker.instances();
            case Component.Job _, Component.Frontend _, Component.Contract _ -> 0;
        };
    }

    private static @Nullable Strategy strategy(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.strategy();
            case Component.Worker worker -> worker.strategy();
            case Component.Frontend frontend -> frontend.strategy();
            case Component.Job _, Component.Contract _ -> null;
        };
    }
}
