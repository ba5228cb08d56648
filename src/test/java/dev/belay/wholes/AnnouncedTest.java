package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Installed;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A release that is announced as maintenance, as users meet it who never stop coming.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(180)
class AnnouncedTest {
    private static final int LASTING = 600;
    private static final String TEXT = "We bring new invoices.";
    private static final String TESTED =
            "smoke: [{name: serves, timeout: 5s, http: [{request: GET /}]},"
                    + " {name: asks, command: [sh, -c, 'test -e run.sh']}]";

    private Whole whole;
    private int words;
    private String before = "";
    private String word = "";
    private int exit;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        whole = new Whole(folder);
        whole.manifest(TESTED, "0s");
        whole.start();
        whole.ship("v0");
    }

    /// What each test goes out from, and what it may ship.
    @BeforeEach
    void choose() throws Exception {
        before = Traffic.once(whole.port());
        words++;
        word = "v" + words;
    }

    @AfterAll
    void stop() throws Exception {
        whole.end();
    }

    /// What somebody got at a moment.
    private record Seen(int status, String body, String retryAfter) {}

    /// Asks again and again, each time on a connection of its own.
    private final class Visitor implements AutoCloseable {
        private final ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>();
        private final CountDownLatch stop = new CountDownLatch(1);
        private final HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        private volatile Seen last = new Seen(0, "", "");

        Visitor() {
            Thread.ofVirtual().start(this::ask);
        }

        private void ask() {
            var request =
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + whole.port() + "/"))
                            .timeout(Duration.ofSeconds(30))
                            .header("Accept", "application/json")
                            .build();
            while (stop.getCount() > 0) {
                try {
                    var got = http.send(request, HttpResponse.BodyHandlers.ofString());
                    String again = got.headers().firstValue("Retry-After").orElse("");
                    last = new Seen(got.statusCode(), got.body(), again);
                    // Not a wait for anything: leaves the machine to the processes under test.
                    stop.await(5, TimeUnit.MILLISECONDS);
                } catch (java.io.IOException e) {
                    last = new Seen(-1, e.toString(), "");
                } catch (InterruptedException _) {
                    return;
                }
                seen.add(last);
            }
        }

        Seen last() {
            return last;
        }

        void awaits(int status) throws Exception {
            whole.await("somebody gets " + status, () -> last.status() == status);
        }

        /// What somebody got, without what is like the one before.
        List<Integer> statuses() {
            var changes = new ArrayList<Integer>();
            for (Seen one : seen) {
                if (changes.isEmpty() || changes.getLast() != one.status()) {
                    changes.add(one.status());
                }
            }
            return changes;
        }

        /// What somebody read, without what is like the one before, and without what a service that
        /// dies leaves unanswered.
        List<String> read(String word) {
            var changes = new ArrayList<String>();
            for (Seen one : seen) {
                String body = one.body().contains(TEXT) ? TEXT : one.body();
                boolean counts = List.of(TEXT, before, word).contains(body);
                if (counts && (changes.isEmpty() || !changes.getLast().equals(body))) {
                    changes.add(body);
                }
            }
            return changes;
        }

        @Override
        public void close() {
            stop.countDown();
            http.shutdownNow();
        }
    }

    private String announced(Instant at, int within) throws Exception {
        return announced(Map.of("at", at.toString(), "withinSeconds", within, "maintenance", true));
    }

    private String announced(Map<String, Object> more) throws Exception {
        Map<String, Object> body = new HashMap<>(more);
        body.put("maintenanceText", TEXT);
        body.put("maintenanceSeconds", LASTING);
        Whole.Answer answer = whole.asked("local", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(202);
        return answer.json().path("releases").path(0).asString();
    }

    private JsonNode status() throws Exception {
        return whole.get("/api/v1/environments/local/status").json();
    }

    private JsonNode announcement() throws Exception {
        return status().path("maintenance").path(0);
    }

    private String belay(String... typed) throws Exception {
        var command = new ArrayList<String>();
        command.add(Installed.belay());
        command.addAll(List.of(typed));
        var builder = new ProcessBuilder(command).directory(whole.folder().toFile());
        Installed.equip(builder);
        Process process = builder.redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        exit = process.exitValue();
        return said;
    }

    private static String result(JsonNode release, String title) {
        for (JsonNode step : release.path("steps")) {
            if (step.path("title").asString().contains(title)) {
                return step.path("result").asString();
            }
        }
        throw new AssertionError("no step `" + title + "` in " + release);
    }

    @Test
    void users_are_told_before_and_kept_out_while_it_changes_something() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            whole.writesGated(word);
            Instant at = Instant.now().plusSeconds(5);
            String release = announced(at, 60);
            JsonNode said = announcement();
            assertThat(said.path("state").asString()).isEqualTo("announced");
            assertThat(said.path("release").asString()).isEqualTo(release);
            assertThat(said.path("components").toString()).isEqualTo("[\"api\"]");
            assertThat(said.path("text").asString()).isEqualTo(TEXT);
            assertThat(said.path("from").asLong()).isEqualTo(at.toEpochMilli());
            assertThat(said.path("until").asLong()).isEqualTo(at.toEpochMilli() + LASTING * 1_000);
            assertThat(belay("status", "local"))
                    .contains("maintenance: `" + release + "`: it keeps users out of `api` from ")
                    .contains(TEXT);
            assertThat(whole.get("/").body()).contains("maintenance: it keeps users out of");

            visitor.awaits(503);
            assertThat(Instant.now()).isAfterOrEqualTo(at);
            Seen page = visitor.last();
            assertThat(page.body()).contains(TEXT + " Please come back in 10 minutes.");
            // To the announced end, of which something has passed.
            assertThat(Integer.parseInt(page.retryAfter())).isBetween(LASTING - 60, LASTING);
            JsonNode during = status();
            assertThat(during.at("/maintenance/0/state").asString()).isEqualTo("under-way");
            assertThat(during.at("/doors/0/detail").asString())
                    .contains("by `" + release + "`, which opens it when it is through");

            whole.opens(word);
            JsonNode ended = whole.awaitState(release, "completed");
            visitor.awaits(200);
            assertThat(visitor.last().body()).isEqualTo(word);
            assertThat(visitor.statuses()).containsExactly(200, 503, 200);
            assertThat(result(ended, "1 smoke test through")).contains("1 smoke tests passed");
            assertThat(status().path("maintenance")).isEmpty();
            assertThat(status().path("doors")).isEmpty();
        }
    }

    @Test
    void a_control_plane_that_is_killed_leaves_the_door_to_the_one_that_follows() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            whole.writesGated(word);
            String release = announced(Map.of("maintenance", true));
            visitor.awaits(503);
            String until = status().at("/doors/0/since").toString();
            whole.killServer();
            whole.start();
            assertThat(status().at("/doors/0/since").toString()).isEqualTo(until);
            assertThat(visitor.last().status()).isEqualTo(503);
            whole.opens(word);
            whole.awaitState(release, "completed");
            visitor.awaits(200);
            assertThat(visitor.statuses()).containsExactly(200, 503, 200);
        }
    }

    @Test
    void it_opens_after_a_rollback_too() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            whole.script("exit 3");
            String release = announced(Map.of("maintenance", true));
            whole.awaitState(release, "rolled-back");
            visitor.awaits(200);
            assertThat(visitor.last().body()).isEqualTo(before);
            assertThat(visitor.statuses()).containsExactly(200, 503, 200);
        }
    }

    @Test
    void one_that_falls_while_it_soaks_keeps_them_out_until_what_was_before_is_back()
            throws Exception {
        Path falls = whole.folder().resolve("falls");
        whole.manifest(TESTED, "10m");
        whole.script(
                "(while [ ! -e %s ]; do sleep 0.1; done; kill -9 $$) & exec %s"
                        .formatted(falls, Whole.service(word)));
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            String release = announced(Map.of("maintenance", true));
            whole.await(
                    "it soaks",
                    () -> whole.show(release).path("release").path("soaking").asBoolean());
            whole.await("users are in", () -> visitor.last().body().equals(word));
            assertThat(status().path("doors")).isEmpty();

            Files.createFile(falls);
            JsonNode ended = whole.awaitState(release, "rolled-back");
            assertThat(ended.path("because").asString()).contains("api");
            visitor.awaits(200);
            assertThat(visitor.read(word)).containsExactly(before, TEXT, word, TEXT, before);
            assertThat(status().path("doors")).isEmpty();
            assertThat(status().path("maintenance")).isEmpty();
            whole.runsOnly(before);
        } finally {
            Files.deleteIfExists(falls);
            whole.manifest(TESTED, "0s");
        }
    }

    @Test
    void who_stops_it_keeps_users_out_until_it_goes_back() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            whole.writesGated(word);
            String release = announced(Map.of("maintenance", true));
            visitor.awaits(503);
            whole.command(release, Map.of("command", "cancel", "mode", "stop", "reason", "look"));
            whole.awaitState(release, "paused");
            assertThat(visitor.last().status()).isEqualTo(503);
            assertThat(announcement().path("state").asString()).isEqualTo("under-way");
            whole.command(
                    release, Map.of("command", "cancel", "mode", "roll-back", "reason", "no"));
            whole.awaitState(release, "rolled-back");
            visitor.awaits(200);
            assertThat(visitor.statuses()).containsExactly(200, 503, 200);
        }
    }

    @Test
    void who_leaves_it_as_it_is_keeps_users_out_until_somebody_decides() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            whole.writesGated(word);
            String release = announced(Map.of("maintenance", true));
            visitor.awaits(503);
            whole.command(
                    release, Map.of("command", "cancel", "mode", "leave", "reason", "hands off"));
            whole.awaitState(release, "held");
            assertThat(visitor.last().status()).isEqualTo(503);
            assertThat(belay("status", "local")).contains("which opens it when it is through");
            whole.opens(word);
            whole.command(
                    release,
                    Map.of("command", "decide", "decision", "retry", "reason", "it is well"));
            whole.await("it goes on", () -> whole.state(release).equals("completed"));
            visitor.awaits(200);
            assertThat(visitor.last().body()).isEqualTo(word);
            assertThat(visitor.statuses()).containsExactly(200, 503, 200);
        }
    }

    @Test
    void what_a_person_shuts_meanwhile_stays_shut() throws Exception {
        try (var visitor = new Visitor()) {
            visitor.awaits(200);
            whole.writesGated(word);
            String release = announced(Map.of("maintenance", true));
            visitor.awaits(503);
            assertThat(belay("gateway", "maintenance", "local")).contains("api  maintenance");
            whole.opens(word);
            JsonNode ended = whole.awaitState(release, "completed");
            assertThat(result(ended, "users come in again")).contains("a person has shut it");
            assertThat(visitor.last().status()).isEqualTo(503);
            belay("gateway", "open", "local");
            visitor.awaits(200);
        }
    }

    @Test
    void another_time_moves_it_and_who_cancels_withdraws_it() throws Exception {
        whole.writes(word);
        Instant at = Instant.now().plusSeconds(3_600);
        String release = announced(at, 60);
        String later = at.plusSeconds(7_200).toString();
        assertThat(belay("reschedule", release, "--at", later, "--reason", "late vendor"))
                .contains(release);
        assertThat(exit).isZero();
        assertThat(announcement().path("from").asLong())
                .isEqualTo(at.plusSeconds(7_200).toEpochMilli());
        assertThat(announcement().path("until").asLong())
                .isEqualTo(at.plusSeconds(7_200 + LASTING).toEpochMilli());
        whole.command(
                release, Map.of("command", "cancel", "mode", "roll-back", "reason", "not now"));
        whole.awaitState(release, "rejected");
        assertThat(status().path("maintenance")).isEmpty();
        assertThat(Traffic.once(whole.port())).isEqualTo(before);
    }

    @Test
    void what_missed_its_time_keeps_nobody_out() throws Exception {
        whole.writes(word);
        Instant at = Instant.now().plusSeconds(3);
        String release = announced(at, 1);
        whole.killServer();
        whole.await("its time is over", () -> Instant.now().isAfter(at.plusSeconds(2)));
        whole.start();
        JsonNode missed = announcement();
        assertThat(missed.path("state").asString()).isEqualTo("missed");
        assertThat(missed.path("from").asLong()).isZero();
        assertThat(belay("status", "local")).contains("it did not begin, and keeps nobody out");
        assertThat(Traffic.once(whole.port())).isEqualTo(before);
        belay("reschedule", release, "--now", "--reason", "the machine is back");
        whole.awaitState(release, "completed");
        assertThat(Traffic.once(whole.port())).isEqualTo(word);
        assertThat(status().path("doors")).isEmpty();
    }

    @Test
    void it_is_part_of_what_is_agreed_to() throws Exception {
        whole.writes(word);
        String plan = belay("plan", "local", "--maintenance=" + TEXT, "--lasting", "10m");
        assertThat(exit).as(plan).isZero();
        assertThat(plan).contains("api: users are kept out, for 10m").contains(TEXT);
        String digest = plan.replaceAll("(?s).*(sha256:[0-9a-f]{64}).*", "$1");
        assertThat(digest).matches("sha256:[0-9a-f]{64}");
        belay("deploy", "local", "--plan", digest);
        assertThat(exit).isEqualTo(3);
        String said =
                belay(
                        "deploy",
                        "local",
                        "--plan",
                        digest,
                        "--maintenance=" + TEXT,
                        "--lasting",
                        "10m");
        assertThat(exit).as(said).isZero();
    }

    @Test
    void what_makes_no_sense_is_said_in_a_sentence() throws Exception {
        whole.writes(word);
        refused(Map.of("maintenanceText", TEXT), "not that they are kept out");
        refused(Map.of("maintenanceSeconds", 60), "not that they are kept out");
        refused(Map.of("maintenance", "yes"), "`true` or `false` is wanted");
        refused(Map.of("maintenance", true, "maintenanceSeconds", 0), "from 1 to 86400");
        refused(Map.of("maintenance", true, "maintenanceSeconds", 86_401), "from 1 to 86400");
        refused(Map.of("maintenance", true, "maintenanceText", "x".repeat(301)), "at most 300");
        refused(Map.of("maintenance", true, "maintenanceText", "a\nb"), "it is one line");
        // The environment, and not what users read.
        assertThat(belay("plan", "--maintenance", "nowhere")).contains("no such environment");
        assertThat(exit).isEqualTo(2);
        assertThat(belay("plan", "local", "--maintenance", "--lasting", "soon"))
                .contains("`soon` is no time");
        assertThat(exit).isEqualTo(2);
    }

    private void refused(Map<String, Object> body, String sentence) throws Exception {
        Whole.Answer answer = whole.asked("local", body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(422);
        assertThat(answer.body()).contains(sentence);
    }
}
