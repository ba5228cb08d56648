package dev.belay.driver.docker;

import dev.belay.driver.image.ImagePlatform;
import dev.belay.release.ImageName;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A Docker Engine, as far as Belay needs one. It is asked in the oldest version that we know where
/// the engine still has it, since a newer one only adds, and in the engine's oldest otherwise.
final class Engine {
    private static final String OLDEST = "1.41";
    private static final Duration WITHIN = Duration.ofSeconds(30);
    private static final int FRAME_HEAD = 8;
    private static final int ERRORS = 2;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final EngineRoute route;
    private final EngineWire wire;
    private volatile @Nullable String version;

    Engine(EngineRoute route) {
        this.route = route;
        wire = new EngineWire(route);
    }

    EngineRoute route() {
        return route;
    }

    /// What a container wrote, as far as it was asked for.
    record Written(String output, String errors) {}

    /// @throws EngineFailure when it cannot be asked, or is too old
    String version() throws IOException {
        String known = version;
        if (known != null) {
            return known;
        }
        JsonNode said =
                json(checked(wire.ask(new EngineWire.Request("GET", "/version", ""), WITHIN)));
        String newest = said.path("ApiVersion").asString("");
        String oldest = said.path("MinAPIVersion").asString(OLDEST);
        if (compare(newest, OLDEST) < 0) {
            throw EngineFailure.away(
                    "the Docker Engine at `%s` has API %s, and %s is the least"
                            .formatted(route, newest.isEmpty() ? "none" : newest, OLDEST),
                    "install Docker Engine 20.10 or newer");
        }
        String chosen = compare(oldest, OLDEST) > 0 ? oldest : OLDEST;
        version = chosen;
        return chosen;
    }

    private static int compare(String one, String other) {
        return Integer.compare(minor(one), minor(other));
    }

    private static int minor(String version) {
        return version.matches("1\\.[0-9]{1,4}") ? Integer.parseInt(version.substring(2)) : 0;
    }

    /// The id of an image, `sha256:…`; empty when it has none of that name.
    Optional<String> image(String reference) throws IOException {
        return inspectImage(reference)
                .map(image -> image.path("Id").asString(""))
                .filter(id -> id.startsWith("sha256:"));
    }

    /// Whom an image's programs run as; empty when it does not say.
    String userOf(String image) throws IOException {
        return inspectImage(image)
                .map(found -> found.path("Config").path("User").asString(""))
                .orElse("");
    }

    /// What it knows of an image; empty when it has none of that name.
    Optional<JsonNode> inspectImage(String reference) throws IOException {
        return find("/images/" + encode(reference) + "/json");
    }

    /// What its containers run on.
    ImagePlatform platform() throws IOException {
        JsonNode said = json(call("GET", "/version", ""));
        return new ImagePlatform(
                said.path("Os").asString("linux"), said.path("Arch").asString(""), "");
    }

    /// What it can do.
    JsonNode info() throws IOException {
        return json(call("GET", "/info", ""));
    }

    /// Fetches an image from its registry.
    ///
    /// @param name by its digest
    /// @param proof who asks, as the engine hands it on; empty for nobody
    void pull(ImageName name, String proof, Duration within) throws IOException {
        String path =
                "/images/create?fromImage=%s&tag=%s"
                        .formatted(encode(name.place()), encode(name.reference()));
        Map<String, String> headers = proof.isEmpty() ? Map.of() : Map.of("X-Registry-Auth", proof);
        var request =
                new EngineWire.Request(
                        "POST", "/v" + version() + path, headers, new EngineWire.Body.Text(""));
        follow(request, within, _ -> {});
    }

    /// Takes over images of an archive, as `docker save` makes them.
    void load(Path archive, Duration within) throws IOException {
        var request =
                new EngineWire.Request(
                        "POST",
                        "/v" + version() + "/images/load?quiet=1",
                        Map.of(),
                        new EngineWire.Body.Archive(archive));
        follow(request, within, _ -> {});
    }

    /// Hears what an engine tells while it works.
    interface Told {
        void told(JsonNode said) throws IOException;
    }

