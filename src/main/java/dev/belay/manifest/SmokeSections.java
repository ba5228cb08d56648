package dev.belay.manifest;

import static dev.belay.manifest.ComponentSection.CONTACT;
import static dev.belay.manifest.ComponentSection.OWNER;
import static dev.belay.manifest.ComponentSection.RUNBOOK;
import static dev.belay.manifest.shape.Shapes.COMMAND;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.HEADER;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.POINTER;
import static dev.belay.manifest.shape.Shapes.REQUEST;
import static dev.belay.manifest.shape.Shapes.STATUS;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.URL_PATH;
import static dev.belay.manifest.shape.Shapes.VARIABLE;
import static dev.belay.manifest.shape.Shapes.WRITTEN;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.map;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Health;
import dev.belay.release.SmokeTest;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;

/// The sections that smoke tests are made of.
final class SmokeSections {
    private static final Key<String> REQUEST_KEY =
            Key.of("request", REQUEST, "Method and path, such as `POST /login`.").asRequired();
    private static final Key<SequencedMap<String, String>> HEADERS =
            Key.of("headers", map(HEADER, WRITTEN), "Headers that are sent.").fallback("{}");
    private static final Key<String> BODY =
            Key.of("body", WRITTEN, "Body that is sent.").fallback("");
    private static final Key<Health.StatusRange> STATUS_KEY =
            Key.of("status", STATUS, "Status that the answer must have.").fallback("200-299");
    private static final Key<String> CONTAINS =
            Key.of("contains", WRITTEN, "Text that the answer must contain.").fallback("");
    private static final Key<SequencedMap<String, String>> CAPTURE =
            Key.of(
                            "capture",
                            map(VARIABLE, POINTER),
                            "Names for parts of the answer, by JSON pointer; later requests write"
                                    + " `${name}`.")
                    .fallback("{}");

    static final Fields<SmokeTest.Exchange> EXCHANGE =
            Fields.of(
                    "request",
                    "One request of a smoke test, and what its answer must be.",
                    "{request: POST /login, body: '{\"user\": \"smoke\"}', status: 200,"
                            + " capture: {token: /token}}",
                    List.of(REQUEST_KEY, HEADERS, BODY, STATUS_KEY, CONTAINS, CAPTURE),
                    List.of(),
                    SmokeSections::exchange);

    private static final Key<String> SEND =
            Key.of("send", TEXT, "A text that is sent. May name captures.");
    private static final Key<String> EXPECT =
            Key.of("expect", TEXT, "A text that the next message must contain.");

    static final Fields<SmokeTest.Message> MESSAGE =
            Fields.of(
                    "message",
                    "One message of a WebSocket test.",
                    "{send: ping}",
                    List.of(SEND, EXPECT),
                    List.of("send", "expect"),
                    row -> {
                        Optional<String> sent = row.find(SEND);
                        return new SmokeTest.Message(
                                sent.isPresent(), sent.orElseGet(() -> row.get(EXPECT)));
                    });

    /// Path and messages, before the test has its name.
    record Conversation(String path, List<SmokeTest.Message> messages) {}

    private static final Key<String> PATH_KEY =
            Key.of("path", URL_PATH, "Where the WebSocket is opened.").asRequired();
    private static final Key<List<SmokeTest.Message>> MESSAGES =
            Key.of("messages", list(MESSAGE), "What is sent and expected, in order.")
                    .fallback("[]");

    static final Fields<Conversation> CONVERSATION =
            Fields.of(
                    "websocket",
                    "A WebSocket that is opened, used and closed.",
                    "{path: /ws, messages: [{send: ping}, {expect: pong}]}",
                    List.of(PATH_KEY, MESSAGES),
                    List.of(),
                    row -> new Conversation(row.get(PATH_KEY), row.get(MESSAGES)));

