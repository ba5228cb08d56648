package dev.belay.manifest;

import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Problem;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Boundary;
import dev.belay.release.CronSchedule;
import dev.belay.release.Dependency;
import dev.belay.release.DeployCommands;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Scaling;
import dev.belay.release.SecretsRule;
import dev.belay.release.Traffic;
import dev.belay.release.WalArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Makes values of a tree that was found to be in order.
final class Views {
    private static final Health CONNECTS = check(new Health.Tcp());
    private static final Health LIVES = check(new Health.Alive());

    /// One may be away while a node is emptied.
    private static final int FRONTENDS_IN_CLUSTER = 2;

    private final Effective effective;
    private final Row platform;
    private final Row own;
    private final int offset;
    private final Target target;
    private final Path folder;
    private final Responsible everyone;
    private final Order order;

    private Views(Effective effective, Path folder, Order order) {
        this.folder = folder;
        this.effective = effective;
        this.order = order;
        this.platform = new Row(effective.root());
        this.own = new Row(effective.own());
        this.offset = own.get(PlatformSections.PORT_OFFSET);
        this.target = target(own, platform.get(PlatformSections.PLATFORM), folder);
        this.everyone =
                ComponentSection.responsible(own).or(ComponentSection.responsible(platform));
    }

    static EnvironmentView of(
            Effective effective, Path folder, List<Problem> unsupported, Order order) {
        var views = new Views(effective, folder, order);
        Row rollout = views.own.get(PlatformSections.ROLLOUT_KEY);
        return new EnvironmentView(
                views.platform.get(PlatformSections.PLATFORM),
                effective.name(),
                folder,
                views.target,
                views.offset,
                views.components(rollout),
                views.datastores(),
                views.externals(),
                effective.groups().all(effective.components().keySet()),
                order.groups(),
                new TreeMap<>(views.platform.get(PlatformSections.REQUIRES)),
                views.platform.get(PlatformSections.PREPARE),
                views.smoke(),
                rollout.get(PlatformSections.SOAK),
                CanarySections.canary(
                        rollout, views.own.get(CanarySections.ROLL_BACK_ON_KEY), folder),
                rollout.get(PlatformSections.TRAFFIC).equals("together"),
                views.gates(),
                new ChosenPolicies(effective).read(),
                views.own.get(PlatformSections.ENV_FILE).stream().map(folder::resolve).toList(),
                views.secrets(),
                views.own.find(RegistrySections.REGISTRY).orElse(null),
                views.everyone,
                unsupported,
                new NodeSource(effective.own()));
    }

    private static Target target(Row own, String platform, Path folder) {
        Target written = own.get(PlatformSections.TARGET);
        if (!(written instanceof Target.Kubernetes)) {
            return written;
        }
        Node.Mapping cluster =
                Effective.mapping(Effective.mapping(own.map(), "target"), "kubernetes");
        return new Target.Kubernetes(ClusterSections.placement(new Row(cluster), platform, folder));
    }

    private List<SecretSource> secrets() {
        return own.get(SecretSections.SECRETS).entrySet().stream()
                .map(one -> SecretSections.source(one.getKey(), one.getValue(), folder))
                .toList();
    }

    /// Whose data are not to be lost wants to be able to go back, too.
    private Gates gates() {
        Promotes promotes =
                own.find(PlatformSections.PROMOTES_KEY)
                        .map(row ->
                                new Promotes(
                                        row.get(PlatformSections.PROMOTES_FROM),
                                        row.get(PlatformSections.AUTOMATICALLY),
                                        row.find(PlatformSections.DIFFERS).orElse(null)))
                        .orElse(Promotes.NOTHING);
        return written().promoting(promotes);
    }

    private Gates written() {
        return own.find(PlatformSections.GATES)
                .map(gates -> {
                    boolean backup = gates.find(LaterSections.BACKUP_GATE).isPresent();
                    boolean wayBack =
                            gates.find(LaterSections.WAY_BACK_GATE)
                                    .map("required"::equals)
                                    .orElse(backup);
                    return new Gates(
                            backup,
                            wayBack,
                            gates.find(LaterSections.MIGRATED_IN_GATE).orElse(""),
                            Promotes.NOTHING,
                            gates.find(EvidenceSections.EVIDENCE)
                                    .map(EvidenceSections::demands)
                                    .orElse(List.of()),
                            gates.find(SignatureSections.SIGNATURES).orElse(SignatureDemand.NONE),
                            ConsentSections.rule(gates),
                            gates.find(WindowSections.WINDOW).orElse(List.of()),
                            gates.find(SecretGateSections.SECRETS).orElse(SecretsRule.NONE),
                            ContractSections.rule(gates));
                })
                .orElse(Gates.NONE);
    }