    /// Builds an image.
    ///
    /// @param context archive of the files that it may take, the Dockerfile among them
    /// @param proofs who asks which registry, as the engine takes it; empty for nobody
    /// @throws EngineFailure when a step fails, with its words
    void build(String dockerfile, Path context, String proofs, Duration within, Told told)
            throws IOException {
        var request =
                new EngineWire.Request(
                        "POST",
                        "/v" + version() + "/build?rm=1&forcerm=1&dockerfile=" + encode(dockerfile),
                        proofs.isEmpty() ? Map.of() : Map.of("X-Registry-Config", proofs),
                        new EngineWire.Body.Archive(context));
        follow(request, within, told);
    }

    /// Writes an image into a file, as `docker save` does.
    void save(String image, Path into, Duration within, long max) throws IOException {
        String path = "/v" + version() + "/images/" + encode(image) + "/get";
        checked(wire.fetch(new EngineWire.Request("GET", path, ""), within, into, max));
    }

    /// Forgets an image by one of its names, and removes it when that was the last one.
    ///
    /// @return false when something is still made of it
    boolean removeImage(String reference) throws IOException {
        try {
            call("DELETE", "/images/" + encode(reference), "");
            return true;
        } catch (EngineFailure e) {
            if (e.isInUse()) {
                return false;
            }
            if (e.isMissing()) {
                return true;
            }
            throw e;
        }
    }

    /// Sends something that takes long and whose answer tells how it goes on.
    private void follow(EngineWire.Request request, Duration within, Told told) throws IOException {
        checked(
                wire.follow(
                        request,
                        within,
                        line -> {
                            JsonNode json = parsed(line);
                            String error = json.path("error").asString("");
                            if (!error.isEmpty()) {
                                // What goes wrong on the way is told after a status of success.
                                throw EngineFailure.said(
                                        500, "the Docker Engine says: " + error.strip());
                            }
                            told.told(json);
                        }));
    }

    Optional<JsonNode> inspect(String container) throws IOException {
        return find("/containers/" + encode(container) + "/json");
    }

    /// Those that have all of these labels, ended ones, too.
    List<JsonNode> containers(Map<String, String> labels) throws IOException {
        String path = "/containers/json?all=1&filters=" + encode(filter(labels));
        var found = new ArrayList<JsonNode>();
        json(call("GET", path, "")).forEach(found::add);
        return found;
    }

    void create(String name, Map<String, Object> what) throws IOException {
        call("POST", "/containers/create?name=" + encode(name), JSON.writeValueAsString(what));
    }

    void start(String container) throws IOException {
        call("POST", "/containers/" + encode(container) + "/start", "");
    }

    void unpause(String container) throws IOException {
        call("POST", "/containers/" + encode(container) + "/unpause", "");
    }

    /// Nothing happens when it has ended or is gone.
    void kill(String container, String signal) throws IOException {
        try {
            call("POST", "/containers/" + encode(container) + "/kill?signal=" + signal, "");
        } catch (EngineFailure e) {
            if (!e.isAnswer()) {
                throw e;
            }
        }
    }

    /// Nothing happens when it is gone.
    ///
    /// @param force also one that runs
    void remove(String container, boolean force) throws IOException {
        try {
            call("DELETE", "/containers/" + encode(container) + "?v=1&force=" + force, "");
        } catch (EngineFailure e) {
            if (!e.isMissing()) {
                throw e;
            }
        }
    }

    /// Makes ready a command in a container that runs, as whoever that runs as.
    ///
    /// @return its id
    String prepare(String container, List<String> command) throws IOException {
        Map<String, Object> what =
                Map.of("AttachStdout", true, "AttachStderr", true, "Cmd", command);
        EngineWire.Reply made =
                call(
                        "POST",
                        "/containers/" + encode(container) + "/exec",
                        JSON.writeValueAsString(what));
        return json(made).path("Id").asString("");
    }

    /// Runs it, and waits no longer than that; [#status] knows whether it ended.
    Written run(String command, Duration within) throws IOException {
        var request =
                new EngineWire.Request(
                        "POST",
                        "/v" + version() + "/exec/" + encode(command) + "/start",
                        "{\"Detach\":false,\"Tty\":false}");
        try {
            return unframe(checked(wire.ask(request, within)).body());
        } catch (EngineFailure e) {
            if (e.isAnswer()) {
                throw e;
            }
            return new Written("", "");
        }
    }

