package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// People and their tokens at a whole control plane.
class PeopleOverHttpTest {
    @TempDir private Path folder;
    private ControlPlane plane;
    private Client owner;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectory(folder.resolve("app"));
        Files.writeString(folder.resolve("app/work.sh"), "exec sleep 600\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  ticker: {kind: worker, build: {output: app}, run: sh work.sh}
                environments:
                  staging: {target: process}
                  production: {target: process}
                """);
        plane = TestPlane.start(folder);
        owner = new Client(plane.port(), Files.readString(folder.resolve(".belay/token")).strip());
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        Leftovers.end(folder.resolve(".belay"));
    }

    private String token(String name, String role) {
        Client.Answer added =
                owner.post(
                        "/api/v1/users",
                        "{\"name\":\"%s\",\"roles\":[\"%s\"]}".formatted(name, role));
        assertThat(added.status()).as(added.body()).isEqualTo(201);
        Client.Answer made =
                owner.post(
                        "/api/v1/tokens", "{\"user\":\"%s\",\"name\":\"laptop\"}".formatted(name));
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return made.json().path("secret").asString();
    }

    private Client client(String token) {
        return new Client(plane.port(), token);
    }

    @Test
    void a_release_and_the_audit_log_name_the_person_and_the_token_whatever_the_request_says()
            throws Exception {
        Client anna = client(token("anna", "deployer@staging"));
        Client.Answer claimed =
                anna.post(
                        "/api/v1/releases",
                        "{\"environment\":\"staging\",\"requestKey\":\"k\",\"actor\":\"root\"}");
        assertThat(claimed.status()).isEqualTo(422);
        Client.Answer made =
                anna.post("/api/v1/releases", "{\"environment\":\"staging\",\"requestKey\":\"k\"}");
        assertThat(made.status()).as(made.body()).isEqualTo(202);
        String id = made.json().at("/releases/0").asString();
        JsonNode journal = anna.get("/api/v1/releases/" + id + "/journal").json();
        assertThat(journal.at("/entries/0/actor").asString()).isEqualTo("anna/laptop");
        assertThat(owner.get("/api/v1/audit").body())
                .contains("user-added", "token-created", "\"anna/laptop\"");
        assertThat(anna.get("/api/v1/audit").status()).isEqualTo(403);
        JsonNode self = anna.get("/api/v1/whoami").json();
        assertThat(self.path("name").asString()).isEqualTo("anna");
        assertThat(self.path("token").asString()).isEqualTo("laptop");
    }

    @Test
    void what_somebody_may_not_see_is_left_out_of_lists_and_pages_and_is_as_if_it_were_not()
            throws Exception {
        String release =
                owner.post(
                                "/api/v1/releases",
                                "{\"environment\":\"production\",\"requestKey\":\"p\"}")
                        .json()
                        .at("/releases/0")
                        .asString();
        Client anna = client(token("anna", "viewer@staging"));
        assertThat(anna.get("/api/v1/environments").json().path("environments").toString())
                .isEqualTo("[\"staging\"]");
        assertThat(anna.get("/api/v1/releases").json().path("releases").size()).isZero();
        assertThat(owner.get("/api/v1/releases").json().path("releases").size()).isEqualTo(1);
        assertThat(anna.get("/page/body", "text/html").body()).doesNotContain("production");
        assertThat(anna.get("/", "text/html").body()).doesNotContain("production");
        for (List<String> pair :
                List.of(
                        List.of(
                                "/api/v1/environments/production/status",
                                "/api/v1/environments/nowhere/status"),
                        List.of("/api/v1/releases/" + release, "/api/v1/releases/nowhere-1"),
                        List.of(
                                "/api/v1/releases?before=" + release,
                                "/api/v1/releases?before=nowhere-1"),
                        List.of(
                                "/api/v1/releases?environment=production",
                                "/api/v1/releases?environment=nowhere"))) {
            Client.Answer there = anna.get(pair.getFirst());
            Client.Answer nothing = anna.get(pair.getLast());
            assertThat(there.status()).as(pair.getFirst()).isEqualTo(403);
            assertThat(there.body()).isEqualTo(nothing.body().replace("nowhere", "production"));
        }
        // A role everywhere learns what is not there.
        assertThat(owner.get("/api/v1/releases/nowhere-1").status()).isEqualTo(404);
    }

    @Test
    @Timeout(60)
    void whoever_is_disabled_hears_no_more_of_what_he_was_listening_to() throws Exception {
        String token = token("anna", "viewer@staging");
        owner.post("/api/v1/releases", "{\"environment\":\"staging\",\"requestKey\":\"k\"}");
        var request =
                HttpRequest.newBuilder(
                                URI.create(
                                        "http://127.0.0.1:"
                                                + plane.port()
                                                + "/api/v1/environments/staging/logs?follow=true"))
                        .header("Authorization", "Bearer " + token)
                        .timeout(Duration.ofSeconds(20))
                        .build();
        try (var http = HttpClient.newHttpClient()) {
            var stream = http.send(request, BodyHandlers.ofInputStream());
            assertThat(stream.statusCode()).isEqualTo(200);
            Client.Answer disabled =
                    owner.post("/api/v1/users/anna/disable", "{\"reason\":\"the laptop is gone\"}");
            assertThat(disabled.json().path("state").asString()).isEqualTo("disabled");
            assertThat(client(token).get("/api/v1/whoami").status()).isEqualTo(401);
            try (var lines =
                    new BufferedReader(
                            new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
                // It ends: reading on would wait for ever otherwise.
                assertThat(lines.lines().count()).isZero();
            }
        }
    }

    @Test
    void what_is_wrong_in_a_request_about_people_is_a_problem_and_changes_nothing() {
        for (String body :
                List.of(
                        "{\"name\":\"bo\",\"roles\":[\"deployr\"]}",
                        "{\"name\":\"bo\",\"roles\":[\"deployer@stagin\"]}",
                        "{\"name\":\"bo\",\"roles\":[\"deployer@\"]}",
                        "{\"name\":\"bo\",\"roles\":\"admin\"}",
                        "{\"name\":\"bo\",\"role\":[\"admin\"]}",
                        "{\"name\":\"../bo\"}",
                        "{\"name\":\"\"}",
                        "{}")) {
            Client.Answer answer = owner.post("/api/v1/users", body);
            assertThat(answer.status()).as(body).isEqualTo(422);
        }
        assertThat(
                        owner.post(
                                        "/api/v1/users",
                                        "{\"name\":\"bo\",\"roles\":[\"deployer@stagin\"]}")
                                .body())
                .contains("people/unknown-environment", "did you mean `staging`?");
        assertThat(owner.get("/api/v1/users").json().path("users").size()).isEqualTo(1);
        assertThat(owner.post("/api/v1/users/bo/disable", "{\"reason\":\"x\"}").status())
                .isEqualTo(404);
        token("bo", "viewer");
        assertThat(owner.post("/api/v1/users/bo/disable", "{}").body())
                .contains("request/missing-field");
        assertThat(
                        owner.post(
                                        "/api/v1/users/bo/revocations",
                                        "{\"roles\":[\"admin\"],\"reason\":\"x\"}")
                                .body())
                .contains("people/role-not-held", "there is: viewer");
        for (String life : List.of("0", "-1", "31622401", "1e9", "\"30d\"")) {
            String body = "{\"user\":\"bo\",\"name\":\"x\",\"expiresSeconds\":%s}".formatted(life);
            assertThat(owner.post("/api/v1/tokens", body).status()).as(life).isEqualTo(422);
        }
    }

    @Test
    void a_role_can_be_taken_away_whatever_has_become_of_the_manifest() throws Exception {
        Client anna = client(token("anna", "deployer@staging"));
        Path manifest = folder.resolve("belay.yaml");
        String before = Files.readString(manifest);
        for (String now : List.of("", before.replace("  staging: {target: process}\n", ""))) {
            Files.writeString(manifest, now);
            Client.Answer revoked =
                    owner.post(
                            "/api/v1/users/anna/revocations",
                            "{\"roles\":[\"deployer@staging\"],\"reason\":\"he left\"}");
            assertThat(revoked.status()).as(revoked.body()).isEqualTo(200);
            assertThat(revoked.json().path("roles")).isEmpty();
            Files.writeString(manifest, before);
            assertThat(anna.get("/api/v1/environments/staging/status").status()).isEqualTo(403);
            owner.post(
                    "/api/v1/users/anna/grants",
                    "{\"roles\":[\"deployer@staging\"],\"reason\":\"back\"}");
        }
    }
}
