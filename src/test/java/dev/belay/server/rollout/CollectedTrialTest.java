package dev.belay.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answered;
import dev.belay.driver.Counting;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.ToldRouter;
import dev.belay.judge.Guard;
import dev.belay.release.Canary;
import dev.belay.release.Prometheus;
import dev.belay.release.Scope;
import dev.belay.release.Selector;
import dev.belay.release.Work;
import dev.belay.server.text.RolloutText;
import dev.belay.server.web.RolloutPage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Canaries that somebody else counts for, who may be silent, late or away.
final class CollectedTrialTest implements Counting {
    private static final Duration EVERY = Duration.ofSeconds(30);
    private static final Duration LEAST = Duration.ofMinutes(2);
    private static final Duration MOST = Duration.ofMinutes(20);
    private static final Selector REQUESTS = Selector.parse("http_total{pod=~\"${workload}-.*\"}");
    private static final Selector BUCKETS =
            Selector.parse("http_seconds_bucket{pod=~\"${workload}-.*\"}");
    private static final int BOUND = Answered.bin(500_000);

    @TempDir Path folder;

    private long now = 1_000_000;
    private final long began = now;
    private long series;
    private long canaryAll;
    private long canaryFailed;
    private long canarySlow;
    private long baseAll = 90_000;
    private String remark = "";
    private Counted.@Nullable Unread away;
    private int asked;
    private TrialDesk desk;

    @BeforeEach
    void start() {
        desk = desk();
    }

    private TrialDesk desk() {
        var histories = new Histories(folder.resolve("none"), List::of, Set::of, () -> now);
        return new TrialDesk(
                folder.resolve("rollouts"), new ToldRouter(), () -> now, histories, this);
    }

    @Override
    public Counter counter(Prometheus source, Sides of) {
        return () -> {
            asked++;
            return away != null
                    ? away
                    : new Counted.Totals(
                            series,
                            new Answered(canaryAll, canaryFailed, times(canaryAll, canarySlow)),
                            new Answered(baseAll, baseAll / 100, times(baseAll, baseAll / 100)),
                            remark);
        };
    }

    private static SortedMap<Integer, Long> times(long all, long slow) {
        var times = new TreeMap<Integer, Long>();
        times.put(BOUND, all - slow);
        times.put(BOUND + 1, slow);
        times.values().removeIf(count -> count == 0);
        return times;
    }

    @Override
    public Optional<Counted.Unread> doubt(Prometheus source, Sides of) {
        return Optional.empty();
    }

    private static Work.Judged work(boolean proven) {
        var source =
                new Prometheus(
                        "http://prometheus:9090",
                        null,
                        "",
                        REQUESTS,
                        REQUESTS.and("code", "=~", "5.."),
                        new Prometheus.Slow(BUCKETS, Duration.ofMillis(500)),
                        EVERY,
                        EVERY);
        return new Work.Judged(
                TrialDeskTest.revision("api-2"),
                TrialDeskTest.revision("api-1"),
                10,
                false,
                true,
                new Canary(List.of(10), LEAST, MOST, proven, 25, 5, source));
    }

    private Look look(boolean proven) {
        var order = new Order(Scope.component("local", "api"), 1, "local-7", 3, EVERY);
        return desk.judged(work(proven), order, Duration.ofMillis(now - began));
    }

    private Look tick(boolean proven) {
        now += EVERY.toMillis();
        return look(proven);
    }

    private void answers(long more, long failed, long slow) {
        canaryAll += more;
        canaryFailed += failed;
        canarySlow += slow;
        baseAll += 9 * more;
    }

    /// Until it is no more waiting.
    private Look ticks(boolean proven, long all, long failed, long slow) {
        Look look = look(proven);
        for (int i = 0; i < 60 && look instanceof Look.Waiting; i++) {
            answers(all, failed, slow);
            look = tick(proven);
        }
        return look;
    }

    private Rollout written() throws IOException {
        return Rollout.parse(Objects.requireNonNull(desk.texts("local-7").get("api")));
    }

    private static String failure(Look look) {
        assertThat(look).isInstanceOf(Look.Failed.class);
        return ((Look.Failed) look).reason();
    }

