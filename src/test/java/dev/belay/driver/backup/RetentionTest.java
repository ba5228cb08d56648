package dev.belay.driver.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import dev.belay.driver.backup.Retention.Kept;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RetentionTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");

    private static Kept kept(String name, int days, boolean verified) {
        Instant instant = NOW.minus(Duration.ofDays(days));
        return new Kept(name, instant, instant, verified);
    }

    private static List<String> removable(List<Kept> all, Set<String> needed, boolean succeeded) {
        return Retention.USUAL.removable(all, needed, succeeded, NOW).stream()
                .map(Kept::name)
                .toList();
    }

    @Test
    void what_is_older_than_thirty_days_goes_the_oldest_first() {
        var all =
                List.of(
                        kept("today", 0, true),
                        kept("a", 31, true),
                        kept("b", 29, true),
                        kept("c", 60, false));
        assertThat(removable(all, Set.of(), true)).containsExactly("c", "a");
    }

    @Test
    void the_newest_verified_one_stays_however_old_it_is() {
        var all = List.of(kept("good", 400, true), kept("old", 500, true), kept("bad", 40, false));
        assertThat(removable(all, Set.of(), true)).containsExactly("old", "bad");
    }

    @Test
    void one_that_a_release_goes_back_to_stays() {
        var all = List.of(kept("today", 0, true), kept("a", 90, true));
        assertThat(removable(all, Set.of("a"), true)).isEmpty();
    }

    @Test
    void after_a_failed_backup_and_without_a_verified_one_nothing_goes() {
        assertThat(removable(List.of(kept("new", 0, true), kept("a", 90, true)), Set.of(), false))
                .isEmpty();
        assertThat(removable(List.of(kept("new", 0, false), kept("a", 90, false)), Set.of(), true))
                .isEmpty();
    }

    @Test
    void whatever_there_is_the_last_good_one_and_needed_ones_stay() {
        Choices.forAll(
                1000,
                choices -> {
                    var all = new ArrayList<Kept>();
                    var needed = new HashSet<String>();
                    for (int i = choices.between(0, 12); i > 0; i--) {
                        all.add(kept("b" + i, choices.between(0, 100), choices.chance(60)));
                        if (choices.chance(20)) {
                            needed.add("b" + i);
                        }
                    }
                    var gone = removable(all, needed, choices.chance(80));
                    assertThat(gone).noneMatch(needed::contains);
                    all.stream()
                            .filter(Kept::verified)
                            .max(Comparator.comparing(Kept::instant))
                            .ifPresentOrElse(
                                    newest -> assertThat(gone).doesNotContain(newest.name()),
                                    () -> assertThat(gone).isEmpty());
                });
    }
}