    private SequencedMap<String, Component> components(Row rollout) {
        SequencedMap<String, Component> all = new LinkedHashMap<>();
        effective
                .components()
                .forEach((name, map) -> all.put(name, component(name, new Row(map), rollout)));
        return all;
    }

    private Component component(String name, Row row, Row rollout) {
        Strategy strategy =
                rollout.find(PlatformSections.ROLLOUT_STRATEGY)
                        .filter(all -> all != Strategy.CANARY || hasRequests(row))
                        .orElseGet(() -> row.get(ComponentSection.STRATEGY));
        Responsible who = ComponentSection.responsible(row).or(everyone);
        return new Component(
                name,
                kind(row, strategy),
                who,
                build(row),
                row.get(ComponentSection.ENV),
                row.get(ComponentSection.USES).stream().filter(this::isThere).distinct().toList(),
                order.after(name),
                row.get(ComponentSection.SMOKE).stream().map(test -> owned(test, who)).toList(),
                rules(row),
                migrations(row),
                DeclaredSections.of(row),
                new NodeSource(row.map()));
    }

    private static boolean hasRequests(Row row) {
        return switch (row.get(ComponentSection.KIND)) {
            case SERVICE, FRONTEND -> true;
            case WORKER, JOB, CONTRACT -> false;
        };
    }

    /// None where this environment does without the datastore.
    private @Nullable MigrationSource migrations(Row row) {
        return row.find(ComponentSection.MIGRATIONS)
                .filter(own -> isThere(own.get(MigrationSections.DATASTORE)))
                .map(own -> migrations(own, row.get(ComponentSection.DIR)))
                .orElse(null);
    }

    private static MigrationSource migrations(Row row, String dir) {
        String datastore = row.get(MigrationSections.DATASTORE);
        return row.find(MigrationSections.UP)
                .<MigrationSource>map(
                        up -> new MigrationTool(datastore, MigrationSections.commands(row, up)))
                .orElseGet(() ->
                        new MigrationFolder(datastore, in(dir, row.get(MigrationSections.FOLDER))));
    }

    private Traffic.Rules rules(Row row) {
        SequencedMap<String, Row> entrances = own.get(EntranceSections.ENTRANCES);
        var at = new ArrayList<Traffic.At>();
        for (EntranceSections.Written written : row.get(ComponentSection.AT)) {
            Row entrance = entrances.get(written.entrance());
            if (entrance != null) {
                at.add(
                        written.at(
                                EntranceSections.entrance(
                                        written.entrance(), entrance, offset, folder)));
            }
        }
        return new Traffic.Rules(
                at,
                row.get(EntranceSections.SLOW_START),
                row.get(EntranceSections.STICKY),
                own.get(PlatformSections.ROUTER));
    }

    private boolean isThere(String dependency) {
        return effective.merged("datastores").containsKey(dependency)
                || effective.merged("external").containsKey(dependency);
    }

    private Component.Kind kind(Row row, Strategy strategy) {
        Optional<DeployCommands> commands =
                target instanceof Target.Commands
                        ? row.find(ComponentSection.COMMANDS)
                        : Optional.empty();
        if (commands.isPresent()) {
            return commanded(row, commands.get());
        }
        return switch (row.get(ComponentSection.KIND)) {
            case SERVICE ->
                    new Component.Service(
                            launch(row, true),
                            row.get(ComponentSection.PORT_KEY) + offset,
                            instances(row),
                            strategy);
            case FRONTEND -> frontend(row, strategy);
            case WORKER -> new Component.Worker(launch(row, false), instances(row), strategy);
            case JOB -> job(row);
            case CONTRACT -> new Component.Contract();
        };
    }

    /// One stands beside another where each can have the requests or not; else there is nothing to
    /// send anywhere.
    private static Component.Kind commanded(Row row, DeployCommands commands) {
        Variables variables = row.get(ComponentSection.ENV);
        var ready =
                new Health(
                        new Health.Alive(),
                        1,
                        Duration.ZERO,
                        commands.timeout(),
                        commands.timeout());
        Launch launch = Launch.by(commands, variables.required(), variables.secrets(), ready);
        return commands.separatesTraffic()
                ? new Component.Service(launch, 0, 1, Strategy.BLUE_GREEN)
                : new Component.Worker(launch, 1, Strategy.BLUE_GREEN);
    }

