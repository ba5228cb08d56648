package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What somebody learns of evidence from environments that he may not see, and what still comes of
/// what somebody asked for who was shut out meanwhile; at a whole control plane.
class EvidenceOverHttpTest {
    private static final String NOTHING = "ev-000000000000";

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
                  slow:
                    kind: worker
                    build: {run: sh slow.sh, output: app}
                    run: sh work.sh
                environments:
                  staging: {target: process}
                  production:
                    target: process
                    gates: {evidence: {tests: {for: [ticker]}}}
                """);
        Files.writeString(
                folder.resolve("slow.sh"), "touch begun; until [ -e go ]; do sleep 0.05; done\n");
        plane = TestPlane.start(folder);
        owner = new Client(plane.port(), Files.readString(folder.resolve(".belay/token")).strip());
    }

    @AfterEach
    void stop() throws Exception {
        Files.writeString(folder.resolve("go"), "");
        plane.close();
        Leftovers.end(folder.resolve(".belay"));
    }

    private Client ben() {
        owner.post("/api/v1/users", "{\"name\":\"ben\",\"roles\":[\"deployer@staging\"]}");
        Client.Answer made = owner.post("/api/v1/tokens", "{\"user\":\"ben\",\"name\":\"laptop\"}");
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return new Client(plane.port(), made.json().path("secret").asString());
    }

    private String file(String environment) {
        byte[] report =
                "<testsuite><testcase name='a'/></testsuite>".getBytes(StandardCharsets.UTF_8);
        return owner.post(
                        "/api/v1/environments/" + environment + "/evidence-files",
                        "{\"content\":\"" + Base64.getEncoder().encodeToString(report) + "\"}")
                .json()
                .path("digest")
                .asString();
    }

    private Client.Answer add(Client by, String environment, String subject) {
        return by.post(
                "/api/v1/environments/" + environment + "/evidence",
                "{\"for\":\"%s\",\"files\":[\"%s report.xml\"]}"
                        .formatted(subject, file(environment)));
    }

    private String added(String environment, String subject) {
        Client.Answer answer = add(owner, environment, subject);
        assertThat(answer.body()).contains("\"result\"");
        return answer.body().replaceAll("(?s).*(ev-[0-9a-f]{12}).*", "$1");
    }

    private void released() throws Exception {
        Client.Answer made =
                owner.post(
                        "/api/v1/releases",
                        "{\"environment\":\"production\",\"only\":[\"ticker\"],\"requestKey\":\"k\"}");
        assertThat(made.status()).as(made.body()).isEqualTo(202);
        owner.await(
                "/api/v1/releases/" + made.json().at("/releases/0").asString(),
                release -> release.at("/release/state").asString().equals("completed"));
    }

    @Test
    void evidence_from_where_somebody_may_not_look_is_as_if_there_were_none() throws Exception {
        Client ben = ben();
        String everybodys = added("production", "ticker");
        released();
        String hidden = added("production", "ticker@production");

        assertThat(owner.get("/api/v1/evidence").body()).contains(everybodys, hidden);
        assertThat(ben.get("/api/v1/evidence").body()).contains(everybodys).doesNotContain(hidden);
        for (String id : new String[] {hidden, NOTHING}) {
            Client.Answer shown = ben.get("/api/v1/evidence/" + id);
            assertThat(shown.status()).isEqualTo(404);
            assertThat(shown.body()).contains("there is no such").doesNotContain("production");
            Client.Answer withdrawn =
                    ben.post(
                            "/api/v1/environments/staging/evidence/" + id + "/withdraw",
                            "{\"reason\":\"why not\"}");
            assertThat(withdrawn.status()).isEqualTo(404);
            assertThat(withdrawn.body()).doesNotContain("production");
        }

        Client.Answer his =
                ben.post(
                        "/api/v1/environments/staging/evidence/" + everybodys + "/withdraw",
                        "{\"reason\":\"the wrong data set\"}");
        assertThat(his.status()).as(his.body()).isEqualTo(200);
        assertThat(his.json().path("relied")).isEmpty();
        assertThat(owner.get("/api/v1/environments/production/status").body())
                .contains("relied on what is no more");
    }

    @Test
    void what_took_long_is_not_kept_for_who_was_shut_out_meanwhile() throws Exception {
        Client ben = ben();
        CompletableFuture<Client.Answer> adding =
                CompletableFuture.supplyAsync(() -> add(ben, "staging", "slow"));
        Path begun = folder.resolve("begun");
        owner.await("/healthz", _ -> Files.exists(begun));
        Client.Answer disabled =
                owner.post("/api/v1/users/ben/disable", "{\"reason\":\"he left\"}");
        assertThat(disabled.status()).as(disabled.body()).isEqualTo(200);
        Files.writeString(folder.resolve("go"), "");

        assertThat(adding.get(60, TimeUnit.SECONDS).body()).doesNotContain("\"result\"");
        assertThat(owner.get("/api/v1/evidence").json().path("evidence")).isEmpty();
        assertThat(owner.get("/api/v1/audit?action=evidence-added").json().path("leaves"))
                .isEmpty();
    }
}
