package dev.belay.wholes;

import dev.belay.FreePort;
import dev.belay.Installed;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// One platform in a folder and the control plane that is run for it, as a process that can be
/// killed. Asks it over HTTP, as the command line does.
final class Whole {
    static final Set<String> ENDED = Set.of("completed", "rolled-back", "rejected", "superseded");
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final long POLL_MILLIS = 50;

    /// A control plane that is asked all the time how far it is gets on slowly.
    private static final long STATE_POLL_MILLIS = 100;

    private static final Path SERVICE = program("/tiny-service.pl");

    private final Path folder;
    private int port;
    private String environment = "local";
    private final Set<String> left = new HashSet<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Process server;
    private int apiPort;
    private int keys;
    private String token = "";

    private final Map<String, String> variables = new HashMap<>();

    private static Path program(String name) {
        try {
            return Path.of(Objects.requireNonNull(Whole.class.getResource(name)).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /// What the control plane finds in its environment.
    void equip(Map<String, String> more) {
        variables.putAll(more);
    }

    /// Does not start anything.
    Whole(Path folder) throws IOException {
        this.folder = folder.toRealPath();
        port = FreePort.choose();
        Files.createDirectory(folder.resolve("app"));
        manifest("", "0s");
    }

    Path folder() {
        return folder;
    }

    /// Where the gateway serves the component.
    int port() {
        return port;
    }

    String environment() {
        return environment;
    }

    /// Goes on in an environment of its own and at a port of its own, so that one control plane is
    /// enough for tests that know nothing of each other; what runs in the others stays. Starts the
    /// control plane unless it runs.
    ///
    /// @param gone of the folder's, as the test before made it
    void turnsTo(String environment, String... gone) throws Exception {
        left.add(this.environment);
        this.environment = environment;
        port = FreePort.choose();
        for (String name : gone) {
            if (Files.exists(folder.resolve(name))) {
                try (var all = Files.walk(folder.resolve(name))) {
                    for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(one);
                    }
                }
            }
        }
        Files.createDirectories(folder.resolve("app"));
        if (server == null || !server.isAlive()) {
            start();
        }
    }

    /// @param more keys of the component, indented by four
    void manifest(String more, String soak) throws IOException {
        manifest("sh run.sh", more, soak);
    }

    void manifest(String run, String more, String soak) throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: %s
                    port: %d
                    instances: 2
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                %s
                environments:
                  %s: {target: process, rollout: {soak: %s}}
                """
                        .formatted(run, port, more.indent(4), environment, soak));
    }

    /// A service that uses datastores, in an environment that asks for their backups; it has
    /// `.env`.
    ///
    /// @param datastores a line each
    /// @param uses names of some
    void keeps(String datastores, String uses) throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                datastores:
                %scomponents:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    uses: [%s]
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                environments:
                  local:
                    target: process
                    env-file: [.env]
                    gates: {backup: verified}
                    rollout: {soak: 0s}
                """
                        .formatted(datastores.indent(2), port, uses));
    }

    /// The next deploy ships a service that answers with this word.
    void writes(String word) throws IOException {
        script("exec " + service(word));
    }

    /// As [#writes], but the service does not begin before [#opens].
    void writesGated(String word) throws IOException {
        script(
                "while [ ! -e %s ]; do sleep 0.05; done; exec %s"
                        .formatted(folder.resolve("open-" + word), service(word)));
    }

    void opens(String word) throws IOException {
        Files.createFile(folder.resolve("open-" + word));
    }

    /// What the service's instances are run by.
    static String service(String word) {
        return "perl " + SERVICE + " " + word;
    }

    void script(String text) throws IOException {
        Files.writeString(folder.resolve("app/run.sh"), text + "\n");
    }

    /// Starts the control plane and returns once it answers.
    void start() throws Exception {
        Process started = launch();
        await(
                "the control plane answers",
                () -> {
                    if (!started.isAlive()) {
                        throw new AssertionError("it ended: " + output());
                    }
                    Path file = folder.resolve(".belay/server.json");
                    if (!Files.exists(file)) {
                        return false;
                    }
                    JsonNode where = JsonMapper.shared().readTree(Files.readString(file));
                    apiPort = where.path("port").asInt();
                    return where.path("pid").asLong() == started.pid()
                            && get("/healthz").status() == 200;
                });
    }