    /// What runs by the clock is there for as long as its revision is, and there is one of it at a
    /// time: no two revisions' runs meet.
    private Component.Kind job(Row row) {
        boolean scheduled = target instanceof Target.Kubernetes && schedule(row).isPresent();
        return scheduled
                ? new Component.Worker(launch(row, false), 1, Strategy.RECREATE)
                : new Component.Job(
                        launch(row, false),
                        row.find(ComponentSection.PROBE).orElse(List.of()),
                        row.get(ComponentSection.ON_UNKNOWN),
                        row.get(ComponentSection.TIMEOUT));
    }

    /// Files that the gateway serves; where there is none, a service whose image does.
    private Component.Kind frontend(Row row, Strategy strategy) {
        int port = row.get(ComponentSection.PORT_KEY) + offset;
        return target instanceof Target.Kubernetes
                ? new Component.Service(
                        launch(List.of(), row, true), port, FRONTENDS_IN_CLUSTER, strategy)
                : new Component.Frontend(
                        port, strategy, row.find(PublicSections.PUBLIC).orElse(PublicValues.NONE));
    }

    /// How many a revision starts with.
    private int instances(Row row) {
        int written = row.get(ComponentSection.INSTANCES);
        return scaling(row)
                .map(scaling -> Math.clamp(written, scaling.minimum(), scaling.maximum()))
                .orElse(written);
    }

    private Optional<Scaling> scaling(Row row) {
        return row.find(ClusterSections.SCALE).map(ClusterSections::scaling);
    }

    private Launch.@Nullable Container container(Row row) {
        String image = row.find(ComponentSection.IMAGE).orElse("");
        return switch (target) {
            case Target.Processes _, Target.Commands _ -> null;
            case Target.Docker _ ->
                    new Launch.Container(
                            row.get(ComponentSection.BUILD).makesImage()
                                    ? Launch.Container.ARTIFACT
                                    : image,
                            "",
                            "",
                            null,
                            VolumeSections.volumes(row.get(VolumeSections.VOLUMES)));
            case Target.Kubernetes(Placement placement) ->
                    new Launch.Container(
                            image,
                            "",
                            new Pod(
                                    placement,
                                    calls(row),
                                    scaling(row).orElse(null),
                                    schedule(row).orElse(null)));
        };
    }

    private Optional<CronSchedule> schedule(Row row) {
        return row.find(ClusterSections.SCHEDULE)
                .map(schedule -> schedule.within(row.get(ComponentSection.TIMEOUT)));
    }

    /// Groups stand for their components.
    private Pod.Calls calls(Row row) {
        return row.find(ClusterSections.CALLS)
                .map(names ->
                        Pod.Calls.only(
                                names.stream()
                                        .flatMap(name -> effective.groups().expand(name).stream())
                                        .toList()))
                .orElse(Pod.Calls.ANYBODY);
    }

    private Launch launch(Row row, boolean port) {
        return launch(row.get(ComponentSection.RUN), row, port);
    }

    private Launch launch(List<String> command, Row row, boolean port) {
        Variables variables = row.get(ComponentSection.ENV);
        return new Launch(
                command,
                variables.required(),
                variables.secrets(),
                port,
                row.get(ComponentSection.STOP),
                row.get(ComponentSection.LIMITS),
                row.find(ComponentSection.HEALTH).orElse(port ? CONNECTS : LIVES),
                row.find(ComponentSection.LIVENESS).orElse(LIVES),
                port ? row.get(ComponentSection.PROTOCOL) : Launch.Protocol.HTTP1,
                port ? row.get(ComponentSection.LISTEN) : Launch.Listen.PORT,
                container(row));
    }

    private static Health check(Health.Check check) {
        return new Health(check, 1, Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(60));
    }

    private static Build build(Row row) {
        String dir = row.get(ComponentSection.DIR);
        LeafSections.BuildKeys build = row.get(ComponentSection.BUILD);
        String output =
                row.find(ComponentSection.STATIC)
                        .or(build::image)
                        .or(build::output)
                        .map(o -> in(dir, o))
                        .orElse(dir);
        List<String> inputs =
                build.inputs().patterns().stream().map(input -> in(dir, input)).toList();
        return new Build(
                dir,
                build.run(),
                output,
                inputs,
                PipelineSections.stages(row.get(PipelineSections.PIPELINE)),
                row.get(ContractSections.CONTRACTS),
                build.inputs().workspace(),
                build.dockerfile().orElse(""));
    }

