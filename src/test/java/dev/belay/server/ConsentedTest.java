package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        plane = ControlPlane.start(Settings.of(folder));
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
}
