package dev.belay.plan;

import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.Declared;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Gates;
import dev.belay.manifest.MigrationFolder;
import dev.belay.manifest.MigrationTool;
import dev.belay.manifest.OwnedTest;
import dev.belay.manifest.PlatformTest;
import dev.belay.manifest.Policies;
import dev.belay.manifest.Promotes;
import dev.belay.manifest.Responsible;
import dev.belay.manifest.SignatureDemand;
import dev.belay.manifest.Source;
import dev.belay.manifest.Strategy;
import dev.belay.manifest.Target;
import dev.belay.manifest.Variables;
import dev.belay.problem.Problem;
import dev.belay.release.Canary;
import dev.belay.release.ConsentRule;
import dev.belay.release.ContractRule;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Migrations;
import dev.belay.release.OnUnknown;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.SecretsRule;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A platform in a few words, as the manifest would have resolved it.
final class Platform {
    private final List<Part> parts;
    private Duration soak = Duration.ZERO;
    private Canary canary = Canary.USUAL;
    private boolean together;
    private Gates gates = Gates.NONE;
    private List<List<String>> order = List.of();
    private final List<PlatformTest> tests = new ArrayList<>();
    private final List<Problem> unsupported = new ArrayList<>();
    private final LinkedHashMap<String, List<String>> groups = new LinkedHashMap<>();
    private final TreeMap<String, Migrations> shared = new TreeMap<>();

    private Platform(List<Part> parts) {
        this.parts = parts;
    }

    static Platform of(Part... parts) {
        return new Platform(List.of(parts));
    }

    static Platform of(List<Part> parts) {
        return new Platform(List.copyOf(parts));
    }

    static Part service(String name) {
        return new Part(name, Sort.SERVICE);
    }

    static Part worker(String name) {
        return new Part(name, Sort.WORKER);
    }

    static Part frontend(String name) {
        return new Part(name, Sort.FRONTEND);
    }

    static Part job(String name) {
        return new Part(name, Sort.JOB);
    }

    static Part contract(String name) {
        return new Part(name, Sort.CONTRACT);
    }

    Platform canary(Canary rule) {
        canary = rule;
        return this;
    }

    Platform soak(Duration time) {
        soak = time;
        return this;
    }

    Platform backedUp() {
        gates = new Gates(true, true);
        return this;
    }

    /// The schema of a datastore, which all who use it share: names of migrations in their order.
    Platform schema(String datastore, String... names) {
        shared.put(datastore, schema("shop/datastores/" + datastore, datastore, names));
        return this;
    }

    Map<String, Migrations> shared() {
        return shared;
    }

    Platform migratedIn(String environment) {
        gates = new Gates(false, false, environment, Promotes.NOTHING);
        return this;
    }

    Platform within(ReleaseWindow... windows) {
        gates =
                new Gates(
                        false,
                        false,
                        "",
                        Promotes.NOTHING,
                        List.of(),
                        SignatureDemand.NONE,
                        ConsentRule.NONE,
                        List.of(windows),
                        SecretsRule.NONE,
                        ContractRule.NONE);
        return this;
    }

    Platform secrets(SecretsRule rule) {
        gates =
                new Gates(
                        false,
                        false,
                        "",
                        Promotes.NOTHING,
                        List.of(),
                        SignatureDemand.NONE,
                        ConsentRule.NONE,
                        List.of(),
                        rule,
                        ContractRule.NONE);
        return this;
    }

    Platform trafficTogether() {
        together = true;
        return this;
    }

    Platform order(List<List<String>> groupsInOrder) {
        order = List.copyOf(groupsInOrder);
        return this;
    }

    Platform group(String name, String... members) {
        groups.put(name, List.of(members));
        return this;
    }

    Platform testedThrough(String component) {
        tests.add(
                new PlatformTest(
                        component,
                        new OwnedTest(test("whole"), new Responsible("qa", "", "")),
                        Source.named("smoke")));
        return this;
    }

    Platform unsupported(Problem problem) {
        unsupported.add(problem);
        return this;
    }

    List<Part> parts() {
        return parts;
    }

