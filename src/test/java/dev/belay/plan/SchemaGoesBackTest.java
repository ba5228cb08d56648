package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollbackWithSchema;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Work;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Rollbacks of which somebody asked that the schema goes back, too.
class SchemaGoesBackTest {
    private static Platform shop(String... migrations) {
        return Platform.of(service("shop").uses("db").migrations(migrations))
                .soak(Duration.ofHours(1));
    }

    private static Inventory both(Platform now, Platform before) {
        return plan(now).as("v2").on(running(before, "v1")).carriedOut("r2");
    }

    @Test
    void the_newer_ends_its_schema_goes_back_and_the_older_starts() {
        Platform now = shop("orders", "prices", "sums");
        rollbackWithSchema(now, both(now, shop("orders")), "shop")
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 shop: no traffic after 1",
                        "3 shop: shop@v2 drained after 2",
                        "4 shop: stop 2 × shop@v2 after 3",
                        "5 shop: take 2 prices … 3 sums (2) back from `db` after 4",
                        "6 shop: start 2 × shop@v1 after 5",
                        "7 shop: 2 × shop@v1 ready after 6",
                        "8 shop: all traffic to shop@v1 after 7",
                        "9 shop: seen to be so after 8")
                .undoes(
                        "route shop to nobody",
                        "scale shop@v1 to 0",
                        "migrate db by 2, 3",
                        "scale shop@v2 to 2",
                        "route shop to 2 × shop@v2")
                .warns(
                        "`shop`: what only the newer schema holds is lost; taken back: 2 prices, 3"
                                + " sums");
    }

    @Test
    void where_backups_are_asked_for_it_is_tried_on_a_copy_of_the_rows_of_today() {
        Platform now = shop("orders", "prices").backedUp();
        var back = rollbackWithSchema(now, both(now, shop("orders").backedUp()), "shop");
        assertThat(back.plan().steps().stream().map(Step::title))
                .startsWith(
                        "check variables, tools, ports and artifacts",
                        "`db` has a backup that was restored, at most 15m old",
                        "shop: rehearse the way back of 2 prices on a copy of `db`",
                        "shop: no traffic");
        assertThat(back.plan().step(3).work())
                .isInstanceOfSatisfying(
                        Work.ReturnRehearsed.class,
                        work -> {
                            assertThat(work.versions()).containsExactly("2");
                            assertThat(work.from())
                                    .as("the files that are applied")
                                    .isEqualTo(Objects.requireNonNull(now.schema("shop")));
                        });
    }

    @Test
    void what_was_taken_back_is_new_to_the_next_release() {
        Platform now = shop("orders", "prices");
        Inventory after =
                rollbackWithSchema(now, both(now, shop("orders")), "shop").carriedOut("r3");
        assertThat(plan(now).as("v3").on(after).plan().steps())
                .extracting(Step::title)
                .contains("shop: migrate `db` by 2 prices");
    }

    @Test
    void one_that_has_no_way_back_is_refused_before_anything_is_touched() {
        Platform now = shop("orders", "prices!", "sums");
        var back = rollbackWithSchema(now, both(now, shop("orders")), "shop");
        back.refuses("rollback/no-way-back");
        assertThat(back.problems().getFirst().message())
                .isEqualTo("migration 2 prices has no way back: nobody wrote one");
    }

    @Test
    void who_else_uses_the_database_is_named() {
        Platform now = with("orders", "prices");
        Inventory inventory = plan(now).as("v2").on(running(with("orders"), "v1")).carriedOut("r2");
        rollbackWithSchema(now, inventory, "shop")
                .warns("`mailer` uses `db`, too, and runs on while the schema of `shop` goes back");
    }

    private static Platform with(String... migrations) {
        return Platform.of(
                        service("shop").uses("db").migrations(migrations),
                        service("mailer").uses("db"))
                .soak(Duration.ofHours(1));
    }

    @Test
    void without_a_migration_since_it_goes_back_as_ever() {
        Platform now = shop("orders");
        Inventory inventory = both(now, now);
        assertThat(rollbackWithSchema(now, inventory, "shop").plan().steps())
                .isEqualTo(Planned.rollback(now, inventory, "shop").plan().steps());
    }

    /// As after a crash of all of its instances.
    @Test
    void what_is_dead_is_not_started_beside_what_takes_its_schema_away() {
        Platform now = shop("orders", "prices");
        Inventory both = both(now, shop("orders"));
        var dead = new HashMap<>(both.components());
        dead.computeIfPresent("shop", (_, one) -> new Inventory.Component(one.history(), Map.of()));
        List<String> titles =
                rollbackWithSchema(now, both.having(dead, both.datastores()), "shop")
                        .plan()
                        .steps()
                        .stream()
                        .map(step -> step.title().replaceAll("shop-[0-9a-f]+", "one"))
                        .toList();
        assertThat(titles)
                .containsSubsequence(
                        "shop: start 2 × one",
                        "shop: stop 2 × one",
                        "shop: take 2 prices back from `db`",
                        "shop: start 2 × one");
    }
}
