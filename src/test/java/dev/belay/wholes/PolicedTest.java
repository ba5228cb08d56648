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

/// Production is held to a rule of the platform's own, and a clinic to a pack that nobody leaves
/// out.
class PolicedTest {
    @TempDir private Path folder;
    private Whole whole;
    private int keys;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        write(1, "");
        whole.start();
        whole.writes("v1");
    }

    private void write(int instances, String more) throws Exception {
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
                    instances: %d
                    health: {http: /, within: 20s}
                    stop: {grace: 2s, drain: 2s}
                policies:
                  paired: {each: component, rule: component.instances >= 2, message: it is alone}
                environments:
                  production: {target: process, rollout: {soak: 0s}, policies: [paired]%s}
                """
                        .formatted(whole.port(), instances, more));
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private Whole.Answer asked(Map<String, Object> more) throws Exception {
        var body = new HashMap<String, Object>(more);
        body.put("environment", "production");
        body.put("requestKey", "key-" + ++keys);
        return whole.post("/api/v1/releases", JsonMapper.shared().writeValueAsString(body));
    }

    private JsonNode released(Map<String, Object> more) throws Exception {
        Whole.Answer answer = asked(more);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return whole.awaitState(answer.json().path("releases").path(0).asString(), "completed");
    }

    @Test
    void a_broken_rule_refuses_with_its_line_until_it_is_kept_or_excepted_by_name()
            throws Exception {
        Whole.Answer refused = asked(Map.of());
        assertThat(refused.status()).as(refused.body()).isEqualTo(409);
        assertThat(refused.body())
                .contains("belay.yaml:8:16: `api`: it is alone", "[policy `paired`]");
        assertThat(whole.get("/api/v1/releases").body()).doesNotContain("production-1");

        assertThat(asked(Map.of("skip", List.of("policy:paired"))).body())
                .contains("policy/no-reason");
        assertThat(asked(Map.of("skip", List.of("policy:pared"), "reason", "why not")).body())
                .contains("policy/unknown", "paired");
        assertThat(asked(Map.of("skip", List.of("policy"), "reason", "why not")).body())
                .contains("policy/not-all");
        JsonNode excepted =
                released(Map.of("skip", List.of("policy:paired"), "reason", "users cannot pay"));
        assertThat(excepted.path("overrides").toString()).contains("policy:paired, asked by ");
        assertThat(whole.get("/api/v1/environments/production/status").body())
                .contains("policy:paired", "users cannot pay");

        write(2, "");
        whole.writes("v2");
        assertThat(released(Map.of()).toString()).contains("policies: 1 hold");

        write(2, ", regulated: hipaa");
        whole.writes("v3");
        assertThat(
                        asked(Map.of("skip", List.of("policy:hipaa/declared"), "reason", "we may"))
                                .body())
                .contains("policy/no-exception", "regulated by `hipaa`");
        assertThat(asked(Map.of()).body()).contains("[policy `hipaa/declared`]");
    }
}
