package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import dev.belay.gateway.tls.TestCertificates;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// From the manifest to a client that trusts one certificate: an entrance that speaks TLS.
class SecureEntranceTest {
    @TempDir private Path folder;
    private Whole whole;
    private TestCertificates made;
    private int port;

    @BeforeEach
    void start() throws Exception {
        whole = new Whole(folder);
        made = new TestCertificates(whole.folder().resolve("tls")).pair("a", "localhost");
        port = FreePort.choose();
        entrance("{certificates: tls}");
        whole.start();
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    private void entrance(String tls) throws IOException {
        whole.manifest("at: [{entrance: public}]", "0s");
        Path file = whole.folder().resolve("belay.yaml");
        String entrances =
                "entrances: {public: {port: %d, tls: %s}}, rollout:".formatted(port, tls);
        Files.writeString(file, Files.readString(file).replace("rollout:", entrances));
    }

    private String curl(String... more) throws Exception {
        var command = new ArrayList<>(List.of("curl", "-sS", "-m", "20"));
        command.addAll(List.of("--cacert", made.certificate("a").toString()));
        command.addAll(List.of(more));
        command.add("https://localhost:" + port + "/");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return said;
    }

    private JsonNode certificates() throws Exception {
        return whole.get("/api/v1/environments/local/status").json().path("certificates");
    }

    @Test
    void is_served_as_the_manifest_says_and_changed_by_the_next_release() throws Exception {
        whole.ship("v1");
        assertThat(curl()).isEqualTo("v1");
        assertThat(curl("--tls-max", "1.2")).isEqualTo("v1");
        String status = whole.get("/api/v1/environments/local/status").body();
        assertThat(status).contains("https://localhost:" + port + "/");

        entrance("{certificate: tls/a.crt, key: tls/a.key, minimum: \"1.3\"}");
        whole.ship("v2");
        assertThat(curl()).isEqualTo("v2");
        assertThat(curl("--tls-max", "1.2")).startsWith("curl: (35)");

        JsonNode shown = certificates().path("shown").path(0);
        assertThat(shown.path("name").asString()).isEqualTo("a");
        assertThat(shown.path("state").asString()).isEqualTo("well");
        made.pairFor(2, "a", "localhost");
        whole.await(
                "the one that ends soon is told of",
                () ->
                        certificates()
                                .path("shown")
                                .path(0)
                                .path("state")
                                .asString()
                                .equals("unwell"));
        assertThat(warnings("v3")).contains("entrance `public`: certificate `a`: it expires in ");
        Files.writeString(made.key("a"), "no key");
        whole.await("what was not taken, too", () -> !certificates().path("warnings").isEmpty());
        assertThat(curl()).isEqualTo("v3");
        assertThat(warnings("v4")).contains("entrance `public`: key of `a`: ");
        assertThat(curl()).as("with the certificate of before").isEqualTo("v4");
    }

    /// What the answer to a deploy warns of.
    private String warnings(String word) throws Exception {
        whole.writes(word);
        JsonNode answer = whole.deploy().json();
        whole.awaitState(answer.path("releases").path(0).asString(), "completed");
        return answer.path("warnings").toString();
    }

    @Test
    void is_refused_by_the_check_where_its_files_cannot_be_used() throws Exception {
        Files.delete(made.key("a"));
        Whole.Answer answer = whole.post("/api/v1/check", "{\"environment\": \"local\"}");
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.body())
                .contains("manifest/certificate", "entrance `public`: `a.key` is not there");
    }
}
