package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Look;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work.Rehearsed;
import dev.belay.release.Work.Rehearsed.Back;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RehearsalJudgeTest {
    private static final Dependency DB =
            new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);

    private static Rehearsed planned(boolean overlaps, Back back) {
        var to =
                new Migrations(
                        "api", DB, Digest.of("x"), List.of(new Migrations.One("2", "price", "")));
        return new Rehearsed(to, List.of("2"), BackupPolicy.usual(DB), overlaps, back);
    }

    private static RehearsalReport report(
            String standing, boolean revert, boolean exact, String... faults) {
        return new RehearsalReport(
                "api",
                "sha256:x",
                Instant.EPOCH,
                Duration.ofSeconds(3),
                "",
                "",
                new SchemaVerdict(
                        List.of("2"), standing, revert, exact, "b", List.of("it is renamed")),
                exact || faults.length > 0,
                List.of(faults),
                List.of(),
                0,
                null);
    }

    private static String failure(Rehearsed planned, RehearsalReport report) {
        return RehearsalJudge.of(planned, report) instanceof Look.Failed(String why, _, _)
                ? why
                : "";
    }

    @Test
    void what_is_as_planned_passes() {
        assertThat(RehearsalJudge.of(planned(true, Back.STAYS), report("compatible", true, true)))
                .isInstanceOf(Look.Done.class);
        assertThat(failure(planned(true, Back.TAKEN_BACK), report("dangerous", true, true)))
                .isEmpty();
        assertThat(failure(planned(false, Back.TAKEN_BACK), report("breaking", false, true)))
                .isEmpty();
        assertThat(failure(planned(true, Back.NONE), report("compatible", true, false))).isEmpty();
    }

    @Test
    void a_plan_that_leaves_the_schema_needs_a_release_that_runs_on_it() {
        assertThat(failure(planned(false, Back.STAYS), report("breaking", false, true)))
                .contains("does not run on it: it is renamed");
    }

    @Test
    void a_plan_that_goes_back_needs_a_way_that_leads_back() {
        assertThat(
                        failure(
                                planned(false, Back.TAKEN_BACK),
                                report("compatible", true, false, "column `sum` stays")))
                .isEqualTo("the way back does not lead back: column `sum` stays");
        assertThat(failure(planned(false, Back.TAKEN_BACK), report("compatible", true, false)))
                .isEqualTo("the way back does not lead back: there is none");
    }

    @Test
    void of_several_each_way_back_is_tried_or_none_is_believed() {
        Rehearsed.Part one = planned(false, Back.TAKEN_BACK).parts().getFirst();
        var none = new Rehearsed.Part(one.to(), one.fresh(), Back.NONE);
        var both = new Rehearsed(List.of(one, none), BackupPolicy.usual(DB), false);
        assertThat(failure(both, report("compatible", true, false)))
                .contains("the way back of some was not tried");
        var stays = new Rehearsed.Part(one.to(), one.fresh(), Back.STAYS);
        var mixed = new Rehearsed(List.of(one, stays), BackupPolicy.usual(DB), false);
        assertThat(failure(mixed, report("breaking", false, true))).contains("does not run on it");
        assertThat(failure(mixed, report("compatible", true, true))).isEmpty();
    }

    @Test
    void two_releases_at_once_need_a_schema_for_both() {
        assertThat(failure(planned(true, Back.TAKEN_BACK), report("breaking", false, true)))
                .isEqualTo("the release before fails on the new schema: it is renamed");
    }

    private static RehearsalReport measured(
            List<RehearsalReport.Held> held, @Nullable LoadReport load) {
        RehearsalReport usual = report("compatible", true, true);
        return new RehearsalReport(
                usual.set(),
                usual.files(),
                usual.at(),
                usual.took(),
                "",
                "",
                usual.verdict(),
                true,
                List.of(),
                held,
                0,
                load);
    }

    @Test
    void writers_are_not_kept_waiting() {
        var held = new RehearsalReport.Held("public.orders", Duration.ofMillis(5_001));
        assertThat(failure(planned(true, Back.STAYS), measured(List.of(held), null)))
                .isEqualTo("nobody could write to `public.orders` for 5.0 s");
    }

    private static LoadReport load(long waited, String blocked, LoadReport.Failed... failures) {
        var felt =
                new LoadReport.Felt(
                        "public.orders",
                        "reads",
                        40,
                        waited + 3,
                        2,
                        waited,
                        waited == 0 ? "" : "line 3 of `7_x.up.sql`",
                        "SELECT $1");
        return new LoadReport(
                "",
                3,
                1,
                8,
                48,
                0,
                900,
                2,
                blocked,
                "SELECT slow()",
                List.of(felt),
                List.of(failures));
    }

    @Test
    void readers_are_not_kept_waiting_under_load_either() {
        Rehearsed planned = planned(true, Back.STAYS);
        assertThat(failure(planned, measured(List.of(), load(5_001, ""))))
                .isEqualTo(
                        "under the load of the release before, reads of `public.orders` waited 5.0 s"
                                + " for line 3 of `7_x.up.sql`");
        assertThat(failure(planned, measured(List.of(), load(5_000, "")))).isEmpty();
        assertThat(measured(List.of(), load(1_840, "")).lines())
                .anyMatch(line ->
                        line.startsWith(
                                "under load: reads of `public.orders` waited up to 1.8 s for line 3"
                                        + " of `7_x.up.sql`; the longest took 1.8 s, before it 2 ms"
                                        + " (921×)"))
                .anyMatch(line -> line.contains("1 more could not be said"));
    }

    @Test
    void what_was_not_measured_is_said() {
        RehearsalReport unknown = measured(List.of(), LoadReport.unknown("nobody counts"));
        assertThat(unknown.lines())
                .contains("nothing was replayed while it migrated: nobody counts");
        assertThat(RehearsalJudge.of(planned(true, Back.STAYS), unknown))
                .isInstanceOfSatisfying(
                        Look.Done.class,
                        done ->
                                assertThat(done.detail())
                                        .endsWith("nothing was replayed: nobody counts"));
    }

    @Test
    void a_migration_that_got_no_lock_is_told_and_refuses_nothing() {
        RehearsalReport blocked = measured(List.of(), load(0, "in 10 attempts"));
        assertThat(failure(planned(true, Back.STAYS), blocked)).isEmpty();
        assertThat(RehearsalJudge.of(planned(true, Back.STAYS), blocked))
                .isInstanceOfSatisfying(
                        Look.Done.class,
                        done ->
                                assertThat(done.detail())
                                        .endsWith("under load it did not get its locks"));
        assertThat(LoadWords.findings(load(0, "in 10 attempts")))
                .singleElement()
                .asString()
                .contains("did not get through: in 10 attempts", "`SELECT slow()`");
        assertThat(LoadWords.findings(load(9_000, ""))).isEmpty();
        assertThat(
                        LoadWords.findings(
                                load(
                                        0,
                                        "",
                                        new LoadReport.Failed("40P01", 2, "UPDATE x", "ERROR"))))
                .containsExactly(
                        "2 statements that went through before the migration failed with 40P01:"
                                + " `UPDATE x`: ERROR");
    }
}
