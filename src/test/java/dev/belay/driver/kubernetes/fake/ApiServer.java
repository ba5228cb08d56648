package dev.belay.driver.kubernetes.fake;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The API over HTTP: which request means what, and what goes wrong with it.
final class ApiServer implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Objects objects;
    private final Faults faults;
    private final Function<ObjectNode, String> logs;
    private final int minor;
    private final String token;
    private static final Pattern TIMED = Pattern.compile("[0-9]{4}-[0-9T:.-]+Z ");
    private static final String NEVER = "0001-01-01T00:00:00Z ";
    private static final int SECONDS = "0001-01-01T00:00:00".length();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final List<Faults.Asked> asked = new CopyOnWriteArrayList<>();
    private final Set<String> lacking = ConcurrentHashMap.newKeySet();

    /// @param minor of the version 1.x that it says it is
    /// @param logs what a pod wrote
    ApiServer(
            Objects objects,
            Faults faults,
            Function<ObjectNode, String> logs,
            int minor,
            String token)
            throws IOException {
        this.objects = objects;
        this.faults = faults;
        this.logs = logs;
        this.minor = minor;
        this.token = token;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /// Nobody brought a group of kinds.
    void lacks(String group) {
        lacking.add(group);
    }

    List<Faults.Asked> asked() {
        return List.copyOf(asked);
    }

    /// A request about objects of a kind.
    ///
    /// @param name empty for all of them
    /// @param below `status`, `log`, or empty
    record Ask(Kind kind, String namespace, String name, String below, Map<String, String> query) {
        String get(String parameter) {
            return query.getOrDefault(parameter, "");
        }

        boolean watches() {
            return get("watch").equals("true") || get("watch").equals("1");
        }

        boolean dry() {
            return get("dryRun").equals("All");
        }

        String verb(String method) {
            return switch (method) {
                case "GET" -> watches() ? "watch" : name.isEmpty() ? "list" : "get";
                case "POST" -> "create";
                case "PUT" -> "update";
                case "PATCH" -> "patch";
                case "DELETE" -> "delete";
                default -> throw new Refusal(405, "MethodNotAllowed", method);
            };
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readAllBytes();
            try {
                String given = exchange.getRequestHeaders().getFirst("Authorization");
                if (!("Bearer " + token).equals(given)) {
                    throw new Refusal(401, "Unauthorized", "Unauthorized");
                }
                serve(exchange, body);
            } catch (Refusal no) {
                send(exchange, no.code(), no.status());
            } catch (JacksonException e) {
                send(exchange, 400, Refusal.malformed("no JSON").status());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(HttpExchange exchange, byte[] body)
            throws IOException, InterruptedException {
        String path = exchange.getRequestURI().getPath();
        List<String> steps =
                Arrays.stream(path.split("/", -1)).filter(one -> !one.isEmpty()).toList();
        Optional<JsonNode> about = Discovery.of(steps, minor, lacking);
        if (about.isPresent()) {
            send(exchange, 200, about.get());
            return;
        }
        if (path.endsWith("/selfsubjectaccessreviews")) {
            asked.add(new Faults.Asked("create", "selfsubjectaccessreviews", "", ""));
            send(exchange, 201, review((ObjectNode) JSON.readTree(body)));
            return;
        }
        Ask ask = ask(steps, query(exchange.getRequestURI().getRawQuery()));
        var said =
                new Faults.Asked(
                        ask.verb(exchange.getRequestMethod()),
                        ask.kind().plural(),
                        ask.namespace(),
                        ask.name());
        asked.add(said);
        Optional<Faults.Fault> fault = faults.take(said);
        if (fault.isPresent() && !goesOn(exchange, fault.get())) {
            return;
        }
        if (faults.isForbidden(said)) {
            throw new Refusal(
                    403,
                    "Forbidden",
                    ("%s \"%s\" is forbidden: User \"belay\" cannot %s resource \"%s\" in API group"
                                    + " \"%s\" in the namespace \"%s\"")
                            .formatted(
                                    ask.kind().plural(),
                                    ask.name(),
                                    said.verb(),
                                    ask.kind().plural(),
                                    ask.kind().group(),
                                    ask.namespace()));
        }
        if (ask.watches()) {
            new WatchAnswer(objects.store(), ask).write(exchange);
            return;
        }
        if (ask.below().equals("log")) {
            byte[] text = log(ask).getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, text.length == 0 ? -1 : text.length);
            exchange.getResponseBody().write(text);
            return;
        }
        boolean creates = said.verb().equals("create");
        boolean lost = fault.isPresent() && fault.get() instanceof Faults.AnswerLost;
        ObjectNode result;
        try {
            result = done(exchange, ask, body);
        } catch (Refusal no) {
            if (lost) {
                // Nothing was done: the fault is for one that is.
                faults.next(said.verb(), said.kind(), new Faults.AnswerLost());
            }
            throw no;
        }
        if (lost) {
            return;
        }
        send(exchange, creates ? 201 : 200, result);
    }

    /// Whether the request is to be carried out all the same.
    private boolean goesOn(HttpExchange exchange, Faults.Fault fault)
            throws IOException, InterruptedException {
        return switch (fault) {
            case Faults.Fails(int status) ->
                    throw new Refusal(status, "InternalError", "it fails as the test wants");
            case Faults.Throttled(var after) -> {
                exchange.getResponseHeaders()
                        .add("Retry-After", Long.toString(Math.max(1, after.toSeconds())));
                throw new Refusal(429, "TooManyRequests", "too many requests");
            }
            case Faults.Cut _ -> false;
            case Faults.Held held -> {
                held.until().await();
                yield true;
            }
            case Faults.AnswerLost _ -> true;
        };
    }

    private ObjectNode done(HttpExchange exchange, Ask ask, byte[] body) {
        String manager = ask.query().getOrDefault("fieldManager", "unknown");
        var by = new Objects.By(manager, ask.get("force").equals("true"), ask.dry());
        return switch (exchange.getRequestMethod()) {
            case "GET" ->
                    ask.name().isEmpty()
                            ? list(ask)
                            : shown(
                                    ask.kind(),
                                    objects.live(ask.kind(), ask.namespace(), ask.name()));
            case "POST" ->
                    shown(
                            ask.kind(),
                            objects.create(
                                    ask.kind(),
                                    ask.namespace(),
                                    (ObjectNode) JSON.readTree(body),
                                    by));
            case "PUT" ->
                    shown(
                            ask.kind(),
                            objects.update(
                                    ask.kind(),
                                    ask.namespace(),
                                    named(ask, (ObjectNode) JSON.readTree(body)),
                                    by));
            case "PATCH" -> {
                String type = exchange.getRequestHeaders().getFirst("Content-Type");
                if (!"application/apply-patch+yaml".equals(type)) {
                    throw new Refusal(415, "UnsupportedMediaType", "no such patch here: " + type);
                }
                yield shown(
                        ask.kind(),
                        objects.apply(
                                ask.kind(),
                                ask.namespace(),
                                named(ask, (ObjectNode) JSON.readTree(body)),
                                by));
            }
            case "DELETE" ->
                    shown(
                            ask.kind(),
                            objects.delete(
                                    ask.kind(),
                                    ask.namespace(),
                                    ask.name(),
                                    body.length == 0 ? Tree.object() : JSON.readTree(body)));
            default -> throw new Refusal(405, "MethodNotAllowed", exchange.getRequestMethod());
        };
    }

    private static ObjectNode named(Ask ask, ObjectNode object) {
        if (!Tree.name(object).equals(ask.name())) {
            throw Refusal.malformed("the name of the object does not match the name on the URL");
        }
        return object;
    }

    private ObjectNode list(Ask ask) {
        ObjectNode list = Tree.object();
        list.put("apiVersion", ask.kind().apiVersion()).put("kind", ask.kind().name() + "List");
        synchronized (objects.store()) {
            Tree.in(list, "metadata")
                    .put("resourceVersion", Long.toString(objects.store().version()));
            ArrayNode items = list.putArray("items");
            objects.store().list(ask.kind(), ask.namespace()).stream()
                    .filter(one -> wants(ask, one))
                    .forEach(one -> items.add(shown(ask.kind(), one)));
        }
        return list;
    }

    static boolean wants(Ask ask, JsonNode object) {
        boolean fields =
                Arrays.stream(ask.get("fieldSelector").split(",", -1))
                        .filter(one -> !one.isEmpty())
                        .map(one -> one.split("=+", 2))
                        .allMatch(one -> Tree.text(object, one[0].split("\\.")).equals(one[1]));
        return fields
                && (ask.namespace().isEmpty() || ask.namespace().equals(Tree.namespace(object)))
                && (ask.name().isEmpty() || ask.name().equals(Tree.name(object)))
                && Objects.selects(ask.get("labelSelector"), Tree.labels(object));
    }

    /// As the asked version has it.
    static ObjectNode shown(Kind kind, ObjectNode object) {
        ObjectNode copy = object.deepCopy();
        copy.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
        return copy;
    }

    /// Lines that begin with a time were written then, others at no time; asked from a time on, the
    /// whole second of it counts.
    private String log(Ask ask) {
        String all = logs.apply(objects.live(ask.kind(), ask.namespace(), ask.name()));
        String since = ask.get("sinceTime");
        String from = since.substring(0, Math.min(since.length(), SECONDS));
        List<String> lines =
                all.lines()
                        .map(line -> TIMED.matcher(line).lookingAt() ? line : NEVER + line)
                        .filter(line -> line.compareTo(from) >= 0)
                        .toList();
        String wanted = ask.get("tailLines");
        int last = wanted.isEmpty() ? lines.size() : Integer.parseInt(wanted);
        boolean timed = ask.get("timestamps").equals("true");
        return lines.stream()
                .skip(Math.max(0, lines.size() - last))
                .map(line -> timed ? line : line.substring(line.indexOf(' ') + 1))
                .map(line -> line + "\n")
                .reduce("", String::concat);
    }

    private ObjectNode review(ObjectNode review) {
        JsonNode wanted = review.path("spec").path("resourceAttributes");
        boolean no =
                faults.isForbidden(
                        new Faults.Asked(
                                Tree.text(wanted, "verb"),
                                Tree.text(wanted, "resource"),
                                Tree.text(wanted, "namespace"),
                                Tree.text(wanted, "name")));
        review.putObject("status").put("allowed", !no);
        return review;
    }

    private Ask ask(List<String> steps, Map<String, String> query) {
        boolean core = !steps.isEmpty() && steps.getFirst().equals("api");
        int start = core ? 2 : 3;
        if (steps.size() <= start || !(core || steps.getFirst().equals("apis"))) {
            throw new Refusal(404, "NotFound", "the server could not find the requested resource");
        }
        String group = core ? "" : steps.get(1);
        if (lacking.contains(group)) {
            throw new Refusal(404, "NotFound", "the server could not find the requested resource");
        }
        List<String> rest = steps.subList(start, steps.size());
        String namespace = "";
        if (rest.getFirst().equals("namespaces") && rest.size() > 2) {
            namespace = rest.get(1);
            rest = rest.subList(2, rest.size());
        }
        Kind kind =
                Kind.find(group, steps.get(start - 1), rest.getFirst(), minor)
                        .orElseThrow(() ->
                                new Refusal(
                                        404,
                                        "NotFound",
                                        "the server could not find the requested resource"));
        return new Ask(
                kind,
                namespace,
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "",
                query);
    }

    private static Map<String, String> query(String raw) {
        var all = new HashMap<String, String>();
        if (raw != null) {
            for (String pair : raw.split("&", -1)) {
                int equal = pair.indexOf('=');
                if (equal > 0) {
                    all.put(
                            pair.substring(0, equal),
                            URLDecoder.decode(pair.substring(equal + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return all;
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        objects.store().cutWatches();
        server.stop(0);
        threads.shutdownNow();
        if (threads.isShutdown()) {
            return;
        }
        throw new UncheckedIOException(new IOException("the API server goes on"));
    }
}
