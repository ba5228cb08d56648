package dev.belay.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.people.Action;
import dev.belay.server.Token;
import dev.belay.server.access.Access;
import dev.belay.server.access.Need;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Where;
import dev.belay.server.people.Staff;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GuardTest {
    private static final Access ACCESS =
            Access.of(
                    Map.of(
                            "GET /healthz",
                            need(Where.PUBLIC),
                            "GET /",
                            need(Where.SOMEWHERE),
                            "GET /api/v1/secret",
                            need(Where.EVERYWHERE),
                            "POST /api/v1/echo",
                            need(Where.EVERYWHERE)));

    @TempDir private Path folder;
    private Staff staff;
    private Token token;
    private HttpServer server;

    private static Need need(Where where) {
        return new Need(Action.READ, where, List.of());
    }

    @BeforeEach
    void start() {
        staff = new Staff(folder);
        token = staff.file();
        var terms = new HttpServer.Terms(0, staff.people(), ACCESS, text -> text);
        server = HttpServer.start(terms, List.of(GuardTest::routes));
    }

    private static void routes(Routes routes) {
        routes.get("/healthz", ctx -> ctx.result("ok"));
        routes.get("/", ctx -> ctx.result("page"));
        routes.get("/api/v1/secret", ctx -> ctx.result("secret"));
        routes.post(
                "/api/v1/echo",
                ctx -> Wire.answer(ctx, Wire.read(ctx, fields -> fields.required("word"))));
    }

    @AfterEach
    void stop() {
        server.close();
        staff.close();
    }

    @Test
    void health_is_all_that_a_stranger_sees() throws IOException {
        assertThat(get("/healthz", "").status()).isEqualTo(200);
        assertThat(get("/", "").status()).isEqualTo(401);
        assertThat(get("/api/v1/secret", "").status()).isEqualTo(401);
        assertThat(get("/nothing", "").status()).isEqualTo(401);
        assertThat(get("/nothing", bearer()).status()).isEqualTo(404);
        assertThat(get("/api/v1/secret", bearer()).body()).isEqualTo("secret");
    }

    @Test
    void a_wrong_token_opens_nothing() throws IOException {
        String right = token.secret();
        for (String wrong :
                List.of(
                        "",
                        "x",
                        right.substring(1),
                        right + "0",
                        // Signed by nobody, as a token says of itself: no token says that here.
                        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsImdyb3VwcyI6WyJhZG1pbiJdfQ.",
                        right.toUpperCase(java.util.Locale.ROOT) + " ",
                        token.readerKey(),
                        Token.random().secret())) {
            assertThat(get("/api/v1/secret", "Authorization: Bearer " + wrong).status())
                    .as(wrong)
                    .isEqualTo(401);
        }
        assertThat(get("/api/v1/secret", "Authorization: Basic " + right).status()).isEqualTo(401);
        assertThat(get("/api/v1/secret", "X-Token: " + right).status()).isEqualTo(401);
        assertThat(get("/api/v1/secret?token=" + right, "").status()).isEqualTo(401);
    }

    @Test
    void no_spelling_of_a_path_leads_round_the_token() throws IOException {
        for (String path :
                List.of(
                        "/api/v1/secret;",
                        "/api/v1/secret;/healthz",
                        "/healthz;/../api/v1/secret",
                        "/healthz/../api/v1/secret",
                        "/healthz/%2e%2e/api/v1/secret",
                        "/healthz%2f..%2fapi/v1/secret",
                        "//api/v1/secret",
                        "/api//v1/secret",
                        "/./api/v1/secret",
                        "/%61pi/v1/secret",
                        "/api/v1/secret/",
                        "/api/v1/secret.json",
                        "/API/V1/SECRET",
                        "/healthz?x=/api/v1/secret",
                        "/api/v1/secret?/healthz",
                        "/api/v1/secret%00",
                        "/api/v1/secret#/healthz",
                        "http://127.0.0.1/api/v1/secret")) {
            var reply = get(path, "");
            assertThat(reply.body()).as(path).doesNotContain("secret\"").isNotEqualTo("secret");
            if (!path.startsWith("/healthz?")) {
                assertThat(reply.status()).as(path).isBetween(400, 404);
            }
        }
        for (String header :
                List.of(
                        "X-Original-URL: /healthz",
                        "X-Rewrite-URL: /healthz",
                        "X-HTTP-Method-Override: GET",
                        "X-Forwarded-For: 127.0.0.1",
                        "X-Forwarded-User: root")) {
            assertThat(get("/api/v1/secret", header).status()).as(header).isEqualTo(401);
        }
        for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get", "X")) {
            String head = method + " /healthz HTTP/1.1\nHost: " + host();
            assertThat(RawHttp.send(server.port(), head, "").status())
                    .as(method)
                    .isBetween(400, 405);
        }
    }

    @Test
    void a_path_that_can_be_read_in_two_ways_leads_nowhere_even_with_the_token()
            throws IOException {
        for (String path :
                List.of("/api/v1/secret;x", "/%61pi/v1/secret", "//api/v1/secret", "/api/../x")) {
            assertThat(get(path, bearer()).status()).as(path).isIn(400, 404);
        }
    }

    @Test
    void another_host_name_is_refused_whatever_it_points_at() throws IOException {
        for (String host :
                List.of(
                        "evil.example",
                        "evil.example:" + server.port(),
                        "127.0.0.1",
                        "",
                        "x@y:1")) {
            String head = "GET /healthz HTTP/1.1\nHost: " + host;
            assertThat(RawHttp.send(server.port(), head, "").status()).as(host).isIn(400, 403);
        }
        String local = "GET /healthz HTTP/1.1\nHost: localhost:" + server.port();
        assertThat(RawHttp.send(server.port(), local, "").status()).isEqualTo(200);
    }

    @Test
    void a_foreign_page_is_refused_even_with_the_token() throws IOException {
        for (String header :
                List.of(
                        "Origin: https://evil.example",
                        "Origin: http://127.0.0.1:1",
                        "Origin: https://" + host(),
                        "Origin: http://" + host() + ".evil.example",
                        "Origin: null",
                        "Sec-Fetch-Site: cross-site",
                        "Sec-Fetch-Site: same-site")) {
            assertThat(get("/api/v1/secret", bearer() + "\n" + header).status())
                    .as(header)
                    .isEqualTo(403);
        }
        assertThat(get("/api/v1/secret", bearer() + "\nOrigin: http://" + host()).status())
                .isEqualTo(200);
    }

    @Test
    void a_form_can_change_nothing() throws IOException {
        for (String type :
                List.of(
                        "text/plain",
                        "application/x-www-form-urlencoded",
                        "multipart/form-data; boundary=x",
                        "application/json+x",
                        "")) {
            assertThat(post(bearer() + "\nContent-Type: " + type, "{\"word\":\"x\"}").status())
                    .as(type)
                    .isEqualTo(415);
        }
        String cookie = "Cookie: belay-" + server.port() + "=" + token.readerKey();
        assertThat(get("/api/v1/secret", cookie).status()).isEqualTo(200);
        assertThat(post(cookie + "\n" + json(), "{\"word\":\"x\"}").status()).isEqualTo(401);
    }

    @Test
    void the_first_link_becomes_a_cookie_that_cannot_do_what_the_token_can() throws IOException {
        var reply = get("/?token=" + token.secret(), "");
        assertThat(reply.status()).isEqualTo(303);
        assertThat(reply.head())
                .contains("location: ")
                .contains("belay-" + server.port() + "=" + token.readerKey())
                .contains("httponly")
                .contains("samesite=strict")
                .doesNotContain(token.secret());
        assertThat(get("/?token=" + Token.random().secret(), "").status()).isEqualTo(401);
        assertThat(get("/", "Cookie: belay-" + server.port() + "=" + token.secret()).status())
                .isEqualTo(401);
    }

    @Test
    void a_person_s_link_becomes_a_cookie_that_looks_as_far_as_he_may_and_dies_with_him()
            throws IOException {
        staff.add("anna", "admin");
        staff.add("bo", "admin@staging");
        String anna = staff.token("anna");
        String cookie = "Cookie: " + cookieOf(get("/?token=" + anna, ""));
        assertThat(cookie).doesNotContain(anna.substring(anna.length() - 60));
        assertThat(get("/api/v1/secret", cookie).status()).isEqualTo(200);
        assertThat(post(cookie + "\n" + json(), "{\"word\":\"x\"}").status()).isEqualTo(401);
        // A header that opens nothing is not made up for by a cookie.
        assertThat(get("/api/v1/secret", cookie + "\nAuthorization: Bearer x").status())
                .isEqualTo(401);
        String bos = "Cookie: " + cookieOf(get("/?token=" + staff.token("bo"), ""));
        assertThat(get("/", bos).status()).isEqualTo(200);
        assertThat(get("/api/v1/secret", bos).status()).isEqualTo(403);
        staff.disable("anna");
        assertThat(get("/api/v1/secret", cookie).status()).isEqualTo(401);
        assertThat(get("/?token=" + anna, "").status()).isEqualTo(401);
    }

    private static String cookieOf(RawHttp.Reply reply) {
        assertThat(reply.status()).isEqualTo(303);
        String head = reply.head();
        int from = head.indexOf("set-cookie: ") + "set-cookie: ".length();
        return head.substring(from, head.indexOf(';', from));
    }

    @Test
    void whose_token_is_guessed_at_is_told_to_wait() throws IOException {
        staff.add("anna", "viewer");
        String right = staff.token("anna");
        String key = cookieOf(get("/?token=" + right, ""));
        String wrong = key.substring(0, key.length() - 64) + "0".repeat(64);
        for (int i = 0; i < 10; i++) {
            assertThat(get("/api/v1/secret", "Cookie: " + wrong).status()).isEqualTo(401);
        }
        var reply = get("/api/v1/secret", "Cookie: " + wrong);
        assertThat(reply.status()).isEqualTo(429);
        assertThat(reply.head()).contains("retry-after: 60");
        // It is the guesser who waits.
        assertThat(get("/api/v1/secret", "Authorization: Bearer " + right).status()).isEqualTo(200);
        assertThat(get("/api/v1/secret", bearer()).status()).isEqualTo(200);
    }

    @Test
    void answers_forbid_a_browser_everything_that_is_not_ours() throws IOException {
        for (var reply : List.of(get("/", bearer()), get("/", ""), get("/nothing", bearer()))) {
            assertThat(reply.head())
                    .contains("content-security-policy: default-src 'none'; script-src 'self'")
                    .contains("x-content-type-options: nosniff")
                    .contains("referrer-policy: no-referrer")
                    .contains("cache-control: no-store")
                    .doesNotContain("server:")
                    .doesNotContain("access-control-allow");
        }
    }

    @Test
    void a_huge_body_is_refused_before_it_is_read() throws IOException {
        String gigabyte = "Content-Length: 1000000000";
        String head = "POST /api/v1/echo HTTP/1.1\nHost: %s\n%s\n%s\n%s";
        assertThat(
                        RawHttp.send(
                                        server.port(),
                                        head.formatted(host(), bearer(), json(), gigabyte),
                                        "{")
                                .status())
                .isEqualTo(413);
        String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
        assertThat(
                        RawHttp.send(
                                        server.port(),
                                        head.formatted(
                                                host(),
                                                bearer(),
                                                json(),
                                                "Transfer-Encoding: chunked"),
                                        chunk.repeat(40) + "0\r\n\r\n")
                                .status())
                .isEqualTo(413);
        assertThat(get("/api/v1/secret", bearer() + "\nX-Long: " + "x".repeat(40_000)).status())
                .isEqualTo(431);
        assertThat(get("/api/v1/secret", bearer()).status()).isEqualTo(200);
    }

    @Test
    void json_that_is_deep_broken_or_doubtful_is_a_problem_with_a_place() throws IOException {
        for (String body :
                List.of(
                        "[".repeat(20_000),
                        "{\"word\":".repeat(5_000) + "1" + "}".repeat(5_000),
                        "{\"word\":\"a\",\"word\":\"b\"}",
                        "{\"word\":\"a\"} {}",
                        "{\"word\":\"a\"",
                        "\u0000",
                        "[]",
                        "1",
                        "\"word\"",
                        "{\"word\":" + "9".repeat(4_000) + "}",
                        "{\"word\":\"" + "x".repeat(100_000) + "\"}")) {
            var reply = post(bearer() + "\n" + json(), body);
            assertThat(reply.status()).as(reply.body()).isEqualTo(422);
            assertThat(reply.body()).contains("\"kind\":\"problem\"").contains("request/");
        }
    }

    @Test
    void all_problems_of_a_request_are_said_at_once() throws IOException {
        var reply = post(bearer() + "\n" + json(), "{\"wort\":\"a\", \"why\":[]}");
        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.body())
                .contains("request/missing-field")
                .contains("field `wort` is not known")
                .contains("did you mean `word`?")
                .contains("field `why` is not known");
    }

    private RawHttp.Reply get(String path, String headers) throws IOException {
        String head = "GET " + path + " HTTP/1.1\nHost: " + host() + "\n" + headers;
        return RawHttp.send(server.port(), head, "");
    }

    private RawHttp.Reply post(String headers, String body) throws IOException {
        int length = body.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        String head =
                "POST /api/v1/echo HTTP/1.1\nHost: %s\n%s\nContent-Length: %d"
                        .formatted(host(), headers, length);
        return RawHttp.send(server.port(), head, body);
    }

    private String host() {
        return "127.0.0.1:" + server.port();
    }

    private String bearer() {
        return "Authorization: Bearer " + token.secret();
    }

    private static String json() {
        return "Content-Type: application/json";
    }
}
