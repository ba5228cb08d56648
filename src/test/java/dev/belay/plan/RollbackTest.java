package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollback;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.job;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class RollbackTest {
    @Test
    void the_old_stands_has_the_traffic_and_the_new_goes() {
        var platform = Platform.of(service("api").uses("postgres").smoke("ping"));
        rollback(platform, running(platform.soak(Duration.ofHours(1)), "v1", "v2"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 2 × api@v1 after 1",
                        "3 api: 2 × api@v1 ready after 2",
                        "4 api: 1 smoke test before traffic after 3",
                        "5 api: all traffic to api@v1 after 4",
                        "6 api: 1 smoke test through port 3000 after 5",
                        "7 api: seen to be so after 6",
                        "8 api: api@v2 drained after 7",
                        "9 api: stop 2 × api@v2 after 8",
                        "10 api: seen to be so after 9")
                .undoes("scale api@v2 to 2", "route api to 2 × api@v2", "scale api@v1 to 0");
    }

    @Test
    void while_it_soaks_going_back_starts_nothing() {
        var platform = Platform.of(service("api")).soak(Duration.ofHours(1));
        rollback(platform, Planned.soaking(platform, "v1", "v2"), "api")
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: 2 × api@v1 ready after 1",
                        "3 api: all traffic to api@v1 after 2",
                        "4 api: seen to be so after 3",
                        "5 api: api@v2 drained after 4",
                        "6 api: stop 2 × api@v2 after 5",
                        "7 api: seen to be so after 6");
    }

    @Test
    void it_leads_to_what_ran_when_a_release_had_ended() {
        var platform = Platform.of(service("api").uses("postgres"));
        Inventory now = running(platform, "v-1", "v-2", "v-3");
        List<Inventory.Past> history =
                Objects.requireNonNull(now.components().get("api")).history();
        for (int back : List.of(1, 2)) {
            String then = history.get(back).deployment().revision().id();
            assertThat(Planned.rollbackTo(platform, now, "v-" + (3 - back)).plan().steps())
                    .extracting(Step::title)
                    .contains("api: all traffic to " + then);
        }
        Planned.rollbackTo(platform, now, "v-3").refuses("rollback/none");
    }

    @Test
    void what_was_not_there_when_that_release_had_ended_stays() {
        var before = Platform.of(service("api"));
        var platform = Platform.of(service("api"), service("web").port(82));
        Inventory first = running(before, "v-1");
        Inventory now = plan(platform).as("v-2").on(first).carriedOut("v-2");
        Plan back = Planned.rollbackTo(platform, now, "v-1").plan();
        assertThat(back.desired().keySet()).containsExactly("api");
    }

    @Test
    void after_the_first_deployment_there_is_none() {
        var platform = Platform.of(service("api"));
        var result = rollback(platform, running(platform, "v1"), "api").refuses("rollback/none");
        assertThat(result.problems())
                .extracting(Problem::message)
                .first()
                .asString()
                .contains("none");
        rollback(platform, Inventory.empty("local")).refuses("rollback/none");
        rollback(platform, Inventory.empty("local"), "apo").refuses("plan/unknown-name");
    }

    @Test
    void what_came_after_it_in_the_same_release_must_go_along() {
        var platform =
                Platform.of(
                        service("api"),
                        service("mid").port(81).after("api"),
                        service("web").port(82).after("mid"),
                        service("else").port(83));
        var inventory = running(platform, "v1", "v2");
        var refused = rollback(platform, inventory, "api").refuses("rollback/must-go-along");
        assertThat(refused.problems().getFirst().message())
                .isEqualTo(
                        "`api` cannot go back alone: `mid`, `web` came after it in the same"
                                + " release");
        assertThat(refused.problems().getFirst().hint())
                .isEqualTo("belay rollback local api mid web");
        assertThat(rollback(platform, inventory, "web").plan().title()).isEqualTo("roll back web");
        assertThat(rollback(platform, inventory, "else").plan().title())
                .isEqualTo("roll back else");
        var along = rollback(platform, inventory, "api", "mid", "web").plan();
        assertThat(along.steps())
                .filteredOn(step -> step.phase() == Phase.TRAFFIC)
                .extracting(step -> step.scope().name())
                .containsExactly("web", "mid", "api");
    }

    @Test
    void a_component_that_came_in_a_later_release_goes_back_alone() {
        var platform = Platform.of(service("api"), service("web").port(81).after("api"));
        var first = running(platform, "v1");
        var second = plan(platform).as("v2").only("api").on(first).carriedOut("r2");
        assertThat(rollback(platform, second, "api").plan().title()).isEqualTo("roll back api");
    }

    @Test
    void with_traffic_together_no_mixture_was_ever_seen() {
        var platform =
                Platform.of(service("api"), service("web").port(81).after("api")).trafficTogether();
        rollback(platform, running(platform, "v1", "v2"), "web").refuses("rollback/must-go-along");
    }

    @Test
    void a_job_stays_done() {
        var platform = Platform.of(job("migrate"), service("api").after("migrate"));
        var result = rollback(platform, running(platform, "v1", "v2"));
        assertThat(result.plan().title()).isEqualTo("roll back api");
        assertThat(result.submission().unchanged())
                .containsEntry("migrate", "`migrate` is a job: what it did stays");
    }

    @Test
    void what_never_soaked_is_no_target() {
        var platform = Platform.of(service("api"));
        var first = plan(platform).as("v1").skip("soak").onNothing().carriedOut("v1");
        var second = plan(platform).as("v2").on(first).carriedOut("v2");
        rollback(platform, second, "api").refuses("rollback/none");
    }
}
