package dev.belay.server.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.people.Action;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Role;
import dev.belay.server.access.Access;
import dev.belay.server.access.Need;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Where;
import dev.belay.server.people.Staff;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Every role, everywhere and in one environment, with every kind of narrowed token, at every
/// endpoint there is, over a real socket. Who gets through is said by `access.tsv`, which knows
/// nothing of the table that the server uses: an endpoint that is added, or needs something else,
/// is red until somebody writes down who is meant to get through.
class AccessMatrixTest {
    private static final List<String> PLACES = List.of(Grant.EVERYWHERE, "here", "there");

    /// One of each kind that could slip through.
    private static final List<String> SCOPES =
            List.of("", "viewer", "approver", "deployer@there", "operator@here", "admin@here");

    @TempDir private Path folder;
    private Staff staff;
    private HttpServer server;

    /// One line of the file.
    ///
    /// @param marks by role, one for each of [#PLACES]
    private record Row(String request, String body, Map<Role, String> marks) {
        static Row of(String line) {
            String[] cells = line.split("\t", -1);
            assertThat(cells).as(line).hasSize(2 + Role.values().length);
            var marks = new LinkedHashMap<Role, String>();
            int cell = 2;
            for (Role role : Role.values()) {
                marks.put(role, cells[cell++]);
            }
            return new Row(cells[0], cells[1].equals(".") ? "" : cells[1], marks);
        }

        String endpoint() {
            return request.split("\\?", 2)[0];
        }

        char mark(Grant grant) {
            return Objects.requireNonNull(marks.get(grant.role()))
                    .charAt(PLACES.indexOf(grant.environment()));
        }

        /// A token gets through where its owner does and what it is narrowed to would.
        boolean opens(Grant owner, List<Grant> scope) {
            if (scope.isEmpty()) {
                return mark(owner) != '-';
            }
            char ofScope = mark(scope.getFirst());
            boolean both = mark(owner) != '-' && ofScope != '-';
            return both && (ofScope != 's' || meet(owner, scope.getFirst()));
        }

        private static boolean meet(Grant one, Grant other) {
            return one.environment().equals(other.environment())
                    || one.environment().equals(Grant.EVERYWHERE)
                    || other.environment().equals(Grant.EVERYWHERE);
        }
    }