    @Test
    void one_that_fails_more_goes_back_and_is_judged_again_bit_for_bit() throws IOException {
        assertThat(failure(ticks(true, 300, 60, 3))).contains("worse than `api-1` (errors)");
        assertThat(written().holds()).isTrue();
        assertThat(written().rule().guards())
                .extracting(Guard::name)
                .containsExactly(Guarding.ERRORS, Guarding.LATENCY);
    }

    @Test
    void one_that_is_slow_more_often_goes_back() throws IOException {
        assertThat(failure(ticks(true, 300, 3, 90))).contains("(latency)");
        assertThat(written().holds()).isTrue();
        var rollouts = Rollouts.of("local-7", desk.texts("local-7"));
        assertThat(RolloutPage.of(rollouts)).contains("latency").doesNotContain("NaN", "Infinity");
        assertThat(RolloutText.of(rollouts, false)).contains("latency", "not calibrated");
    }

    @Test
    void one_that_is_no_worse_goes_on() {
        assertThat(ticks(true, 30_000, 300, 300)).isInstanceOf(Look.Done.class);
        assertThat(now - began).isGreaterThanOrEqualTo(LEAST.toMillis());
    }

    @Test
    void where_time_decides_it_does_not_where_nothing_was_seen() {
        look(false);
        remark = "it knows no `requests` of `api-2`";
        while (now - began < MOST.toMillis() - EVERY.toMillis()) {
            baseAll += 900;
            assertThat(tick(false)).isInstanceOf(Look.Waiting.class);
        }
        assertThat(failure(tick(false))).contains("nothing answered", remark);
    }

    @Test
    void where_time_decides_it_does_once_something_was_seen() {
        assertThat(ticks(false, 300, 3, 3)).isInstanceOf(Look.Done.class);
        assertThat(now - began).isEqualTo(LEAST.toMillis());
    }

    @Test
    void one_who_is_away_the_whole_time_turns_it_back_and_is_named() {
        away = new Counted.Unread("nobody answers for Prometheus", "see to it");
        Look look = look(false);
        while (now - began < MOST.toMillis()) {
            assertThat(look)
                    .isInstanceOfSatisfying(
                            Look.Waiting.class,
                            wait ->
                                    assertThat(wait.because())
                                            .isEqualTo("nobody answers for Prometheus"));
            look = tick(false);
        }
        assertThat(failure(look)).endsWith("answers: nobody answers for Prometheus");
    }

    /// What was proven before is no word about a time of which nobody said anything.
    @Test
    void one_who_goes_away_at_the_end_is_waited_for() {
        look(true);
        for (int i = 0; i < 3; i++) {
            answers(90_000, 900, 900);
            tick(true);
        }
        away = new Counted.Unread("nobody answers for Prometheus", "");
        for (int i = 0; i < 5; i++) {
            assertThat(tick(true)).isInstanceOf(Look.Waiting.class);
        }
        away = null;
        answers(90_000, 900, 900);
        assertThat(tick(true)).isInstanceOf(Look.Done.class);
    }

    @Test
    void what_is_collected_of_one_side_first_waits_for_the_other() throws IOException {
        look(true);
        canaryAll += 100;
        canaryFailed += 9;
        tick(true);
        assertThat(written().batches()).isEmpty();
        baseAll += 900;
        tick(true);
        assertThat(written().batches()).hasSize(1);
        assertThat(written().batches().getFirst().samples().get(Guarding.ERRORS))
                .asString()
                .contains("Count[all=100, bad=9]", "Count[all=900, bad=9]");
    }

    @Test
    void what_was_counted_while_somebody_began_anew_is_in_no_batch() throws IOException {
        look(true);
        answers(100, 100, 0);
        series++;
        tick(true);
        answers(100, 1, 0);
        tick(true);
        assertThat(written().batches()).hasSize(1);
        assertThat(written().batches().getFirst().changed()).isTrue();
        desk = desk();
        answers(100, 100, 0);
        tick(true);
        assertThat(written().batches()).hasSize(1);
        answers(100, 1, 0);
        tick(true);
        assertThat(written().batches()).hasSize(2);
    }

    @Test
    void nobody_is_asked_more_often_than_the_manifest_says() {
        look(true);
        for (int i = 0; i < 10; i++) {
            now += 1_000;
            look(true);
        }
        assertThat(asked).isEqualTo(1);
    }
}
