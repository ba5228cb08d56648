package dev.belay.manifest;

import static dev.belay.manifest.ComponentSection.COMPONENT;
import static dev.belay.manifest.ComponentSection.CONTACT;
import static dev.belay.manifest.ComponentSection.OWNER;
import static dev.belay.manifest.ComponentSection.RUNBOOK;
import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.PATH;
import static dev.belay.manifest.shape.Shapes.PORT;
import static dev.belay.manifest.shape.Shapes.PROGRAM;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.URL;
import static dev.belay.manifest.shape.Shapes.VERSION;
import static dev.belay.manifest.shape.Shapes.VERSIONS;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.choice;
import static dev.belay.manifest.shape.Shapes.either;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.mapped;
import static dev.belay.manifest.shape.Shapes.one;
import static dev.belay.manifest.shape.Shapes.whole;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.manifest.shape.Shape;
import dev.belay.release.Dependency.Engine;
import dev.belay.release.Placement;
import dev.belay.release.Traffic;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.stream.Stream;

/// The sections of a manifest above its components: the platform itself, what it stands on, and
/// where it lives.
final class PlatformSections {
    /// What is merged and expanded costs their number times the rest of the manifest.
    static final int ENVIRONMENTS_MAX = 50;

    static final int GROUPS_MAX = 200;

    // What a platform stands on.

    static final Key<Engine> ENGINE =
            Key.of("engine", choice(Engine.class, Set.of()), "The protocol it is asked by.")
                    .asRequired();
    static final Key<String> URL_KEY =
            Key.of("url", URL, "Where it is; passwords as `${NAME}`.").asRequired();
    static final Key<Boolean> OPTIONAL =
            Key.of("optional", YES_NO, "Whether it may be down.").fallback("false");

    private static final Key<String> LOCAL_VERSION =
            Key.of("version", VERSION, "Wanted; what the machine has when it is not said.");
    private static final Key<Integer> LOCAL_PORT =
            Key.of("port", PORT, "Port that it listens on.").asRequired();

    /// A server that Belay starts, before the environment's offset.
    private static final Fields<Datastore.Server> LOCAL_SERVER =
            Fields.of(
                    "local-datastore",
                    "A server that `belay up` starts on this machine.",
                    "{version: 16, port: 5432}",
                    List.of(LOCAL_VERSION, LOCAL_PORT),
                    List.of(),
                    PlatformSections::server);

    static final Key<Datastore.Server> LOCAL =
            Key.of("local", LOCAL_SERVER, "Let `belay up` start one.");

    static final Key<Row> BACKUP = Key.of("backup", BackupSections.BACKUP, "How it is backed up.");

    static final Key<Row> SCHEMA =
            Key.of(
                    "migrations",
                    MigrationSections.OF_DATASTORE,
                    "Schema changes that belong to all components which use it; of engine"
                            + " `postgres`.");

    static final Fields<Row> DATASTORE =
            Fields.of(
                    "datastore",
                    "Keeps data that outlives releases.",
                    "{engine: postgres, url: \"${DATABASE_URL}\", local: {version: 16, port: 5432}}",
                    List.of(
                            ENGINE,
                            URL_KEY,
                            OPTIONAL,
                            LOCAL,
                            OWNER,
                            CONTACT,
                            RUNBOOK,
                            BACKUP,
                            SCHEMA,
                            DeclaredSections.DATA),
                    List.of(),
                    row -> row);

    static final Key<Engine> EXTERNAL_ENGINE =
            Key.of("engine", choice(Engine.class, Set.of()), "The protocol it is asked by.")
                    .fallback("http");

    static final Fields<Row> EXTERNAL =
            Fields.of(
                    "external",
                    "A service of somebody else that components need.",
                    "{url: \"https://api.example.org/health\", optional: true}",
                    List.of(
                            EXTERNAL_ENGINE,
                            URL_KEY,
                            OPTIONAL,
                            OWNER,
                            CONTACT,
                            RUNBOOK,
                            DeclaredSections.VENDOR,
                            DeclaredSections.DATA),
                    List.of(),
                    row -> row);

    // Where it lives.

    /// In a cluster; where in it, whoever knows the platform reads by [ClusterSections#placement].
    private static final Target SOMEWHERE = new Target.Kubernetes(Placement.in("", ""));

    private static final Shape<Target> TARGET_WORD =
            mapped(
                    Map.of(
                            "process",
                            new Target.Processes(),
                            "docker",
                            new Target.Docker(),
                            "command",
                            new Target.Commands(),
                            "kubernetes",
                            SOMEWHERE),
                    Set.of());

