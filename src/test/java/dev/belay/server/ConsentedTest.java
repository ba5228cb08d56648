package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A release that waits for people, at a whole control plane.
@Timeout(120)
class ConsentedTest {
    @TempDir private Path folder;
    private ControlPlane plane;
    private Client owner;
    private Client dev;
    private Client cto;
    private int keys;

    @BeforeEach
    void start() throws Exception {
        Files.createDirectory(folder.resolve("app"));
        Files.writeString(folder.resolve("app/work.sh"), "exec sleep 600\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  ticker: {kind: worker, build: {output: app}, run: sh work.sh}
                environments:
                  production:
                    target: process
                    rollout: {soak: 0s}
                    gates:
                      checklist: [release notes prepared, team on standby]
                      approvals: {any: [cto, vp]}
                """);
        begin();
        dev = client(token("dev", "deployer@production"));
        cto = client(token("cto", "approver@production"));
    }

    private void begin() throws IOException {
        plane = TestPlane.start(folder);
        owner = client(Files.readString(folder.resolve(".belay/token")).strip());
    }

    @AfterEach
    void stop() throws Exception {
        plane.close();
        Leftovers.end(folder.resolve(".belay"));
    }

    private Client client(String token) {
        return new Client(plane.port(), token);
    }

    private String token(String name, String role) {
        Client.Answer added =
                owner.post(
                        "/api/v1/users",
                        "{\"name\":\"%s\",\"roles\":[\"%s\"]}".formatted(name, role));
        assertThat(added.status()).as(added.body()).isEqualTo(201);
        return secret(
                owner.post(
                        "/api/v1/tokens", "{\"user\":\"%s\",\"name\":\"laptop\"}".formatted(name)));
    }

    private static String secret(Client.Answer made) {
        assertThat(made.status()).as(made.body()).isEqualTo(201);
        return made.json().path("secret").asString();
    }

    private String submitted(Client by, String word) throws IOException {
        Files.writeString(folder.resolve("app/work.sh"), "echo " + word + "\nexec sleep 600\n");
        Client.Answer made =
                by.post(
                        "/api/v1/releases",
                        "{\"environment\":\"production\",\"requestKey\":\"k%d\"}"
                                .formatted(++keys));
        assertThat(made.status()).as(made.body()).isEqualTo(202);
        return made.json().at("/releases/0").asString();
    }

    private static Client.Answer approves(Client who, String release, String plan) {
        return who.post(
                "/api/v1/releases/" + release + "/approvals",
                "{\"plan\":\"%s\",\"reason\":\"tried it\"}".formatted(plan));
    }

    private static Client.Answer checks(Client who, String release, String point) {
        return who.post(
                "/api/v1/releases/" + release + "/checklist",
                "{\"point\":\"%s\"}".formatted(point));
    }

    private JsonNode consent(String release) {
        return owner.get("/api/v1/releases/" + release + "/consent").json();
    }

    private String state(String release) {
        return owner.get("/api/v1/releases/" + release).json().at("/release/state").asString();
    }

    private void await(String release, String state) throws InterruptedException {
        while (!state(release).equals(state)) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    private void awaitWaiting(String release) throws InterruptedException {
        while (!owner.get("/api/v1/releases/" + release + "/why").body().contains("approval by")) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void a_release_waits_until_the_right_people_said_what_is_asked() throws Exception {
        String release = submitted(dev, "v1");
        awaitWaiting(release);
        JsonNode asked = consent(release);
        assertThat(asked.path("lacking").toString())
                .isEqualTo(
                        "[\"`release notes prepared` is to be checked off\",\"`team on standby` is to be"
                                + " checked off\",\"approval by one of cto, vp is missing\"]");
        String plan = asked.path("plan").asString();
        assertThat(owner.get("/api/v1/releases/" + release + "/consent", "text/plain").body())
                .contains("answer: belay approve " + release + " --plan " + plan)
                .contains("answer: belay check-off " + release + " NUMBER");

        assertThat(approves(dev, release, plan).status()).isEqualTo(403);
        assertThat(approves(cto, release, "sha256:other").body())
                .contains("its plan is another one", plan);
        assertThat(checks(dev, release, "9").body()).contains("there is no point `9`");
        // Nobody named him, who owns the machine.
        assertThat(approves(owner, release, plan).status()).isEqualTo(200);
        assertThat(consent(release).path("lacking").toString()).contains("approval by one of cto");

        assertThat(approves(cto, release, plan).status()).isEqualTo(200);
        assertThat(checks(dev, release, "1").status()).isEqualTo(200);
        plane.close();
        begin();
        dev = dev.at(plane.port());
        assertThat(consent(release).path("lacking").size()).isEqualTo(1);
        assertThat(checks(dev, release, "team on standby").status()).isEqualTo(200);
        await(release, "completed");
        assertThat(owner.get("/api/v1/releases/" + release + "/journal").body())
                .contains("\"Approved\"", "CheckedOff", "approved by cto");
        assertThat(approves(cto.at(plane.port()), release, plan).body())
                .contains("does not wait for consent any more");
    }

    @Test
    void who_is_disabled_has_not_consented_and_an_objection_takes_it_back() throws Exception {
        String release = submitted(dev, "v1");
        awaitWaiting(release);
        String plan = consent(release).path("plan").asString();
        assertThat(approves(cto, release, plan).status()).isEqualTo(200);
        assertThat(owner.post("/api/v1/users/cto/disable", "{\"reason\":\"left\"}").status())
                .isEqualTo(200);
        checks(dev, release, "1");
        checks(dev, release, "2");
        assertThat(consent(release).path("lacking").toString())
                .isEqualTo("[\"approval by one of cto, vp is missing\"]");
        assertThat(state(release)).isEqualTo("running");

        Client vp = client(token("vp", "approver@production"));
        String path = "/api/v1/releases/" + release + "/approvals";
        assertThat(vp.post(path, "{\"object\":true}").body()).contains("who objects says why");
        assertThat(vp.post(path, "{\"object\":true,\"reason\":\"not now\"}").status())
                .isEqualTo(200);
        await(release, "rolled-back");
        assertThat(owner.get("/api/v1/releases/" + release).body()).contains("vp objects: not now");
    }

    @Test
    void whoever_submits_consents_by_no_token_that_he_made() throws Exception {
        String release = submitted(owner, "v1");
        awaitWaiting(release);
        String plan = consent(release).path("plan").asString();
        assertThat(approves(owner, release, plan).body()).contains("cannot consent to it");
        assertThat(approves(cto, release, plan).body()).contains("made the token that you show");
        Client own = client(secret(cto.post("/api/v1/tokens", "{\"name\":\"own\"}")));
        assertThat(approves(own, release, plan).status()).isEqualTo(200);
        assertThat(consent(release).path("given").toString()).contains("approved by cto");
    }

    private String at(Instant when, int within) throws IOException {
        Files.writeString(folder.resolve("app/work.sh"), "echo v" + keys + "\nexec sleep 600\n");
        Client.Answer made = scheduled(when, within);
        assertThat(made.status()).as(made.body()).isEqualTo(202);
        return made.json().at("/releases/0").asString();
    }

    private Client.Answer scheduled(Instant when, int within) {
        return dev.post(
                "/api/v1/releases",
                "{\"environment\":\"production\",\"requestKey\":\"k%d\",\"at\":\"%s\",\"withinSeconds\":%d}"
                        .formatted(++keys, when, within));
    }

    private void consentsTo(String release) {
        String plan = consent(release).path("plan").asString();
        assertThat(approves(cto.at(plane.port()), release, plan).status()).isEqualTo(200);
        assertThat(checks(dev.at(plane.port()), release, "1").status()).isEqualTo(200);
        assertThat(checks(dev.at(plane.port()), release, "2").status()).isEqualTo(200);
    }

    @Test
    void what_is_scheduled_collects_consent_before_and_begins_at_its_time() throws Exception {
        Instant when = Instant.now().plusSeconds(4);
        String release = at(when, 3600);
        assertThat(owner.get("/api/v1/releases/" + release + "/why").body())
                .contains("it begins ", "belay reschedule " + release);
        assertThat(owner.get("/api/v1/environments/production/status").body())
                .contains("\"about\":\"schedule\"");
        consentsTo(release);
        assertThat(state(release)).isEqualTo("queued");

        await(release, "completed");

        assertThat(owner.get("/api/v1/releases/" + release).json().path("startedAt").asLong())
                .isGreaterThanOrEqualTo(when.toEpochMilli());
        assertThat(
                        owner.post(
                                        "/api/v1/releases/" + release + "/schedule",
                                        "{\"now\":true,\"reason\":\"again\"}")
                                .body())
                .contains("it has ended");
    }

    @Test
    void what_missed_its_time_asks_when_and_whoever_consented_again() throws Exception {
        Instant when = Instant.now().plusSeconds(2);
        String release = at(when, 1);
        consentsTo(release);
        plane.close();
        while (Instant.now().isBefore(when.plusSeconds(2))) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        begin();
        assertThat(owner.get("/api/v1/releases/" + release + "/why").body())
                .contains("did not begin at its time", "--now --reason");
        assertThat(owner.get("/api/v1/environments/production/status").body())
                .contains("waits for somebody to say when");
        String path = "/api/v1/releases/" + release + "/schedule";
        assertThat(owner.post(path, "{\"now\":true}").body()).contains("why it is another one");

        assertThat(owner.post(path, "{\"now\":true,\"reason\":\"machine is back\"}").status())
                .isEqualTo(200);

        awaitWaiting(release);
        assertThat(consent(release).path("given").size()).isZero();
        consentsTo(release);
        await(release, "completed");
    }

    @Test
    void no_time_is_taken_that_nobody_can_mean() {
        Instant now = Instant.now();
        assertThat(scheduled(now.minusSeconds(600), 0).body()).contains("that time has passed");
        assertThat(scheduled(now.plusSeconds(3_000_000), 0).body()).contains("more than 30 days");
        assertThat(scheduled(now.plusSeconds(60), 100_000).body()).contains("a second and a day");
        Client.Answer alone =
                dev.post(
                        "/api/v1/releases",
                        "{\"environment\":\"production\",\"requestKey\":\"k\",\"withinSeconds\":60}");
        assertThat(alone.status()).isEqualTo(422);
    }
}