    private static String in(String dir, String path) {
        return dir.equals(".") ? path : path.equals(".") ? dir : dir + "/" + path;
    }

    private SequencedMap<String, Datastore> datastores() {
        SequencedMap<String, Datastore> all = new LinkedHashMap<>();
        effective
                .merged("datastores")
                .forEach((name, map) -> all.put(name, datastore(name, new Row(map))));
        return all;
    }

    private Datastore datastore(String name, Row row) {
        Datastore.Local local =
                row.find(PlatformSections.LOCAL)
                        .<Datastore.Local>map(server ->
                                new Datastore.Server(server.version(), server.port() + offset))
                        .orElseGet(Datastore.Elsewhere::new);
        var dependency =
                new Dependency(
                        name,
                        row.get(PlatformSections.ENGINE),
                        fromTheRoot(row.get(PlatformSections.URL_KEY)),
                        row.get(PlatformSections.OPTIONAL));
        return new Datastore(
                dependency,
                local,
                row.find(PlatformSections.BACKUP)
                        .map(backup -> backup(dependency, backup))
                        .orElseGet(() -> Backup.usual(dependency, boundary())),
                row.find(PlatformSections.SCHEMA)
                        .map(own ->
                                new MigrationFolder(name, own.get(MigrationSections.SHARED_FOLDER)))
                        .orElse(null),
                ComponentSection.responsible(row).or(everyone),
                DeclaredSections.of(row),
                new NodeSource(row.map()));
    }

    /// A file is named from the manifest's folder: whoever asks for it later lives elsewhere.
    private String fromTheRoot(String url) {
        String file = url.replaceFirst("^sqlite:", "");
        return file.equals(url) || file.startsWith("/") || file.startsWith("${")
                ? url
                : "sqlite:" + folder.resolve(file).toAbsolutePath().normalize();
    }

    private Backup backup(Dependency dependency, Row row) {
        String to =
                row.find(BackupSections.TO)
                        .map(path -> folder.resolve(path).toAbsolutePath().normalize().toString())
                        .orElse("");
        return new Backup(
                new BackupPolicy(
                        dependency,
                        to,
                        row.get(BackupSections.KEEP),
                        row.get(BackupSections.RECIPIENTS),
                        row.find(BackupSections.SCRATCH).orElse(""),
                        boundary()),
                row.find(BackupSections.COPY).orElse(""),
                row.find(BackupSections.DAILY).orElse(""),
                row.find(BackupSections.DRILL).orElse(Duration.ZERO),
                true,
                row.find(BackupSections.ARCHIVE).map(this::archive).orElse(null));
    }

    private WalArchive archive(Row row) {
        return new WalArchive(
                row.get(BackupSections.TOOL),
                row.find(BackupSections.STANZA)
                        .or(() -> row.find(BackupSections.SERVER))
                        .orElseThrow(),
                row.find(BackupSections.CONFIG)
                        .map(path -> folder.resolve(path).toAbsolutePath().normalize().toString())
                        .orElse(""));
    }

    private Boundary boundary() {
        return own.find(PlatformSections.BOUNDARY).map(BoundarySections::of).orElse(Boundary.NONE);
    }

    private SequencedMap<String, External> externals() {
        SequencedMap<String, External> all = new LinkedHashMap<>();
        for (Map.Entry<String, Node.Mapping> entry : effective.merged("external").entrySet()) {
            Row row = new Row(entry.getValue());
            var dependency =
                    new Dependency(
                            entry.getKey(),
                            row.get(PlatformSections.EXTERNAL_ENGINE),
                            row.get(PlatformSections.URL_KEY),
                            row.get(PlatformSections.OPTIONAL));
            Responsible who = ComponentSection.responsible(row).or(everyone);
            all.put(
                    entry.getKey(),
                    new External(
                            dependency, who, DeclaredSections.of(row), new NodeSource(row.map())));
        }
        return all;
    }

    /// Tests through components that this environment has.
    private List<PlatformTest> smoke() {
        return platform.get(PlatformSections.SMOKE).stream()
                .filter(test -> effective.components().containsKey(test.component()))
                .map(test ->
                        new PlatformTest(
                                test.component(),
                                owned(test.owned(), everyone),
                                new NodeSource(effective.root())))
                .toList();
    }

    private static OwnedTest owned(OwnedTest test, Responsible above) {
        return new OwnedTest(test.test(), test.responsible().or(above), test.probe());
    }
}