    static final Key<Target> TARGET =
            Key.of(
                            "target",
                            either(
                                    TARGET_WORD,
                                    Fields.of(
                                            "target",
                                            "A target that needs to know more than its name.",
                                            "{kubernetes: {namespace: teei}}",
                                            List.of(
                                                    Key.of(
                                                            "kubernetes",
                                                            ClusterSections.KUBERNETES,
                                                            "A cluster.")),
                                            List.of("kubernetes"),
                                            _ -> SOMEWHERE)),
                            "What it runs on.")
                    .fallback("process");
    static final Key<Traffic.Carrier> ROUTER =
            Key.of(
                            "router",
                            mapped(
                                    Map.of(
                                            "gateway",
                                            Traffic.Carrier.GATEWAY,
                                            "haproxy",
                                            Traffic.Carrier.HAPROXY),
                                    Set.of()),
                            "What carries requests to the instances: Belay's own gateway, or an HAProxy of this machine, which Belay starts.")
                    .fallback("gateway");
    static final Key<Integer> PORT_OFFSET =
            Key.of(
                            "port-offset",
                            whole(0, 60_000, "a number from 0 to 60000"),
                            "Added to every port, for two environments on one machine.")
                    .fallback("0");
    static final Key<List<String>> ENV_FILE =
            Key.of(
                            "env-file",
                            either(one(PATH), list(PATH)),
                            "Files of `NAME=value` lines; later ones win.")
                    .fallback("[]");
    static final Key<List<List<String>>> ORDER =
            Key.of(
                            "order",
                            list(either(one(NAME), list(NAME, 1))),
                            "Groups that follow each other; each is verified before the next.")
                    .fallback("[]");

    static final Key<Strategy> ROLLOUT_STRATEGY =
            Key.of(
                    "strategy",
                    choice(Strategy.class, Set.of()),
                    "For all components, in place of their own. What gets no requests is no"
                            + " canary: there it is `blue-green`.");
    static final Key<Duration> SOAK =
            Key.of("soak", DURATION, "Time that a release must live well before it is closed.")
                    .fallback("0s");
    static final Key<String> TRAFFIC =
            Key.of(
                            "traffic",
                            words("by-group", "together"),
                            "`together` moves traffic once, when every group stands.")
                    .fallback("by-group");

    static final Fields<Row> ROLLOUT =
            Fields.of(
                    "rollout",
                    "How releases go on in this environment.",
                    "{strategy: canary, steps: [1%, 10%, 50%], soak: 10m}",
                    Stream.concat(
                                    Stream.of(ROLLOUT_STRATEGY),
                                    Stream.concat(
                                            CanarySections.ALL.stream(), Stream.of(SOAK, TRAFFIC)))
                            .toList(),
                    List.of(),
                    row -> row);
    static final Key<Row> ROLLOUT_KEY =
            Key.of("rollout", ROLLOUT, "How releases go on.").fallback("{}");

    static final Key<SequencedMap<String, Row>> DATASTORES =
            Key.of("datastores", map(NAME, DATASTORE), "Datastores by name.").fallback("{}");
    static final Key<SequencedMap<String, Row>> EXTERNALS =
            Key.of("external", map(NAME, EXTERNAL), "Services of others by name.").fallback("{}");
    static final Key<SequencedMap<String, Row>> COMPONENTS =
            Key.of("components", map(NAME, COMPONENT), "Components by name.").fallback("{}");

    static final Key<String> PROMOTES_FROM =
            Key.of(
                            "from",
                            NAME,
                            "Environment whose artifacts and schemas are taken, once they have soaked there.")
                    .asRequired();
    static final Key<Boolean> AUTOMATICALLY =
            Key.of(
                            "automatically",
                            YES_NO,
                            "Whether what soaked there is released without being asked for.")
                    .fallback("false");
    static final Key<List<String>> DIFFERS =
            Key.of(
                    "differs",
                    list(TEXT),
                    "What may differ from it, as `api.instances`, `*` for anything. Said, nothing else may; left out, all that is not looser.");
    static final Key<Row> PROMOTES_KEY =
            Key.of(
                    "promotes",
                    Fields.of(
                            "promotes",
                            "Where an environment's revisions come from: nothing of them is built again.",
                            "{from: staging, differs: [api.instances]}",
                            List.of(PROMOTES_FROM, AUTOMATICALLY, DIFFERS),
                            List.of(),
                            row -> row),
                    "Where revisions come from.");

