package dev.belay.driver.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.backup.Schedule.Past;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

class ScheduleTest {
    private static final ZoneId OSLO = ZoneId.of("Europe/Oslo");
    private static final Schedule NIGHTLY = at("02:30", OSLO);

    private static Schedule at(String time, ZoneId zone) {
        return new Schedule(
                Optional.of(LocalTime.parse(time)), zone, Optional.of(Duration.ofDays(7)));
    }

    private static Instant t(String text) {
        return Instant.parse(text);
    }

    private static Past good(String when) {
        return new Past(when, t(when), true, 5_000);
    }

    @Test
    void one_is_due_as_soon_as_its_time_has_come() {
        List<Past> yesterdays = List.of(good("2026-01-30T01:40:00Z"));
        assertThat(NIGHTLY.isDue(yesterdays, t("2026-01-31T01:29:59Z"))).isFalse();
        assertThat(NIGHTLY.isDue(yesterdays, t("2026-01-31T01:30:00Z"))).isTrue();
        assertThat(NIGHTLY.isDue(List.of(good("2026-01-31T01:31:00Z")), t("2026-01-31T09:00:00Z")))
                .isFalse();
    }

    @Test
    void what_was_missed_is_made_up_once() {
        List<Past> old = List.of(good("2026-01-12T01:40:00Z"));
        assertThat(NIGHTLY.isDue(old, t("2026-01-31T15:00:00Z"))).isTrue();
        assertThat(NIGHTLY.isDue(List.of(good("2026-01-31T15:10:00Z")), t("2026-02-01T01:29:00Z")))
                .isFalse();
    }

    @Test
    void an_unverified_one_counts_for_nothing() {
        var unverified = new Past("x", t("2026-01-31T01:31:00Z"), false, 5_000);
        assertThat(NIGHTLY.isDue(List.of(unverified), t("2026-01-31T02:00:00Z"))).isTrue();
        assertThat(NIGHTLY.troubles(List.of(unverified), t("2026-01-31T02:00:00Z")))
                .anyMatch(one -> one.contains("`x`, was never verified"));
    }

    @Test
    void a_night_on_which_clocks_jump_has_one_too() {
        // 02:30 does not exist in Oslo on 29 March 2026; 03:30 summer time is 01:30 UTC.
        List<Past> before = List.of(good("2026-03-28T02:00:00Z"));
        assertThat(NIGHTLY.isDue(before, t("2026-03-29T01:29:00Z"))).isFalse();
        assertThat(NIGHTLY.isDue(before, t("2026-03-29T01:30:00Z"))).isTrue();
        // 02:30 comes twice on 25 October 2026: once is enough.
        List<Past> autumn = List.of(good("2026-10-25T00:40:00Z"));
        assertThat(NIGHTLY.isDue(autumn, t("2026-10-25T01:45:00Z"))).isFalse();
    }

    @Test
    void who_waits_for_none_is_told_after_two_hours() {
        List<Past> yesterdays = List.of(good("2026-01-30T01:40:00Z"));
        assertThat(NIGHTLY.troubles(yesterdays, t("2026-01-31T03:00:00Z"))).isEmpty();
        assertThat(NIGHTLY.troubles(yesterdays, t("2026-01-31T04:00:00Z")))
                .containsExactly("the last verified backup is 26 hours old");
        assertThat(NIGHTLY.troubles(List.of(), t("2026-01-31T04:00:00Z")))
                .containsExactly("there is no verified backup");
    }

    @Test
    void one_that_shrank_is_told_and_small_ones_are_left_in_peace() {
        Instant now = t("2026-01-31T02:00:00Z");
        var before = new Past("a", t("2026-01-30T01:40:00Z"), true, 10_000);
        var half = new Past("b", t("2026-01-31T01:40:00Z"), true, 5_000);
        var less = new Past("b", t("2026-01-31T01:40:00Z"), true, 4_999);
        assertThat(NIGHTLY.troubles(List.of(half, before), now)).isEmpty();
        assertThat(NIGHTLY.troubles(List.of(less, before), now))
                .containsExactly("the last backup has 4,999 rows, and the one before had 10,000");
        var tiny = new Past("a", t("2026-01-30T01:40:00Z"), true, 999);
        var none = new Past("b", t("2026-01-31T01:40:00Z"), true, 0);
        assertThat(NIGHTLY.troubles(List.of(none, tiny), now)).isEmpty();
    }

    @Test
    void drills_take_any_verified_one_in_turn_of_chance() {
        var all = List.of(good("2026-01-31T01:40:00Z"), good("2026-01-30T01:40:00Z"));
        Instant now = t("2026-01-31T12:00:00Z");
        RandomGenerator chance = RandomGenerator.of("L64X128MixRandom");
        assertThat(NIGHTLY.drillDue(all, Instant.EPOCH, now, chance)).isPresent();
        assertThat(NIGHTLY.drillDue(all, now.minus(Duration.ofDays(6)), now, chance)).isEmpty();
        assertThat(NIGHTLY.drillDue(List.of(), Instant.EPOCH, now, chance)).isEmpty();
        long names =
                java.util.stream.IntStream.range(0, 50)
                        .mapToObj(_ -> NIGHTLY.drillDue(all, Instant.EPOCH, now, chance))
                        .map(one -> one.orElseThrow().name())
                        .distinct()
                        .count();
        assertThat(names).isEqualTo(2);
    }
}
