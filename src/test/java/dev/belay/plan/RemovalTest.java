package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.frontend;
import static dev.belay.plan.Platform.job;
import static dev.belay.plan.Platform.service;
import static dev.belay.plan.Platform.worker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Components that a manifest had once and has no more.
class RemovalTest {
    private static final Platform ONCE =
            Platform.of(
                    service("api"),
                    service("old").port(3001),
                    worker("mailer"),
                    frontend("page").port(3002),
                    job("import"));
    private static final Platform NOW = Platform.of(service("api")).soak(Duration.ofHours(1));

    @Test
    void what_the_manifest_forgot_is_named_with_what_ends_it() {
        var unchanged = plan(NOW).on(running(ONCE, "v1")).submission().unchanged();
        assertThat(unchanged).containsOnlyKeys("api", "old", "mailer", "page");
        assertThat(unchanged.get("old"))
                .isEqualTo(
                        "runs, and the manifest has it no more: `belay deploy local --remove old`"
                                + " ends it");
    }

    @Test
    void a_service_loses_its_traffic_its_instances_and_its_port() {
        plan(NOW)
                .as("v2")
                .remove("old")
                .on(running(ONCE, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 old: no traffic after 1",
                        "3 old: old@v1 drained after 2",
                        "4 old: stop 2 × old@v1 after 3",
                        "5 old: port 3001 is closed after 4",
                        "6 old: seen to be so after 5")
                .undoes("route old to nobody", "scale old@v1 to 2", "route old to 2 × old@v1");
    }

    @Test
    void the_document_for_the_day_without_belay_closes_the_port_too() {
        var submission = plan(NOW).remove("old").on(running(ONCE, "v1")).submission();
        assertThat(PlanDocument.markdown(submission, "today"))
                .contains(
                        "-X DELETE --data '{\"token\":'$token'}' http://gateway/routes/local/old");
    }

    @Test
    void workers_and_frontends_end_too_each_in_a_release_of_its_own() {
        var result = plan(NOW).remove("mailer", "page").on(running(ONCE, "v1"));
        assertThat(result.plans().stream().map(Plan::title).toList())
                .containsExactly("remove mailer", "remove page");
        assertThat(result.plans().stream().map(Planned::lines).toList().getLast())
                .containsExactly(
                        "1 check variables, tools, ports and artifacts",
                        "2 page: no traffic after 1",
                        "3 page: port 3002 is closed after 2",
                        "4 page: seen to be so after 3");
    }

    @Test
    void a_warm_revision_ends_with_the_one_that_runs() {
        var soaking = Planned.soaking(ONCE, "v1", "v2");
        var result = plan(NOW).remove("old").on(soaking);
        assertThat(Planned.lines(result.plan()))
                .contains("4 old: stop 2 × old@v2 after 3", "5 old: stop 2 × old@v1 after 4");
    }

    @Test
    void nothing_but_what_is_asked_for_is_done() {
        var result = plan(NOW).as("v2").remove("old").on(running(ONCE, "v1"));
        assertThat(result.submission().unchanged().get("api")).isEqualTo("left out on request");
        var both = plan(NOW).as("v2").only("api").remove("old").on(running(ONCE, "v1"));
        assertThat(both.plans().stream().map(Plan::title).toList())
                .containsExactly("deploy api", "remove old");
    }

    @Test
    void with_an_order_it_is_part_of_the_release_and_comes_last() {
        var ordered =
                Platform.of(service("api")).order(java.util.List.of(java.util.List.of("api")));
        var plan = plan(ordered).as("v2").only("api").remove("old").on(running(ONCE, "v1")).plan();
        assertThat(plan.title()).isEqualTo("deploy api; remove old");
        assertThat(Planned.lines(plan).toString()).containsSubsequence("to api@v2", "old: no traf");
    }

    @Test
    void what_has_ended_is_not_mentioned_any_more_and_not_ended_twice() {
        var ended = plan(NOW).remove("old").on(running(ONCE, "v1")).carriedOut("v2");
        assertThat(plan(NOW).on(ended).submission().unchanged()).doesNotContainKey("old");
        var again = plan(NOW).remove("old").on(ended);
        assertThat(again.plans()).isEmpty();
        assertThat(again.submission().unchanged().get("old")).isEqualTo("does not run");
    }

    @Test
    void a_new_name_waits_until_the_old_one_has_given_its_port_up() {
        var renamed = Platform.of(service("api"), service("new").port(3001));
        var refused = plan(renamed).on(running(ONCE, "v1")).refuses("plan/port-in-use");
        assertThat(refused.problems().getFirst().hint()).contains("--remove old`");
        plan(renamed).only("new").remove("old").on(running(ONCE, "v1")).refuses("plan/port-in-use");

        var ended = plan(renamed).remove("old").on(running(ONCE, "v1")).carriedOut("removed");
        assertThat(plan(renamed).on(ended).plans().stream().map(Plan::title).toList())
                .contains("deploy new");
    }

    @Test
    void one_that_came_in_vain_leaves_no_port_behind() {
        var first = plan(Platform.of(service("old").port(3001))).onNothing();
        first.undoes("route old to nobody", "scale old@v1 to 0");
        var ended = plan(NOW).remove("old").on(running(ONCE, "v1")).carriedOut("removed");
        plan(ONCE)
                .only("old")
                .as("v1")
                .on(ended)
                .undoes("route old to nobody", "scale old@v1 to 0");
    }

    @Test
    void a_worker_of_which_none_is_wanted_is_not_called_removed() {
        var none = Platform.of(service("api"), worker("mailer").instances(0));
        var titles = plan(none).as("v1").only("mailer").on(running(ONCE, "v1")).plans().stream();
        assertThat(titles.map(Plan::title)).containsExactly("deploy mailer");
    }

    @Test
    void what_was_ended_while_it_soaked_has_not_soaked_by_that() {
        var soaking = Planned.soaking(ONCE, "v1", "v2");
        var ended = plan(NOW).remove("old").on(soaking).carriedOut("removed");
        assertThat(Planned.at(ended.components(), "old").history().getFirst().soaked()).isFalse();
    }

    @Test
    void what_the_manifest_has_is_not_removed_nor_what_nobody_knows() {
        var running = running(ONCE, "v1");
        plan(NOW).remove("api").on(running).refuses("plan/still-declared");
        var refused = plan(NOW).remove("odl").on(running).refuses("plan/unknown-name");
        assertThat(refused.problems().getFirst().hint()).isEqualTo("did you mean `old`?");
    }

    @Test
    void what_was_removed_comes_back_when_it_is_named_and_only_then() {
        var removal = plan(NOW).remove("old").on(running(ONCE, "v1", "v2"));
        assertThat(removal.plan().targets())
                .extracting(Plan.Target::release, Plan.Target::warm)
                .containsExactly(tuple("v2", false), tuple("v1", false));
        var ended = removal.carriedOut("v3");
        var back = Planned.rollback(NOW, ended, "old").plan();
        var before = Planned.at(running(ONCE, "v2").components(), "old").history().getFirst();
        assertThat(back.desired().get("old")).isEqualTo(before.deployment());
        var all = Planned.rollback(NOW, ended);
        assertThat(all.submission().plans().stream().flatMap(p -> p.desired().keySet().stream()))
                .doesNotContain("old");
    }

    @Test
    void a_manifest_that_has_it_again_starts_it_again() {
        var ended = plan(NOW).remove("old").on(running(ONCE, "v1")).carriedOut("removed");
        var again = plan(ONCE).only("old").on(ended);
        assertThat(Planned.lines(again.plan()))
                .contains(
                        "2 old: start 2 × old@v1 after 1", "4 old: all traffic to old@v1 after 3");
        var next = plan(ONCE).as("v3").only("old").on(again.carriedOut("again"));
        assertThat(next.plan().targets().stream().map(Plan.Target::release)).containsOnly("again");
    }
}