    private static final Key<String> TEST_NAME =
            Key.of("name", TEXT, "What is tested, for reports.").asRequired();
    private static final Key<Duration> TIMEOUT =
            Key.of("timeout", DURATION, "Time for the whole test.").fallback("10s");
    private static final Key<List<SmokeTest.Exchange>> HTTP =
            Key.of("http", list(EXCHANGE, 1), "Requests in order.");
    private static final Key<Conversation> WEBSOCKET =
            Key.of("websocket", CONVERSATION, "A WebSocket conversation.");
    private static final Key<List<String>> COMMAND_KEY =
            Key.of(
                    "command",
                    COMMAND,
                    "A command, in the artifact's folder and with the component's variables;"
                            + " `BELAY_URL` is the address under test.");
    private static final Key<String> AS_TENANT =
            Key.of("as-tenant", NAME, "The tenant as whom it asks; `not-tenant` goes with it.");
    private static final Key<String> NOT_TENANT =
            Key.of(
                    "not-tenant",
                    NAME,
                    "The tenant for whose data its last request asks, which must be refused (403 or"
                            + " 404) after an earlier one was answered.");
    private static final List<String> ONE_OF = List.of("http", "websocket", "command");

    static final Fields<OwnedTest> TEST =
            Fields.of(
                    "smoke",
                    "Something that must work before a revision gets traffic, after it has, and"
                            + " after a rollback.",
                    "{name: signs in, http: [{request: GET /me, status: 401}]}",
                    List.of(
                            TEST_NAME,
                            TIMEOUT,
                            HTTP,
                            WEBSOCKET,
                            COMMAND_KEY,
                            AS_TENANT,
                            NOT_TENANT,
                            OWNER,
                            CONTACT,
                            RUNBOOK),
                    ONE_OF,
                    SmokeSections::owned);

    /// A platform's test, with its component.
    record ThroughComponent(String component, OwnedTest owned) {}

    static final Key<String> COMPONENT =
            Key.of("component", NAME, "Component whose public port the test goes through.")
                    .asRequired();

    static final Fields<ThroughComponent> PLATFORM_TEST =
            Fields.of(
                    "platform-smoke",
                    "A smoke test of the platform as a whole, through one component's public port.",
                    "{name: one order, component: api, http: [{request: POST /orders}]}",
                    List.of(
                            TEST_NAME,
                            COMPONENT,
                            TIMEOUT,
                            HTTP,
                            WEBSOCKET,
                            COMMAND_KEY,
                            OWNER,
                            CONTACT,
                            RUNBOOK),
                    ONE_OF,
                    row -> new ThroughComponent(row.get(COMPONENT), owned(row)));

    private SmokeSections() {}

    private static SmokeTest.Exchange exchange(Row row) {
        String[] request = row.get(REQUEST_KEY).split(" ", 2);
        return new SmokeTest.Exchange(
                request[0],
                request[1],
                row.get(HEADERS),
                row.get(BODY),
                row.get(STATUS_KEY),
                row.get(CONTAINS),
                row.get(CAPTURE));
    }

    private static OwnedTest owned(Row row) {
        String as = row.find(AS_TENANT).orElse("");
        String of = row.find(NOT_TENANT).orElse("");
        return new OwnedTest(
                test(row),
                ComponentSection.responsible(row),
                as.isEmpty() && of.isEmpty() ? null : new TenantProbe(as, of));
    }

    private static SmokeTest test(Row row) {
        String name = row.get(TEST_NAME);
        Duration timeout = row.get(TIMEOUT);
        Optional<List<SmokeTest.Exchange>> http = row.find(HTTP);
        if (http.isPresent()) {
            return new SmokeTest.HttpScenario(name, timeout, http.get());
        }
        Optional<Conversation> websocket = row.find(WEBSOCKET);
        if (websocket.isPresent()) {
            Conversation said = websocket.get();
            return new SmokeTest.WebSocketExchange(name, timeout, said.path(), said.messages());
        }
        return new SmokeTest.CommandTest(name, timeout, row.get(COMMAND_KEY));
    }
}
