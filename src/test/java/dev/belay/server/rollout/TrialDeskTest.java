package dev.belay.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Answered;
import dev.belay.driver.Counting;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.ToldRouter;
import dev.belay.judge.Verdict;
import dev.belay.release.Canary;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import dev.belay.server.web.RolloutPage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Canaries before a router that says what it is told to, on a clock that stands still between two
/// looks.
final class TrialDeskTest {
    private static final Duration TICK = Duration.ofSeconds(10);
    private static final Duration LEAST = Duration.ofMinutes(1);
    private static final Duration MOST = Duration.ofMinutes(30);
    private static final int FAST = 200;
    private static final int SLOW = 300;

    @TempDir Path folder;

    private final ToldRouter router = new ToldRouter();
    private long now = 1_000_000;
    private long stepBegan = now;
    private long canaryAll;
    private long canaryFailed;
    private long baseAll = 10_000;
    private long baseFailed = 100;
    private int canaryBin = FAST;
    private final TreeMap<Integer, Long> canaryTimes = new TreeMap<>();
    private final TreeMap<Integer, Long> baseTimes =
            new TreeMap<>(Map.of(FAST, 9_900L, SLOW, 100L));
    private @Nullable TrialDesk desk;

    private TrialDesk desk() {
        TrialDesk there = desk;
        if (there == null) {
            there = started();
            desk = there;
        }
        return there;
    }

    private TrialDesk started() {
        var histories = new Histories(folder.resolve("histories"), List::of, Set::of, () -> now);
        return new TrialDesk(
                folder.resolve("rollouts"), router, () -> now, histories, Counting.NOBODY);
    }

    private static Work.Judged work(int percent, boolean proven, boolean sticky) {
        return new Work.Judged(
                revision("api-2"),
                revision("api-1"),
                percent,
                sticky,
                true,
                new Canary(List.of(10, 50), LEAST, MOST, proven, 25, 5));
    }

    static Revision revision(String id) {
        var health = new Health(new Health.Alive(), 1, Duration.ZERO, LEAST, LEAST);
        var launch =
                new Launch(
                        List.of("serve"),
                        Set.of(),
                        Set.of(),
                        true,
                        new Launch.Stop("TERM", LEAST, LEAST),
                        Launch.Limits.NONE,
                        health,
                        health);
        return new Revision(id, "api", Digest.of(id), "", launch);
    }

    private Look look(Work.Judged work) {
        router.counts(
                Map.of(
                        "api-2", new Answered(canaryAll, canaryFailed, canaryTimes),
                        "api-1", new Answered(baseAll, baseFailed, baseTimes)));
        var order = new Order(Scope.component("local", "api"), 1, "local-7", 3, TICK);
        return desk().judged(work, order, Duration.ofMillis(now - stepBegan));
    }

    /// A batch of a thousand requests, split as the weights say.
    private Look batch(Work.Judged work, int failedOfCanary) {
        long mine = 10L * work.percent();
        now += TICK.toMillis();
        canaryAll += mine;
        canaryFailed += failedOfCanary;
        canaryTimes.merge(canaryBin, mine, Long::sum);
        baseAll += 1_000 - mine;
        baseFailed += (1_000 - mine) / 100;
        baseTimes.merge(FAST, 1_000 - mine - 9, Long::sum);
        baseTimes.merge(SLOW, 9L, Long::sum);
        return look(work);
    }

    /// Until it is no more waiting.
    private Look batches(Work.Judged work, int failedOfCanary, int most) {
        Look look = look(work);
        for (int i = 0; i < most && look instanceof Look.Waiting; i++) {
            look = batch(work, failedOfCanary);
        }
        return look;
    }

    private Rollout written() throws IOException {
        return Rollout.parse(
                java.util.Objects.requireNonNull(started().texts("local-7").get("api")));
    }

