package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollback;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MigrationPlanTest {
    private static Platform shop(String... migrations) {
        return Platform.of(service("shop").uses("db").migrations(migrations))
                .soak(Duration.ofHours(1));
    }

    @Test
    void the_schema_changes_before_anything_new_starts_and_back_after_it_has_ended() {
        plan(shop("orders", "prices"))
                .as("v2")
                .on(running(shop("orders"), "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 `db` answers after 1",
                        "3 shop: migrate `db` by 2 prices after 2",
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
                        "take 2 back from db");
    }

    @Test
    void without_a_way_back_it_is_the_point_of_no_return() {
        var result = plan(shop("orders", "prices!")).as("v2").on(running(shop("orders"), "v1"));
        assertThat(result.plan().pointOfNoReturn()).isEqualTo(3);
        assertThat(result.plan().step(3).undo())
                .isEqualTo(new Undo.Impossible("migration 2 prices: nobody wrote one"));
        result.warns(
                "`shop`: from migration 2 prices on there is no way back but a backup: nobody wrote"
                        + " one");
    }

    @Test
    void where_a_way_back_is_asked_for_somebody_accepts_by_name_that_there_is_none() {
        Platform platform = shop("orders", "prices!").backedUp();
        Inventory before = running(shop("orders"), "v1");
        var lacking = plan(platform).as("v2").on(before);
        assertThat(lacking.plan().lacksWayBack()).isTrue();
        lacking.warns(
                "from step 5 on there is no way back, which `local` asks for: a deploy is refused"
                        + " without `--accept-no-way-back`");
        var accepted = plan(platform).as("v2").accepting("the column was never used").on(before);
        assertThat(accepted.plan().lacksWayBack()).isFalse();
        accepted.warns(
                "from step 5 on there is no way back; anna accepted that: the column was never"
                        + " used");
        assertThat(accepted.plan().skipped())
                .containsExactly(new Plan.Skip("way back", "anna", "the column was never used"));
        assertThat(accepted.submission().digest()).isNotEqualTo(lacking.submission().digest());
        // Where there is one, there is nothing to accept.
        var needless = plan(shop("orders", "prices").backedUp()).as("v2").accepting("x").on(before);
        assertThat(needless.plan().skipped()).isEmpty();
        assertThat(needless.plan().lacksWayBack()).isFalse();
    }

    @Test
    void what_was_adopted_before_the_first_release_is_nothing_new() {
        Inventory adopted =
                Inventory.empty("local").knowing(Map.of("shop", Set.of("1", "2"), "web", Set.of()));
        var first = plan(shop("orders!", "prices", "sums")).as("v1").on(adopted);
        assertThat(migrating(first.plan()).title()).isEqualTo("shop: migrate `db` by 3 sums");
        assertThat(first.plan().pointOfNoReturn()).isZero();
        // What was released counts, and not what somebody wrote into the ledger beside it.
        var later =
                plan(shop("orders", "prices"))
                        .as("v2")
                        .on(
                                running(shop("orders"), "v1")
                                        .knowing(Map.of("shop", Set.of("1", "2"))));
        assertThat(migrating(later.plan()).title()).isEqualTo("shop: migrate `db` by 2 prices");
    }

    @Test
    void what_did_not_end_well_in_the_environment_below_is_named() {
        Platform platform = shop("orders", "prices").migratedIn("staging");
        Inventory before = running(shop("orders"), "v1");
        var untried = plan(platform).as("v2").on(before);
        untried.warns(
                "shop: migrate `db` by 2 prices: these very migrations have not ended well in"
                        + " `staging`, which `local` asks for: a deploy is refused");
        List<Step> steps = untried.plan().steps();
        var files = Objects.requireNonNull(platform.schema("shop")).files();
        assertThat(Planner.untried(steps, platform.view(), Set.of())).hasSize(1);
        assertThat(Planner.untried(steps, platform.view(), Set.of(files))).isEmpty();
        assertThat(Planner.untried(steps, shop("orders").view(), Set.of())).isEmpty();
        assertThat(plan(platform).as("v2").below(files).on(before).plan().warnings())
                .noneMatch(warning -> warning.contains("staging"));
        // Who brings nothing new has nothing to have tried.
        Platform same = shop("orders").migratedIn("staging");
        assertThat(plan(same).as("v2").on(before).plan().warnings())
                .noneMatch(warning -> warning.contains("staging"));
    }

    private static SchemaVerdict verdict(boolean plainRevert, boolean exact, String... versions) {
        return new SchemaVerdict(
                List.of(versions),
                plainRevert ? "compatible" : "breaking",
                plainRevert,
                exact,
                "20260131T020000Z-shop-1f3a",
                plainRevert ? List.of() : List.of("column `orders.id` is gone"));
    }

    @Test
    void where_backups_are_asked_for_the_data_are_safe_before_anything_is_touched() {
        plan(shop("orders", "prices").backedUp())
                .as("v2")
                .on(running(shop("orders"), "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 `db` answers after 1",
                        "3 `db` has a backup that was restored, at most 15m old after 2",
                        "4 shop: rehearse 2 prices after 3",
                        "5 shop: migrate `db` by 2 prices after 4",
                        "6 shop: start 2 × shop@v2 after 5",
                        "7 shop: 2 × shop@v2 ready after 6",
                        "8 shop: all traffic to shop@v2 after 7",
                        "9 shop: seen to be so after 8",
                        "10 soak for 1h after 9",
                        "11 shop: shop@v1 drained after 9,10",
                        "12 shop: stop 2 × shop@v1 after 11",
                        "13 shop: seen to be so after 12")
                .warns(
                        "`shop`: its migrations were not rehearsed yet; `belay migrate plan local`"
                                + " does, before anybody agrees");
    }

    @Test
    void who_migrates_nothing_has_a_backup_of_the_day() {
        var result = plan(shop("orders").backedUp()).as("v2").on(running(shop("orders"), "v1"));
        assertThat(result.plan().steps())
                .extracting(Step::title)
                .contains("`db` has a backup that was restored, at most 1d 2h old")
                .noneMatch(title -> title.contains("rehearse"));
    }

    @Test
    void a_schema_that_the_release_before_runs_on_stays() {
        var result =
                plan(shop("orders", "prices").backedUp())
                        .rehearsed("shop", verdict(true, true, "2"))
                        .as("v2")
                        .on(running(shop("orders"), "v1"));
        assertThat(migrating(result.plan()).undo())
                .isEqualTo(
                        new Undo.Nothing(
                                "a rehearsal showed that the release before runs on the new"
                                        + " schema"));
        assertThat(rehearsing(result.plan()).parts().getFirst().back())
                .isEqualTo(Work.Rehearsed.Back.STAYS);
        assertThat(rehearsing(result.plan()).overlaps()).isTrue();
    }

    @Test
    void a_way_back_that_leads_elsewhere_is_none() {
        var result =
                plan(shop("orders", "prices").backedUp())
                        .rehearsed("shop", verdict(false, false, "2"))
                        .as("v2")
                        .on(running(shop("orders"), "v1"));
        assertThat(result.plan().pointOfNoReturn()).isEqualTo(5);
        result.warns("`shop`: column `orders.id` is gone");
        var exact =
                plan(shop("orders", "prices").backedUp())
                        .rehearsed("shop", verdict(false, true, "2"))
                        .as("v2")
                        .on(running(shop("orders"), "v1"));
        assertThat(migrating(exact.plan()).undo()).isInstanceOf(Undo.Apply.class);
    }

    @Test
    void a_rehearsal_of_other_migrations_says_nothing() {
        var result =
                plan(shop("orders", "prices", "sums"))
                        .rehearsed("shop", verdict(true, true, "2"))
                        .as("v2")
                        .on(running(shop("orders"), "v1"));
        assertThat(migrating(result.plan()).undo()).isInstanceOf(Undo.Apply.class);
    }

    private static Platform two(String... more) {
        return Platform.of(
                        service("web").port(3001).uses("db").after("api").migrations(more),
                        service("api").uses("db").migrations("orders", "prices"))
                .backedUp();
    }

    @Test
    void two_sets_of_one_database_are_rehearsed_together_and_applied_one_after_the_other() {
        var before =
                running(
                        Platform.of(
                                service("web").port(3001).uses("db").after("api").migrations("a"),
                                service("api").uses("db").migrations("orders")),
                        "v1");
        var result = plan(two("a", "b")).as("v2").on(before);
        assertThat(Planned.lines(result.plan()))
                .contains(
                        "4 rehearse 2 prices of api, then 2 b of web on a copy of `db` after 3",
                        "5 api: migrate `db` by 2 prices after 4");
        assertThat(rehearsing(result.plan()).parts())
                .extracting(part -> part.to().set())
                .containsExactly("api", "web");
        // Without `after` too: on the copy one came after the other.
        Platform apart =
                Platform.of(
                                service("web").port(3001).uses("db").migrations("a", "b"),
                                service("api").uses("db").migrations("orders", "prices"))
                        .order(List.of(List.of("web", "api")));
        Plan plan = plan(apart).as("v2").on(before).plan();
        List<Step> migrating =
                plan.steps().stream().filter(one -> one.work() instanceof Work.Migrate).toList();
        assertThat(migrating).hasSize(2);
        assertThat(migrating.getLast().after()).contains(migrating.getFirst().number());
        assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
    }

    @Test
    void what_was_rehearsed_together_says_nothing_of_one_alone() {
        var before = running(two("a"), "v1");
        var together = verdict(true, true, "2");
        var said =
                new SchemaVerdict(
                        together.versions(),
                        together.standing(),
                        true,
                        true,
                        together.backup(),
                        List.of(),
                        List.of("api 2", "web 2"));
        var alone = plan(two("a", "b")).with("web", "v2").rehearsed("web", said).only("web");
        assertThat(migrating(alone.on(before).plan()).undo()).isInstanceOf(Undo.Apply.class);
        var onlyApi =
                running(
                        Platform.of(
                                service("web").port(3001).uses("db").after("api").migrations("a"),
                                service("api").uses("db").migrations("orders")),
                        "v1");
        var both = plan(two("a", "b")).as("v2").rehearsed("web", said).rehearsed("api", said);
        assertThat(both.on(onlyApi).plan().steps())
                .filteredOn(step -> step.work() instanceof Work.Migrate)
                .allSatisfy(step -> assertThat(step.undo()).isInstanceOf(Undo.Nothing.class));
    }

    private static Step migrating(Plan plan) {
        return plan.steps().stream()
                .filter(step -> step.work() instanceof Work.Migrate)
                .findFirst()
                .orElseThrow();
    }

    private static Work.Rehearsed rehearsing(Plan plan) {
        return plan.steps().stream()
                .map(Step::work)
                .filter(Work.Rehearsed.class::isInstance)
                .map(Work.Rehearsed.class::cast)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void a_release_of_nothing_but_migrations_is_one() {
        var result = plan(shop("orders", "prices")).as("v1").on(running(shop("orders"), "v1"));
        assertThat(result.plan().steps())
                .extracting(Step::title)
                .contains("shop: migrate `db` by 2 prices");
        // Nothing new is looked at all the same: files may have changed, or the datastore.
        assertThat(plan(shop("orders")).as("v2").on(running(shop("orders"), "v1")).plan().steps())
                .extracting(Step::title)
                .contains("shop: the schema of `db` is as it was");
        assertThat(plan(shop("orders")).as("v1").on(running(shop("orders"), "v1")).plans())
                .isEmpty();
    }

    @Test
    void an_older_revision_leaves_the_schema_and_says_so() {
        Platform now = shop("orders", "prices");
        Inventory inventory = plan(now).as("v2").on(running(shop("orders"), "v1")).carriedOut("r2");
        var back = rollback(now, inventory, "shop");
        assertThat(back.plan().steps()).noneMatch(step -> step.phase() == Phase.MIGRATE);
        back.warns("`shop`: the schema stays as it is; not taken back: 2 prices");
        // And forward again: the runner finds it applied.
        var again = plan(now).as("v2").on(back.carriedOut("r3"));
        assertThat(again.plan().steps())
                .extracting(Step::title)
                .contains("shop: migrate `db` by 2 prices");
    }

    @Test
    void left_out_on_request_the_schema_stays() {
        var result =
                plan(shop("orders", "prices"))
                        .as("v2")
                        .skip("migrate")
                        .on(running(shop("orders"), "v1"));
        assertThat(result.plan().steps()).noneMatch(step -> step.phase() == Phase.MIGRATE);
        assertThat(result.plan().desired().get("shop"))
                .extracting(Deployment::migrations)
                .isEqualTo(shop("orders").schema("shop"));
    }

    @Test
    void it_is_the_same_when_it_was_written_and_read() {
        var plan =
                plan(shop("orders", "prices!")).as("v2").on(running(shop("orders"), "v1")).plan();
        assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
        Plan undoable = plan(shop("a", "b")).as("v2").on(running(shop("a"), "v1")).plan();
        assertThat(PlanJson.decode(PlanJson.encode(undoable))).isEqualTo(undoable);
        Deployment desired = Planned.at(plan.desired(), "shop");
        assertThat(PlanJson.decodeDeployment(PlanJson.encode(desired))).isEqualTo(desired);
    }
}
