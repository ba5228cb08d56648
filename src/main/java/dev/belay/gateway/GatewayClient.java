package dev.belay.gateway;

import dev.belay.problem.Problem;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Talks to a gateway over its admin socket. Blocks, for at most `timeout`; safe for many threads.
///
/// A question that has no answer is an [IOException]; a wish that has none is
/// [PublishReply.Unreachable], because it may have come true.
public final class GatewayClient {
    private static final int OK = 200;
    private static final int CONFLICT = 409;
    private static final int UNPROCESSABLE = 422;
    private static final int UNAVAILABLE = 503;
    private static final Duration AGAIN_AFTER = Duration.ofMillis(20);
    private static final Duration TAKEN_BACK_WITHIN = Duration.ofSeconds(2);
    private static final String HEAD_END = "\r\n\r\n";

    private final Path socket;
    private final Duration timeout;

    public GatewayClient(Path socket, Duration timeout) {
        this.socket = socket;
        this.timeout = timeout;
    }

    /// What stands after the token was raised.
    ///
    /// @param last the last token seen, now at least the one given
    /// @param current the component's line, with the token that made it; null when it has none
    public record Seal(long last, @Nullable Route current) {
        public Optional<Route> route() {
            return Optional.ofNullable(current);
        }
    }

    /// What runs at a revision at this moment.
    public record InFlight(
            String revision, int requests, int tunnels, List<MemberInFlight> members) {
        public InFlight {
            members = List.copyOf(members);
        }

        public int total() {
            return requests + tunnels;
        }
    }

    /// What runs at one member.
    public record MemberInFlight(String id, int requests, int tunnels, boolean ready) {
        public int total() {
            return requests + tunnels;
        }
    }

    /// Makes the route the component's line; [PublishReply.Published] means that every event loop
    /// uses it.
    public PublishReply publish(Route route) {
        return wish("PUT", "/routes/" + route.key(), RouteJson.write(route));
    }

    /// Takes the component's line out and closes its port.
    public PublishReply remove(RouteKey key, long token) {
        return wish("DELETE", "/routes/" + key, token(token));
    }

    /// Raises the component's last seen token, so that no older wish can come true any more, and
    /// says what stands.
    public Seal seal(RouteKey key, long token) throws IOException {
        JsonNode json = ask("POST", "/seal/" + key, token(token));
        JsonNode route = json.path("route");
        Route current = route.isMissingNode() ? null : RouteJson.read(key, route).route();
        return new Seal(json.path("last").asLong(), current);
    }

    /// Requests and tunnels under way, for each revision that ever had any.
    public List<InFlight> inFlight(RouteKey key) throws IOException {
        return inFlight(ask("GET", "/inflight/" + key, null));
    }

    /// Starts the polite end of whatever runs long at members of a revision: WebSockets get 1012
    /// and a grace, event streams end between two events. Plain requests finish as ever.
    ///
    /// @param members their ids; none is all
    public List<InFlight> close(RouteKey key, String revision, Collection<String> members)
            throws IOException {
        ObjectNode body = RouteJson.MAPPER.createObjectNode().put("revision", revision);
        var named = body.putArray("members");
        members.forEach(named::add);
        return inFlight(ask("POST", "/close/" + key, body));
    }

    /// Shuts a component's door; [PublishReply.Published] means that no new request passes it.
    public PublishReply shut(RouteKey key, Door door) {
        return wish("PUT", "/doors/" + key, DoorJson.write(door));
    }

    /// Opens it: who waits goes on. Nothing where it is open.
    public PublishReply open(RouteKey key) {
        return wish("DELETE", "/doors/" + key, RouteJson.MAPPER.createObjectNode());
    }

    /// Shuts a door for a release, with the scope's token. One that a person shut stays as it is.
    public PublishReply shut(RouteKey key, Door.Maintenance door, long token) {
        return wish("PUT", "/doors/" + key, DoorJson.write(door).put("token", token));
    }

