package dev.belay.driver.docker;

import dev.belay.driver.Examined;
import dev.belay.driver.Look;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.host.Life;
import dev.belay.driver.host.Names;
import dev.belay.driver.host.Preparation;
import dev.belay.driver.host.Recipe;
import dev.belay.driver.host.Runner;
import dev.belay.driver.image.EnvironmentRegistries;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.UUID;
import tools.jackson.databind.JsonNode;

/// Runs programs in containers of the Docker Engine of this host.
///
/// The engine is asked by nobody who has nothing in containers: that anything is, is written down
/// before the first one is made.
public final class ContainerRunner implements Runner {
    /// After that long one that was made and not started never will be.
    private static final Duration SLOWEST = Duration.ofSeconds(30);

    /// Commands that are asked something get a few minutes at most.
    private static final Duration LONGEST_QUESTION = Duration.ofMinutes(30);

    /// What a shell says of a program that cannot be executed.
    private static final int NOT_EXECUTABLE = 126;

    private final Labels labels;
    private final DockerHost host;
    private final EngineImages images;
    private final Path used;
    private final ContainerLogs logs = new ContainerLogs();
    private final Questions questions = new Questions();
    private final Volumes volumes;

    /// One that knows no registry of its own.
    public ContainerRunner(Path state, DockerHost host) {
        this(state, host, new EngineImages(state, host, EnvironmentRegistries.none()));
    }

    /// @param state the folder whose programs these are
    public ContainerRunner(Path state, DockerHost host, EngineImages images) {
        this.images = images;
        Path folder = state.toAbsolutePath().normalize();
        labels = new Labels(folder);
        volumes = new Volumes(labels, folder.resolve("volumes"));
        this.host = host;
        used = folder.resolve("containers");
    }

    /// Ends everything that was started in containers for a state folder, by whom it may be: asked
    /// at first, then killed. For when nobody looks after it any more; what is under way with a
    /// control plane would be started again.
    ///
    /// @param grace how long they get to end by themselves
    /// @return how many there were
    /// @throws IOException when the engine cannot be asked
    public static int endAll(Path state, Duration grace) throws IOException {
        Path folder = state.toAbsolutePath().normalize();
        Optional<String> asked = DurableFile.read(folder.resolve("containers"));
        if (asked.isEmpty()) {
            return 0;
        }
        // Where they were made, wherever one would be made now.
        Engine engine = Engines.of(DockerHost.read(asked.get()));
        Map<String, String> labels = new Labels(folder).all();
        List<String> running = new ArrayList<>();
        for (JsonNode one : engine.containers(labels)) {
            if (one.path("State").asString("").equals("running")) {
                running.add(one.path("Id").asString(""));
            }
        }
        for (String id : running) {
            engine.kill(id, "TERM");
        }
        Deadline.in(grace).await(() -> !anyRuns(engine, running));
        for (JsonNode one : engine.containers(labels)) {
            engine.remove(one.path("Id").asString(""), true);
        }
        return running.size();
    }

    private static boolean anyRuns(Engine engine, List<String> ids) {
        try {
            for (String id : ids) {
                Optional<JsonNode> seen = engine.inspect(id);
                if (seen.filter(one -> one.path("State").path("Running").asBoolean(false))
                        .isPresent()) {
                    return true;
                }
            }
            return false;
        } catch (IOException _) {
            // Whoever removes them says why.
            return false;
        }
    }

    private Engine engine() throws IOException {
        return Engines.of(host);
    }

    private static String name(Labels labels, Run run) {
        return labels.container(run.scope(), run.id(), run.number());
    }

    private String name(Run run) {
        return name(labels, run);
    }

    @Override
    public String name() {
        return Recipe.DOCKER;
    }

    /// Nothing of this host's environment: an image brings its own.
    @Override
    public Map<String, String> environment(Map<String, String> given) {
        return given;
    }

    @Override
    public Optional<Preparation.Refused> fault(Recipe recipe, Preparation.Prepared ready)
            throws IOException {
        Scope scope = scope(ready.environment().getOrDefault(Names.SCOPE, ""));
        Optional<Preparation.Refused> missing = refused(images.have(scope.environment(), recipe));
        String id = ready.environment().getOrDefault(Names.INSTANCE, "");
        return missing.isPresent()
                ? missing
                : volumes.fault(engine(), scope, id, container(recipe).volumes());
    }

    private static Optional<Preparation.Refused> refused(EngineImages.Having having) {
        return switch (having) {
            case EngineImages.Having.Here _ -> Optional.empty();
            case EngineImages.Having.Coming(String because) ->
                    Optional.of(new Preparation.Refused(because, "try again when it is there"));
            case EngineImages.Having.Gone(String reason, String hint) ->
                    Optional.of(new Preparation.Refused(reason, hint));
        };
    }