    /// How it ended; empty while it runs, or when nobody knows of it any more.
    OptionalInt status(String command) throws IOException {
        Optional<JsonNode> found = find("/exec/" + encode(command) + "/json");
        return found.isEmpty() || found.get().path("Running").asBoolean(false)
                ? OptionalInt.empty()
                : OptionalInt.of(found.get().path("ExitCode").asInt(1));
    }

    /// Whether it runs.
    boolean runs(String command) throws IOException {
        return find("/exec/" + encode(command) + "/json")
                .filter(one -> one.path("Running").asBoolean(false))
                .isPresent();
    }

    boolean hasVolume(String name) throws IOException {
        return find("/volumes/" + encode(name)).isPresent();
    }

    /// Containers that run and have a volume, or a folder of the engine's machine.
    List<JsonNode> running(String volume) throws IOException {
        String filters =
                JSON.writeValueAsString(
                        Map.of("volume", List.of(volume), "status", List.of("running", "paused")));
        var found = new ArrayList<JsonNode>();
        json(call("GET", "/containers/json?filters=" + encode(filters), "")).forEach(found::add);
        return found;
    }

    /// Unpacks an archive into a folder of a container, owners and all.
    void unpack(String container, String folder, Path archive) throws IOException {
        String path = "/containers/%s/archive?path=%s".formatted(encode(container), encode(folder));
        var body = new EngineWire.Body.Archive(archive);
        checked(
                wire.ask(
                        new EngineWire.Request("PUT", "/v" + version() + path, Map.of(), body),
                        WITHIN));
    }

    /// Makes a network where there is none of that name.
    void network(String name, Map<String, String> labels) throws IOException {
        if (find("/networks/" + encode(name)).isEmpty()) {
            Map<String, Object> what =
                    Map.of("Name", name, "CheckDuplicate", true, "Labels", labels);
            call("POST", "/networks/create", JSON.writeValueAsString(what));
        }
    }

    /// @param since seconds and nanoseconds, `1700000000.000000001`
    Written logs(String container, String since, boolean times) throws IOException {
        String path =
                "/containers/%s/logs?stdout=1&stderr=1&timestamps=%d&since=%s"
                        .formatted(encode(container), times ? 1 : 0, since);
        return unframe(call("GET", path, "").body());
    }

    /// Each piece has its kind, three empty bytes and its length before it.
    static Written unframe(ByteBuffer body) {
        var output = new ByteArrayOutputStream();
        var errors = new ByteArrayOutputStream();
        ByteBuffer in = body.duplicate();
        while (in.remaining() >= FRAME_HEAD) {
            int kind = in.get();
            in.position(in.position() + 3);
            int length = Math.clamp(in.getInt(), 0, in.remaining());
            byte[] piece = new byte[length];
            in.get(piece);
            (kind == ERRORS ? errors : output).writeBytes(piece);
        }
        return new Written(
                output.toString(StandardCharsets.UTF_8), errors.toString(StandardCharsets.UTF_8));
    }

    private Optional<JsonNode> find(String path) throws IOException {
        try {
            return Optional.of(json(call("GET", path, "")));
        } catch (EngineFailure e) {
            if (e.isMissing()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private EngineWire.Reply call(String method, String path, String body) throws IOException {
        return checked(
                wire.ask(new EngineWire.Request(method, "/v" + version() + path, body), WITHIN));
    }

    private static EngineWire.Reply checked(EngineWire.Reply reply) throws IOException {
        if (reply.status() < 400) {
            return reply;
        }
        String said;
        try {
            said = JSON.readTree(reply.text()).path("message").asString(reply.text());
        } catch (JacksonException _) {
            said = reply.text();
        }
        throw EngineFailure.said(reply.status(), "the Docker Engine says: " + said.strip());
    }

    private static JsonNode json(EngineWire.Reply reply) throws IOException {
        return parsed(reply.text());
    }

    private static JsonNode parsed(String text) throws IOException {
        try {
            return JSON.readTree(text);
        } catch (JacksonException e) {
            throw EngineFailure.away(
                    "the Docker Engine does not answer in JSON",
                    "see whether a Docker Engine answers there at all");
        }
    }

    private static String filter(Map<String, String> labels) {
        return JSON.writeValueAsString(
                Map.of(
                        "label",
                        labels.entrySet().stream()
                                .map(one -> one.getKey() + "=" + one.getValue())
                                .toList()));
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
