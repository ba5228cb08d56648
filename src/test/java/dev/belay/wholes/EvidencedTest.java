package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Production asks for tests, a scan and an evaluation that were won in staging.
class EvidencedTest {
    private static final String CLEAN =
            "{\"runs\": [{\"tool\": {\"driver\": {\"name\": \"semgrep\"}}, \"results\": []}]}";

    @TempDir private Path folder;
    private Whole whole;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        int other = FreePort.choose();
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
                    pipeline:
                      unit: {run: sh unit.sh, kind: tests, report: reports/*.xml}
                      lint: sh -c "echo fine"
                      style: sh -c "echo a tab; exit 3"
                environments:
                  staging: {target: process, rollout: {soak: 0s}}
                  production:
                    target: process
                    port-offset: %d
                    rollout: {soak: 0s}
                    gates:
                      evidence:
                        tests: {from: staging, younger-than: 7d}
                        scan: {max: {critical: 0, high: 0}}
                        evaluation: {no-regression: true}
                """
                        .formatted(Math.min(whole.port(), other), Math.abs(whole.port() - other)));
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private String refused() throws Exception {
        Whole.Answer answer = whole.asked("production", Map.of());
        assertThat(answer.status()).as(answer.body()).isEqualTo(409);
        return answer.body();
    }

    private Whole.Answer ask(String path, Map<String, Object> body) throws Exception {
        return whole.post(path, JsonMapper.shared().writeValueAsString(body));
    }

    private Whole.Answer add(String report) throws Exception {
        String content =
                Base64.getEncoder().encodeToString(report.getBytes(StandardCharsets.UTF_8));
        String digest =
                whole.post(
                                "/api/v1/environments/staging/evidence-files",
                                "{\"content\":\"" + content + "\"}")
                        .json()
                        .path("digest")
                        .asString();
        return ask(
                "/api/v1/environments/staging/evidence",
                Map.of("for", "api@staging", "files", List.of(digest + " report")));
    }

    private String added(String report) throws Exception {
        Whole.Answer answer = add(report);
        assertThat(answer.body()).contains("\"result\"");
        return answer.json().path("result").path("id").asString();
    }

    private static String tests(String outcome) {
        return "<testsuite><testcase name='a'/><testcase name='b'>%s</testcase></testsuite>"
                .formatted(outcome);
    }

    /// A hundred items, of which the first few fail.
    private static String evaluation(int failing) {
        var rows = new StringBuilder();
        for (int i = 0; i < 100; i++) {
            rows.append(i == 0 ? "" : ",")
                    .append("{\"testCase\": {\"vars\": {\"q\": ")
                    .append(i)
                    .append("}}, \"failureReason\": 0, \"success\": ")
                    .append(i >= failing)
                    .append(", \"score\": ")
                    .append(i < failing ? 0 : 1)
                    .append('}');
        }
        return "{\"results\": {\"version\": 3, \"results\": [" + rows + "]}}";
    }

    @Test
    void production_is_closed_while_tests_fail_a_scan_finds_or_an_evaluation_regresses()
            throws Exception {
        whole.writes("v1");
        whole.released("staging", Map.of());
        assertThat(refused()).contains("there is no evidence `tests`", "no evidence `scan`");
        assertThat(add("<html/>").body()).contains("evidence/unreadable", "of no form");

        added(tests("<failure/>"));
        added(CLEAN);
        added(evaluation(0));
        assertThat(refused()).contains("`tests` (ev-", "did not pass: 1 of 2 passed, 1 failed");
        String passed = added(tests(""));
        JsonNode release = whole.released("production", Map.of());
        assertThat(release.toString()).contains("api: its evidence stands", passed);

        whole.writes("v2");
        whole.released("staging", Map.of());
        added(tests(""));
        added(CLEAN.replace("[]", "[{\"ruleId\": \"sql\", \"level\": \"error\"}]"));
        added(evaluation(10));
        assertThat(refused())
                .contains("`high` is 1, and must be at most 0")
                .contains("is worse than what runs now: 100 cases", "10 got worse, 0 better")
                .doesNotContain("`tests`");

        assertThat(whole.asked("production", Map.of("skip", List.of("evidence"))).body())
                .contains("evidence/no-reason");
        JsonNode forced =
                whole.released(
                        "production",
                        Map.of("skip", List.of("evidence"), "reason", "users cannot pay"));
        assertThat(forced.path("overrides").path(0).asString()).startsWith("evidence, asked by ");
        withdrawn(passed, release);
    }

    /// What relied on it says so; what runs now did not.
    private void withdrawn(String id, JsonNode release) throws Exception {
        String name = release.path("release").path("id").asString();
        assertThat(
                        ask("/api/v1/environments/staging/evidence/" + id + "/withdraw", Map.of())
                                .status())
                .isEqualTo(422);
        Whole.Answer answer =
                ask(
                        "/api/v1/environments/staging/evidence/" + id + "/withdraw",
                        Map.of("reason", "the database was empty"));
        assertThat(answer.json().path("relied")).isEmpty();
        assertThat(whole.show(name).path("warnings").toString())
                .contains("`api` relied on what is no more", id, "the database was empty");
        assertThat(add(tests("")).body()).doesNotContain("was withdrawn");
    }

    @Test
    void a_pipeline_wins_evidence_and_a_withdrawal_is_told_of_what_runs() throws Exception {
        whole.writes("v1");
        Files.createDirectories(folder.resolve("reports"));
        Files.writeString(
                folder.resolve("unit.sh"), "echo \"" + tests("") + "\" > reports/unit.xml\n");
        Whole.Answer ran =
                ask(
                        "/api/v1/environments/staging/pipelines",
                        Map.of("component", "api", "only", List.of()));
        JsonNode result = last(ran);
        assertThat(result.path("passed").asBoolean()).isFalse();
        assertThat(ran.body()).contains("unit: passed, 2 of 2 passed", "a tab");
        assertThat(result.path("evidence").valueStream().map(one -> one.path("own").asString()))
                .containsExactly("passed", "passed", "failed");

        // What lies there from before says nothing of this run.
        Files.writeString(folder.resolve("unit.sh"), "true\n");
        Files.setLastModifiedTime(
                folder.resolve("reports/unit.xml"),
                java.nio.file.attribute.FileTime.fromMillis(1_000_000_000));
        Whole.Answer again =
                ask(
                        "/api/v1/environments/staging/pipelines",
                        Map.of("component", "api", "only", List.of("unit")));
        assertThat(last(again).path("evidence").path(0).path("own").asString()).isEqualTo("failed");
        Files.writeString(folder.resolve("unit.sh"), "echo x >> app/extra\n");
        assertThat(
                        ask(
                                        "/api/v1/environments/staging/pipelines",
                                        Map.of("component", "api", "only", List.of("unit")))
                                .body())
                .contains("is not what it was before its pipeline ran");

        whole.released("staging", Map.of());
        String tests = added(tests(""));
        added(CLEAN);
        added(evaluation(0));
        whole.released("production", Map.of());
        ask(
                "/api/v1/environments/staging/evidence/" + tests + "/withdraw",
                Map.of("reason", "no database"));
        assertThat(whole.get("/api/v1/environments/production/status").body())
                .contains("which relied on what is no more", tests, "no database");
        assertThat(whole.get("/api/v1/evidence").body()).contains("\"withdrawn\":{");
    }

    private static JsonNode last(Whole.Answer answer) {
        List<String> lines = answer.body().lines().toList();
        return JsonMapper.shared().readTree(lines.getLast()).path("result");
    }
}