    private static List<Row> rows() throws IOException {
        try (InputStream in =
                Objects.requireNonNull(AccessMatrixTest.class.getResourceAsStream("/access.tsv"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(Row::of)
                    .toList();
        }
    }

    @BeforeEach
    void start() {
        staff = new Staff(folder);
        Access access = Access.standard();
        var terms = new HttpServer.Terms(0, staff.people(), access, text -> text);
        server = HttpServer.start(terms, List.of(routes -> all(routes, access)));
    }

    /// What happens behind the door is not the question here.
    private static void all(Routes routes, Access access) {
        for (String endpoint : access.all().keySet()) {
            String[] words = endpoint.split(" ", 2);
            routes.add(words[0], words[1], ctx -> ctx.result("reached"));
        }
    }

    @AfterEach
    void stop() {
        server.close();
        staff.close();
    }

    @Test
    void every_endpoint_and_everything_that_a_body_can_add_is_in_the_file() throws IOException {
        Set<String> written = rows().stream().map(Row::endpoint).collect(Collectors.toSet());
        Map<String, Need> all = Access.standard().all();
        assertThat(written).isEqualTo(all.keySet());
        for (Map.Entry<String, Need> one : all.entrySet()) {
            for (Need.Also also : one.getValue().also()) {
                assertThat(rows())
                        .as(one.getKey() + " with `" + also.field() + "`")
                        .anyMatch(row ->
                                row.endpoint().equals(one.getKey())
                                        && row.body().contains('"' + also.field() + '"'));
            }
        }
    }

    @Test
    void whoever_the_file_lets_through_gets_through_and_nobody_else() throws IOException {
        Map<String, Grant> people = people();
        List<Row> rows = rows();
        var wrong = new ArrayList<String>();
        for (Map.Entry<String, Grant> person : people.entrySet()) {
            for (String scope : SCOPES) {
                List<Grant> scopes = Grant.parse(scope).map(List::of).orElseGet(List::of);
                String token =
                        scope.isEmpty()
                                ? staff.token(person.getKey())
                                : staff.token(person.getKey(), scope);
                for (Row row : rows) {
                    int status = ask(row, token).status();
                    int expected = row.opens(person.getValue(), scopes) ? 200 : 403;
                    if (status != expected) {
                        wrong.add(
                                "%s %s by %s narrowed to `%s`: %d instead of %d"
                                        .formatted(
                                                row.request(),
                                                row.body(),
                                                person.getValue(),
                                                scope,
                                                status,
                                                expected));
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /// Somebody for every role in every place.
    private Map<String, Grant> people() {
        var people = new LinkedHashMap<String, Grant>();
        for (Role role : Role.values()) {
            for (String place : PLACES) {
                var grant = new Grant(role, place);
                String name = "p" + people.size();
                staff.add(name, grant.toString());
                people.put(name, grant);
            }
        }
        return people;
    }

    @Test
    void who_has_no_role_gets_nothing_but_himself_and_who_has_the_file_everything()
            throws IOException {
        staff.add("nobody");
        String token = staff.token("nobody");
        Map<String, Need> all = Access.standard().all();
        for (Row row : rows()) {
            Where where = Objects.requireNonNull(all.get(row.endpoint())).where();
            boolean his = where == Where.PUBLIC || where == Where.SELF;
            assertThat(ask(row, token).status()).as(row.request()).isEqualTo(his ? 200 : 403);
            assertThat(ask(row, staff.file().secret()).status()).as(row.request()).isEqualTo(200);
        }
    }

    @Test
    void a_no_says_what_is_needed_and_not_what_there_is() throws IOException {
        staff.add("anna", "deployer@here", "approver@elsewhere");
        String token = staff.token("anna");
        Row decide =
                rows().stream()
                        .filter(row -> row.body().equals("{\"command\":\"decide\"}"))
                        .findFirst()
                        .orElseThrow();
        assertThat(ask(decide, token).body())
                .contains("access/not-allowed")
                .contains("`anna` may not `deploy` in `here` and `decide` in `here`")
                .contains("operator, admin")
                .contains("belay user grant anna --role operator@here");
        var bodies = new TreeSet<String>();
        for (String environment : List.of("production", "nowhere")) {
            bodies.add(
                    get("/api/v1/environments/" + environment + "/status", token)
                            .replace(environment, "X"));
            bodies.add(
                    get("/api/v1/releases/" + environment + "-17", token)
                            .replace(environment, "X")
                            .replace("releases/{id}", "environments/{env}/status"));
        }
        assertThat(bodies).hasSize(1);
    }

    private String get(String path, String token) throws IOException {
        return send("GET", path, "", token).body();
    }

    @Test
    void an_endpoint_that_the_table_does_not_know_is_not_served() {
        var terms =
                new HttpServer.Terms(
                        0,
                        staff.people(),
                        Access.of(Map.of("GET /a", new Need(Action.READ, Where.SELF, List.of()))),
                        text -> text);
        assertThatThrownBy(() -> HttpServer.start(terms, List.of(r -> r.get("/b", _ -> {}))))
                .hasStackTraceContaining("GET /b has no line in the table");
        assertThatThrownBy(() -> HttpServer.start(terms, List.of()))
                .hasStackTraceContaining("in the table and not served: [GET /a]");
    }

    private RawHttp.Reply ask(Row row, String token) throws IOException {
        String[] words = row.request().split(" ", 2);
        String path =
                words[1].replace("{env}", "here")
                        .replace("{id}", "here-7")
                        .replace("{name}", "anna")
                        .replace("{component}", "api")
                        .replace("{digest}", "a".repeat(64))
                        .replace("{token}", "0123456789ab");
        assertThat(path).as("a parameter that this test does not know").doesNotContain("{");
        return send(words[0], path, row.body(), token);
    }

    private RawHttp.Reply send(String method, String path, String body, String token)
            throws IOException {
        String head =
                """
                %s %s HTTP/1.1
                Host: 127.0.0.1:%d
                Authorization: Bearer %s
                Content-Type: application/json
                Content-Length: %d
                """
                        .formatted(method, path, server.port(), token, body.length());
        return RawHttp.send(server.port(), head, body);
    }
}
