package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.FreePort;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A whole control plane with a real journal, a real gateway process and small real workers.
class ControlPlaneTest {
    private static final String SECRET = "canary-7f3a91c2";
    private static final Set<String> AT_REST =
            Set.of("completed", "rolled-back", "rejected", "superseded", "held");

    @TempDir private Path folder;
    private ControlPlane plane;
    private Client client;

    @BeforeEach
    void start() throws IOException {
        Files.createDirectory(folder.resolve("app"));
        Files.writeString(folder.resolve("app/work.sh"), "echo v1\nexec sleep 600\n");
        Files.writeString(folder.resolve("local.env"), "API_KEY=" + SECRET + "\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: quickstart
                components:
                  ticker:
                    kind: worker
                    owner: anna <b>&co
                    build: {output: app}
                    run: sh work.sh
                    env: {secret: [API_KEY]}
                environments:
                  local: {target: process, env-file: local.env}
                """);
        plane = TestPlane.start(folder);
        connect();
    }

    private void connect() throws IOException {
        String token = Files.readString(folder.resolve(".belay/token"));
        client = new Client(plane.port(), token);
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        Leftovers.end(folder.resolve(".belay"));
    }

    @Test
    void the_state_folder_and_the_token_are_closed_to_others() throws IOException {
        // The datastores that root starts run as nobody, and have to get through.
        boolean root = System.getProperty("user.name").equals("root");
        assertThat(mode(".belay")).isEqualTo(root ? "rwx--x---" : "rwx------");
        assertThat(mode(".belay/token")).isEqualTo("rw-------");
        assertThat(Whereabouts.find(new StateFolder(folder.resolve(".belay"))))
                .hasValueSatisfying(found -> assertThat(found.port()).isEqualTo(plane.port()));
    }

    @Test
    void what_the_gateway_counts_and_keeps_is_passed_on() throws Exception {
        assertThat(
                        client.get("/api/v1/gateway/counts")
                                .json()
                                .at("/process/accepted_total")
                                .asLong())
                .isZero();
        assertThat(client.get("/api/v1/gateway/metrics").body())
                .contains("# TYPE belay_gateway_requests_total counter");
        JsonNode log = client.put("/api/v1/gateway/log", "{\"on\": true, \"sample\": 7}").json();
        assertThat(log.path("sample").asInt()).isEqualTo(7);
        assertThat(client.get("/api/v1/gateway/log").json()).isEqualTo(log);
        Client.Answer wrong = client.put("/api/v1/gateway/log", "{\"statuses\": [\"7xx\"]}");
        assertThat(wrong.status()).isEqualTo(422);
        assertThat(wrong.json().at("/problems/0/code").asString())
                .isEqualTo("gateway/log-settings");
    }

    @Test
    void a_second_control_plane_is_refused_with_a_sentence() {
        assertThatThrownBy(() -> ControlPlane.start(Settings.of(folder)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("another control plane");
    }

    @Test
    void a_worker_is_shipped_shown_and_adopted_by_the_next_control_plane() throws Exception {
        JsonNode made = deploy("key-1").json();
        String id = made.path("releases").path(0).asString();
        JsonNode shown = await(id);
        assertThat(shown.path("release").path("state").asString()).isEqualTo("completed");
        assertThat(client.get("/api/v1/releases/" + id + "/journal", "text/plain").body())
                .containsSubsequence(
                        "1  20", "Z  submitted  by ", "start 1 × ticker-", "ended, com");
        String logs = "/api/v1/environments/local/logs?component=ticker";
        JsonNode line = client.get(logs).json();
        assertThat(line.path("component").asString()).isEqualTo("ticker");
        assertThat(line.path("text").asString()).isEqualTo("v1");
        assertThat(client.get(logs, "text/plain").body()).matches("ticker-\\w+-1 \\| v1\n");
        long pid = pid();

        plane.close();
        plane = TestPlane.start(folder);
        connect();
        assertThat(pid()).isEqualTo(pid);
        assertThat(deploy("key-1").json().path("replayed").asBoolean()).isTrue();
        assertThat(deploy("key-2").json().path("releases").size()).isZero();
    }

    @Test
    void a_typo_in_the_manifest_keeps_nobody_from_looking_or_going_back() throws Exception {
        await(deploy("key-1").json().path("releases").path(0).asString());
        Files.writeString(folder.resolve("app/work.sh"), "echo v2\nexec sleep 600\n");
        await(deploy("key-2").json().path("releases").path(0).asString());
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(manifest, Files.readString(manifest).replace("owner:", "ownr:"));

        assertThat(client.get("/api/v1/environments/local/status").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/environments/local/why").status()).isEqualTo(200);
        assertThat(client.get("/api/v1/environments/local/logs").body()).contains("v2");
        assertThat(deploy("key-3").body()).contains("did you mean `owner`");
        String back =
                client.post(
                                "/api/v1/rollbacks",
                                "{\"environment\": \"local\", \"requestKey\": \"key-4\"}")
                        .json()
                        .path("releases")
                        .path(0)
                        .asString();
        assertThat(await(back).at("/release/state").asString()).isEqualTo("completed");
    }

    @Test
    void a_changed_value_is_deployed_and_never_written() throws Exception {
        await(deploy("key-1").json().path("releases").path(0).asString());
        assertThat(deploy("key-2").json().path("releases").size()).isZero();

        Files.writeString(folder.resolve("local.env"), "API_KEY=" + SECRET + "-rotated\n");
        String id = deploy("key-3").json().path("releases").path(0).asString();
        assertThat(await(id).at("/release/state").asString()).isEqualTo("completed");
        assertThat(client.get("/api/v1/releases/" + id + "/plan").body()).doesNotContain(SECRET);
        try (var files = Files.walk(folder.resolve(".belay"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                        .as(file.toString())
                        .doesNotContain(SECRET);
            }
        }
    }

    @Test
    void a_manifest_that_says_the_same_in_other_words_ships_nothing() throws Exception {
        Path manifest = folder.resolve("belay.yaml");
        String whole = Files.readString(manifest).replace("    build: {output: app}\n", "");
        Files.writeString(folder.resolve("more.yaml"), "x-note: one\n");
        Files.writeString(
                manifest, "include: [more.yaml]\n" + whole.replace("work.sh", "app/work.sh"));
        JsonNode made = deploy("key-1").json();
        assertThat(made.path("releases").size()).as(made.toString()).isEqualTo(1);
        await(made.at("/releases/0").asString());

        Files.writeString(manifest, Files.readString(manifest) + "# a remark\n");
        Files.writeString(folder.resolve("more.yaml"), "x-note: two\n");
        assertThat(deploy("key-2").json().path("releases").size()).isZero();
    }

    @Test
    void what_was_taken_back_in_its_first_soak_can_be_deployed_again() throws Exception {
        Path manifest = folder.resolve("belay.yaml");
        Files.writeString(
                manifest,
                Files.readString(manifest)
                        .replace("{target: process,", "{target: process, rollout: {soak: 1h},"));
        for (String key : List.of("key-1", "key-2")) {
            String id = deploy(key).json().path("releases").path(0).asString();
            client.await("/api/v1/releases/" + id, view -> view.at("/release/soaking").asBoolean());
            client.post(
                    "/api/v1/releases/" + id + "/commands",
                    "{\"command\": \"cancel\", \"mode\": \"roll-back\", \"reason\": \"not this one\"}");
            assertThat(await(id).at("/release/state").asString()).isEqualTo("rolled-back");
        }
    }

    @Test
    void what_left_the_manifest_is_named_and_ends_when_it_is_removed() throws Exception {
        int port = freePort();
        Path manifest = folder.resolve("belay.yaml");
        String before = Files.readString(manifest);
        String page = "  page: {kind: frontend, static: app, port: %d}\n".formatted(port);
        String old = "  old: {kind: worker, build: {output: app}, run: sh work.sh, instances: 2}\n";
        Files.writeString(
                manifest, before.replace("environments:\n", page + old + "environments:\n"));
        for (JsonNode release : deploy("key-1").json().path("releases")) {
            assertThat(await(release.asString()).at("/release/state").asString())
                    .isEqualTo("completed");
        }
        String tree = client.get("/api/v1/environments/local/status", "text/plain").body();
        assertThat(tree).contains("  files  weight 100/100").doesNotContain("0/0");
        Files.writeString(manifest, before);

        var asked = "{\"environment\": \"local\", \"remove\": [\"page\", \"old\"]%s}";
        assertThat(client.post("/api/v1/plans", "{\"environment\": \"local\"}").body())
                .contains("`belay deploy local --remove page` ends it");
        assertThat(status()).contains("`belay deploy local --remove old` ends it");
        var removed =
                client.post("/api/v1/releases", asked.formatted(", \"requestKey\": \"key-2\""));
        for (JsonNode release : removed.json().path("releases")) {
            JsonNode shown = await(release.asString());
            assertThat(shown.at("/release/state").asString()).isEqualTo("completed");
            assertThat(shown.at("/changes/0/to").asString()).isEmpty();
        }
        plane.close();
        plane = TestPlane.start(folder);
        connect();
        assertThat(status()).contains("ticker").doesNotContain("\"page\"", "\"old\"");
        String back =
                "{\"environment\": \"local\", \"components\": [\"%s\"], \"requestKey\": \"k\"}";
        assertThat(client.post("/api/v1/rollbacks", back.formatted("odl")).body())
                .contains("`belay rollback local odl`")
                .doesNotContain("--only");
        String again =
                client.post("/api/v1/rollbacks", back.formatted("old"))
                        .json()
                        .at("/releases/0")
                        .asString();
        assertThat(await(again).at("/release/state").asString()).isEqualTo("completed");
        assertThat(status()).contains("`belay deploy local --remove old` ends it");
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port).close())
                .isInstanceOf(ConnectException.class);
        assertThat(client.post("/api/v1/plans", asked.formatted("")).json().path("plans").size())
                .isEqualTo(1);
    }

    private String status() {
        return client.get("/api/v1/environments/local/status").body();
    }

    private static int freePort() throws IOException {
        return FreePort.choose();
    }

    @Test
    void a_plan_says_who_has_a_port_that_it_wants_and_stays_the_same_plan() throws Exception {
        int port = freePort();
        Path manifest = folder.resolve("belay.yaml");
        String page = "  page: {kind: frontend, static: app, port: %d}\n".formatted(port);
        Files.writeString(
                manifest,
                Files.readString(manifest).replace("environments:\n", page + "environments:\n"));
        String asked = "{\"environment\": \"local\"}";
        JsonNode free = client.post("/api/v1/plans", asked).json();
        assertThat(free.path("inTheWay").size()).isZero();
        try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            JsonNode taken = client.post("/api/v1/plans", asked).json();
            assertThat(taken.at("/inTheWay/0").asString())
                    .startsWith("`page`: port " + port + " is taken, held by java (process ");
            assertThat(taken.path("digest")).isEqualTo(free.path("digest"));
        }
    }

    @Test
    void the_command_that_a_plan_ends_with_is_taken() throws Exception {
        String asked =
                """
                {"environment": "local", "only": ["ticker"], "skip": ["soak"], "%s": "to see it"%s}
                """;
        String text = client.postFor("/api/v1/plans", asked.formatted("why", ""), "text/plain");
        assertThat(text)
                .contains(
                        "belay deploy local --only ticker --skip soak --reason 'to see it' --plan");
        String digest = text.substring(text.indexOf("--plan ") + 7).strip();
        String terms = ", \"requestKey\": \"k\", \"plan\": \"" + digest + "\"";
        var made = client.post("/api/v1/releases", asked.formatted("reason", terms));
        assertThat(made.status()).as(made.body()).isEqualTo(202);
        await(made.json().at("/releases/0").asString());
    }

    @Test
    void a_plan_that_is_out_of_date_is_refused() {
        var answer =
                client.post(
                        "/api/v1/releases",
                        """
                        {"environment": "local", "requestKey": "k", "plan": "sha256:%s"}
                        """
                                .formatted("0".repeat(64)));
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.json().path("kind").asString()).isEqualTo("refusal");
        assertThat(answer.body()).contains("deploy ticker").contains("belay plan local");
    }

    @Test
    void the_same_key_for_another_request_is_refused() {
        assertThat(deploy("same").status()).isEqualTo(202);
        var other =
                client.post(
                        "/api/v1/releases",
                        "{\"environment\": \"local\", \"requestKey\": \"same\", \"reason\": \"x\"}");
        assertThat(other.status()).isEqualTo(409);
    }

    @Test
    void no_answer_and_no_page_holds_a_secret_or_foreign_markup() throws Exception {
        await(deploy("key").json().path("releases").path(0).asString());
        for (String path :
                List.of(
                        "/",
                        "/page/body",
                        "/api/v1/environments/local/status",
                        "/api/v1/environments/local/why",
                        "/api/v1/environments/local/logs",
                        "/api/v1/releases",
                        "/api/v1/releases/local-1",
                        "/api/v1/releases/local-1/plan",
                        "/api/v1/releases/local-1/journal",
                        "/api/v1/releases/local-1/why",
                        "/api/v1/audit")) {
            var answer = client.get(path);
            assertThat(answer.status()).as(path).isEqualTo(200);
            assertThat(answer.body()).as(path).doesNotContain(SECRET);
        }
        assertThat(client.get("/").body()).doesNotContain("<script>").doesNotContain("style=");
    }

    @Test
    void why_tells_of_the_most_urgent_release_and_names_the_others() throws Exception {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  one: {kind: worker, build: {output: app}, run: sh work.sh}
                  two: {kind: worker, build: {output: app}, run: sh work.sh}
                environments:
                  local: {target: process, rollout: {soak: 1h}}
                """);
        JsonNode releases = deploy("key").json().path("releases");
        assertThat(releases.size()).isEqualTo(2);
        String first = releases.path(0).asString();
        String second = releases.path(1).asString();
        var cancel = "{\"command\": \"cancel\", \"mode\": \"leave\", \"reason\": \"lunch\"}";
        for (String release : List.of(first, second)) {
            client.await(
                    "/api/v1/releases/" + release, view -> view.at("/release/soaking").asBoolean());
        }
        client.post("/api/v1/releases/" + first + "/commands", "{\"command\": \"pause\"}");
        client.post("/api/v1/releases/" + second + "/commands", cancel);

        JsonNode why = client.get("/api/v1/environments/local/why").json();
        assertThat(why.path("release").asString()).isEqualTo(second);
        assertThat(why.path("reason").asString()).contains("held").contains("lunch");
        assertThat(why.path("others").path(0).asString()).isEqualTo(first);
    }

