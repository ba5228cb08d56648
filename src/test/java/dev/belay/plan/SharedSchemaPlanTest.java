package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollback;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Planned.soaking;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Revision;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// A schema that belongs to its datastore, and so to every component that uses it.
class SharedSchemaPlanTest {
    private static final String PENDING = "left out on request, with 2 prices pending";

    private static Platform shop(String... migrations) {
        return Platform.of(
                        service("api").uses("db"),
                        service("web").port(3001).uses("db"),
                        service("site").port(3002))
                .schema("db", migrations)
                .soak(Duration.ofHours(1));
    }

    private static Inventory before() {
        return running(shop("orders"), "v1");
    }

    @Test
    void it_changes_once_before_anything_that_uses_it_and_back_after_all_of_that_has_ended() {
        var result = plan(shop("orders", "prices")).as("v2").with("site", "v1").on(before());
        Plan plan = result.plan();
        assertThat(plan.title()).isEqualTo("migrate db; deploy api, web");
        assertThat(plan.scopes())
                .containsExactlyInAnyOrder(
                        Scope.datastore("local", "db"),
                        Scope.component("local", "api"),
                        Scope.component("local", "web"));
        assertThat(Planned.lines(plan))
                .startsWith(
                        "1 check variables, tools, ports and artifacts",
                        "2 `db` answers after 1",
                        "3 migrate `db` by 2 prices after 2",
                        "4 api: start 2 × api@v2 after 3")
                .contains("8 web: start 2 × web@v2 after 3");
        assertThat(Planned.undo(plan)).last().isEqualTo("take 2 back from db");
        assertThat(PlanText.wayBack(plan)).contains("db → take 2 back from `db`");
        assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
    }

    @Test
    void what_does_not_use_it_is_a_release_of_its_own() {
        var result = plan(shop("orders", "prices")).as("v2").on(before());
        assertThat(result.plans())
                .extracting(Plan::title)
                .containsExactlyInAnyOrder("migrate db; deploy api, web", "deploy site");
    }

    @Test
    void afterwards_it_is_there_and_nothing_of_it_is_done_again() {
        Inventory after = plan(shop("orders", "prices")).as("v2").on(before()).carriedOut("r2");
        var again = plan(shop("orders", "prices")).as("v3").on(after);
        assertThat(again.plans()).hasSize(3);
        assertThat(again.submission().unchanged())
                .containsEntry("db", "its schema has every migration that is released");
        assertThat(plan(shop("orders", "prices")).as("v2").on(after).plans()).isEmpty();
    }

    @Test
    void it_goes_along_with_one_component_that_uses_it_and_says_under_whom() {
        var result = plan(shop("orders", "prices")).as("v2").only("api").on(before());
        assertThat(result.plan().title()).isEqualTo("migrate db; deploy api");
        result.warns(
                "the schema of `db` changes under `web`, too, of which nothing is released here");
    }

    @Test
    void it_does_not_go_along_with_what_does_not_use_it_and_the_plan_says_that_it_waits() {
        var result = plan(shop("orders", "prices")).as("v2").only("site").on(before());
        assertThat(result.plan().title()).isEqualTo("deploy site");
        assertThat(result.submission().unchanged())
                .containsEntry("db", PENDING + "; `--only db` brings it");
        var unneeded = plan(shop("orders", "prices")).as("v1").only("api").on(before());
        assertThat(unneeded.plans()).isEmpty();
        assertThat(unneeded.submission().unchanged())
                .containsEntry("db", PENDING + "; `--only db` brings it");
    }

    @Test
    void alone_it_is_a_release_too() {
        for (String only : List.of("db", "")) {
            var request = plan(shop("orders", "prices")).as("v1");
            var result = (only.isEmpty() ? request : request.only(only)).on(before());
            result.gives(
                    "1 check variables, tools, ports and artifacts",
                    "2 `db` answers after 1",
                    "3 migrate `db` by 2 prices after 2",
                    "4 soak for 1h after 3");
            assertThat(result.plan().title()).isEqualTo("migrate db");
            result.warns(
                    "the schema of `db` changes under `api`, `web`, too, of which nothing is"
                            + " released here");
        }
    }

    @Test
    void who_leaves_it_out_is_told_what_is_released_without_it() {
        for (String skip : List.of("db", "migrate")) {
            var result =
                    plan(shop("orders", "prices"))
                            .as("v2")
                            .with("site", "v1")
                            .skip(skip)
                            .on(before());
            assertThat(result.plans()).as(skip).hasSize(2);
            assertThat(result.plans().getFirst().warnings())
                    .contains("`api` is released without 2 prices of `db`, left out on request");
            assertThat(result.submission().unchanged()).containsEntry("db", PENDING);
        }
    }

    @Test
    void the_verdict_decides_for_all_who_use_it() {
        var stays =
                plan(shop("orders", "prices").backedUp())
                        .rehearsed("db", verdict(true))
                        .as("v2")
                        .only("db", "api", "web")
                        .on(before());
        assertThat(Planned.lines(stays.plan()))
                .contains(
                        "3 `db` has a backup that was restored, at most 15m old after 2",
                        "4 rehearse 2 prices on a copy of `db` after 3",
                        "5 migrate `db` by 2 prices after 4");
        assertThat(stays.plan().step(5).undo()).isInstanceOf(Undo.Nothing.class);
        assertThat(((Work.Rehearsed) stays.plan().step(4).work()).overlaps()).isTrue();
        var none =
                plan(shop("orders", "prices").backedUp())
                        .rehearsed("db", verdict(false))
                        .as("v2")
                        .only("db", "api", "web")
                        .on(before());
        assertThat(none.plan().pointOfNoReturn()).isEqualTo(5);
        none.warns("`db`: column `orders.id` is gone");
    }

