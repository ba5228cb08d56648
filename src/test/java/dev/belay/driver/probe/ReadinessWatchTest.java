package dev.belay.driver.probe;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.belay.Choices;
import dev.belay.driver.probe.ReadinessWatch.Next;
import dev.belay.release.Health;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ReadinessWatchTest {
    private static final HealthAnswer WELL = new HealthAnswer.Well(ofMillis(1));
    private static final HealthAnswer UNWELL = new HealthAnswer.Unwell(ofMillis(1), "boots");

    @Test
    void the_first_question_is_asked_at_once() {
        assertThat(watch(2, 200).next(Duration.ZERO)).isEqualTo(new Next.AskAt(Duration.ZERO));
    }

    @Test
    void pauses_grow_from_ten_to_two_hundred_and_fifty_milliseconds_with_jitter() {
        var watch = watch(1, 0);
        Duration now = Duration.ZERO;
        for (int most : new int[] {10, 20, 40, 80, 160, 250, 250, 250}) {
            watch.answered(now, UNWELL);
            Duration due = due(watch, now);
            assertThat(due.minus(now)).isBetween(ofMillis(most * 3L / 4), ofMillis(most));
            now = due;
        }
    }

    @Test
    void one_success_of_two_is_not_ready() {
        var watch = watch(2, 200);
        watch.answered(ofMillis(3), WELL);
        assertThat(watch.next(ofMillis(3))).isEqualTo(new Next.AskAt(ofMillis(203)));
        watch.answered(ofMillis(203), WELL);
        assertThat(watch.next(ofMillis(203))).isEqualTo(new Next.Ready(ofMillis(203)));
    }

    @Test
    void a_failure_between_successes_begins_the_count_anew() {
        var watch = watch(2, 200);
        watch.answered(ofMillis(0), WELL);
        watch.answered(ofMillis(200), UNWELL);
        watch.answered(ofMillis(210), WELL);
        assertThat(watch.next(ofMillis(210))).isEqualTo(new Next.AskAt(ofMillis(410)));
    }

    @Test
    void enough_successes_too_close_together_are_not_ready() {
        var watch = watch(2, 200);
        watch.answered(ofMillis(0), WELL);
        watch.answered(ofMillis(1), WELL);
        assertThat(watch.next(ofMillis(1))).isEqualTo(new Next.AskAt(ofMillis(200)));
    }

    @Test
    void a_success_that_comes_after_the_deadline_makes_nothing_ready() {
        var watch = watch(1, 0);
        watch.answered(ofSeconds(11), WELL);
        assertThat(watch.next(ofSeconds(11))).isInstanceOf(Next.NotReady.class);
    }

    @Test
    void the_deadline_gives_the_last_reason_and_nothing_is_asked_after_it() {
        var watch = watch(1, 0);
        watch.answered(ofMillis(9990), UNWELL);
        assertThat(due(watch, ofMillis(9990))).isLessThanOrEqualTo(ofSeconds(10));
        assertThat(watch.next(ofSeconds(10)))
                .isEqualTo(new Next.NotReady("not ready within 10 s, last: boots"));
    }

    @Test
    void the_history_keeps_the_last_twenty_answers() {
        var watch = watch(1, 0);
        for (int i = 0; i < 50; i++) {
            watch.answered(ofMillis(i), UNWELL);
        }
        assertThat(watch.history()).hasSize(20);
        assertThat(watch.history().getLast().sinceStart()).isEqualTo(ofMillis(49));
    }

    @Test
    void whatever_is_answered_ready_means_enough_successes_in_a_row_far_enough_apart() {
        Choices.forAll(
                500,
                choices -> {
                    int wanted = choices.between(1, 5);
                    int over = choices.between(0, 400);
                    var watch = watch(wanted, over);
                    Duration now = Duration.ZERO;
                    Duration first = Duration.ZERO;
                    int row = 0;
                    while (watch.next(now) instanceof Next.AskAt(Duration due)) {
                        assertThat(due).isLessThanOrEqualTo(ofSeconds(10));
                        now =
                                (due.compareTo(now) > 0 ? due : now)
                                        .plusMillis(choices.between(0, 9));
                        if (choices.chance(60)) {
                            first = row++ == 0 ? now : first;
                            watch.answered(now, WELL);
                        } else {
                            row = 0;
                            watch.answered(now, UNWELL);
                        }
                    }
                    boolean enough =
                            row >= wanted
                                    && now.minus(first).toMillis() >= over
                                    && now.compareTo(ofSeconds(10)) <= 0;
                    assertThat(watch.next(now) instanceof Next.Ready).isEqualTo(enough);
                });
    }

    @Test
    @Timeout(30)
    void a_server_that_boots_slowly_becomes_ready_after_its_first_good_answers()
            throws IOException, InterruptedException {
        var asked = new AtomicInteger();
        var booting =
                HostileServer.that(socket -> {
                    String status = asked.incrementAndGet() > 5 ? "200 OK" : "503 Boots";
                    socket.getOutputStream()
                            .write(
                                    ("HTTP/1.1 " + status + "\r\n\r\n")
                                            .getBytes(StandardCharsets.UTF_8));
                });
        try (booting) {
            var target = new ProbeTarget(booting.address(), () -> true, Path.of("."), Map.of());
            assertThat(new Readiness(new HealthProbe()).await(health(2, 50), target))
                    .asInstanceOf(type(Readiness.Verdict.Ready.class))
                    .satisfies(ready -> assertThat(ready.history()).hasSize(7));
        }
    }

    @Test
    @Timeout(30)
    void a_process_that_ended_is_not_waited_for() throws IOException, InterruptedException {
        try (var server = HostileServer.silent()) {
            var target = new ProbeTarget(server.address(), () -> false, Path.of("."), Map.of());
            assertThat(new Readiness(new HealthProbe()).await(health(1, 0), target))
                    .isInstanceOf(Readiness.Verdict.NotReady.class);
        }
    }

    private static Duration due(ReadinessWatch watch, Duration now) {
        return ((Next.AskAt) watch.next(now)).sinceStart();
    }

    private static ReadinessWatch watch(int successes, int overMillis) {
        return new ReadinessWatch(health(successes, overMillis), new Random(7));
    }

    private static Health health(int successes, int overMillis) {
        var check = new Health.Http("/health", new Health.StatusRange(200, 299), Map.of(), "");
        return new Health(check, successes, ofMillis(overMillis), ofSeconds(1), ofSeconds(10));
    }
}