    /// What a component's migrations were read to be.
    @Nullable Migrations schema(String name) {
        return parts.stream()
                .filter(part -> part.name.equals(name))
                .map(part -> part.migrations)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    EnvironmentView view() {
        var components = new LinkedHashMap<String, Component>();
        var datastores = new LinkedHashMap<String, Datastore>();
        for (Part part : parts) {
            components.put(part.name, part.component());
            for (String name : part.uses) {
                datastores.put(name, datastore(name));
            }
        }
        shared.forEach((name, migrations) -> {
            Datastore plain = datastore(name);
            datastores.put(
                    name,
                    new Datastore(
                            plain.dependency(),
                            plain.local(),
                            plain.backup(),
                            new MigrationFolder(name, name),
                            plain.responsible(),
                            plain.source()));
        });
        return new EnvironmentView(
                "shop",
                "local",
                Path.of("."),
                new Target.Processes(),
                0,
                components,
                datastores,
                new LinkedHashMap<>(),
                groups,
                order,
                new TreeMap<>(java.util.Map.of("node", ">=20")),
                List.of(),
                tests,
                soak,
                canary,
                together,
                gates,
                Policies.NONE,
                List.of(Path.of(".env")),
                List.of(),
                null,
                Responsible.NOBODY,
                unsupported,
                Source.named("belay.yaml"));
    }

    /// One with a `!` has no way back, one with a `~` is a contract step.
    private static Migrations schema(String set, String datastore, String... names) {
        var all = new ArrayList<Migrations.One>();
        for (String one : names) {
            String oneWay = one.endsWith("!") ? "nobody wrote one" : "";
            String number = Integer.toString(all.size() + 1);
            String name = one.replaceAll("[!~]", "");
            all.add(new Migrations.One(number, name, oneWay, one.endsWith("~")));
        }
        return new Migrations(
                set, datastore(datastore).dependency(), Digest.of(String.join(",", names)), all);
    }

    private static Datastore datastore(String name) {
        return new Datastore(
                new Dependency(name, Dependency.Engine.POSTGRES, "${" + name + "_URL}", false),
                new Datastore.Elsewhere(),
                new Responsible("dba", "", ""),
                Source.named(name));
    }

    static SmokeTest test(String name) {
        return new SmokeTest.CommandTest(name, Duration.ofSeconds(5), List.of("./" + name));
    }

    enum Sort {
        SERVICE,
        WORKER,
        FRONTEND,
        JOB,
        CONTRACT
    }

    /// One component.
    static final class Part {
        final String name;
        private final Sort sort;
        private int instances = 2;
        private int port = 3000;
        private Strategy strategy = Strategy.BLUE_GREEN;
        private Traffic.Rules rules = Traffic.Rules.NONE;
        private List<String> after = List.of();
        private List<String> uses = List.of();
        private List<SmokeTest> smoke = List.of();
        private Map<SmokeTest, String> testers = Map.of();
        private List<String> probe = List.of();
        private List<String> command = List.of("node", "main.js");
        private String keeps = "";
        private @Nullable Migrations migrations;
        private @Nullable MigrationTool tool;

        private Part(String name, Sort sort) {
            this.name = name;
            this.sort = sort;
        }

        boolean routed() {
            return sort == Sort.SERVICE || sort == Sort.FRONTEND;
        }

        Part instances(int count) {
            instances = count;
            return this;
        }

        Part port(int number) {
            port = number;
            return this;
        }

        /// Everything below a path of the entrance `public`.
        Part at(int entrance, String path) {
            var door = new Traffic.Entrance("public", entrance);
            var at = new Traffic.At(door, List.of(), List.of(path), Set.of(), Map.of());
            rules = new Traffic.Rules(List.of(at));
            return this;
        }

        Part sticky(Duration slowStart) {
            rules = new Traffic.Rules(rules.at(), slowStart, true);
            return this;
        }

        Part byHaproxy() {
            rules =
                    new Traffic.Rules(
                            rules.at(), rules.slowStart(), rules.sticky(), Traffic.Carrier.HAPROXY);
            return this;
        }

        /// In a container that has a volume of that name.
        Part keeps(String volume) {
            keeps = volume;
            return this;
        }

        Part strategy(Strategy how) {
            strategy = how;
            return this;
        }

        Part after(String... names) {
            after = List.of(names);
            return this;
        }

        Part uses(String... names) {
            uses = List.of(names);
            return this;
        }

        /// One more smoke test, with an owner of its own.
        Part smokeOf(String owner, String test) {
            testers = Map.of(test(test), owner);
            smoke = Stream.concat(smoke.stream(), testers.keySet().stream()).toList();
            return this;
        }

        Part smoke(String... names) {
            smoke = List.of(names).stream().map(Platform::test).toList();
            return this;
        }

        /// Tests by one request each, and then commands.
        Part asked(String request, String... commands) {
            var tests = new ArrayList<SmokeTest>();
            tests.add(
                    new SmokeTest.HttpScenario(
                            request,
                            Duration.ofSeconds(5),
                            List.of(
                                    new SmokeTest.Exchange(
                                            "GET",
                                            "/" + request,
                                            Map.of(),
                                            "",
                                            new Health.StatusRange(200, 200),
                                            "",
                                            Map.of()))));
            List.of(commands).forEach(name -> tests.add(test(name)));
            smoke = tests;
            return this;
        }

        /// Names of migrations in their order; one with a `!` has no way back.
        Part migrations(String... names) {
            migrations = schema(name, "db", names);
            return this;
        }

        /// Another tool sees to the schema of `db`.
        ///
        /// @param down empty when it has no way back
        /// @param status empty when nothing says where the schema is
        Part migratedBy(String up, String down, String status) {
            tool =
                    new MigrationTool(
                            "db",
                            new MigrationCommands(
                                    words(up),
                                    words(down),
                                    words(status),
                                    probe,
                                    Duration.ofMinutes(30)));
            return this;
        }

        private static List<String> words(String command) {
            return command.isEmpty() ? List.of() : List.of(command.split(" ", -1));
        }

        /// The tool says what it would do; after [#migratedBy].
        Part plans(String command) {
            MigrationTool before = Objects.requireNonNull(tool);
            MigrationCommands by = before.commands();
            tool =
                    new MigrationTool(
                            before.datastore(),
                            new MigrationCommands(
                                    by.up(),
                                    by.down(),
                                    by.status(),
                                    by.probe(),
                                    words(command),
                                    by.timeout()));
            return this;
        }

        Part probe(String... words) {
            probe = List.of(words);
            return this;
        }

        Part command(String... words) {
            command = List.of(words);
            return this;
        }

        private Component component() {
            return new Component(
                    name,
                    kind(),
                    new Responsible("team-" + name, "", ""),
                    new Build("", List.of(), "dist", List.of()),
                    Variables.NONE,
                    uses,
                    after,
                    smoke.stream().map(test -> new OwnedTest(test, tester(test))).toList(),
                    rules,
                    tool,
                    Declared.NOTHING,
                    Source.named("`" + name + "`"));
        }

        private Responsible tester(SmokeTest test) {
            return new Responsible(testers.getOrDefault(test, "team-" + name), "", "");
        }

        private Component.Kind kind() {
            return switch (sort) {
                case SERVICE -> new Component.Service(launch(true), port, instances, strategy);
                case WORKER -> new Component.Worker(launch(false), instances, strategy);
                case FRONTEND -> new Component.Frontend(port, strategy);
                case JOB ->
                        new Component.Job(
                                launch(false), probe, OnUnknown.HOLD, Duration.ofMinutes(10));
                case CONTRACT -> new Component.Contract();
            };
        }

        private Launch launch(boolean listens) {
            var health =
                    new Health(
                            new Health.Tcp(),
                            2,
                            Duration.ofMillis(200),
                            Duration.ofSeconds(1),
                            Duration.ofSeconds(30));
            return new Launch(
                    command,
                    Set.of("DATABASE_URL"),
                    Set.of("API_KEY"),
                    listens,
                    new Launch.Stop("TERM", Duration.ofSeconds(10), Duration.ofSeconds(20)),
                    Launch.Limits.NONE,
                    health,
                    health,
                    Launch.Protocol.HTTP1,
                    Launch.Listen.PORT,
                    keeps.isEmpty()
                            ? null
                            : new Launch.Container(
                                    "node:22",
                                    "",
                                    "",
                                    null,
                                    List.of(new Launch.Volume(keeps, "", "/data", false, false))));
        }
    }
}