    private static SchemaVerdict verdict(boolean plainRevert) {
        return new SchemaVerdict(
                List.of("2"),
                plainRevert ? "compatible" : "breaking",
                plainRevert,
                false,
                "20260131T020000Z-shop-1f3a",
                plainRevert ? List.of() : List.of("column `orders.id` is gone"));
    }

    @Test
    void nobody_uses_the_old_schema_where_nothing_runs() {
        var result = plan(shop("orders").backedUp()).as("v1").only("db", "api", "web").onNothing();
        assertThat(result.plan().steps())
                .extracting(Step::work)
                .filteredOn(Work.Rehearsed.class::isInstance)
                .singleElement()
                .matches(work -> !((Work.Rehearsed) work).overlaps());
    }

    @Test
    void a_rollback_leaves_it_and_says_so() {
        Platform now = shop("orders", "prices");
        Inventory after = plan(now).as("v2").on(before()).carriedOut("r2");
        var back = rollback(now, after, "api");
        assertThat(back.plan().steps()).noneMatch(step -> step.phase() == Phase.MIGRATE);
        back.warns("`api`: the schema of `db` stays as it is; not taken back: 2 prices");
        rollback(now, after, "db").refuses("rollback/schema-stays");
        Inventory later = plan(now).as("v3").on(after).carriedOut("r3");
        assertThat(rollback(now, later, "api").plan().warnings())
                .noneMatch(line -> line.contains("stays"));
    }

    /// What ran two releases ago may not run on the schema that the last one brought.
    @Test
    void the_way_back_leads_not_past_a_release_that_changed_it() {
        Platform now = shop("orders", "prices");
        var past = soaking(shop("orders"), "v1", "v2");
        var plain = plan(shop("orders")).as("v3").only("api").on(past);
        assertThat(Planned.at(plain.plan().fallback(), "api").revision().configuration())
                .isEqualTo("v1");
        Inventory unsoaked = unsoaked(past);
        var result = plan(shop("orders")).as("v3").only("api").on(unsoaked);
        assertThat(Planned.at(result.plan().fallback(), "api").revision().configuration())
                .isEqualTo("v2");
        assertThat(plan(now).as("v3").only("api").on(unsoaked).plan().title())
                .isEqualTo("migrate db; deploy api");
    }

    private static Inventory unsoaked(Inventory of) {
        var latest = Planned.at(of.datastores(), "db").history().getFirst();
        var young = new Inventory.Past(latest.deployment(), false, "v2");
        return of.having(
                of.components(),
                Map.of("db", new Inventory.Component(List.of(young, latest), Map.of())));
    }

    /// Otherwise it would run beside the one that brings the schema, or before it.
    @Test
    void who_builds_on_a_schema_that_is_still_being_released_owns_it_too() {
        Platform now = shop("orders", "prices");
        Inventory after = plan(now).as("v2").on(before()).carriedOut("r2");
        var moving = new Inventory("local", after.components(), after.datastores(), Set.of("db"));
        var result = plan(now).as("v3").only("web").on(moving);
        assertThat(result.plan().scopes()).contains(Scope.datastore("local", "db"));
        assertThat(Planned.lines(result.plan()))
                .contains("3 the schema of `db` is as it was after 2");
        assertThat(plan(now).as("v3").only("site").on(moving).plan().scopes()).hasSize(1);
    }

    @Test
    void who_uses_it_and_does_not_change_is_tested_and_watched() {
        var platform =
                Platform.of(
                                service("api").uses("db").smoke("orders"),
                                service("web").port(3001).uses("db").smoke("pages"),
                                service("site").port(3002).smoke("home"))
                        .soak(Duration.ofHours(1));
        Inventory before = running(platform.schema("db", "orders"), "v1");
        var alone = plan(platform.schema("db", "orders", "prices")).as("v1").on(before);
        alone.gives(
                "1 check variables, tools, ports and artifacts",
                "2 `db` answers after 1",
                "3 migrate `db` by 2 prices after 2",
                "4 api: 1 smoke test through port 3000 after 3",
                "5 web: 1 smoke test through port 3001 after 3",
                "6 soak for 1h after 4,5");
        assertThat(alone.plan().step(6).work())
                .isInstanceOfSatisfying(
                        Work.Soak.class,
                        soak ->
                                assertThat(soak.revisions())
                                        .extracting(Revision::component)
                                        .containsExactly("api", "web"));
        var one = plan(platform).as("v1").with("api", "v2").on(before);
        assertThat(Planned.lines(one.plan()))
                .anyMatch(line -> line.contains("web: 1 smoke test through port 3001"))
                .noneMatch(line -> line.contains("site: "));
        assertThat(Planned.lines(plan(platform).as("v1").skip("verify", "soak").on(before).plan()))
                .noneMatch(line -> line.contains("smoke") || line.contains("soak"));
    }

    @Test
    void undone_it_is_what_it_was() {
        var result = plan(shop("orders", "prices")).as("v2").on(before());
        Plan plan =
                result.plans().stream()
                        .filter(one -> one.isDatastore("db"))
                        .findFirst()
                        .orElseThrow();
        Inventory done = result.carriedOut("r2");
        assertThat(Expected.afterUndo(done, plan, "r3").datastores().get("db"))
                .extracting(store -> store.history().getFirst().deployment().migrations())
                .isEqualTo(shop("orders").shared().get("db"));
        var first = plan(shop("orders")).as("v1").only("db").onNothing();
        assertThat(Expected.afterUndo(first.carriedOut("r1"), first.plan(), "r1").datastores())
                .containsOnlyKeys("db")
                .allSatisfy((_, store) -> assertThat(store.history()).isEmpty());
    }
}