    static final Key<Row> GATES = Key.of("gates", LaterSections.GATES, "What must be so first.");
    static final Key<Row> BOUNDARY =
            Key.of(
                    "boundary",
                    BoundarySections.BOUNDARY,
                    "What copies of its data stay inside of.");

    static final Fields<Row> ENVIRONMENT =
            Fields.of(
                    "environment",
                    "A place that releases live in. What it says of components and datastores is"
                            + " laid over what the platform says.",
                    "{target: process, port-offset: 1000, components: {api: {instances: 3}}}",
                    List.of(
                            TARGET,
                            ROUTER,
                            PORT_OFFSET,
                            ENV_FILE,
                            SecretSections.SECRETS,
                            RegistrySections.REGISTRY,
                            ORDER,
                            ROLLOUT_KEY,
                            EntranceSections.ENTRANCES,
                            COMPONENTS,
                            DATASTORES,
                            EXTERNALS,
                            OWNER,
                            CONTACT,
                            RUNBOOK,
                            PROMOTES_KEY,
                            GATES,
                            BOUNDARY,
                            PolicySections.REGULATED,
                            PolicySections.CHOSEN,
                            CanarySections.ROLL_BACK_ON_KEY),
                    List.of(),
                    row -> row);

    // The platform itself.

    static final Key<String> PLATFORM =
            Key.of("platform", NAME, "The platform's name.").asRequired();
    static final Key<List<String>> INCLUDE =
            Key.of(
                            "include",
                            list(PATH),
                            "Files that add to this one; they may not repeat what is said.")
                    .fallback("[]");
    static final Key<SequencedMap<String, String>> REQUIRES =
            Key.of(
                            "requires",
                            map(PROGRAM, VERSIONS),
                            "Programs that the machine must have, with their versions.")
                    .fallback("{}");
    static final Key<List<List<String>>> PREPARE =
            Key.of(
                            "prepare",
                            list(COMMAND),
                            "Commands that run before anything is built, such as `pnpm install`.")
                    .fallback("[]");
    static final Key<SequencedMap<String, List<String>>> GROUPS =
            Key.of(
                            "groups",
                            map(NAME, list(NAME, 1), GROUPS_MAX),
                            "Names for several components, valid wherever a component is.")
                    .fallback("{}");
    static final Key<List<SmokeSections.ThroughComponent>> SMOKE =
            Key.of("smoke", list(SmokeSections.PLATFORM_TEST), "Tests of the platform as a whole.")
                    .fallback("[]");
    static final Key<SequencedMap<String, Row>> ENVIRONMENTS =
            Key.of(
                            "environments",
                            map(NAME, ENVIRONMENT, ENVIRONMENTS_MAX),
                            "Environments by name.")
                    .asRequired();
    static final Key<Row> DEFAULTS =
            Key.of(
                            "defaults",
                            defaults(),
                            "What components of a kind have unless they say otherwise.")
                    .fallback("{}");

    static final Fields<Row> MANIFEST =
            Fields.of(
                    "manifest",
                    "The whole file.",
                    "{platform: shop, components: {api: {kind: service, run: node main.js, port:"
                            + " 3000}}, environments: {local: {target: process}}}",
                    List.of(
                            PLATFORM,
                            OWNER,
                            CONTACT,
                            RUNBOOK,
                            INCLUDE,
                            REQUIRES,
                            PREPARE,
                            AllowedSections.ALLOWED,
                            LintSections.LINT,
                            DATASTORES,
                            EXTERNALS,
                            GROUPS,
                            DEFAULTS,
                            COMPONENTS,
                            SMOKE,
                            PolicySections.POLICIES,
                            ENVIRONMENTS),
                    List.of(),
                    row -> row);

    private PlatformSections() {}

    private static Fields<Row> defaults() {
        return Fields.of(
                "defaults",
                "What components of a kind have unless they say otherwise.",
                "{service: {health: {http: /health}, instances: 2}}",
                Arrays.stream(ComponentSection.KindWord.values())
                        .<Key<?>>map(kind ->
                                Key.of(
                                        ComponentSection.word(kind),
                                        COMPONENT,
                                        "For components of this kind."))
                        .toList(),
                List.of(),
                row -> row);
    }

    private static Datastore.Server server(Row row) {
        return new Datastore.Server(row.find(LOCAL_VERSION).orElse(""), row.get(LOCAL_PORT));
    }
}
