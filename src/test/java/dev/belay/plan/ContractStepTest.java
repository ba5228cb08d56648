package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Planned.soaking;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Migrations that take away what the release before may still use wait for a release of their own.
class ContractStepTest {
    private static final String WAITS =
            "`shop`: 3 no_euros waits for a later release, as what runs may use what goes; `belay"
                    + " deploy local --contract --reason …` brings it once this release has soaked";

    private static Platform shop(String... migrations) {
        return Platform.of(service("shop").uses("db").migrations(migrations))
                .soak(Duration.ofHours(1));
    }

    private static final Platform FIRST = shop("gifts");
    private static final Platform WHOLE = shop("gifts", "cents", "no_euros~");

    private static Inventory expanded() {
        return plan(WHOLE).as("v2").on(running(FIRST, "v1")).carriedOut("r2");
    }

    private static List<String> migrations(Planned.Result result) {
        return Planned.lines(result.plan()).stream()
                .filter(line -> line.contains("migrate `db`"))
                .map(line -> line.replaceFirst("^[0-9]+ (.*) after .*", "$1"))
                .toList();
    }

    @Test
    void the_release_that_makes_it_possible_leaves_it_out_and_says_so() {
        var expanding = plan(WHOLE).as("v2").on(running(FIRST, "v1"));
        assertThat(migrations(expanding)).containsExactly("shop: migrate `db` by 2 cents");
        expanding.warns(WAITS);
        assertThat(PlanJson.decode(PlanJson.encode(expanding.plan()))).isEqualTo(expanding.plan());

        var again = plan(WHOLE).as("v2").on(expanded());
        assertThat(again.plans()).isEmpty();
        assertThat(again.submission().unchanged().get("shop")).endsWith(WAITS);
    }

    @Test
    void who_asks_for_it_later_gets_it_alone_or_with_the_next_revision() {
        for (String version : List.of("v2", "v3")) {
            var asked = plan(WHOLE).as(version).contracting("nobody reads it").on(expanded());
            assertThat(migrations(asked)).containsExactly("shop: migrate `db` by 3 no_euros");
            assertThat(asked.plan().skipped())
                    .containsExactly(new Plan.Skip("contract steps", "anna", "nobody reads it"));
            assertThat(PlanJson.decode(PlanJson.encode(asked.plan()))).isEqualTo(asked.plan());
            Inventory after = asked.carriedOut("r3");
            assertThat(plan(WHOLE).as(version).on(after).plans()).isEmpty();
        }
    }

    @Test
    void asked_for_with_what_it_builds_on_it_is_refused() {
        plan(WHOLE)
                .as("v2")
                .contracting("in a hurry")
                .on(running(FIRST, "v1"))
                .refuses("plan/contract-too-early");
    }

    @Test
    void asked_for_while_the_release_before_soaks_it_is_refused() {
        Inventory soaks = soaking(WHOLE, "v1", "v2");
        Platform more = shop("gifts", "cents", "no_euros~", "no_names~");
        plan(more).as("v3").contracting("in a hurry").on(soaks).refuses("plan/contract-too-early");
    }

    @Test
    void what_comes_behind_one_that_waits_cannot_be_brought() {
        Platform more = shop("gifts", "cents", "no_euros~", "names");
        plan(more).as("v2").on(running(FIRST, "v1")).refuses("plan/behind-contract");

        // Asked for, it brings what stands behind it, up to the next.
        Platform most = shop("gifts", "cents", "no_euros~", "names", "no_notes~");
        var asked = plan(most).as("v3").contracting("nobody reads it").on(expanded());
        assertThat(migrations(asked))
                .containsExactly("shop: migrate `db` by 3 no_euros … 4 names (2)");
    }

    @Test
    void nothing_goes_back_to_what_ran_before_the_step_was_prepared() {
        Inventory contracted =
                plan(WHOLE).as("v2").contracting("nobody reads it").on(expanded()).carriedOut("r3");
        doesNotGoBack(Planned.rollback(WHOLE, contracted));
        doesNotGoBack(Planned.rollback(WHOLE, contracted, "shop"));

        // What the step was prepared by ran while it was applied, and is gone back to.
        var next = plan(WHOLE).as("v3").on(contracted);
        assertThat(next.plan().targets()).extracting(Plan.Target::revision).hasSize(1);
        var target = Planned.rollback(WHOLE, next.carriedOut("r4"), "shop").plan().desired();
        assertThat(Planned.at(target, "shop").revision().configuration()).isEqualTo("v2");
    }

    @Test
    void nor_where_the_schema_is_shared_and_was_released_alone() {
        Platform first =
                Platform.of(service("shop").uses("db"))
                        .schema("db", "gifts")
                        .soak(Duration.ofHours(1));
        Platform second =
                Platform.of(service("shop").uses("db"))
                        .schema("db", "gifts", "cents", "no_euros~")
                        .soak(Duration.ofHours(1));
        Inventory now = plan(first).as("v1").onNothing().carriedOut("local-1");
        now = plan(second).as("v1").on(now).carriedOut("local-2");
        now = plan(second).as("v2").on(now).carriedOut("local-3");
        assertThat(Planned.rollback(second, now).plans()).hasSize(1);
        now = plan(second).as("v2").contracting("nobody reads it").on(now).carriedOut("local-4");
        doesNotGoBack(Planned.rollback(second, now));
    }

    private static void doesNotGoBack(Planned.Result result) {
        result.refuses("rollback/none");
        assertThat(result.problems().getFirst().hint())
                .startsWith("`shop` does not go back to `shop-")
                .endsWith(": migration 3 no_euros took away what it may use");
    }

    @Test
    void where_nothing_was_nobody_uses_what_goes() {
        assertThat(migrations(plan(WHOLE).as("v1").onNothing()))
                .containsExactly("shop: migrate `db` by 1 gifts … 3 no_euros (3)");
    }

    @Test
    void a_schema_that_all_share_waits_likewise() {
        Platform first =
                Platform.of(service("shop").uses("db"))
                        .schema("db", "gifts")
                        .soak(Duration.ofHours(1));
        Platform whole =
                Platform.of(service("shop").uses("db"))
                        .schema("db", "gifts", "cents", "no_euros~")
                        .soak(Duration.ofHours(1));
        var expanding = plan(whole).as("v2").on(running(first, "v1"));
        expanding.warns(WAITS.replace("`shop`", "`db`"));
        assertThat(Planned.lines(expanding.plan())).anyMatch(line -> line.contains("by 2 cents "));
        plan(whole)
                .as("v2")
                .contracting("in a hurry")
                .on(running(first, "v1"))
                .refuses("plan/contract-too-early");
        Inventory after = expanding.carriedOut("r2");
        assertThat(plan(whole).as("v2").on(after).submission().unchanged().get("db"))
                .contains("3 no_euros waits");
        var asked = plan(whole).as("v2").contracting("nobody reads it").on(after);
        assertThat(asked.plan().title()).isEqualTo("migrate db");
        assertThat(asked.plan().skipped()).hasSize(1);
    }
}
