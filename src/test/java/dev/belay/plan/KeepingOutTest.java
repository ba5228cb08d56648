package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Planned.soaking;
import static dev.belay.plan.Platform.service;
import static dev.belay.plan.Platform.worker;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Work;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// A release that is announced as maintenance keeps users out of what it changes.
class KeepingOutTest {
    private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

    @Test
    void they_are_out_from_the_first_change_until_all_of_it_is_tested() {
        var platform =
                Platform.of(service("api").uses("postgres").asked("ping", "buy"))
                        .soak(HALF_AN_HOUR);
        plan(platform)
                .as("v2")
                .maintaining("new invoices", HALF_AN_HOUR)
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 `postgres` answers after 1",
                        "3 api: users are kept out, for 30m after 2",
                        "4 api: nobody is inside any more after 3",
                        "5 api: start 2 × api@v2 after 4",
                        "6 api: 2 × api@v2 ready after 5",
                        "7 api: 2 smoke tests before traffic after 6",
                        "8 api: all traffic to api@v2 after 7",
                        "9 api: 1 smoke test through port 3000 after 8",
                        "10 api: seen to be so after 9",
                        "11 api: users come in again after 10",
                        "12 api: 1 smoke test through port 3000 after 11",
                        "13 soak for 30m after 12",
                        "14 api: api@v1 drained after 12,13",
                        "15 api: stop 2 × api@v1 after 14",
                        "16 api: seen to be so after 15")
                .undoes(
                        "scale api@v1 to 2",
                        "shut api",
                        "route api to 2 × api@v1",
                        "scale api@v2 to 0",
                        "open api");
    }

    @Test
    void what_they_read_and_how_long_it_takes_are_part_of_the_plan() {
        var platform = Platform.of(service("api"));
        var before = running(platform, "v1");
        var plain = plan(platform).as("v2").on(before);
        var said = plan(platform).as("v2").maintaining("soon", HALF_AN_HOUR).on(before);
        var other = plan(platform).as("v2").maintaining("later", HALF_AN_HOUR).on(before);
        var longer = plan(platform).as("v2").maintaining("soon", Duration.ofHours(1)).on(before);
        assertThat(
                        List.of(
                                plain.submission().digest(),
                                said.submission().digest(),
                                other.submission().digest(),
                                longer.submission().digest()))
                .doesNotHaveDuplicates();
    }

    @Test
    void several_are_shut_together_and_opened_together() {
        var platform =
                Platform.of(service("api"), service("web").port(3001).after("api"), worker("mail"));
        plan(platform)
                .as("v2")
                .only("api", "web")
                .maintaining("", HALF_AN_HOUR)
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: users are kept out, for 30m after 1",
                        "3 api: nobody is inside any more after 2",
                        "4 web: users are kept out, for 30m after 1",
                        "5 web: nobody is inside any more after 4",
                        "6 api: start 2 × api@v2 after 3,5",
                        "7 api: 2 × api@v2 ready after 6",
                        "8 api: all traffic to api@v2 after 7",
                        "9 api: seen to be so after 8",
                        "10 web: start 2 × web@v2 after 5,9",
                        "11 web: 2 × web@v2 ready after 10",
                        "12 web: all traffic to web@v2 after 11",
                        "13 web: seen to be so after 12",
                        "14 api: users come in again after 9,13",
                        "15 web: users come in again after 13",
                        "16 the release stands; old revisions go after 14,15",
                        "17 api: api@v1 drained after 14,16",
                        "18 api: stop 2 × api@v1 after 17",
                        "19 api: seen to be so after 18",
                        "20 web: web@v1 drained after 15,16",
                        "21 web: stop 2 × web@v1 after 20",
                        "22 web: seen to be so after 21");
    }

    @Test
    void the_way_back_to_what_soaked_comes_before_the_door() {
        var platform = Platform.of(service("api")).soak(HALF_AN_HOUR);
        var plan =
                plan(platform)
                        .as("v3")
                        .maintaining("", HALF_AN_HOUR)
                        .on(soaking(platform, "v1", "v2"))
                        .plan();
        List<Work> effects =
                plan.steps().stream()
                        .map(Step::work)
                        .filter(Work.Effect.class::isInstance)
                        .limit(2)
                        .toList();
        assertThat(effects.get(0)).isInstanceOf(Work.Scale.class);
        assertThat(effects.get(1)).isInstanceOf(Work.Shut.class);
    }

    @Test
    void what_is_new_has_no_door_yet() {
        var before = running(Platform.of(service("api")), "v1");
        var both = Platform.of(service("api"), service("web").port(3001).after("api"));
        var plan = plan(both).as("v2").maintaining("", HALF_AN_HOUR).on(before).plan();
        assertThat(plan.steps())
                .filteredOn(step -> step.work() instanceof Work.Shut)
                .singleElement()
                .satisfies(step -> assertThat(step.scope().name()).isEqualTo("api"));
    }

    @Test
    void where_nobody_comes_nobody_can_be_kept_out() {
        var platform = Platform.of(worker("mail"));
        plan(platform)
                .as("v2")
                .maintaining("", HALF_AN_HOUR)
                .on(running(platform, "v1"))
                .refuses("plan/nobody-to-keep-out");
        plan(Platform.of(service("api")))
                .maintaining("", HALF_AN_HOUR)
                .onNothing()
                .refuses("plan/nobody-to-keep-out");
    }

    @Test
    void where_haproxy_carries_requests_nobody_can_be_kept_out() {
        var platform = Platform.of(service("api").byHaproxy());
        plan(platform)
                .as("v2")
                .maintaining("", HALF_AN_HOUR)
                .on(running(platform, "v1"))
                .refuses("plan/no-doors");
    }

    @Test
    void what_changes_nothing_keeps_nobody_out() {
        var platform = Platform.of(service("api"));
        var result =
                plan(platform).as("v1").maintaining("", HALF_AN_HOUR).on(running(platform, "v1"));
        assertThat(result.plans()).isEmpty();
    }
}