    @Test
    void html_in_names_stays_text() {
        client.post(
                "/api/v1/releases",
                "{\"environment\": \"local\", \"requestKey\": \"x\","
                        + " \"reason\": \"<img src=x onerror=alert(1)>\"}");
        assertThat(client.get("/page/body").body()).doesNotContain("<img");
    }

    @Test
    void a_missing_secret_is_a_problem_before_anything_is_built() throws IOException {
        Files.writeString(folder.resolve("local.env"), "API_KEY=\n");
        var answer = deploy("key");
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body()).contains("empty").contains("belay.yaml");
        Files.writeString(folder.resolve("local.env"), "API_KEY=changeme\n");
        assertThat(client.post("/api/v1/check", "{}").body())
                .contains("placeholder")
                .doesNotContain("changeme");
    }

    @Test
    void what_is_not_there_is_said() {
        assertThat(client.get("/api/v1/releases/local-9").status()).isEqualTo(404);
        assertThat(client.get("/api/v1/environments/nowhere/status").status()).isEqualTo(404);
        var known = client.get("/api/v1/releases?environment=local");
        assertThat(known.status()).isEqualTo(200);
        assertThat(client.get("/api/v1/releases?state=odd").status()).isEqualTo(422);
        assertThat(client.get("/api/v1/releases?limit=-1").status()).isEqualTo(422);
        assertThat(client.post("/api/v1/releases/local-9/commands", "{}").status()).isEqualTo(404);
    }

    @Test
    void a_name_that_nothing_has_is_a_problem_of_whoever_typed_it() {
        var answers = new LinkedHashMap<String, Client.Answer>();
        for (String path : List.of("status", "why", "logs")) {
            answers.put(path, client.get("/api/v1/environments/nowhere/" + path));
        }
        for (String path : List.of("environments/nowhere/up", "environments/nowhere/down")) {
            answers.put(path, client.post("/api/v1/" + path, "{}"));
        }
        for (String path : List.of("plans", "releases", "rollbacks")) {
            String key = path.equals("plans") ? "" : ", \"requestKey\": \"k\"";
            String body = "{\"environment\": \"nowhere\"%s}".formatted(key);
            answers.put(path, client.post("/api/v1/" + path, body));
        }
        answers.put("list", client.get("/api/v1/releases?environment=nowhere"));
        answers.forEach((path, answer) -> {
            assertThat(answer.status()).as(path).isEqualTo(404);
            assertThat(answer.json().path("kind").asString()).as(path).isEqualTo("problem");
            assertThat(answer.json().at("/problems/0/code").asString())
                    .as(path)
                    .isEqualTo("manifest/unknown-environment");
        });
        assertThat(client.get("/api/v1/environments/local/logs?component=tikcer").body())
                .contains("request/unknown-component", "did you mean `ticker`?");
        assertThat(client.get("/api/v1/releases/local-9").body())
                .contains("request/unknown-release");
    }

    private Client.Answer deploy(String key) {
        return client.post(
                "/api/v1/releases",
                "{\"environment\": \"local\", \"requestKey\": \"%s\"}".formatted(key));
    }

    private JsonNode await(String id) throws InterruptedException {
        return client.await(
                "/api/v1/releases/" + id,
                view -> AT_REST.contains(view.path("release").path("state").asString()));
    }

    private long pid() {
        return client.get("/api/v1/environments/local/status")
                .json()
                .at("/components/0/revisions/0/instances/0/pid")
                .asLong();
    }

    private String mode(String name) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name)));
    }
}
