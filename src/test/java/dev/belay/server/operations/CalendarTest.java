package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.journal.SqliteJournal;
import dev.belay.release.Actor;
import dev.belay.release.Appointment;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// When releases may begin: freezes on a real disk, with a real audit log, at times of our own.
class CalendarTest {
    private static final Actor ANNA = new Actor("anna", "password");
    private static final Instant MONDAY = Instant.parse("2026-11-30T08:00:00Z");
    private static final Work.InWindow OFFICE =
            new Work.InWindow(
                    List.of(
                            ReleaseWindow.of(
                                    "mon-thu",
                                    "09:00-16:00",
                                    ZoneId.of("Europe/Oslo"),
                                    List.of())));

    @TempDir private Path folder;
    private SqliteJournal journal;
    private Freezes freezes;
    private Calendar calendar;
    private Instant now = MONDAY;

    @BeforeEach
    void open() {
        journal = SqliteJournal.open(folder.resolve("journal.db"));
        freezes = freezes();
        calendar = new Calendar(freezes, "back-1"::equals, () -> now.toEpochMilli());
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private Freezes freezes() {
        return new Freezes(folder.resolve("freezes"), journal, () -> now.toEpochMilli());
    }

    private void freeze(String environment, boolean rollbacksToo) {
        freezes.freeze(
                environment,
                new Freezes.Wish(now.plus(Duration.ofHours(2)), rollbacksToo, "incident 4711"),
                ANNA);
    }

    private static Order order(String environment, String release) {
        Scope scope = Scope.component(environment, "api");
        return new Order(scope, 1, release, 1, Duration.ofSeconds(1));
    }

    private static void refused(ThrowingCallable call, Consumer<No> what) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(Denied.class, denied -> what.accept(denied.no()));
    }

    @Test
    void a_release_that_waited_too_long_does_not_begin() {
        assertThat(calendar.inWindow(OFFICE, order("production", "production-1")))
                .isEqualTo(new Look.Done("open until Mon 2026-11-30 16:00 Europe/Oslo"));
        now = Instant.parse("2026-12-03T15:00:00Z");
        assertThat(calendar.inWindow(OFFICE, order("production", "production-1")))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .contains("Mon 2026-12-07 09:00 Europe/Oslo"));
    }

    @Test
    void a_freeze_refuses_deploys_of_its_environment_and_lets_it_go_back() {
        freeze("production", false);
        refused(
                () -> calendar.requireThawed("production", false, null),
                no ->
                        assertThat(no)
                                .isEqualTo(
                                        new No.Refusal(
                                                "`production` is frozen until 2026-11-30T10:00:00Z"
                                                        + " by anna: incident 4711",
                                                "wait until it is over, or ask anna; `belay thaw"
                                                        + " production` ends it")));
        assertThatCode(() -> calendar.requireThawed("production", true, null))
                .doesNotThrowAnyException();
        assertThatCode(() -> calendar.requireThawed("staging", false, null))
                .doesNotThrowAnyException();
        long over = now.plus(Duration.ofHours(2)).toEpochMilli();
        assertThatCode(() ->
                        calendar.requireThawed(
                                "production", false, new Appointment(over, over + 1)))
                .doesNotThrowAnyException();
        refused(
                () ->
                        calendar.requireThawed(
                                "production", false, new Appointment(over - 1, over + 1)),
                no -> assertThat(no.toString()).contains("is frozen until"));
        assertThat(calendar.frozen(order("production", "production-1"))).isPresent();
        assertThat(calendar.frozen(order("production", "back-1"))).isEmpty();
        assertThat(calendar.inWindow(OFFICE, order("production", "production-1")))
                .isInstanceOf(Look.Failed.class);
    }

    @Test
    void one_that_says_so_refuses_rollbacks_too() {
        freeze("production", true);
        refused(
                () -> calendar.requireThawed("production", true, null),
                no -> assertThat(no).isInstanceOf(No.Refusal.class));
        assertThat(calendar.frozen(order("production", "back-1"))).isPresent();
    }

    @Test
    void it_outlives_the_control_plane_and_is_over_by_itself() {
        freeze("production", false);
        assertThat(freezes().of("production")).isPresent();
        now = now.plus(Duration.ofHours(2)).minusMillis(1);
        assertThat(freezes().all()).hasSize(1);
        now = now.plusMillis(1);
        assertThat(freezes().all()).isEmpty();
        assertThatCode(() -> calendar.requireThawed("production", false, null))
                .doesNotThrowAnyException();
    }

    @Test
    void what_cannot_be_read_any_more_is_frozen_until_somebody_thaws_it() throws IOException {
        freeze("production", false);
        Files.writeString(folder.resolve("freezes/production.json"), "{");
        refused(
                () -> calendar.requireThawed("production", false, null),
                no -> assertThat(no.toString()).contains("cannot be read"));
        freezes.thaw("production", "", ANNA);
        assertThatCode(() -> calendar.requireThawed("production", false, null))
                .doesNotThrowAnyException();
    }

    @Test
    void who_and_why_are_in_the_audit_log_both_times() {
        freeze("production", false);
        freezes.thaw("production", "over", ANNA);
        assertThat(freezes.of("production")).isEmpty();
        assertThat(journal.leaves(0, 10))
                .extracting(leaf -> leaf.actor())
                .containsExactly("anna", "anna");
        assertThat(journal.leaves(0, 10))
                .extracting(leaf -> leaf.body())
                .satisfiesExactly(
                        body -> assertThat(body).contains("frozen", "incident 4711"),
                        body -> assertThat(body).contains("thawed", "over", "incident 4711"));
        refused(
                () -> freezes.thaw("production", "", ANNA),
                no -> assertThat(no).isInstanceOf(No.Refusal.class));
    }

    @Test
    void one_without_an_end_within_thirty_days_or_without_a_reason_is_none() {
        Instant most = now.plus(Duration.ofDays(30));
        for (Freezes.Wish wish :
                List.of(
                        new Freezes.Wish(null, false, "x"),
                        new Freezes.Wish(now, false, "x"),
                        new Freezes.Wish(now.minusSeconds(1), false, "x"),
                        new Freezes.Wish(most.plusSeconds(1), false, "x"),
                        new Freezes.Wish(Instant.MAX, false, "x"),
                        new Freezes.Wish(most, false, " "))) {
            refused(
                    () -> freezes.freeze("production", wish, ANNA),
                    no -> assertThat(no).as("%s", wish).isInstanceOf(No.Problems.class));
        }
        assertThat(freezes.all()).isEmpty();
        assertThat(journal.leaves(0, 10)).isEmpty();
        freezes.freeze("production", new Freezes.Wish(most, false, "x"), ANNA);
        assertThat(freezes.all()).hasSize(1);
    }
}
