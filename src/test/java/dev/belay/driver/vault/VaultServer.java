package dev.belay.driver.vault;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Enforces what Vault's published HTTP API says of KV version 2, tokens, AppRole and Kubernetes:
/// who has no token, or one that ended, or one of another namespace gets nothing. Written from the
/// documentation, without the reader's code.
public final class VaultServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final InstantSource clock;
    private final @Nullable SSLContext tls;
    private final Map<String, Token> tokens = new HashMap<>();
    private final Map<String, Integer> mounts = new HashMap<>();
    private final Map<String, List<Version>> secrets = new HashMap<>();
    private final Map<String, Object> first = new HashMap<>();
    private final List<String> asked = new ArrayList<>();
    private String namespace = "";
    private String roleId = "";
    private String secretId = "";
    private String jwt = "";
    private Lease lease = new Lease(Duration.ofHours(1), Duration.ofHours(24), true);
    private Trouble trouble = Trouble.NONE;
    private HttpServer server;
    private final int port;

    /// What a Vault can be in.
    public enum Trouble {
        NONE,
        SEALED,
        STANDBY,
        NO_ACTIVE,
        SLOW,
        ENDLESS,
        LIMITED
    }

    /// How long tokens live that it gives out.
    public record Lease(Duration ttl, Duration max, boolean renewable) {}

    private record Token(
            String policy, Instant made, Instant ends, Lease lease, String namespace) {}

    private record Version(
            Map<String, Object> data, Instant created, String deleted, boolean destroyed) {}

    public VaultServer(InstantSource clock, @Nullable SSLContext tls) throws IOException {
        this.clock = clock;
        this.tls = tls;
        server = listen(0);
        port = server.getAddress().getPort();
        mounts.put("secret", 2);
    }

    private HttpServer listen(int at) throws IOException {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), at);
        HttpServer made;
        if (tls == null) {
            made = HttpServer.create(address, 0);
        } else {
            HttpsServer secure = HttpsServer.create(address, 0);
            secure.setHttpsConfigurator(new HttpsConfigurator(tls));
            made = secure;
        }
        made.createContext("/", this::answer);
        made.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        made.start();
        return made;
    }

    public String address() {
        return (tls == null ? "http" : "https") + "://127.0.0.1:" + port;
    }

    // --- what an operator does ---------------------------------------------------------------

    public synchronized void is(Trouble now) {
        trouble = now;
    }

    /// Ends the process, so to speak.
    public void goesDown() {
        server.stop(0);
    }

    public void comesBack() throws IOException {
        server = listen(port);
    }

    public synchronized void hasNamespace(String name) {
        namespace = name;
    }

    public synchronized void hasLease(Lease now) {
        lease = now;
    }

    public synchronized void hasMount(String name, int version) {
        mounts.put(name, version);
    }

    public synchronized void hasAppRole(String role, String secret) {
        roleId = role;
        secretId = secret;
    }

    public synchronized void hasAccount(String token) {
        jwt = token;
    }

    /// As `vault token create`.
    ///
    /// @param policy beginning of the paths that it lets read
    public synchronized String makeToken(String policy) {
        String token = "hvs." + UUID.randomUUID();
        tokens.put(token, token(policy));
        return token;
    }

    private Token token(String policy) {
        Instant now = clock.instant();
        return new Token(policy, now, now.plus(lease.ttl()), lease, namespace);
    }

    public synchronized void revokeAll() {
        tokens.clear();
    }

    public synchronized long tokens() {
        return tokens.values().stream().filter(one -> clock.instant().isBefore(one.ends())).count();
    }

    /// As `vault kv put`.
    public synchronized void put(String path, Map<String, Object> data) {
        secrets.computeIfAbsent(path, _ -> new ArrayList<>())
                .add(new Version(data, clock.instant(), "", false));
    }

    /// A secret of an engine of version 1.
    public synchronized void putFirst(String path, Map<String, Object> data) {
        first.put(path, data);
    }

    /// As `vault kv delete`, or `destroy`, of the newest.
    public synchronized void delete(String path, boolean destroy) {
        List<Version> versions = Objects.requireNonNull(secrets.get(path));
        Version last = versions.removeLast();
        versions.add(new Version(last.data(), last.created(), clock.instant().toString(), destroy));
    }

    public synchronized List<String> asked() {
        return List.copyOf(asked);
    }

    public synchronized void forgetAsked() {
        asked.clear();
    }

    // --- what a client gets ------------------------------------------------------------------

    private record Answer(int status, Object body) {
        static Answer error(int status, String... errors) {
            return new Answer(status, Map.of("errors", List.of(errors)));
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getPath();
        byte[] body = exchange.getRequestBody().readAllBytes();
        Trouble now;
        synchronized (this) {
            asked.add(exchange.getRequestMethod() + " " + path);
            now = trouble;
        }
        if (now == Trouble.STANDBY) {
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1:1" + path);
            exchange.sendResponseHeaders(307, -1);
            exchange.close();
            return;
        }
        if (now == Trouble.SLOW) {
            // Never answered; the client hangs up.
            return;
        }
        if (now == Trouble.ENDLESS) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{".getBytes(StandardCharsets.UTF_8));
            exchange.getResponseBody().flush();
            return;
        }
        Answer answer;
        synchronized (this) {
            answer = answer(exchange, now, path, body);
        }
        byte[] text = JSON.writeValueAsBytes(answer.body());
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(answer.status(), answer.status() == 204 ? -1 : text.length);
        if (answer.status() != 204) {
            exchange.getResponseBody().write(text);
        }
        exchange.close();
    }

    private Answer answer(HttpExchange exchange, Trouble now, String path, byte[] body) {
        switch (now) {
            case SEALED -> {
                return Answer.error(503, "Vault is sealed");
            }
            case NO_ACTIVE -> {
                return Answer.error(500, "local node not active but active cluster node not found");
            }
            case LIMITED -> {
                return Answer.error(
                        429, "request path \"" + path + "\": rate limit quota exceeded");
            }
            default -> {}
        }
        String inside =
                Optional.ofNullable(exchange.getRequestHeaders().getFirst("X-Vault-Namespace"))
                        .orElse("");
        if (!inside.equals(namespace)) {
            return Answer.error(403, "permission denied");
        }
        if (path.startsWith("/v1/auth/") && path.endsWith("/login")) {
            return login(path, JSON.readTree(body));
        }
        String text = exchange.getRequestHeaders().getFirst("X-Vault-Token");
        Token token = text == null ? null : tokens.get(text);
        if (text == null || token == null || !clock.instant().isBefore(token.ends())) {
            return Answer.error(
                    403, "2 errors occurred:\n\t* permission denied\n\t* invalid token");
        }
        return switch (exchange.getRequestMethod() + " " + path) {
            case "GET /v1/auth/token/lookup-self" -> lookup(token);
            case "POST /v1/auth/token/renew-self" -> renew(text, token);
            case "POST /v1/auth/token/revoke-self" -> {
                tokens.remove(text);
                yield new Answer(204, "");
            }
            default -> read(exchange, token, path.substring("/v1/".length()));
        };
    }

    private Answer login(String path, JsonNode body) {
        boolean right =
                switch (path) {
                    case "/v1/auth/approle/login" ->
                            !roleId.isEmpty()
                                    && roleId.equals(body.path("role_id").asString(""))
                                    && secretId.equals(body.path("secret_id").asString(""));
                    case "/v1/auth/kubernetes/login" ->
                            body.path("role").asString("").equals("belay")
                                    && jwt.equals(body.path("jwt").asString(""));
                    default -> false;
                };
        if (!path.equals("/v1/auth/approle/login") && !path.equals("/v1/auth/kubernetes/login")) {
            return Answer.error(
                    404, "no handler for route \"" + path + "\". route entry not found.");
        }
        if (!right) {
            return path.contains("approle")
                    ? Answer.error(400, "invalid role or secret ID " + body)
                    : Answer.error(403, "permission denied " + body);
        }
        String token = makeToken("shop/");
        return auth(token, Objects.requireNonNull(tokens.get(token)));
    }

    private Answer auth(String text, Token token) {
        long left = Duration.between(clock.instant(), token.ends()).toSeconds();
        return new Answer(
                200,
                Map.of(
                        "auth",
                        Map.of(
                                "client_token",
                                text,
                                "lease_duration",
                                left,
                                "renewable",
                                token.lease().renewable(),
                                "policies",
                                List.of("default", token.policy()))));
    }

    private Answer lookup(Token token) {
        long left = Duration.between(clock.instant(), token.ends()).toSeconds();
        return new Answer(
                200, Map.of("data", Map.of("ttl", left, "renewable", token.lease().renewable())));
    }

    private Answer renew(String text, Token token) {
        if (!token.lease().renewable()) {
            return Answer.error(400, "lease is not renewable");
        }
        Instant longest = token.made().plus(token.lease().max());
        Instant wanted = clock.instant().plus(token.lease().ttl());
        var longer =
                new Token(
                        token.policy(),
                        token.made(),
                        wanted.isBefore(longest) ? wanted : longest,
                        token.lease(),
                        token.namespace());
        tokens.put(text, longer);
        return auth(text, longer);
    }

    private Answer read(HttpExchange exchange, Token token, String path) {
        if (path.startsWith("sys/internal/ui/mounts/")) {
            String name = path.substring("sys/internal/ui/mounts/".length());
            Integer version = mounts.get(name);
            return version == null
                    ? Answer.error(403, "preflight capability check returned 403")
                    : new Answer(
                            200,
                            Map.of(
                                    "data",
                                    Map.of(
                                            "type",
                                            "kv",
                                            "options",
                                            Map.of("version", String.valueOf(version)))));
        }
        int slash = path.indexOf('/');
        String mount = path.substring(0, slash);
        String rest = path.substring(slash + 1);
        Integer version = mounts.get(mount);
        if (version == null) {
            return Answer.error(
                    404, "no handler for route \"" + path + "\". route entry not found.");
        }
        if (version == 1) {
            Object found = first.get(rest);
            return found == null
                    ? Answer.error(404)
                    : new Answer(200, Map.of("data", found, "lease_duration", 2764800));
        }
        if (!rest.startsWith("data/" + token.policy())) {
            return Answer.error(403, "1 error occurred:\n\t* permission denied\n\n");
        }
        return versioned(exchange, rest.substring("data/".length()));
    }

    private Answer versioned(HttpExchange exchange, String path) {
        List<Version> versions = secrets.get(path);
        String query = Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse("");
        int wanted = query.startsWith("version=") ? Integer.parseInt(query.substring(8)) : 0;
        if (versions == null || wanted > versions.size()) {
            return Answer.error(404);
        }
        int number = wanted == 0 ? versions.size() : wanted;
        Version version = versions.get(number - 1);
        boolean gone = !version.deleted().isEmpty();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("data", gone ? null : version.data());
        data.put(
                "metadata",
                Map.of(
                        "created_time", version.created().toString(),
                        "deletion_time", version.deleted(),
                        "destroyed", version.destroyed(),
                        "version", number));
        return new Answer(gone ? 404 : 200, Map.of("data", data));
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
