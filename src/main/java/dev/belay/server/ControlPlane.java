package dev.belay.server;

import dev.belay.driver.Checks;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.acme.GatewayBoard;
import dev.belay.driver.acme.OrderedFolders;
import dev.belay.driver.acme.Renewals;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.artifact.Builder;
import dev.belay.driver.check.HostChecks;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.datastore.LocalDatastores;
import dev.belay.driver.disk.PathLock;
import dev.belay.driver.host.Logs;
import dev.belay.driver.postgres.LockPatience;
import dev.belay.driver.postgres.PostgresDatabases;
import dev.belay.driver.prometheus.PrometheusCounting;
import dev.belay.driver.router.GatewayHalves;
import dev.belay.driver.secrets.SecretStores;
import dev.belay.execution.Commands;
import dev.belay.execution.Engine;
import dev.belay.execution.LiveWorld;
import dev.belay.execution.PlanCodec;
import dev.belay.journal.JournalException;
import dev.belay.journal.SqliteJournal;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanJson;
import dev.belay.release.Actor;
import dev.belay.server.access.Access;
import dev.belay.server.api.Api;
import dev.belay.server.api.HttpServer;
import dev.belay.server.contracts.ContractJudge;
import dev.belay.server.evidence.EvidenceBook;
import dev.belay.server.evidence.EvidenceJudge;
import dev.belay.server.evidence.EvidenceLedger;
import dev.belay.server.evidence.EvidenceStore;
import dev.belay.server.evidence.SignatureJudge;
import dev.belay.server.operations.Adopting;
import dev.belay.server.operations.Appointments;
import dev.belay.server.operations.ArtifactDesk;
import dev.belay.server.operations.AutomaticPromotion;
import dev.belay.server.operations.Calendar;
import dev.belay.server.operations.Canaries;
import dev.belay.server.operations.CertificateOrders;
import dev.belay.server.operations.Checking;
import dev.belay.server.operations.ContractReader;
import dev.belay.server.operations.ContractSources;
import dev.belay.server.operations.CountedCanaries;
import dev.belay.server.operations.CurrentSecrets;
import dev.belay.server.operations.DependencyWatch;
import dev.belay.server.operations.Doorkeeper;
import dev.belay.server.operations.EvidenceRegistry;
import dev.belay.server.operations.Exceptions;
import dev.belay.server.operations.Faces;
import dev.belay.server.operations.Foresight;
import dev.belay.server.operations.Freezes;
import dev.belay.server.operations.InventoryReader;
import dev.belay.server.operations.Local;
import dev.belay.server.operations.NeededArtifacts;
import dev.belay.server.operations.Notice;
import dev.belay.server.operations.Obstacles;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.ParityReader;
import dev.belay.server.operations.Pipelines;
import dev.belay.server.operations.Platform;
import dev.belay.server.operations.PolicyDesk;
import dev.belay.server.operations.Promotion;
import dev.belay.server.operations.ReleaseReader;
import dev.belay.server.operations.Releases;
import dev.belay.server.operations.RestoreLimits;
import dev.belay.server.operations.Restoring;
import dev.belay.server.operations.RollbackTrial;
import dev.belay.server.operations.SchemaDrift;
import dev.belay.server.operations.SchemaPlanning;
import dev.belay.server.operations.SchemaReader;
import dev.belay.server.operations.SchemaSources;
import dev.belay.server.operations.Sources;
import dev.belay.server.operations.StatusReader;
import dev.belay.server.operations.StoreDoor;
import dev.belay.server.operations.ToolPlans;
import dev.belay.server.operations.Values;
import dev.belay.server.operations.VariableVersions;
import dev.belay.server.operations.WayIn;
import dev.belay.server.operations.WhyReader;
import dev.belay.server.people.ConsentDesk;
import dev.belay.server.people.People;
import dev.belay.server.rollout.Histories;
import dev.belay.server.rollout.TrialDesk;
import io.javalin.util.JavalinBindException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One control plane over one state folder: journal, engine, drivers, gateway and API, wired.
///
/// ```
/// command line, page ──► Api ──► operations ──► journal ◄── Engine ──► drivers ──► the world
///                                     └──────── nudge ───────►┘
/// ```
///
/// Its end is nobody else's: instances and gateway go on, and the next control plane adopts them.
public final class ControlPlane implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ControlPlane.class);
    private static final Duration SUPERVISE_EVERY = Duration.ofSeconds(1);
    private static final Duration KEEP_EVERY = Duration.ofSeconds(20);
    private static final Duration TEND_EVERY = Duration.ofSeconds(2);
    private static final Duration PROMOTE_EVERY = Duration.ofSeconds(3);
    private static final Duration COMPARE_EVERY = Duration.ofSeconds(10);

    private static final InstantSource CLOCK = InstantSource.system();

    private static final PlanCodec CODEC =
            new PlanCodec() {
                @Override
                public Plan read(String plan) {
                    return PlanJson.decode(plan);
                }

                @Override
                public String write(Deployment deployment) {
                    return PlanJson.encode(deployment);
                }
            };

    private static final StatusReader.Codecs CODECS =
            new StatusReader.Codecs(row -> PlanJson.decode(row.plan()), PlanJson::decodeDeployment);

    private final StateFolder state;
    private final PathLock held;
    private final SqliteJournal journal;
    private final GatewayProcess gateway;
    private final Places places;
    private final Target target;
    private final LiveWorld world;
    private final Engine engine;
    private final Sweeper sweeper;
    private final LivenessWatch livenessWatch;
    private final CertificateRenewal renewal;
    private final Auditing auditing;
    private final Freezes freezes;
    private final Calendar calendar;
    private final StoreDoor door = new StoreDoor();
    private final TrialDesk rollouts;
    private final Safekeeping data;
    private final SecretStores secrets =
            new SecretStores(new SecretKinds(CLOCK, System.getenv()), CLOCK);
    private final EvidenceRegistry.Books books;
    private final Residents residents;
    private final Containers containers;
    private final Api api;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread keeper;

    /// Starts everything; when this returns, the API listens and `server.json` says where.
    ///
    /// @throws IOException with a sentence for people, when something cannot be had
    public static ControlPlane start(Settings settings) throws IOException {
        var state = new StateFolder(settings.state());
        state.open();
        PathLock held =
                state.hold()
                        .orElseThrow(() ->
                                new IOException(
                                        "another control plane has `" + state.path() + "`"));
        boolean started = false;
        SqliteJournal journal = null;
        try {
            Token token = state.token();
            var gateway = new GatewayProcess(state);
            gateway.ensure();
            journal = SqliteJournal.open(state.journal());
            var plane = new ControlPlane(settings, state, held, journal, gateway, token);
            started = true;
            return plane;
        } catch (JournalException e) {
            throw new IOException(e.getMessage(), e);
        } catch (JavalinBindException e) {
            throw new IOException(
                    "port " + settings.port() + " is taken; choose another, or none for any", e);
        } finally {
            if (!started) {
                if (journal != null) {
                    journal.close();
                }
                held.close();
            }
        }
    }

    private ControlPlane(
            Settings settings,
            StateFolder state,
            PathLock held,
            SqliteJournal journal,
            GatewayProcess gateway,
            Token token)
            throws IOException {
        this.state = state;
        this.held = held;
        this.journal = journal;
        this.gateway = gateway;
        auditing = Auditing.open(state, journal, CLOCK);
        freezes = new Freezes(state.freezes(), journal, journal::now);
        calendar = new Calendar(freezes, this::goesBack, journal::now);
        var platform = new Platform(settings.manifest());
        var redactor = new Redactor();
        var values = values(platform, redactor);
        var artifacts = new ArtifactStore(state.artifacts());
        containers = Containers.of(state, platform, values);
        var configurations = new ConfigurationStore(state.configuration());
        var runtime = new RuntimeValues(configurations, values, redactor);
        var logs = new Logs(state.path(), redactor);
        var ordered = new OrderedFolders(state.certificates());
        places = places(artifacts, configurations, runtime, ordered, platform);
        target = places.target();
        data = Safekeeping.of(state, artifacts, platform, values, journal, CLOCK);
        books = books(platform, artifacts);
        rollouts = rollouts(platform, values);
        Checks checks = checks(runtime, platform, values, artifacts, logs);
        var databases = new PostgresDatabases(artifacts, values, LockPatience.DEFAULT);
        world = new LiveWorld(journal, target, places.router(), checks, databases);
        var builder = builder(artifacts);
        sweeper = sweeper(artifacts, builder, door, settings);
        livenessWatch = new LivenessWatch(journal, target, runtime, artifacts);
        CertificateOrders orders = orders(state, journal, gateway, ordered);
        renewal = new CertificateRenewal(gateway.client(), orders);
        engine = new Engine(world, "engine-" + UUID.randomUUID(), CODEC, this::ended);
        var checking = new Checking(platform, values);
        var schemas = new SchemaSources(artifacts);
        var made = stores(builder, configurations, schemas, artifacts);
        Sources sources = sources(checking, made, values, token, redactor);
        ReleaseReader reader = reader();
        var inventory = new InventoryReader(journal, target);
        var parity = new ParityReader(platform, inventory, values);
        Releases releases = releases(platform, values, sources, inventory, databases, door, parity);
        var promotion = new Promotion(platform, inventory, sources::madeOf);
        var wanted = new SchemaPlanning.Wanted(schemas, promotion);
        var automatic = automatic(platform, promotion, releases);
        var eyes = new EvidenceRegistry.Eyes(platform, sources, inventory, artifacts, journal);
        Operations.Evidence evidence = evidence(eyes, redactor, releases, automatic);
        Operations.Data ofData = data(databases, wanted, inventory, releases, door);
        residents = residents(data, ofData.restoring(), automatic, values, evidence);
        var noticed = notices(automatic, evidence, values);
        var operations =
                new Operations(
                        platform,
                        checking,
                        releases,
                        reader,
                        new WhyReader(journal, reader),
                        status(checks, places.router(), orders, ofData.restoring(), noticed),
                        ofData,
                        between(automatic, parity, inventory, artifacts),
                        evidence,
                        new Local(platform, values, new LocalDatastores(), state.datastores()),
                        places.lines(logs, redactor),
                        new Faces(values, CLOCK),
                        gateway,
                        new Obstacles(checks, calendar, new Foresight(target, inventory)),
                        told(),
                        journal,
                        auditing.desk(),
                        gateway.client(),
                        engine::nudge);
        api = api(settings, token, operations, redactor);
        keeper = Thread.ofVirtual().name("keeper").start(this::keep);
        startResidents();
    }

    private Operations.Orders told() {
        return new Operations.Orders(
                new Commands(journal, CODEC), consents(), new Appointments(journal));
    }

    /// Before anything begins: when its port is taken, nothing has.
    private Api api(Settings settings, Token token, Operations operations, Redactor redactor) {
        var people = new People(journal, journal, token, actor());
        var terms =
                new HttpServer.Terms(settings.port(), people, Access.standard(), redactor::redact);
        return Api.start(terms, operations, Version.TEXT, this::stopLater);
    }

    private Builder builder(ArtifactStore artifacts) {
        Path builds = state.path().resolve("builds");
        return new Builder(artifacts, builds, containers.builds(artifacts));
    }

    private Sweeper sweeper(
            ArtifactStore artifacts, Builder builder, StoreDoor door, Settings settings) {
        var needed = new NeededArtifacts(journal, target);
        return new Sweeper(
                artifacts,
                builder,
                containers.brought()::collect,
                needed,
                door,
                settings.retention());
    }

    private EvidenceRegistry.Books books(Platform platform, ArtifactStore artifacts) {
        var store = new EvidenceStore(state.evidence());
        var signatures =
                new SignatureJudge(
                        store,
                        artifacts,
                        new SignatureJudge.Present(
                                platform::environmentsLately, platform::ifKnownLately));
        return new EvidenceRegistry.Books(
                store,
                new EvidenceBook(store, journal, journal::now),
                new EvidenceJudge(
                        store, new EvidenceLedger(journal, journal), signatures, journal::now));
    }

    private Sources.Stores stores(
            Builder builder,
            ConfigurationStore configurations,
            SchemaSources schemas,
            ArtifactStore artifacts) {
        return new Sources.Stores(
                builder,
                configurations,
                schemas,
                new ContractSources(artifacts),
                containers.images(artifacts),
                data.rehearsals()::verdict);
    }

    private Sources sources(
            Checking checking, Sources.Stores made, Values values, Token token, Redactor redactor) {
        var versions = new VariableVersions(values, token.secret());
        return new Sources(checking, made, versions, redactor, state.path());
    }

    private StatusReader status(
            Checks checks,
            Router router,
            CertificateOrders orders,
            Restoring restoring,
            Function<EnvironmentView, List<Notice>> notices) {
        var watch = new DependencyWatch(checks, CLOCK);
        var exceptions = new Exceptions(journal, CODECS.plan(), CLOCK);
        return new StatusReader(
                journal,
                target,
                router,
                watch,
                gateway,
                orders,
                new StatusReader.Remarks(
                        view ->
                                Stream.concat(
                                                data.watch().troubles(view).stream(),
                                                restoring.troubles(view).stream())
                                        .toList(),
                        view ->
                                Stream.concat(
                                                Stream.concat(
                                                        exceptions.notices(view).stream(),
                                                        notices.apply(view).stream()),
                                                auditing.notices().stream())
                                        .toList()),
                CODECS);
    }

    private Values values(Platform platform, Redactor redactor) {
        return new Values(platform, System.getenv(), secrets, redactor);
    }

    private Function<EnvironmentView, List<Notice>> notices(
            AutomaticPromotion automatic, Operations.Evidence evidence, Values values) {
        return view ->
                Stream.of(
                                freezes.notices(view),
                                new Appointments(journal).notices(view),
                                automatic.notices(view),
                                values.notices(view),
                                evidence.registry().notices(view))
                        .flatMap(List::stream)
                        .toList();
    }

    private Operations.Between between(
            AutomaticPromotion automatic,
            ParityReader parity,
            InventoryReader inventory,
            ArtifactStore artifacts) {
        return new Operations.Between(
                automatic, parity, freezes, new ContractReader(inventory, artifacts));
    }

    private Operations.Evidence evidence(
            EvidenceRegistry.Eyes eyes,
            Redactor redactor,
            Releases releases,
            AutomaticPromotion automatic) {
        var registry = new EvidenceRegistry(eyes, books);
        return new Operations.Evidence(
                registry,
                new Pipelines(eyes.platform(), eyes.sources(), books, registry, redactor),
                new RollbackTrial(
                        eyes.platform(),
                        eyes.inventory(),
                        releases,
                        automatic,
                        new RollbackTrial.Books(
                                journal, books.store(), registry, state.path().resolve("trials"))),
                new ArtifactDesk(registry, eyes.artifacts()),
                rollouts);
    }

    private AutomaticPromotion automatic(
            Platform platform, Promotion promotion, Releases releases) {
        return new AutomaticPromotion(
                platform,
                promotion,
                releases,
                new AutomaticPromotion.Sides(journal, journal),
                CODECS.plan(),
                state.promotions());
    }

    private static Residents residents(
            Safekeeping data,
            Restoring restoring,
            AutomaticPromotion automatic,
            Values values,
            Operations.Evidence evidence) {
        return new Residents()
                .with("exchanges", KEEP_EVERY, restoring::settle)
                .with("backups", KEEP_EVERY, data.watch()::pass)
                .with("copies", KEEP_EVERY, data.copies()::pass)
                .with("archives", KEEP_EVERY, data.archives()::pass)
                .with("promotions", PROMOTE_EVERY, automatic::pass)
                .with("secrets", TEND_EVERY, values::tend)
                .with("histories", COMPARE_EVERY, evidence.rollouts().histories()::pass)
                .with("trials", KEEP_EVERY, evidence.rollbacks()::finishInterrupted);
    }

    private Releases releases(
            Platform platform,
            Values values,
            Sources sources,
            InventoryReader inventory,
            PostgresDatabases databases,
            StoreDoor door,
            ParityReader parity) {
        var store = new Releases.Store(journal, journal);
        var eyes =
                new Releases.Eyes(
                        inventory,
                        new SchemaDrift(journal, databases),
                        new ToolPlans(target),
                        new RestoreLimits(data.backups()),
                        parity,
                        books.judge(),
                        calendar,
                        new CurrentSecrets(platform, values, journal::now),
                        policies(platform),
                        new CountedCanaries(rollouts.counting()),
                        new WayIn(target));
        return new Releases(platform, sources, eyes, store, door, engine::nudge);
    }

    private static Actor actor() {
        return new Actor(System.getProperty("user.name", "somebody"), "token-file");
    }

    private Checks checks(
            RuntimeValues runtime,
            Platform platform,
            Values values,
            ArtifactStore artifacts,
            Logs logs) {
        return new HostChecks(
                new HostChecks.Eyes(
                        target,
                        places.router(),
                        runtime,
                        values,
                        artifacts,
                        last(logs),
                        data.checks(),
                        books.judge(),
                        new ContractJudge(artifacts),
                        consents(),
                        calendar,
                        new CurrentSecrets(platform, values, journal::now),
                        policies(platform),
                        rollouts));
    }

    private TrialDesk rollouts(Platform platform, Values values) {
        var histories =
                new Histories(
                        state.histories(),
                        new GatewayHalves(gateway.client())::read,
                        () -> Canaries.of(platform),
                        journal::now);
        return new TrialDesk(
                state.rollouts(),
                places.router(),
                journal::now,
                histories,
                new PrometheusCounting(values::keys));
    }

    private PolicyDesk policies(Platform platform) {
        return new PolicyDesk(platform, journal, CODECS.plan());
    }

    private ConsentDesk consents() {
        return new ConsentDesk(journal, journal, actor());
    }

    private boolean goesBack(String release) {
        return journal.find(release)
                .filter(row -> CODECS.plan().apply(row).kind() == Plan.Kind.ROLLBACK)
                .isPresent();
    }

    private Operations.Data data(
            PostgresDatabases databases,
            SchemaPlanning.Wanted wanted,
            InventoryReader inventory,
            Releases releases,
            StoreDoor door) {
        var doors = new Doorkeeper(gateway.client());
        return new Operations.Data(
                new SchemaReader(databases),
                new SchemaPlanning(
                        data.vault(),
                        data.backups(),
                        data.rehearsals(),
                        wanted,
                        inventory,
                        new SchemaDrift(journal, databases),
                        door),
                new Adopting(databases, journal),
                data.vault(),
                new Restoring(
                        data.vault(),
                        data.backups(),
                        doors,
                        releases,
                        new Restoring.NoteFolders(state.exchanges(), state.repointings()),
                        CLOCK));
    }

    private ReleaseReader reader() {
        return new ReleaseReader(
                journal,
                row -> PlanJson.decode(row.plan()),
                release -> world.ask(() -> engine.because(release)),
                books.judge()::lost);
    }

    /// A release did.
    private void ended() {
        sweeper.wake();
        auditing.wake();
    }

    private void startResidents() throws IOException {
        Whereabouts.ofThisProcess(api.port(), Version.TEXT).write(state);
        auditing.start();
        engine.start();
        sweeper.start();
        livenessWatch.start();
        renewal.start();
        residents.start();
        LOG.info("listening on port {}", api.port());
    }

    /// The last lines of a revision's instances, for whoever reports a failure.
    private HostChecks.LastLines last(Logs logs) {
        return (scope, revision, lines) -> {
            try {
                return Stream.concat(
                                logs.lastOfEach(scope, lines).stream()
                                        .filter(line -> line.instance().startsWith(revision + "-"))
                                        .map(line -> line.instance() + " | " + line.text()),
                                target.lastLines(scope, revision, lines).stream())
                        .toList();
            } catch (IOException e) {
                return List.of("(the log cannot be read: " + e.getMessage() + ")");
            }
        };
    }

    private static CertificateOrders orders(
            StateFolder state,
            SqliteJournal journal,
            GatewayProcess gateway,
            OrderedFolders ordered) {
        var board = new GatewayBoard(gateway.client());
        var renewals = new Renewals(state.acme(), board, CLOCK);
        return new CertificateOrders(journal, CODECS, renewals, ordered, CLOCK);
    }

    private Places places(
            ArtifactStore artifacts,
            ConfigurationStore configurations,
            RuntimeValues runtime,
            OrderedFolders ordered,
            Platform platform) {
        var made =
                new Places.Made(artifacts, configurations, runtime, ordered, containers.runner());
        return new Places(
                state, gateway, made, journal, platform::placement, platform::isCommanded);
    }

    List<String> routes() {
        return api.routes();
    }

    public int port() {
        return api.port();
    }

    /// Returns when somebody asked it to stop, after it has.
    public void await() throws InterruptedException {
        ended.await();
    }

    /// Keeps instances and gateway going between orders.
    private void keep() {
        Thread.ofVirtual().name("gateway-upgrade").start(gateway::renew);
        while (!Thread.currentThread().isInterrupted()) {
            try {
                target.supervise().forEach(line -> LOG.info("{}", line));
                gateway.ensure();
                gateway.haproxy().ensure();
            } catch (IOException e) {
                LOG.error("{}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("a bug while looking after the instances", e);
            }
            try {
                Thread.sleep(SUPERVISE_EVERY);
            } catch (InterruptedException _) {
                return;
            }
        }
    }

    /// Answers first, then ends: whoever asked is to hear that it was understood.
    private void stopLater() {
        Thread.ofPlatform().name("belay-stop").start(this::close);
    }

    /// Lets go of everything, and takes nothing down. Closing twice does nothing more.
    @Override
    public void close() {
        synchronized (ended) {
            if (ended.getCount() == 0) {
                return;
            }
            keeper.interrupt();
            api.close();
            world.ask(() -> {
                engine.close();
                return true;
            });
            world.close();
            sweeper.close();
            livenessWatch.close();
            renewal.close();
            residents.close();
            data.close();
            secrets.close();
            places.close();
            auditing.close();
            journal.close();
            try {
                Files.deleteIfExists(state.whereabouts());
                held.close();
            } catch (IOException e) {
                LOG.warn("the state folder was not left tidy: {}", e.getMessage());
            }
            ended.countDown();
            LOG.info("stopped; instances and gateway go on");
        }
    }
}