    /// Opens a door that a release shut, with the scope's token; any other one stays as it is.
    public PublishReply open(RouteKey key, String release, long token) {
        return wish("DELETE", "/doors/" + key, token(token).put("by", release));
    }

    /// A door that is not open.
    ///
    /// @param waiting requests that wait there
    public record ShutDoor(Door door, int waiting) {}

    /// Those that are not open.
    public Map<RouteKey, ShutDoor> doors() throws IOException {
        var shut = new TreeMap<RouteKey, ShutDoor>();
        JsonNode doors = ask("GET", "/doors", null).path("doors");
        // Predecessors may have some of those who wait.
        JsonNode counts = doors.isEmpty() ? doors : counts().path("doors");
        for (JsonNode one : doors) {
            Door door = DoorJson.read(one, new ArrayList<>());
            if (door == null) {
                throw new IOException("the gateway's answer names a door of no kind");
            }
            RouteKey key = TableJson.key(one);
            int waiting = 0;
            for (JsonNode line : counts) {
                waiting += TableJson.key(line).equals(key) ? line.path("waiting").asInt() : 0;
            }
            shut.put(key, new ShutDoor(door, waiting));
        }
        return shut;
    }

    /// A certificate that proves a host to an authority, and nothing to anybody else.
    ///
    /// @param certificate as PEM
    /// @param key its secret key as PEM
    public record Proof(String certificate, String key) {
        /// Without the key.
        @Override
        public String toString() {
            return certificate;
        }
    }

    /// Puts up what certificate authorities must find, in the place of all before.
    ///
    /// @param texts by the token at the end of the path
    /// @param proofs by host
    public void challenges(Map<String, String> texts, Map<String, Proof> proofs)
            throws IOException {
        ObjectNode body = RouteJson.MAPPER.createObjectNode();
        ObjectNode http = body.putObject("http");
        texts.forEach(http::put);
        ObjectNode alpn = body.putObject("alpn");
        proofs.forEach((host, proof) ->
                alpn.putObject(host)
                        .put("certificate", proof.certificate())
                        .put("key", proof.key()));
        ask("PUT", "/challenges", body);
    }

    /// The whole table as JSON: version, and for each component its line and its last token.
    public JsonNode routes() throws IOException {
        return ask("GET", "/routes", null);
    }

    /// Everything counted, as JSON.
    public JsonNode counts() throws IOException {
        return ask("GET", "/counts", null);
    }

    /// The certificates of all ports, and what is wrong with their files.
    public JsonNode certificates() throws IOException {
        return ask("GET", "/certificates", null);
    }

    /// Everything counted, as Prometheus reads it.
    public String metrics() throws IOException {
        return exchange("GET", "/metrics", "").body();
    }

    /// What came of new settings of the access log.
    ///
    /// @param settings as they are now, of use only when there is no problem
    public record LogReply(JsonNode settings, List<Problem> problems) {
        public LogReply {
            problems = List.copyOf(problems);
        }
    }

    /// What the access log keeps, where it lies, and how many lines it wrote and lost.
    public JsonNode log() throws IOException {
        return ask("GET", "/log", null);
    }

    /// Changes what the access log keeps; what is not named stays.
    public LogReply log(JsonNode changes) throws IOException {
        Answer answer = exchange("PUT", "/log", changes.toString());
        try {
            JsonNode json = RouteJson.MAPPER.readTree(answer.body());
            return switch (answer.status()) {
                case OK -> new LogReply(json, List.of());
                case UNPROCESSABLE -> new LogReply(json, LogJson.problems(json));
                default ->
                        throw new IOException(
                                "the gateway answered "
                                        + answer.status()
                                        + ": "
                                        + json.path("message").asString(answer.body()));
            };
        } catch (JacksonException e) {
            throw new IOException("the gateway's answer is not JSON", e);
        }
    }