    @Override
    public Optional<Preparation.Refused> provide(
            String environment, Recipe recipe, Deadline deadline) throws IOException {
        Launch.Container container = container(recipe);
        deadline.await(() -> !images.isComing(container));
        EngineImages.Having having = images.have(environment, recipe);
        if (having instanceof EngineImages.Having.Coming) {
            deadline.await(() -> !images.isComing(container));
            having = images.have(environment, recipe);
        }
        return refused(having);
    }

    @Override
    public Look hosts(String environment, Recipe recipe) {
        try {
            return new EngineHosting(engine(), images).look(environment, recipe);
        } catch (EngineFailure e) {
            return new Look.Failed(String.valueOf(e.getMessage()), e.hint(), "");
        } catch (IOException e) {
            return new Look.Failed(String.valueOf(e.getMessage()), "", "");
        }
    }

    private static Launch.Container container(Recipe recipe) {
        return Objects.requireNonNull(recipe.container());
    }

    @Override
    public long start(Start start) throws IOException {
        Run run = start.run();
        create(start.recipe(), start.ready(), name(run), run.scope(), Map.of());
        var ending = new Ending(run.folder());
        if (!ending.claim()) {
            engine().remove(name(run), true);
            return 0;
        }
        try {
            engine().start(name(run));
        } catch (EngineFailure e) {
            if (!e.isAnswer()) {
                throw e;
            }
            // It never ran: the reason is told like that of a program that ended at once.
            ending.write(NOT_EXECUTABLE, "; " + e.getMessage());
        }
        return 0;
    }

    private void create(
            Recipe recipe,
            Preparation.Prepared ready,
            String name,
            Scope scope,
            Map<String, String> more)
            throws IOException {
        if (!Files.exists(used)) {
            DurableFile.write(used, host.kept());
        }
        Engine engine = engine();
        Launch.Container container = container(recipe);
        String image = images.here(container).orElse(container.digest());
        String network = labels.network(scope);
        engine.network(network, labels.all());
        var own = new HashMap<>(Labels.of(ready.environment()));
        own.put(Labels.ARTIFACT, recipe.artifact());
        own.putAll(more);
        String user = engine.userOf(image);
        // Who is only asked something keeps nothing.
        List<Launch.Volume> kept =
                more.containsKey(Labels.QUESTION) ? List.of() : container.volumes();
        volumes.prepare(engine, scope, image, ContainerSpec.user(user), kept);
        List<Map<String, Object>> mounts = volumes.mounts(scope, kept);
        engine.create(name, ContainerSpec.of(recipe, ready, image, user, network, own, mounts));
    }

    @Override
    public Life life(Run run) throws IOException {
        var ending = new Ending(run.folder());
        int status = ending.status();
        if (status != Life.NO_STATUS || ending.isRevoked()) {
            return new Life.Ended(status);
        }
        Optional<JsonNode> found = engine().inspect(name(run));
        if (found.isEmpty()) {
            return isStarting(run, ending) ? new Life.Starting() : new Life.Ended(Life.NO_STATUS);
        }
        JsonNode state = found.get().path("State");
        return switch (state.path("Status").asString("")) {
            case "running", "paused", "restarting" ->
                    new Life.Alive(
                            state.path("Pid").asLong(0),
                            instant(state.path("StartedAt")).toEpochMilli());
            case "created" ->
                    Instant.now().isBefore(run.started().plus(SLOWEST))
                            ? new Life.Starting()
                            : new Life.Ended(Life.NO_STATUS);
            default -> {
                ending.write(state.path("ExitCode").asInt(0) & 0xff, remark(state));
                yield new Life.Ended(ending.status());
            }
        };
    }

    /// Its record is written before it is made.
    private static boolean isStarting(Run run, Ending ending) throws IOException {
        return run.launcher() == 0
                && !ending.isClaimed()
                && Instant.now().isBefore(run.started().plus(Duration.ofMillis(500)));
    }

    private static String remark(JsonNode state) {
        String error = state.path("Error").asString("");
        return state.path("OOMKilled").asBoolean(false)
                ? "; it was killed because it used more memory than its `limits` allow"
                : error.isEmpty() ? "" : "; the Docker Engine says: " + error;
    }

    private static Instant instant(JsonNode text) {
        try {
            return Instant.parse(text.asString(""));
        } catch (DateTimeParseException _) {
            return Instant.EPOCH;
        }
    }

    @Override
    public boolean revoke(Run run) throws IOException {
        return new Ending(run.folder()).revoke();
    }

    @Override
    public boolean began(Run run) throws IOException {
        return !revoke(run);
    }

    @Override
    public OptionalInt settledStatus(Run run) throws IOException {
        return OptionalInt.of(status(run));
    }

    @Override
    public int status(Run run) throws IOException {
        return life(run) instanceof Life.Ended(int status) ? status : Life.NO_STATUS;
    }

    @Override
    public String remark(Run run) throws IOException {
        return new Ending(run.folder()).remark();
    }

    @Override
    public void signal(Run run, String signal) throws IOException {
        engine().kill(name(run), signal);
    }

    @Override
    public void settle(Run run, Deadline deadline) {
        // How it ended is known as soon as it has.
    }