    /// Starts it and waits until it has given up.
    ///
    /// @return what it said
    String startInVain() throws Exception {
        Process started = launch();
        if (!started.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("it did not give up: " + output());
        }
        return output();
    }

    private Process launch() throws IOException {
        var builder = new ProcessBuilder(Installed.belay(), "server");
        Installed.equip(builder);
        builder.environment().putAll(variables);
        server =
                builder.directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                        .redirectOutput(folder.resolve("server.out").toFile())
                        .start();
        return Objects.requireNonNull(server);
    }

    String output() throws IOException {
        return Files.readString(folder.resolve("server.out"));
    }

    long serverPid() {
        return Objects.requireNonNull(server).pid();
    }

    int apiPort() {
        return apiPort;
    }

    boolean serverLives() {
        return Objects.requireNonNull(server).isAlive();
    }

    /// `kill -9` on the control plane.
    void killServer() throws Exception {
        Processes.kill(Objects.requireNonNull(server).toHandle());
    }

    /// Asks with this from now on, for when the file is gone.
    void remembers(String token) {
        this.token = token;
    }

    /// What a command said, on either stream, and how it ended.
    record Said(int exit, String text) {}

    /// Types a command in the platform's folder.
    Said belay(String... words) throws Exception {
        var command = new ArrayList<String>();
        command.add(Installed.belay());
        command.addAll(List.of(words));
        var builder = new ProcessBuilder(command).directory(folder.toFile());
        Installed.equip(builder);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError(String.join(" ", words) + " does not end: " + said);
        }
        return new Said(process.exitValue(), said);
    }

    // --- asking -----------------------------------------------------------------------------

    record Answer(int status, String body) {
        JsonNode json() {
            return JsonMapper.shared().readTree(body);
        }
    }

    Answer get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /// What is there, where it is no text.
    byte[] bytes(String path) throws IOException, InterruptedException {
        return http.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    Answer post(String path, String body) throws IOException, InterruptedException {
        return send(
                request(path)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    /// Asks the environment for something long, and waits for its end.
    ///
    /// @param path below the environment's
    Answer ask(String path, Map<String, Object> body) throws IOException, InterruptedException {
        return post(
                "/api/v1/environments/" + environment + "/" + path,
                JsonMapper.shared().writeValueAsString(body));
    }

    /// What came of it, where it must come to something.
    JsonNode result(String path, Map<String, Object> body)
            throws IOException, InterruptedException {
        Answer answer = ask(path, body);
        JsonNode last = JsonMapper.shared().readTree(answer.body().lines().toList().getLast());
        if (!last.has("result")) {
            throw new AssertionError("nothing came of it: " + answer);
        }
        return last.path("result");
    }

    /// Asks for a deploy of what the folder holds.
    Answer deploy() throws IOException, InterruptedException {
        return deploy(false);
    }

    /// @param supersede whether it takes the place of those that still wait
    Answer deploy(boolean supersede) throws IOException, InterruptedException {
        keys++;
        return deploy("key-" + keys, supersede);
    }

    Answer deploy(String key) throws IOException, InterruptedException {
        return deploy(key, false);
    }

    private Answer deploy(String key, boolean supersede) throws IOException, InterruptedException {
        return post(
                "/api/v1/releases",
                "{\"environment\": \"%s\", \"requestKey\": \"%s\", \"supersede\": %s}"
                        .formatted(environment, key, supersede));
    }

    /// Asks for a deploy that must be taken.
    ///
    /// @return the release
    String begin() throws IOException, InterruptedException {
        Answer answer = deploy();
        String id = answer.json().path("releases").path(0).asString("");
        if (answer.status() != 202 || id.isEmpty()) {
            throw new AssertionError("not begun: " + answer);
        }
        return id;
    }

    /// Asks for a deploy to an environment, of what the folder holds or what is promoted.
    ///
    /// @param more fields of the request
    Answer asked(String environment, Map<String, Object> more)
            throws IOException, InterruptedException {
        keys++;
        var body = new HashMap<String, Object>(more);
        body.put("environment", environment);
        body.put("requestKey", "asked-" + keys);
        return post("/api/v1/releases", JsonMapper.shared().writeValueAsString(body));
    }

    /// The same, and waits until it is done.
    JsonNode released(String environment, Map<String, Object> more) throws Exception {
        Answer answer = asked(environment, more);
        String id = answer.json().path("releases").path(0).asString("");
        if (answer.status() != 202 || id.isEmpty()) {
            throw new AssertionError("not begun: " + answer);
        }
        return awaitState(id, "completed");
    }

    Answer command(String release, Map<String, Object> body) throws Exception {
        return post(
                "/api/v1/releases/" + release + "/commands",
                JsonMapper.shared().writeValueAsString(body));
    }

    JsonNode show(String release) throws IOException, InterruptedException {
        return get("/api/v1/releases/" + release).json();
    }

    String state(String release) throws IOException, InterruptedException {
        return show(release).path("release").path("state").asString();
    }

    /// Waits until the release has this state, and tells all of it when it gets another end.
    JsonNode awaitState(String release, String state) throws Exception {
        await(
                release + " is " + state,
                STATE_POLL_MILLIS,
                () -> {
                    String now = state(release);
                    if (!now.equals(state) && (ENDED.contains(now) || now.equals("held"))) {
                        throw new AssertionError(release + " is " + now + ": " + show(release));
                    }
                    return now.equals(state);
                });
        return show(release);
    }

    /// Deploys and waits for the good end.
    void ship(String word) throws Exception {
        writes(word);
        awaitState(begin(), "completed");
    }

    private HttpRequest.Builder request(String path) throws IOException {
        String key =
                token.isEmpty() ? Files.readString(folder.resolve(".belay/token")).strip() : token;
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + apiPort + path))
                .timeout(PATIENCE)
                .header("Accept", "application/json")
                .header("Authorization", "Bearer " + key);
    }

    private Answer send(HttpRequest.Builder request) throws IOException, InterruptedException {
        var answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        return new Answer(answer.statusCode(), answer.body());
    }

    // --- looking ----------------------------------------------------------------------------

    /// How far the release's journal has come, as its file says, whether or not anybody serves it.
    long journal(String release) throws SQLException {
        try (var connection =
                        DriverManager.getConnection(
                                "jdbc:sqlite:" + folder.resolve(".belay/journal.db"));
                var statement =
                        connection.prepareStatement(
                                "SELECT count(*), max(seq) FROM journal WHERE release_id = ?")) {
            statement.setString(1, release);
            try (var rows = statement.executeQuery()) {
                rows.next();
                if (rows.getLong(1) != rows.getLong(2)) {
                    throw new AssertionError("the journal of " + release + " has gaps");
                }
                return rows.getLong(2);
            }
        }
    }

    void await(String what, Callable<Boolean> condition) throws Exception {
        await(what, POLL_MILLIS, condition);
    }

    private void await(String what, long pauseMillis, Callable<Boolean> condition)
            throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("never: " + what + "; the control plane said " + output());
            }
            Thread.sleep(pauseMillis);
        }
    }

    /// Programs of instances, without those of environments that it turned away from.
    ///
    /// @param word that of one revision's artifact, or empty
    List<ProcessHandle> instances(String word) {
        List<ProcessHandle> all =
                word.isEmpty() ? Processes.instances(folder) : Processes.instances(folder, word);
        return all.stream()
                .filter(one -> left.stream().noneMatch(name -> Processes.isOf(one, name)))
                .toList();
    }

    /// The gateway serves this word and no other, two instances of it run, and nothing else does:
    /// none forgotten, none started twice.
    void runsOnly(String word) throws Exception {
        await(
                "only " + word + " runs",
                () -> instances(word).size() == 2 && instances("").size() == 2);
        for (int i = 0; i < 4; i++) {
            String served = Traffic.once(port);
            if (!served.equals(word)) {
                throw new AssertionError("served " + served + " in place of " + word);
            }
        }
    }

    /// Ends everything that runs because of this folder.
    void end() throws Exception {
        if (server != null) {
            Processes.kill(server.toHandle());
        }
        Processes.killAll(folder);
    }
}
