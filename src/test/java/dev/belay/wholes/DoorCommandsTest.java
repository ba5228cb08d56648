package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `belay gateway hold`, `maintenance` and `open`, as people type them.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class DoorCommandsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Whole whole;
    private int exit;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        whole = new Whole(folder);
        whole.start();
        whole.ship("v1");
    }

    @AfterAll
    void stop() throws Exception {
        http.shutdownNow();
        whole.end();
    }

    /// What a command says, on either stream.
    private String belay(String... words) throws Exception {
        Whole.Said said = whole.belay(words);
        exit = said.exit();
        return said.text();
    }

    private String done(String... words) throws Exception {
        String said = belay(words);
        assertThat(exit).as(said).isZero();
        return said;
    }

    private CompletableFuture<HttpResponse<String>> asking(String accept) {
        URI uri = URI.create("http://127.0.0.1:" + whole.port() + "/");
        return http.sendAsync(
                HttpRequest.newBuilder(uri).timeout(PATIENCE).header("Accept", accept).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private JsonNode door() throws Exception {
        return whole.get("/api/v1/environments/local/status").json().path("doors").path(0);
    }

    @Test
    void requests_wait_while_a_release_goes_on_and_the_gateway_is_replaced() throws Exception {
        assertThat(done("gateway", "hold", "local", "api", "--for", "2m", "--at-most", "5"))
                .startsWith("api  on-hold  ")
                .contains("0 of 5 wait");
        var one = asking("*/*");
        whole.await("it waits", () -> door().path("waiting").asInt() == 1);
        assertThat(door().path("state").asString()).isEqualTo("on-hold");
        assertThat(door().path("overdue").asBoolean()).isFalse();
        // An instance is stopped at zero requests, and who waits is at none.
        whole.ship("v2");
        done("gateway", "upgrade");
        var two = asking("*/*");
        whole.await("both wait", () -> door().path("waiting").asInt() == 2);
        assertThat(done("status", "local"))
                .contains("on-hold  since ")
                .contains("2 of 5 wait")
                .contains("`belay gateway open local api` opens it");
        assertThat(page()).contains("2 of 5 wait");

        assertThat(done("gateway", "open", "local")).contains("first the 2 that waited");

        assertThat(one.join().body()).isEqualTo("v2");
        assertThat(two.join().body()).isEqualTo("v2");
        assertThat(done("gateway", "open", "local")).isEqualTo("nothing is held or shut\n");
        assertThat(door().isMissingNode()).isTrue();
    }

    private String page() throws Exception {
        return whole.get("/").body();
    }

    @Test
    void a_hold_that_is_too_old_is_warned_of_and_stays() throws Exception {
        done("gateway", "hold", "local", "api", "--for", "1s");
        assertThat(asking("*/*").join().statusCode()).isEqualTo(503);
        whole.await("it is overdue", () -> door().path("overdue").asBoolean());
        assertThat(done("status", "local")).contains("who waits longer than 1 s gets 503");
        done("gateway", "open", "local", "api");
        assertThat(asking("*/*").join().statusCode()).isEqualTo(200);
    }

    @Test
    void people_read_a_page_and_some_may_pass() throws Exception {
        String own = "<h1>Gleich zurück</h1>";
        Files.writeString(whole.folder().resolve("sorry.html"), own);
        JsonNode answer =
                JsonMapper.shared()
                        .readTree(
                                done(
                                        "gateway",
                                        "maintenance",
                                        "local",
                                        "--json",
                                        "--page",
                                        "sorry.html",
                                        "--retry-after",
                                        "2h"));
        assertThat(answer.at("/doors/0/state").asString()).isEqualTo("maintenance");
        HttpResponse<String> page = asking("text/html").join();
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.headers().firstValue("Retry-After")).contains("7200");
        assertThat(page.body()).isEqualTo(own);

        done("gateway", "maintenance", "local", "api");
        assertThat(asking("text/html").join().body()).contains("small is being worked on");
        assertThat(asking("*/*").join().body()).contains("api is closed for maintenance");
        assertThat(done("status", "local")).contains("maintenance  since ");

        done("gateway", "maintenance", "local", "--allow", "127.0.0.1");
        assertThat(asking("*/*").join().statusCode()).isEqualTo(200);
        assertThat(done("status", "local")).contains("open for 1 of your networks");
        done("gateway", "open", "local");
    }

    @Test
    void what_makes_no_sense_is_said_in_a_sentence() throws Exception {
        refused(2, "has no such component", "gateway", "hold", "local", "apy");
        refused(2, "no such environment", "gateway", "open", "nowhere");
        refused(2, "it is not a time", "gateway", "hold", "local", "--for", "soon");
        refused(2, "it is not a size", "gateway", "hold", "local", "--bytes", "much");
        refused(2, "from 1 to 600000", "gateway", "hold", "local", "--for", "2h");
        refused(2, "from 1 to 10000", "gateway", "hold", "local", "--at-most", "0");
        refused(2, "it cannot be read", "gateway", "maintenance", "local", "--page", "none");
        refused(2, "no network", "gateway", "maintenance", "local", "--allow", "office");
        assertThat(door().isMissingNode()).isTrue();
    }

    private void refused(int code, String sentence, String... words) throws Exception {
        String said = belay(words);
        assertThat(said).contains(sentence);
        assertThat(exit).as(said).isEqualTo(code);
    }

    @Test
    void what_gets_no_requests_cannot_be_held() throws IOException, InterruptedException {
        String before = Files.readString(whole.folder().resolve("belay.yaml"));
        try {
            Files.writeString(
                    whole.folder().resolve("belay.yaml"),
                    before.replace(
                            "components:\n",
                            "components:\n  ticker: {kind: worker, build: {output: app}, run: sh run.sh}\n"));
            var answer =
                    whole.post("/api/v1/environments/local/hold", "{\"components\": [\"ticker\"]}");
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.body()).contains("`ticker` gets no requests in `local`");
        } finally {
            Files.writeString(whole.folder().resolve("belay.yaml"), before);
        }
    }
}
