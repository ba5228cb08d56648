package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An environment whose releases may not break who uses them.
class ContractedTest {
    private static final String BOTH =
            """
            openapi: 3.0.3
            info: {title: Api, version: "1"}
            paths:
              /orders:
                get: {responses: {"200": {description: good}}}
                delete: {responses: {"204": {description: gone}}}
            """;
    private static final String MORE =
            BOTH + "  /bills: {get: {responses: {'200': {description: good}}}}\n";

    @TempDir private Path folder;
    private Whole whole;
    private int keys;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        manifest("compatible");
        whole.start();
    }

    private void manifest(String gate) throws Exception {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: %d
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                    contracts: [api/openapi.yaml]
                environments:
                  staging:
                    target: process
                    rollout: {soak: 0s}
                    gates: {contracts: %s}
                """
                        .formatted(whole.port(), gate));
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private void promises(String text) throws Exception {
        Files.createDirectories(folder.resolve("api"));
        Files.writeString(folder.resolve("api/openapi.yaml"), text);
    }

    private Whole.Answer asked(String path, Map<String, Object> more) throws Exception {
        var body = new HashMap<String, Object>(more);
        body.put("environment", "staging");
        body.put("requestKey", "key-" + ++keys);
        return whole.post(path, JsonMapper.shared().writeValueAsString(body));
    }

    private JsonNode released(String path, Map<String, Object> more) throws Exception {
        Whole.Answer answer = asked(path, more);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return whole.awaitState(answer.json().path("releases").path(0).asString(), "completed");
    }

    private Whole.Answer plan() throws Exception {
        return whole.post("/api/v1/plans", "{\"environment\":\"staging\"}");
    }

    @Test
    void what_breaks_clients_is_refused_with_its_place_until_somebody_accepts_it()
            throws Exception {
        whole.writes("v1");
        promises(BOTH);
        released("/api/v1/releases", Map.of());

        whole.writes("v2");
        promises(MORE);
        JsonNode compatible = released("/api/v1/releases", Map.of());
        assertThat(compatible.toString())
                .contains("api: its contracts keep what was promised: 1 harmless");

        whole.writes("v3");
        promises(MORE.replaceAll("(?m)^ *delete.*\n", ""));
        assertThat(plan().body())
                .contains("its contract breaks: DELETE /orders: it is gone")
                .contains("openapi.yaml:6 (before)")
                .contains("a deploy is refused");
        Whole.Answer refused = asked("/api/v1/releases", Map.of());
        assertThat(refused.status()).isEqualTo(409);
        assertThat(refused.body())
                .contains("`api` breaks who uses it in `staging`: DELETE /orders: it is gone")
                .contains("operation-removed, api/openapi.yaml:6 (before)")
                .contains("keep it until nobody calls it any more");
        assertThat(whole.get("/api/v1/environments/staging/contracts/api").json().toString())
                .contains("\"breaks\":true", "\"rule\":\"operation-removed\"");
        assertThat(asked("/api/v1/releases", Map.of("skip", List.of("contracts"))).body())
                .contains("contract/no-reason");

        manifest("{except: [{component: api, at: DELETE /orders, because: nobody calls it}]}");
        JsonNode accepted = released("/api/v1/releases", Map.of());
        assertThat(accepted.toString())
                .contains("api: its contracts keep what was promised: 1 accepted");

        JsonNode back = released("/api/v1/rollbacks", Map.of("reason", "users miss it"));
        assertThat(back.toString()).doesNotContain("the way back breaks clients");
    }

    @Test
    void what_is_skipped_by_name_is_recorded_and_a_way_back_says_whom_it_breaks() throws Exception {
        whole.writes("v1");
        promises(MORE);
        released("/api/v1/releases", Map.of());

        whole.writes("v2");
        promises(BOTH + "  /things: {get: {responses: {'200': {description: good}}}}\n");
        JsonNode forced =
                released(
                        "/api/v1/releases",
                        Map.of("skip", List.of("contracts"), "reason", "users cannot pay"));
        assertThat(forced.path("overrides").path(0).asString()).startsWith("contracts, asked by ");

        JsonNode back = released("/api/v1/rollbacks", Map.of("reason", "it was worse"));
        assertThat(back.toString())
                .contains(
                        "the way back breaks clients that were made since: GET /things: it is gone");
    }

    @Test
    void a_contract_that_cannot_be_read_is_a_problem_with_its_line() throws Exception {
        whole.writes("v1");
        promises("openapi: 3.0.3\npaths:\n  /a: {$ref: '../../etc/passwd'}\n");
        Whole.Answer answer = plan();
        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body())
                .contains("contract/reference-outside", "api/openapi.yaml", "\"line\":3");
    }
}
