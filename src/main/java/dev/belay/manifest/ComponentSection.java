package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.PORT;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.choice;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.mapped;
import static dev.belay.manifest.shape.Shapes.whole;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.DeployCommands;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.OnUnknown;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The keys of a component, and which of them its kind has.
final class ComponentSection {
    /// As it is written; the model has a record for each.
    enum KindWord {
        SERVICE,
        FRONTEND,
        WORKER,
        JOB,
        CONTRACT
    }

    static final Key<String> OWNER = Key.of("owner", TEXT, "Whose it is.");
    static final Key<String> CONTACT =
            Key.of("contact", TEXT, "How they are reached when it fails.");
    static final Key<String> RUNBOOK =
            Key.of("runbook", TEXT, "What they do then: a URL or a path.");

    static final Key<KindWord> KIND =
            Key.of(
                            "kind",
                            choice(KindWord.class, Set.of(KindWord.CONTRACT)),
                            "`service` answers requests, `frontend` is files, `worker` works"
                                    + " unasked, `job` runs once a release.")
                    .asRequired();
    static final Key<String> DIR =
            Key.of("dir", PATH, "Its folder; build paths are relative to it.").fallback(".");
    static final Key<LeafSections.BuildKeys> BUILD =
            Key.of("build", LeafSections.BUILD, "How its artifact is made.").fallback("{}");
    static final Key<List<String>> RUN =
            Key.of("run", COMMAND, "Command of an instance, started in the artifact's folder.");
    static final Key<String> STATIC =
            Key.of("static", PATH, "Folder of a frontend's files, relative to `dir`.");
    static final Key<String> IMAGE =
            Key.of(
                    "image",
                    TEXT,
                    "Image that its containers are made of, where the target is `docker` or"
                            + " `kubernetes`. A frontend's serves its files at `$PORT`, and is needed only"
                            + " in a cluster, where two instances of it run.");
    static final Key<Integer> PORT_KEY =
            Key.of(
                    "port",
                    PORT,
                    "Stable address: the gateway listens here, instances get a port of their own in"
                            + " `$PORT`.");
    static final Key<Launch.Protocol> PROTOCOL =
            Key.of(
                            "protocol",
                            mapped(
                                    Map.of(
                                            "http", Launch.Protocol.HTTP1,
                                            "h2", Launch.Protocol.HTTP2),
                                    Set.of()),
                            "What instances speak: `http` is HTTP/1.1, `h2` is HTTP/2 without TLS,"
                                    + " which gRPC needs.")
                    .fallback("http");
    static final Key<Launch.Listen> LISTEN =
            Key.of(
                            "listen",
                            choice(Launch.Listen.class, Set.of()),
                            "Where instances listen: `port` is one of their own in `$PORT`, `socket`"
                                    + " the path of a Unix socket of their own in `$SOCKET`.")
                    .fallback("port");
    static final Key<List<EntranceSections.Written>> AT = EntranceSections.AT;
    static final Key<List<String>> USES =
            Key.of("uses", list(NAME), "Datastores and externals that it needs.").fallback("[]");
    static final Key<Variables> ENV =
            Key.of("env", LeafSections.ENV, "Its environment variables.").fallback("{}");
    static final Key<Health> HEALTH =
            Key.of(
                    "health",
                    LeafSections.HEALTH,
                    "When an instance may have requests. By default a service must take"
                            + " connections, and a worker live.");
    static final Key<Health> LIVENESS =
            Key.of(
                    "liveness",
                    LeafSections.HEALTH,
                    "When an instance is taken for dead, ended and started again. By default when"
                            + " its process is dead.");
    static final Key<Integer> INSTANCES =
            Key.of("instances", whole(1, 100, "a number from 1 to 100"), "How many run.")
                    .fallback("1");
    static final Key<Strategy> STRATEGY =
            Key.of(
                            "strategy",
                            choice(Strategy.class, Set.of()),
                            "How a new revision takes the old one's place.")
                    .fallback("blue-green");
    static final Key<List<String>> AFTER =
            Key.of("after", list(NAME), "Components or groups that must stand before this one.")
                    .fallback("[]");
    static final Key<Launch.Stop> STOP =
            Key.of("stop", LeafSections.STOP, "How an instance is stopped.").fallback("{}");
    static final Key<Launch.Limits> LIMITS =
            Key.of("limits", LeafSections.LIMITS, "What an instance may use.").fallback("{}");
    static final Key<List<OwnedTest>> SMOKE =
            Key.of("smoke", list(SmokeSections.TEST), "Tests of a new revision.").fallback("[]");
    static final Key<Row> MIGRATIONS =
            Key.of(
                    "migrations",
                    MigrationSections.MIGRATIONS,
                    "Schema changes that come with it; applied before anything of it starts.");
    static final Key<List<String>> PROBE =
            Key.of(
                    "probe",
                    COMMAND,
                    "Says whether a job happened: exit code 0 yes, 1 no, 2 under way, 3 in part.");
    static final Key<OnUnknown> ON_UNKNOWN =
            Key.of(
                            "on-unknown",
                            choice(OnUnknown.class, Set.of()),
                            "What follows when nobody can say whether a job happened.")
                    .fallback("hold");
    static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "Time for a job.").fallback("10m");

    static final Key<DeployCommands> COMMANDS = CommandSections.COMMANDS;

    private static final List<Key<?>> ALWAYS =
            List.of(
                    KIND,
                    OWNER,
                    CONTACT,
                    RUNBOOK,
                    DIR,
                    BUILD,
                    PipelineSections.PIPELINE,
                    ContractSections.CONTRACTS,
                    USES,
                    ENV,
                    AFTER,
                    DeclaredSections.DATA,
                    DeclaredSections.LOGS,
                    DeclaredSections.SERVES);

    private static final Map<KindWord, List<Key<?>>> OF_KIND =
            Map.of(
                    KindWord.SERVICE,
                    List.of(
                            RUN,
                            IMAGE,
                            PORT_KEY,
                            AT,
                            EntranceSections.SLOW_START,
                            EntranceSections.STICKY,
                            PROTOCOL,
                            LISTEN,
                            ClusterSections.CALLS,
                            HEALTH,
                            LIVENESS,
                            INSTANCES,
                            ClusterSections.SCALE,
                            STRATEGY,
                            STOP,
                            LIMITS,
                            VolumeSections.VOLUMES,
                            SMOKE,
                            MIGRATIONS,
                            COMMANDS),
                    KindWord.FRONTEND,
                    List.of(
                            STATIC,
                            PublicSections.PUBLIC,
                            IMAGE,
                            PORT_KEY,
                            AT,
                            EntranceSections.STICKY,
                            STRATEGY,
                            SMOKE,
                            COMMANDS,
                            DeclaredSections.SDK),
                    KindWord.WORKER,
                    List.of(
                            RUN,
                            IMAGE,
                            ClusterSections.CALLS,
                            HEALTH,
                            LIVENESS,
                            INSTANCES,
                            ClusterSections.SCALE,
                            STRATEGY,
                            STOP,
                            LIMITS,
                            VolumeSections.VOLUMES,
                            SMOKE,
                            MIGRATIONS,
                            COMMANDS),
                    KindWord.JOB,
                    List.of(
                            RUN,
                            IMAGE,
                            ClusterSections.CALLS,
                            ClusterSections.SCHEDULE,
                            PROBE,
                            ON_UNKNOWN,
                            TIMEOUT,
                            STOP,
                            LIMITS,
                            VolumeSections.VOLUMES),
                    KindWord.CONTRACT,
                    List.of(RUN, PROBE, ON_UNKNOWN, TIMEOUT));

    /// Keys that a kind cannot do without.
    private static final Map<KindWord, List<Key<?>>> NEEDED =
            Map.of(
                    KindWord.SERVICE, List.of(RUN, PORT_KEY),
                    KindWord.FRONTEND, List.of(PORT_KEY),
                    KindWord.WORKER, List.of(RUN),
                    KindWord.JOB, List.of(RUN),
                    KindWord.CONTRACT, List.of());

    static final Fields<Row> COMPONENT =
            Fields.of(
                            "component",
                            "Something that deploys on its own.",
                            "{kind: service, run: node main.js, port: 3000, health: {http: /health}}",
                            List.of(
                                    KIND,
                                    OWNER,
                                    CONTACT,
                                    RUNBOOK,
                                    DIR,
                                    BUILD,
                                    PipelineSections.PIPELINE,
                                    ContractSections.CONTRACTS,
                                    RUN,
                                    STATIC,
                                    PublicSections.PUBLIC,
                                    IMAGE,
                                    PORT_KEY,
                                    PROTOCOL,
                                    LISTEN,
                                    AT,
                                    EntranceSections.SLOW_START,
                                    EntranceSections.STICKY,
                                    USES,
                                    ClusterSections.CALLS,
                                    ENV,
                                    HEALTH,
                                    LIVENESS,
                                    INSTANCES,
                                    ClusterSections.SCALE,
                                    STRATEGY,
                                    AFTER,
                                    STOP,
                                    LIMITS,
                                    VolumeSections.VOLUMES,
                                    SMOKE,
                                    MIGRATIONS,
                                    COMMANDS,
                                    ClusterSections.SCHEDULE,
                                    PROBE,
                                    ON_UNKNOWN,
                                    TIMEOUT,
                                    DeclaredSections.DATA,
                                    DeclaredSections.LOGS,
                                    DeclaredSections.SERVES,
                                    DeclaredSections.SDK),
                            List.of(),
                            row -> row)
                    .sortedBy(KIND.name(), without());

    private ComponentSection() {}

    static boolean has(KindWord kind, String key) {
        Key<?> known = COMPONENT.keys().get(key);
        return known == null
                || known.notYet()
                || keys(kind).anyMatch(own -> own.name().equals(key));
    }

    static List<String> needed(KindWord kind) {
        return NEEDED.getOrDefault(kind, List.of()).stream().<String>map(Key::name).toList();
    }

    /// "a service or worker": who has a key, for hints.
    static String whoHas(String key) {
        return Stream.of(KindWord.values())
                .filter(kind -> keys(kind).anyMatch(k -> k.name().equals(key)))
                .map(kind -> "`" + word(kind) + "`")
                .collect(Collectors.joining(", "));
    }

    static String word(KindWord kind) {
        return kind.name().toLowerCase(Locale.ROOT);
    }

    static Responsible responsible(Row row) {
        return new Responsible(
                row.find(OWNER).orElse(""),
                row.find(CONTACT).orElse(""),
                row.find(RUNBOOK).orElse(""));
    }

    /// The keys that only other kinds have.
    private static Map<String, List<String>> without() {
        Map<String, List<String>> without = new HashMap<>();
        for (KindWord kind : KindWord.values()) {
            without.put(
                    word(kind),
                    OF_KIND.values().stream()
                            .flatMap(List::stream)
                            .filter(key -> !OF_KIND.getOrDefault(kind, List.of()).contains(key))
                            .<String>map(Key::name)
                            .distinct()
                            .sorted()
                            .toList());
        }
        return without;
    }

    private static Stream<Key<?>> keys(KindWord kind) {
        return Stream.concat(ALWAYS.stream(), OF_KIND.getOrDefault(kind, List.of()).stream());
    }
}