    /// Which gateway answers.
    ///
    /// @param build see [Build]
    /// @param predecessors processes whose place it took, and that still serve what they had
    /// @param texts whether it serves texts beside files
    public record About(long pid, String build, List<Long> predecessors, boolean texts) {
        public About {
            predecessors = List.copyOf(predecessors);
        }
    }

    /// Which gateway answers; empty when it is of a Belay that could not say so yet.
    public Optional<About> about() throws IOException {
        Answer answer = exchange("GET", "/about", "");
        if (answer.status() != OK) {
            return Optional.empty();
        }
        JsonNode json = RouteJson.MAPPER.readTree(answer.body());
        var predecessors = new ArrayList<Long>();
        json.path("predecessors").forEach(pid -> predecessors.add(pid.asLong()));
        long pid = json.path("pid").asLong();
        boolean texts = json.path("texts").asBoolean(false);
        return Optional.of(new About(pid, json.path("build").asString(""), predecessors, texts));
    }

    /// A gateway's last word to its successor.
    void inherit(long pid, JsonNode counts) throws IOException {
        ObjectNode body = RouteJson.MAPPER.createObjectNode().put("pid", pid);
        body.set("counts", counts);
        ask("POST", "/inherit", body);
    }

    /// Whether a gateway answers.
    public boolean alive() {
        try {
            routes();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private PublishReply wish(String method, String path, ObjectNode body) {
        try {
            Answer answer = exchange(method, path, body.toString());
            JsonNode json = RouteJson.MAPPER.readTree(answer.body());
            return switch (answer.status()) {
                case OK -> new PublishReply.Published(json.path("version").asLong());
                case CONFLICT -> conflict(json);
                case UNPROCESSABLE -> new PublishReply.Malformed(problems(json));
                default ->
                        new PublishReply.Unreachable(json.path("message").asString(answer.body()));
            };
        } catch (JacksonException e) {
            return new PublishReply.Unreachable("its answer is not JSON");
        } catch (IOException e) {
            return new PublishReply.Unreachable("the gateway at " + socket + ": " + e.getMessage());
        }
    }

    private static PublishReply conflict(JsonNode json) {
        return switch (json.path("reason").asString("")) {
            case "stale-token" -> new PublishReply.Stale(json.path("last").asLong());
            case "port-taken" -> new PublishReply.PortTaken(json.path("message").asString());
            case "route-taken" -> new PublishReply.RouteTaken(json.path("message").asString());
            case "not-ready" -> {
                var members = new ArrayList<PublishReply.Unready>();
                for (JsonNode one : json.path("members")) {
                    members.add(
                            new PublishReply.Unready(
                                    one.path("revision").asString(),
                                    one.path("member").asString(),
                                    one.path("why").asString()));
                }
                yield new PublishReply.NotReady(members);
            }
            default -> new PublishReply.Unreachable("it said " + json);
        };
    }

    private static List<Problem> problems(JsonNode json) {
        var problems = new ArrayList<Problem>();
        for (JsonNode one : json.path("problems")) {
            String code = one.path("code").asString();
            String what = code.substring(code.indexOf('/') + 1);
            problems.add(RouteJson.malformed(what, one.path("message").asString()));
        }
        return problems;
    }

    private static List<InFlight> inFlight(JsonNode json) {
        var revisions = new ArrayList<InFlight>();
        for (JsonNode one : json.path("revisions")) {
            var members = new ArrayList<MemberInFlight>();
            for (JsonNode member : one.path("members")) {
                members.add(
                        new MemberInFlight(
                                member.path("id").asString(),
                                member.path("requests").asInt(),
                                member.path("tunnels").asInt(),
                                member.path("ready").asBoolean()));
            }
            revisions.add(
                    new InFlight(
                            one.path("revision").asString(),
                            one.path("requests").asInt(),
                            one.path("tunnels").asInt(),
                            members));
        }
        return revisions;
    }

    private static ObjectNode token(long token) {
        return RouteJson.MAPPER.createObjectNode().put("token", token);
    }

    private JsonNode ask(String method, String path, @Nullable ObjectNode body) throws IOException {
        Answer answer = exchange(method, path, body == null ? "" : body.toString());
        if (answer.status() != OK) {
            throw new IOException("the gateway answered " + answer.status() + ": " + answer.body());
        }
        try {
            return RouteJson.MAPPER.readTree(answer.body());
        } catch (JacksonException e) {
            throw new IOException("the gateway's answer is not JSON", e);
        }
    }

    record Answer(int status, String body) {}

    /// Asks again while one gateway hands over to the next: neither has done anything then.
    Answer exchange(String method, String path, String body) throws IOException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Answer answer;
        try {
            answer = once(method, path, body, deadline);
        } catch (SocketException gone) {
            // One that dies takes along who it had let in; to look twice does no harm.
            if (!method.equals("GET")) {
                throw gone;
            }
            LockSupport.parkNanos(AGAIN_AFTER.toNanos());
            answer = once(method, path, body, deadline);
        }
        while (answer.status() == UNAVAILABLE
                && answer.body().contains(FrontApi.HANDING_OVER)
                && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(AGAIN_AFTER.toNanos());
            answer = once(method, path, body, deadline);
        }
        return answer;
    }

    /// A successor that dies leaves a socket behind at which nobody answers, until the gateway of
    /// before has taken its place back.
    private SocketChannel connect(long deadline) throws IOException {
        long started = System.nanoTime();
        while (true) {
            try {
                return SocketChannel.open(UnixDomainSocketAddress.of(socket));
            } catch (IOException e) {
                long now = System.nanoTime();
                if (now - deadline >= 0
                        || now - started >= TAKEN_BACK_WITHIN.toNanos()
                        || !Predecessors.mayTakeBack(socket)) {
                    throw e;
                }
                LockSupport.parkNanos(AGAIN_AFTER.toNanos());
            }
        }
    }

    /// One request, one connection; the answer ends where the connection ends.
    private Answer once(String method, String path, String body, long deadline) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        String head =
                "%s %s HTTP/1.1\r\nHost: gateway\r\nContent-Length: %d\r\n\r\n"
                        .formatted(method, path, bytes.length);
        var request = new ByteArrayOutputStream();
        request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(bytes);
        try (SocketChannel channel = connect(deadline);
                Selector selector = Selector.open()) {
            channel.configureBlocking(false);
            SelectionKey key = channel.register(selector, SelectionKey.OP_WRITE);
            ByteBuffer out = ByteBuffer.wrap(request.toByteArray());
            while (out.hasRemaining()) {
                await(selector, deadline);
                channel.write(out);
            }
            key.interestOps(SelectionKey.OP_READ);
            var answer = new ByteArrayOutputStream();
            ByteBuffer in = ByteBuffer.allocate(16 * 1024);
            while (channel.read(in.clear()) >= 0) {
                answer.write(in.array(), 0, in.position());
                if (in.position() == 0) {
                    await(selector, deadline);
                }
            }
            return parse(answer.toString(StandardCharsets.UTF_8));
        }
    }

    private void await(Selector selector, long deadline) throws IOException {
        long millis = (deadline - System.nanoTime()) / 1_000_000;
        selector.selectedKeys().clear();
        if (millis <= 0 || selector.select(millis) == 0) {
            throw new IOException("no answer within " + timeout.toMillis() + " ms");
        }
    }

    private static Answer parse(String answer) throws IOException {
        int end = answer.indexOf(HEAD_END);
        if (end < 0 || !answer.matches("(?s)HTTP/1\\.1 [0-9]{3} .*")) {
            throw new IOException("the answer was cut short");
        }
        int status = Integer.parseInt(answer.substring(9, 12));
        return new Answer(status, answer.substring(end + HEAD_END.length()));
    }
}