    @Override
    public Optional<String> mend(Run run) throws IOException {
        Optional<JsonNode> found = engine().inspect(name(run));
        boolean paused =
                found.filter(one -> one.path("State").path("Paused").asBoolean(false)).isPresent();
        if (!paused) {
            return Optional.empty();
        }
        engine().unpause(name(run));
        return Optional.of("`" + run.id() + "` was paused by somebody, and goes on");
    }

    @Override
    public boolean exterminate(Run run, Deadline deadline) throws IOException {
        if (life(run) instanceof Life.Alive) {
            engine().kill(name(run), "KILL");
            deadline.await(() -> !lives(run));
        }
        drawLog(run, run.folder().resolveSibling("log"));
        return clear(run);
    }

    private boolean lives(Run run) {
        try {
            return life(run) instanceof Life.Alive;
        } catch (IOException _) {
            // It is asked for again by the one who removes it, and fails there.
            return false;
        }
    }

    @Override
    public void release(Run run) throws IOException {
        clear(run);
    }

    private boolean clear(Run run) throws IOException {
        Engine engine = engine();
        for (JsonNode one : engine.containers(labels.instance(run.scope(), run.id()))) {
            engine.remove(one.path("Id").asString(""), true);
        }
        return true;
    }

    @Override
    public List<Runner.Found> found() throws IOException {
        return found(labels.all());
    }

    @Override
    public List<Runner.Found> found(Scope scope) throws IOException {
        return found(labels.in(scope));
    }

    private List<Runner.Found> found(Map<String, String> wanted) throws IOException {
        var found = new ArrayList<Runner.Found>();
        if (!Files.exists(used)) {
            return found;
        }
        for (JsonNode one : engine().containers(wanted)) {
            JsonNode own = one.path("Labels");
            if (own.get(Labels.QUESTION) != null) {
                sweep(one);
            } else {
                boolean runs = one.path("State").asString("").equals("running");
                // Its number inside: outside it has another, which its life tells.
                found.add(new Runner.Found(Recipe.DOCKER, Labels.names(own), runs ? 1 : 0, 0));
            }
        }
        return found;
    }

    /// A question whose asker died with it stays nobody's business.
    private void sweep(JsonNode question) throws IOException {
        Instant made = Instant.ofEpochSecond(question.path("Created").asLong(0));
        if (made.plus(LONGEST_QUESTION).isBefore(Instant.now())) {
            engine().remove(question.path("Id").asString(""), true);
        }
    }

    @Override
    public boolean knows(Run run) throws IOException {
        return new Ending(run.folder()).isClaimed() || life(run) instanceof Life.Starting;
    }

    @Override
    public void adopt(Run run, Runner.Found found) throws IOException {
        new Ending(run.folder()).claim();
    }

    @Override
    public void drawLog(Run run, Path log) throws IOException {
        logs.draw(engine(), name(run), log);
    }

    @Override
    public Printed ask(Recipe recipe, Preparation.Prepared ready, Duration within, Path scratch)
            throws IOException {
        String state = ready.environment().getOrDefault(Names.STATE, "");
        String scope = ready.environment().getOrDefault(Names.SCOPE, "");
        String name = "belay-question-" + UUID.randomUUID();
        create(recipe, ready, name, scope(scope), Map.of(Labels.QUESTION, state));
        Engine engine = engine();
        try {
            engine.start(name);
            boolean ended = Deadline.in(within).await(() -> !isRunning(engine, name));
            int status =
                    ended
                            ? engine.inspect(name)
                                    .map(one -> one.path("State").path("ExitCode").asInt(0))
                                    .orElse(Life.NO_STATUS)
                            : Life.NO_STATUS;
            Engine.Written written = engine.logs(name, "0", false);
            return new Printed(status, written.output().strip(), written.errors().strip());
        } finally {
            engine.remove(name, true);
        }
    }

    @Override
    public Optional<Examined> examine(Run run, List<String> command, Duration within)
            throws IOException {
        return Optional.of(questions.ask(engine(), name(run), command, within));
    }

    private static Scope scope(String text) {
        String[] parts = text.split("/", 3);
        return Scope.component(parts[0], parts[parts.length - 1]);
    }

    private static boolean isRunning(Engine engine, String name) {
        try {
            return engine.inspect(name)
                    .filter(one -> one.path("State").path("Running").asBoolean(false))
                    .isPresent();
        } catch (IOException _) {
            return true;
        }
    }

    @Override
    public String notEnforced(Launch.Limits limits) {
        return "";
    }

    @Override
    public Set<Digest> artifactsInUse() throws IOException {
        var digests = new HashSet<Digest>();
        if (Files.exists(used)) {
            for (JsonNode one : engine().containers(labels.all())) {
                String artifact = one.path("Labels").path(Labels.ARTIFACT).asString("");
                if (artifact.startsWith("sha256:")) {
                    digests.add(new Digest(artifact));
                }
            }
        }
        return digests;
    }
}
