package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// People who speak to a release under way: each finds it waiting for a service that gets ready
/// when the test says so. One platform serves all of them, as starting one takes long; whatever a
/// test leaves running is what the next one finds.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CommandsTest {
    private Whole whole;
    private String before = "first";
    private int words;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        whole = new Whole(folder);
        whole.start();
        whole.ship(before);
    }

    @AfterAll
    void stop() throws Exception {
        whole.end();
    }

    @BeforeEach
    void plain() throws IOException {
        whole.manifest("", "0s");
    }

    @Test
    void pause_stops_it_where_it_is_and_resume_goes_on() throws Exception {
        String word = newWord();
        String release = waiting(word);
        tell(release, Map.of("command", "pause", "reason", "lunch"));
        whole.awaitState(release, "paused");
        whole.opens(word);
        assertThat(Traffic.once(whole.port())).isEqualTo(before);
        tell(release, Map.of("command", "resume", "reason", "fed"));
        whole.awaitState(release, "completed");
        runsNow(word);
    }

    @Test
    void a_pause_outlives_the_control_plane() throws Exception {
        String word = newWord();
        String release = waiting(word);
        tell(release, Map.of("command", "pause", "reason", "lunch"));
        whole.awaitState(release, "paused");
        whole.killServer();
        whole.opens(word);
        whole.start();
        assertThat(whole.state(release)).isEqualTo("paused");
        tell(release, Map.of("command", "resume", "reason", "fed"));
        whole.awaitState(release, "completed");
        runsNow(word);
    }

    @Test
    void cancel_and_stop_here_then_cancel_and_roll_back() throws Exception {
        String word = newWord();
        String release = waiting(word);
        tell(release, cancel("stop"));
        whole.awaitState(release, "paused");
        tell(release, cancel("roll-back"));
        var shown = whole.awaitState(release, "rolled-back");
        assertThat(shown.path("because").asString()).contains("changed my mind");
        whole.runsOnly(before);
    }

    @Test
    void cancel_and_roll_back_in_a_soak_takes_no_request_with_it() throws Exception {
        whole.manifest("", "10m");
        whole.writes(newWord());
        String release = whole.begin();
        whole.await(
                "it soaks", () -> whole.show(release).path("release").path("soaking").asBoolean());
        try (var traffic = new Traffic(whole.port())) {
            tell(release, cancel("roll-back"));
            whole.awaitState(release, "rolled-back");
            whole.runsOnly(before);
            assertThat(traffic.stop()).isEmpty();
        }
    }

    @Test
    void cancel_and_leave_holds_it_until_somebody_decides_to_go_back() throws Exception {
        String word = newWord();
        String release = waiting(word);
        tell(release, cancel("leave"));
        whole.awaitState(release, "held");
        assertThat(Traffic.once(whole.port())).isEqualTo(before);
        var refused = whole.command(release, Map.of("command", "resume"));
        assertThat(refused.status()).isEqualTo(409);
        tell(release, Map.of("command", "decide", "decision", "roll-back", "reason", "enough"));
        whole.await("it goes back", () -> whole.state(release).equals("rolled-back"));
        whole.runsOnly(before);
    }

    @Test
    void cancel_and_leave_holds_it_until_somebody_decides_to_go_on() throws Exception {
        String word = newWord();
        String release = waiting(word);
        tell(release, cancel("leave"));
        whole.awaitState(release, "held");
        whole.opens(word);
        tell(release, Map.of("command", "decide", "decision", "retry", "reason", "it is well"));
        whole.await("it goes on", () -> whole.state(release).equals("completed"));
        runsNow(word);
    }

    @Test
    void a_second_deploy_waits_for_the_first_and_a_third_takes_the_seconds_place()
            throws Exception {
        String word = newWord();
        String first = waiting(word);
        whole.writes(newWord());
        String second = whole.begin();
        assertThat(whole.state(second)).isEqualTo("queued");
        String last = newWord();
        whole.writes(last);
        var answer = whole.deploy(true);
        String third = answer.json().path("releases").path(0).asString();
        whole.opens(word);
        whole.awaitState(first, "completed");
        whole.awaitState(third, "completed");
        assertThat(whole.state(second)).isEqualTo("superseded");
        runsNow(last);
    }

    @Test
    void of_two_clients_at_the_same_moment_each_gets_an_answer_and_nothing_is_mixed()
            throws Exception {
        String word = newWord();
        whole.writes(word);
        var answers = new ArrayList<Future<Whole.Answer>>();
        try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < 2; i++) {
                String key = "client-" + i;
                answers.add(clients.submit(() -> whole.deploy(key)));
            }
        }
        int releases = 0;
        for (var answer : answers) {
            assertThat(answer.get().status()).isEqualTo(202);
            for (var release : answer.get().json().path("releases")) {
                releases++;
                whole.await("it ends", () -> Whole.ENDED.contains(whole.state(release.asString())));
            }
        }
        assertThat(releases).isPositive();
        runsNow(word);
    }

    private String newWord() {
        words++;
        return "word-" + words;
    }

    private void runsNow(String word) throws Exception {
        whole.runsOnly(word);
        before = word;
    }

    /// A release of a service that is started and not ready yet.
    private String waiting(String word) throws Exception {
        whole.writesGated(word);
        String release = whole.begin();
        whole.await(
                "it waits for " + word,
                () ->
                        whole.get("/api/v1/environments/local/status")
                                        .json()
                                        .at("/components/0/revisions")
                                        .size()
                                == 2);
        return release;
    }

    private static Map<String, Object> cancel(String mode) {
        return Map.of("command", "cancel", "mode", mode, "reason", "changed my mind");
    }

    private void tell(String release, Map<String, Object> command) throws Exception {
        assertThat(whole.command(release, command).status()).isEqualTo(200);
    }
}