    @Test
    void one_that_fails_half_goes_back_and_whoever_judges_again_comes_to_the_same()
            throws IOException {
        Look look = batches(work(10, true, false), 50, 6);
        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .startsWith("`api-2` is worse than `api-1` (errors): 50 of")
                                        .contains("to 1 of 100"));
        Rollout written = written();
        assertThat(written.decisions()).hasSize(1);
        assertThat(written.decisions().getFirst().verdict().outcome())
                .isEqualTo(Verdict.Outcome.FAIL);
        assertThat(written.holds()).isTrue();
    }

    @Test
    void who_changes_a_count_or_the_decision_is_found_out() throws IOException {
        batches(work(10, true, false), 50, 6);
        Path file = folder.resolve("rollouts/local-7/api.jsonl");
        String text = Files.readString(file);
        assertThat(Rollout.parse(text.replace("[100,50]", "[100,49]")).holds()).isFalse();
        assertThat(
                        Rollout.parse(text.replace("\"outcome\":\"fail\"", "\"outcome\":\"pass\""))
                                .holds())
                .isFalse();
    }

    @Test
    void one_that_is_no_worse_goes_on_when_that_is_proven_and_not_before_its_time() {
        Work.Judged half = work(50, true, false);
        Look look = batches(half, 5, 400);
        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Done.class,
                        done -> assertThat(done.detail()).endsWith("proven to be no worse"));
        assertThat(now - stepBegan).isGreaterThanOrEqualTo(LEAST.toMillis());
    }

    @Test
    void what_is_not_proven_in_time_goes_back() {
        Look look = look(work(10, true, false));
        while (look instanceof Look.Waiting && now - stepBegan <= MOST.toMillis()) {
            now += TICK.toMillis();
            look = look(work(10, true, false));
        }
        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .contains("was not proven in time")
                                        .contains("errors: nothing measured"));
    }

    @Test
    void where_time_decides_nothing_has_to_be_proven() {
        assertThat(batches(work(10, false, false), 1, 6)).isInstanceOf(Look.Done.class);
        assertThat(now - stepBegan).isEqualTo(LEAST.toMillis());
    }

    @Test
    void slower_answers_are_found_where_no_request_fails() {
        canaryBin = FAST + 12;
        Look look = batches(work(50, true, false), 5, 100);
        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed -> assertThat(failed.reason()).contains("(latency)"));
    }

    @Test
    void one_that_answers_nothing_goes_back() {
        Work.Judged work = work(10, true, false);
        Look look = look(work);
        for (int i = 0; i < 100 && look instanceof Look.Waiting; i++) {
            now += TICK.toMillis();
            baseAll += 900;
            look = look(work);
        }
        assertThat(look)
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed -> assertThat(failed.reason()).contains("(silence)"));
    }

    /// A control plane that ends between two batches, and in the middle of a line.
    @Test
    void a_control_plane_that_starts_again_goes_on_where_the_last_one_stopped() throws IOException {
        Work.Judged work = work(10, true, false);
        look(work);
        batch(work, 2);
        batch(work, 3);
        Path file = folder.resolve("rollouts/local-7/api.jsonl");
        Files.writeString(file, "{\"at\":99", StandardOpenOption.APPEND);
        desk = started();
        batch(work, 1);
        List<Rollout.Line> lines = written().lines();
        assertThat(lines).hasSize(4);
        assertThat(written().batches()).extracting(one -> one.number()).containsExactly(1L, 2L, 3L);
        assertThat(written().transcript().verdict().findings().getFirst().canary()).isEqualTo(300);
    }

    @Test
    void what_came_in_while_weights_changed_is_in_no_batch() throws IOException {
        look(work(10, false, false));
        batch(work(10, false, false), 1);
        Work.Judged half = work(50, false, false);
        stepBegan = now;
        now += 3_000;
        canaryAll += 77;
        canaryFailed += 77;
        look(half);
        batch(half, 5);
        List<dev.belay.judge.Batch> batches = written().batches();
        assertThat(batches).hasSize(2);
        assertThat(batches.getLast().changed()).isTrue();
        assertThat(batches.getLast().samples().get(Guarding.ERRORS))
                .asString()
                .contains("Count[all=500, bad=5]");
    }

    /// A gateway that was killed has forgotten what it counted.
    @Test
    void one_who_begins_to_count_anew_is_not_taken_at_his_word() throws IOException {
        Work.Judged work = work(10, true, false);
        look(work);
        batch(work, 1);
        canaryAll = 5;
        canaryFailed = 5;
        canaryTimes.clear();
        baseAll = 50;
        baseFailed = 0;
        baseTimes.clear();
        now += TICK.toMillis();
        assertThat(look(work)).isInstanceOf(Look.Waiting.class);
        batch(work, 1);
        assertThat(written().batches()).hasSize(2);
    }

    @Test
    void where_visitors_stay_nobody_expects_a_split_by_chance() throws IOException {
        look(work(10, true, true));
        assertThat(written().rule().guards().stream().map(one -> one.name()))
                .containsExactly(Guarding.ERRORS, Guarding.LATENCY);
    }

    @Test
    void where_nothing_was_answered_before_times_are_not_compared() throws IOException {
        baseAll = 0;
        baseFailed = 0;
        baseTimes.clear();
        look(work(10, true, false));
        assertThat(written().rule().guards().stream().map(one -> one.name()))
                .containsExactly(Guarding.ERRORS, Guarding.SILENCE, Guarding.SPLIT);
    }

    @Test
    void what_cannot_be_read_is_not_judged_by() throws IOException {
        look(work(10, true, false));
        Path file = folder.resolve("rollouts/local-7/api.jsonl");
        Files.writeString(file, "no JSON\n{}\n", StandardOpenOption.APPEND);
        desk = started();
        assertThatThrownBy(() -> look(work(10, true, false)))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is damaged");
    }

    @Test
    void a_router_that_cannot_be_asked_is_waited_for() {
        look(work(10, true, false));
        router.isDown();
        now += TICK.toMillis();
        assertThatThrownBy(() -> look(work(10, true, false)))
                .isInstanceOf(UncheckedIOException.class);
    }

    @Test
    void where_nobody_counts_the_time_decides() {
        var work =
                new Work.Judged(
                        revision("api-2"),
                        revision("api-1"),
                        10,
                        false,
                        false,
                        new Canary(List.of(10), LEAST, MOST, true, 25, 5));
        assertThat(look(work)).isInstanceOf(Look.Waiting.class);
        now += LEAST.toMillis();
        assertThat(look(work)).isInstanceOf(Look.Done.class);
        assertThat(folder.resolve("rollouts")).doesNotExist();
    }

    @Test
    void the_latest_hundred_releases_are_kept() throws IOException {
        Path all = Files.createDirectories(folder.resolve("rollouts"));
        for (int i = 0; i < 105; i++) {
            Path release = Files.createDirectory(all.resolve("old-" + i));
            Files.writeString(release.resolve("api.jsonl"), "{}\n");
            Files.setLastModifiedTime(
                    release, java.nio.file.attribute.FileTime.fromMillis(1_000L * i));
        }
        look(work(10, true, false));
        try (Stream<Path> left = Files.list(all)) {
            assertThat(left.map(one -> one.getFileName().toString()))
                    .hasSize(100)
                    .contains("local-7", "old-104")
                    .doesNotContain("old-0", "old-5");
        }
    }

    @Test
    void its_page_has_every_picture_and_needs_nothing_beside_it() throws IOException {
        batches(work(10, true, false), 50, 6);
        String page = RolloutPage.of(Rollouts.of("<b>local-7", started().texts("local-7")));
        assertThat(page.split("<svg", -1)).hasSize(6);
        assertThat(page)
                .contains("api-2", "&lt;b&gt;local-7", ">fail<", "10 %")
                .doesNotContain("<b>", "<script", "http", "NaN", "Infinity");
    }

    @Test
    void all_of_a_release_is_read_back_from_what_the_api_answers() throws IOException {
        batches(work(10, true, false), 50, 6);
        SortedMap<String, String> texts = started().texts("local-7");
        var rollouts = Rollouts.of("local-7", texts);
        assertThat(Rollouts.parse(rollouts.json())).isEqualTo(rollouts);
        assertThatThrownBy(() -> Rollouts.parse("{\"rollouts\":[{}]}"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Rollouts.parse("")).isInstanceOf(IllegalArgumentException.class);
    }
}
