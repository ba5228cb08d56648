package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollback;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ToolMigrationPlanTest {
    private static final String NOTHING_SAYS =
            "`shop`: `pnpm up` has no `probe`: if it is cut off in the middle, nobody can say whether"
                    + " it happened";

    private static Platform shop(String down, String status) {
        return by("pnpm up", down, status);
    }

    private static Platform by(String up, String down, String status, String... probe) {
        return Platform.of(service("shop").uses("db").probe(probe).migratedBy(up, down, status))
                .soak(Duration.ofHours(1));
    }

    @Test
    void the_command_runs_before_anything_new_starts_and_its_inverse_after_it_has_ended() {
        Platform shop = shop("pnpm down", "pnpm at");
        var result = plan(shop).as("v2").on(running(shop, "v1"));
        result.gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 `db` answers after 1",
                        "3 shop: migrate `db` by `pnpm up` after 2",
                        "4 shop: start 2 × shop@v2 after 3",
                        "5 shop: 2 × shop@v2 ready after 4",
                        "6 shop: all traffic to shop@v2 after 5",
                        "7 shop: seen to be so after 6",
                        "8 soak for 1h after 7",
                        "9 shop: shop@v1 drained after 7,8",
                        "10 shop: stop 2 × shop@v1 after 9",
                        "11 shop: seen to be so after 10")
                .undoes(
                        "scale shop@v1 to 2",
                        "route shop to 2 × shop@v1",
                        "scale shop@v2 to 0",
                        "take back from db by pnpm down")
                .warns(NOTHING_SAYS);
        Step step = result.plan().step(3);
        assertThat(step.phase()).isEqualTo(Phase.MIGRATE);
        assertThat(step.stepClass()).isEqualTo(StepClass.ONCE_ONLY);
        assertThat(step.deadline()).isEqualTo(Duration.ofMinutes(30));
        assertThat(result.plan().pointOfNoReturn()).isZero();
        assertThat(PlanText.render(result.submission()))
                .contains("migrate `db` by `pnpm up`")
                .contains("undo: run `pnpm down`, unless `pnpm at` prints what it printed before");
        assertThat(PlanDocument.markdown(result.submission(), "today"))
                .contains("&& pnpm at )")
                .contains("&& pnpm up )")
                .contains("&& pnpm down )");
    }

    @Test
    void what_it_says_that_it_would_do_is_shown_bound_and_asked_again_before_anything() {
        Platform shop =
                Platform.of(
                                service("shop")
                                        .uses("db")
                                        .migratedBy("pnpm up", "pnpm down", "pnpm at")
                                        .plans("pnpm dry"))
                        .backedUp();
        Inventory before = running(shop, "v1");
        var asked = plan(shop).as("v2").foreseen("shop", "ALTER TABLE a\n  ADD b int").on(before);
        assertThat(Planned.lines(asked.plan()))
                .contains(
                        "4 shop: `pnpm dry` prints what it printed for this plan after 3",
                        "5 shop: migrate `db` by `pnpm up` after 4");
        assertThat(PlanText.render(asked.submission()))
                .contains("         | ALTER TABLE a\n         |   ADD b int\n");
        assertThat(PlanDocument.markdown(asked.submission(), "today")).contains("&& pnpm dry )");
        assertThat(PlanJson.decode(PlanJson.encode(asked.plan()))).isEqualTo(asked.plan());
        var other = plan(shop).as("v2").foreseen("shop", "DROP TABLE a").on(before);
        assertThat(other.submission().digest()).isNotEqualTo(asked.submission().digest());
        assertThat(Planner.toForesee(asked.submission())).containsOnlyKeys("shop");
        // The same artifact has nothing to do.
        var again = plan(shop).as("v1").foreseen("shop", "x").on(before);
        assertThat(again.plans()).isEmpty();
        assertThat(Planner.toForesee(again.submission())).isEmpty();
        var skipped = plan(shop).as("v2").foreseen("shop", "x").skip("migrate").on(before);
        assertThat(skipped.plan().steps()).noneMatch(step -> step.phase() == Phase.MIGRATE);
    }

    @Test
    void a_probe_makes_it_verifiable() {
        var result = plan(by("up", "down", "at", "done")).onNothing();
        assertThat(result.plan().step(3).stepClass()).isEqualTo(StepClass.VERIFIABLE);
        assertThat(result.plan().warnings()).doesNotContain(NOTHING_SAYS);
    }

    @Test
    void without_a_way_back_it_is_the_point_of_no_return() {
        var result = plan(shop("", "")).onNothing();
        assertThat(result.plan().pointOfNoReturn()).isEqualTo(3);
        assertThat(result.plan().step(3).undo())
                .isEqualTo(new Undo.Impossible("`pnpm up` has no `down`"));
        result.warns(
                "`shop`: from `pnpm up` on there is no way back but a backup: it has no `down`");
    }

    @Test
    void with_a_status_alone_a_release_goes_back_where_it_changed_nothing() {
        var result = plan(shop("", "pnpm at")).onNothing();
        assertThat(result.plan().pointOfNoReturn()).isZero();
        assertThat(result.plan().step(3).undo())
                .isInstanceOfSatisfying(
                        Undo.Apply.class,
                        undo -> assertThat(undo.deadline()).isEqualTo(Duration.ofMinutes(2)));
        assertThat(PlanText.render(result.submission()))
                .contains("undo: none, unless `pnpm at` prints what it printed before");
        result.warns(
                "`shop`: if `pnpm up` changes the schema there is no way back but a backup: it has"
                        + " no `down`");
    }

    @Test
    void it_runs_once_for_an_artifact_and_again_for_another_or_by_another_command() {
        Platform shop = shop("", "at");
        Inventory v1 = running(shop, "v1");
        assertThat(plan(shop).as("v1").on(v1).plans()).isEmpty();
        assertThat(migrates(plan(shop).as("v2").on(v1).plan())).isTrue();
        assertThat(migrates(plan(by("pnpm other", "", "at")).as("v1").on(v1).plan())).isTrue();
    }

    @Test
    void left_out_on_request_it_is_made_up_for_by_the_next_release() {
        Platform shop = shop("", "at");
        var skipped = plan(shop).as("v2").skip("migrate").on(running(shop, "v1"));
        assertThat(migrates(skipped.plan())).isFalse();
        assertThat(migrates(plan(shop).as("v2").on(skipped.carriedOut("r2")).plan())).isTrue();
        var first = plan(shop).as("v1").skip("migrate").onNothing();
        assertThat(migrates(first.plan())).isFalse();
        assertThat(migrates(plan(shop).as("v1").on(first.carriedOut("r1")).plan())).isTrue();
    }

    @Test
    void an_older_revision_leaves_the_schema_and_says_so() {
        Platform shop = shop("down", "at");
        Inventory inventory = plan(shop).as("v2").on(running(shop, "v1")).carriedOut("r2");
        var back = rollback(shop, inventory, "shop");
        assertThat(migrates(back.plan())).isFalse();
        back.warns("`shop`: the schema stays as `pnpm up` of the newer artifact left it");
        assertThat(migrates(plan(shop).as("v2").on(back.carriedOut("r3")).plan())).isTrue();
    }

    @Test
    void it_is_the_same_when_it_was_written_and_read() {
        for (Platform shop :
                List.of(by("up", "down", "at", "done"), shop("", "at"), shop("", ""))) {
            Plan plan = plan(shop).as("v2").on(running(shop, "v1")).plan();
            assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
            Deployment desired = Planned.at(plan.desired(), "shop");
            assertThat(desired.migratedBy()).isNotNull();
            assertThat(PlanJson.decodeDeployment(PlanJson.encode(desired))).isEqualTo(desired);
        }
    }

    @Test
    void no_plan_changes_a_schema_beside_the_revision_that_it_changes_for() {
        Platform shop = shop("down", "at");
        var inventory = Inventory.empty("local");
        Plan plan = plan(shop).on(inventory).plan();
        assertThat(PlanLint.check(plan, inventory)).isEmpty();
        Step up = plan.step(3);
        Step start = plan.step(4);
        // The same two, the other way round.
        var steps = new ArrayList<>(plan.steps());
        steps.set(2, withWork(up, start.work(), start.undo()));
        steps.set(3, withWork(start, up.work(), up.undo()));
        String revision = Planned.at(plan.desired(), "shop").revision().id();
        assertThat(PlanLint.check(withSteps(plan, steps), inventory))
                .contains(
                        "4: migrates beside 2 × " + revision,
                        "back from 4 at 4: takes a schema back beside 2 × " + revision);
    }

    private static Step withWork(Step step, Work work, Undo undo) {
        return new Step(
                step.number(),
                step.title(),
                step.phase(),
                step.scope(),
                step.stepClass(),
                work,
                undo,
                step.after(),
                step.deadline(),
                step.expected(),
                step.onUnknown(),
                step.responsible());
    }

    private static Plan withSteps(Plan plan, List<Step> steps) {
        return new Plan(
                plan.format(),
                plan.platform(),
                plan.environment(),
                plan.kind(),
                plan.title(),
                Set.copyOf(plan.scopes()),
                plan.baseline(),
                steps,
                plan.desired(),
                plan.fallback(),
                plan.before(),
                plan.targets(),
                plan.pointOfNoReturn(),
                plan.skipped(),
                plan.warnings(),
                plan.manifestDigest());
    }

    private static boolean migrates(Plan plan) {
        return plan.steps().stream()
                .anyMatch(step ->
                        step.work() instanceof Work.MigrateByCommand(var _, String db, var _)
                                && db.equals("db"));
    }
}
