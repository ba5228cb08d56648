package dev.belay.server.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answered;
import dev.belay.driver.router.GatewayHalves.Halves;
import dev.belay.judge.Batch;
import dev.belay.judge.Calibration;
import dev.belay.judge.History;
import dev.belay.release.Canary;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is kept of components beside themselves, before a gateway that says what it is told to.
final class HistoriesTest {
    private static final Scope API = Scope.component("local", "api");
    private static final int TICK = 10_000;

    @TempDir Path folder;

    private final List<Halves> counted = new ArrayList<>();
    private final long[] all = new long[2];
    private final long[] failed = new long[2];
    private long now = 1_000_000;
    private Set<Scope> wanted = Set.of(API);

    private Histories histories() {
        return new Histories(
                folder.resolve("histories"), () -> List.copyOf(counted), () -> wanted, () -> now);
    }

    private void answers(long more, long bad, long other, long otherBad) {
        all[0] += more;
        failed[0] += bad;
        all[1] += other;
        failed[1] += otherBad;
        counted.clear();
        counted.add(new Halves("local", "api", "api-1", half(0), half(1)));
        counted.add(new Halves("local", "web", "web-1", half(0), half(1)));
    }

    private Answered half(int which) {
        return new Answered(
                all[which], failed[which], new TreeMap<>(Map.of(300, Math.max(1, all[which]))));
    }

    private void tick(Histories histories) {
        now += TICK;
        histories.pass();
    }

    @Test
    void what_came_in_between_two_looks_is_a_batch() throws IOException {
        Histories histories = histories();
        answers(100, 1, 100, 2);
        tick(histories);
        answers(50, 3, 60, 4);
        tick(histories);
        List<Batch> batches = histories.of(API).batches();
        assertThat(batches).hasSize(1);
        assertThat(batches.getFirst().samples().get(Guarding.ERRORS))
                .asString()
                .contains("Count[all=50, bad=3]", "Count[all=60, bad=4]");
        assertThat(folder.resolve("histories/local/web.jsonl")).doesNotExist();
    }

    @Test
    void nothing_is_made_of_a_gap_nor_of_half_an_answer_nor_of_counts_that_begin_anew()
            throws IOException {
        Histories histories = histories();
        answers(100, 1, 100, 1);
        tick(histories);
        now += 5 * TICK;
        answers(100, 1, 100, 1);
        tick(histories);
        answers(100, 1, 0, 0);
        tick(histories);
        answers(-250, 0, 100, 0);
        tick(histories);
        assertThat(histories.of(API).batches()).isEmpty();
    }

    @Test
    void of_what_is_no_canary_nothing_is_kept() throws IOException {
        Histories histories = histories();
        wanted = Set.of();
        answers(100, 1, 100, 1);
        tick(histories);
        answers(100, 1, 100, 1);
        tick(histories);
        assertThat(folder.resolve("histories")).doesNotExist();
        assertThat(histories.of(API).batches()).isEmpty();
    }

    /// Independent requests, a hundred each in ten seconds.
    private void day(int batches) throws IOException {
        var random = new SplittableRandom(7);
        var text = new StringBuilder();
        for (int i = 0; i < batches; i++) {
            var reading = new Reading(0, 50, answered(random), answered(random));
            text.append(new Batch(i, Guarding.compared(reading)).text()).append('\n');
        }
        Files.createDirectories(folder.resolve("histories/local"));
        Files.writeString(folder.resolve("histories/local/api.jsonl"), text);
    }

    private static Answered answered(SplittableRandom random) {
        int bad = 0;
        var times = new TreeMap<Integer, Long>();
        for (int i = 0; i < 100; i++) {
            bad += random.nextDouble() < 0.02 ? 1 : 0;
            times.merge(250 + random.nextInt(60), 1L, Long::sum);
        }
        return new Answered(100, bad, times);
    }

    @Test
    void a_day_and_another_are_the_most_that_is_kept() throws IOException {
        day(2 * Histories.DAY);
        Histories histories = histories();
        answers(100, 1, 100, 1);
        now = 10L * TICK * Histories.DAY;
        tick(histories);
        answers(100, 1, 100, 1);
        tick(histories);
        Path file = folder.resolve("histories/local/api.jsonl");
        assertThat(Files.readAllLines(file)).hasSize(Histories.DAY + 1);
        assertThat(histories.of(API).batches()).hasSize(Histories.DAY);
    }

    @Test
    void a_line_that_was_cut_off_is_left_out() throws IOException {
        day(30);
        Path file = folder.resolve("histories/local/api.jsonl");
        Files.writeString(file, "{\"number\":31,\"cha", StandardOpenOption.APPEND);
        assertThat(histories().of(API).batches()).hasSize(30);
    }

    @Test
    void a_day_of_independent_requests_is_known_to_be_one_and_rolls_nothing_back()
            throws IOException {
        day(Histories.DAY);
        History history = histories().of(API);
        Canary canary = Canary.USUAL;
        CalibrationView view = CalibrationView.of("api", canary, history);
        assertThat(view.guards())
                .hasSize(2)
                .allSatisfy(line -> {
                    assertThat(line.measured()).isTrue();
                    assertThat(line.temper()).isGreaterThan(0.4);
                });
        assertThat(view.hours()).isEqualTo(12);
        assertThat(view.rolledBack()).isZero();
        assertThat(view.atMost()).isLessThan(0.2);
        Map<String, Calibration> used =
                histories()
                        .calibrations(
                                API,
                                Guarding.ofHistory(
                                        canary, "api", Guarding.both(history.batches())));
        assertThat(used).containsOnlyKeys(Guarding.ERRORS, Guarding.LATENCY);
    }

    @Test
    void where_there_is_no_history_nothing_is_measured() throws IOException {
        CalibrationView view = CalibrationView.of("api", Canary.USUAL, histories().of(API));
        assertThat(view.guards()).allMatch(line -> !line.measured());
        assertThat(view.hours()).isZero();
        assertThat(view.atMost()).isEqualTo(1);
    }
}
