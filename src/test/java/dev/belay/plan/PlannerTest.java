package dev.belay.plan;

import static dev.belay.plan.Planned.at;
import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.contract;
import static dev.belay.plan.Platform.frontend;
import static dev.belay.plan.Platform.job;
import static dev.belay.plan.Platform.service;
import static dev.belay.plan.Platform.worker;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.Strategy;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Baseline;
import dev.belay.release.Canary;
import dev.belay.release.Digest;
import dev.belay.release.Prometheus;
import dev.belay.release.Selector;
import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final Duration DAY = Duration.ofHours(24);

    @Test
    void a_new_revision_stands_beside_the_old_until_the_soak_is_over() {
        var platform = Platform.of(service("api").uses("postgres").smoke("ping")).soak(DAY);
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 `postgres` answers after 1",
                        "3 api: start 2 × api@v2 after 2",
                        "4 api: 2 × api@v2 ready after 3",
                        "5 api: 1 smoke test before traffic after 4",
                        "6 api: all traffic to api@v2 after 5",
                        "7 api: 1 smoke test through port 3000 after 6",
                        "8 api: seen to be so after 7",
                        "9 soak for 1d after 8",
                        "10 api: api@v1 drained after 8,9",
                        "11 api: stop 2 × api@v1 after 10",
                        "12 api: seen to be so after 11")
                .undoes("scale api@v1 to 2", "route api to 2 × api@v1", "scale api@v2 to 0");
    }

    @Test
    void the_first_deployment_goes_back_to_nothing() {
        var result = plan(Platform.of(service("api"))).onNothing();
        result.undoes("route api to nobody", "scale api@v1 to 0")
                .warns("`api` runs nothing yet: there is nothing to go back to, undone means gone");
        assertThat(result.plan().fallback()).isEmpty();
        assertThat(result.plan().targets()).isEmpty();
    }

    @Test
    void what_runs_as_it_is_wanted_needs_no_release() {
        var platform = Platform.of(service("api"));
        var result = plan(platform).as("v1").on(running(platform, "v1"));
        assertThat(result.plans()).isEmpty();
        assertThat(result.submission().unchanged()).containsOnlyKeys("api");
    }

    @Test
    void only_the_number_of_instances_changes() {
        var before = running(Platform.of(service("api").instances(2)), "v1");
        plan(Platform.of(service("api").instances(3)))
                .as("v1")
                .on(before)
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 1 × api@v1 after 1",
                        "3 api: 3 × api@v1 ready after 2",
                        "4 api: all traffic to api@v1 after 3",
                        "5 api: seen to be so after 4")
                .undoes("route api to 2 × api@v1", "scale api@v1 to 2");
        plan(Platform.of(service("api").instances(1)))
                .as("v1")
                .on(before)
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: all traffic to api@v1 after 1",
                        "3 api: stop 1 × api@v1 after 2",
                        "4 api: seen to be so after 3")
                .undoes("scale api@v1 to 2", "route api to 2 × api@v1");
    }

    @Test
    void only_the_port_changes() {
        var before = running(Platform.of(service("api").port(3000)), "v1");
        plan(Platform.of(service("api").port(4000)))
                .as("v1")
                .on(before)
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: all traffic to api@v1 after 1",
                        "3 api: seen to be so after 2");
    }

    @Test
    void only_the_entrance_changes() {
        var before = running(Platform.of(service("api").at(8080, "/api")), "v1");
        plan(Platform.of(service("api").at(8081, "/api")))
                .as("v1")
                .on(before)
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: all traffic to api@v1, at http://localhost:8081/api after 1",
                        "3 api: seen to be so after 2");
    }

    @Test
    void only_how_visitors_and_new_instances_are_dealt_with_changes() {
        var before = running(Platform.of(service("api")), "v1");
        plan(Platform.of(service("api").sticky(Duration.ZERO)))
                .as("v1")
                .on(before)
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: all traffic to api@v1 after 1",
                        "3 api: seen to be so after 2");
    }

    @Test
    void requests_that_another_component_still_has_are_refused_before_anything_begins() {
        var both = Platform.of(service("api").at(8080, "/api"), service("web").port(3001));
        var moved = Platform.of(service("api"), service("web").port(3001).at(8080, "/api"));
        plan(moved).as("v2").on(running(both, "v1")).refuses("plan/route-taken");
    }

    @Test
    void an_instance_that_is_missing_is_started_again() {
        var platform = Platform.of(service("api"));
        var history = at(running(platform, "v1").components(), "api").history();
        var lame =
                new Inventory("local", Map.of("api", new Inventory.Component(history, Map.of())));
        plan(platform)
                .as("v1")
                .on(lame)
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 2 × api@v1 after 1",
                        "3 api: 2 × api@v1 ready after 2",
                        "4 api: seen to be so after 3");
    }

    @Test
    void the_way_back_has_its_capacity_before_anything_new_starts() {
        var platform = Platform.of(service("api").instances(3));
        var past = at(running(platform, "v1").components(), "api").history();
        String old = past.getFirst().deployment().revision().id();
        var half =
                new Inventory(
                        "local", Map.of("api", new Inventory.Component(past, Map.of(old, 1))));
        var plan = plan(platform).as("v2").on(half).plan();
        assertThat(Planned.lines(plan))
                .startsWith(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 2 × api@v1 after 1",
                        "3 api: start 3 × api@v2 after 2");
    }

    @Test
    void rolling_replaces_one_after_the_other() {
        var platform = Platform.of(service("api").strategy(Strategy.ROLLING).smoke("ping"));
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 1 × api@v2 after 1",
                        "3 api: 1 × api@v2 ready after 2",
                        "4 api: 1 smoke test before traffic after 3",
                        "5 api: traffic 50 % to api@v2, 50 % to api@v1 after 4",
                        "6 api: stop 1 × api@v1 after 5",
                        "7 api: start 1 × api@v2 after 6",
                        "8 api: 2 × api@v2 ready after 7",
                        "9 api: all traffic to api@v2 after 8",
                        "10 api: api@v1 drained after 9",
                        "11 api: stop 1 × api@v1 after 10",
                        "12 api: 1 smoke test through port 3000 after 11",
                        "13 api: seen to be so after 12")
                .undoes(
                        "scale api@v1 to 1",
                        "route api to 1 × api@v2 + 1 × api@v1",
                        "scale api@v2 to 1",
                        "scale api@v1 to 2",
                        "route api to 2 × api@v1",
                        "scale api@v2 to 0");
    }

    /// The old revision is whole until the end, and the way back leads there with one step.
    @Test
    void a_canary_gets_more_requests_with_each_step_that_is_judged() {
        var platform =
                Platform.of(service("api").instances(4).strategy(Strategy.CANARY))
                        .canary(canary(10, 50));
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 1 × api@v2 after 1",
                        "3 api: 1 × api@v2 ready after 2",
                        "4 api: traffic 10 % to api@v2, 90 % to api@v1 after 3",
                        "5 api: at 10 % until it is proven to be no worse than api@v1 after 4",
                        "6 api: start 1 × api@v2 after 5",
                        "7 api: 2 × api@v2 ready after 6",
                        "8 api: traffic 50 % to api@v2, 50 % to api@v1 after 7",
                        "9 api: at 50 % until it is proven to be no worse than api@v1 after 8",
                        "10 api: start 2 × api@v2 after 9",
                        "11 api: 4 × api@v2 ready after 10",
                        "12 api: all traffic to api@v2 after 11",
                        "13 api: seen to be so after 12",
                        "14 api: api@v1 drained after 13",
                        "15 api: stop 4 × api@v1 after 14",
                        "16 api: seen to be so after 15")
                .undoes(
                        "scale api@v1 to 4",
                        "route api to 4 × api@v1",
                        "scale api@v2 to 2",
                        "route api to 4 × api@v1",
                        "scale api@v2 to 1",
                        "route api to 4 × api@v1",
                        "scale api@v2 to 0");
    }

    /// Where our gateway counts, nobody else is asked.
    @Test
    void what_the_gateway_counts_is_judged_by_that() {
        var counters = Selector.parse("http_total{pod=~\"${workload}-.*\"}");
        var source = new Prometheus("http://p:9090", null, "", counters, counters, null, DAY, DAY);
        var own = Platform.of(service("api").strategy(Strategy.CANARY)).canary(canary(50));
        var both =
                Platform.of(service("api").strategy(Strategy.CANARY))
                        .canary(canary(50).countedBy(source));
        assertThat(plan(both).as("v2").on(running(both, "v1")).submission().digest())
                .isEqualTo(plan(own).as("v2").on(running(own, "v1")).submission().digest());
    }

    @Test
    void a_frontend_is_a_canary_without_instances() {
        var platform = Platform.of(frontend("web").strategy(Strategy.CANARY)).canary(canary(50));
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 web: publish web@v2 after 1",
                        "3 web: traffic 50 % to web@v2, 50 % to web@v1 after 2",
                        "4 web: at 50 % until it is proven to be no worse than web@v1 after 3",
                        "5 web: all traffic to web@v2 after 4",
                        "6 web: seen to be so after 5");
    }

    @Test
    void what_has_nothing_to_be_compared_with_is_no_canary() {
        var platform = Platform.of(service("api").strategy(Strategy.CANARY));
        plan(platform)
                .onNothing()
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 2 × api@v1 after 1",
                        "3 api: 2 × api@v1 ready after 2",
                        "4 api: all traffic to api@v1 after 3",
                        "5 api: seen to be so after 4");
    }

    private static Canary canary(Integer... steps) {
        return new Canary(
                List.of(steps), Duration.ofMinutes(1), Duration.ofMinutes(10), true, 25, 5);
    }

    @Test
    void two_revisions_that_have_one_volume_at_once_are_told_of() {
        var platform = Platform.of(service("api").keeps("data"));
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .warns(
                        "`api`: the old and the new revision have the volume `data` at the same"
                                + " time");
    }

    @Test
    void recreate_stops_the_old_first_and_says_for_how_long() {
        var platform = Platform.of(service("api").strategy(Strategy.RECREATE));
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: no traffic after 1",
                        "3 api: api@v1 drained after 2",
                        "4 api: stop 2 × api@v1 after 3",
                        "5 api: start 2 × api@v2 after 4",
                        "6 api: 2 × api@v2 ready after 5",
                        "7 api: all traffic to api@v2 after 6",
                        "8 api: seen to be so after 7")
                .undoes(
                        "route api to nobody",
                        "scale api@v2 to 0",
                        "scale api@v1 to 2",
                        "route api to 2 × api@v1")
                .warns("`api` is down while it is recreated: about 3s, at most 2m 5s");
    }

    @Test
    void a_new_worker_is_ready_before_the_old_one_drains() {
        var platform = Platform.of(worker("mail")).soak(DAY);
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 mail: start 2 × mail@v2 after 1",
                        "3 mail: 2 × mail@v2 ready after 2",
                        "4 mail: mail@v1 drained after 3",
                        "5 mail: stop 2 × mail@v1 after 4",
                        "6 mail: seen to be so after 5",
                        "7 soak for 1d after 6");
    }

    @Test
    void a_frontend_is_published_and_given_its_port() {
        var platform = Platform.of(frontend("cockpit"));
        plan(platform)
                .as("v2")
                .on(running(platform, "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 cockpit: publish cockpit@v2 after 1",
                        "3 cockpit: all traffic to cockpit@v2 after 2",
                        "4 cockpit: seen to be so after 3")
                .undoes("route cockpit to 0 × cockpit@v1");
    }

    @Test
    void what_ran_by_the_clock_does_so_no_more_before_it_runs_once() {
        plan(Platform.of(job("night")))
                .as("v2")
                .on(running(Platform.of(worker("night").instances(1)), "v1"))
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 night: night@v1 drained after 1",
                        "3 night: stop 1 × night@v1 after 2",
                        "4 night: run night@v2 after 3");
    }

    @Test
    void a_job_without_a_probe_happens_at_most_once() {
        var plain = plan(Platform.of(job("migrate"))).onNothing();
        assertThat(plain.plan().step(2).stepClass()).isEqualTo(StepClass.ONCE_ONLY);
        plain.warns("`migrate` is a job: what it did stays when the release goes back")
                .warns(
                        "`migrate` has no `probe`: if it is cut off in the middle, nobody can say"
                                + " whether it happened");
        var probed = plan(Platform.of(job("migrate").probe("./done"))).onNothing();
        assertThat(probed.plan().step(2).stepClass()).isEqualTo(StepClass.VERIFIABLE);
    }

    @Test
    void components_that_nothing_joins_stand_or_fall_alone() {
        var platform = Platform.of(service("api"), service("web").port(81), worker("mail"));
        assertThat(plan(platform).onNothing().plans())
                .extracting(Plan::title)
                .containsExactly("deploy api", "deploy web", "deploy mail");
        var joined = Platform.of(service("api"), service("web").port(81).after("api"));
        plan(joined)
                .onNothing()
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 2 × api@v1 after 1",
                        "3 api: 2 × api@v1 ready after 2",
                        "4 api: all traffic to api@v1 after 3",
                        "5 api: seen to be so after 4",
                        "6 web: start 2 × web@v1 after 5",
                        "7 web: 2 × web@v1 ready after 6",
                        "8 web: all traffic to web@v1 after 7",
                        "9 web: seen to be so after 8");
    }

    @Test
    void after_is_seen_through_what_does_not_change() {
        var platform =
                Platform.of(
                        service("api"), service("mid").after("api"), service("web").after("mid"));
        var result = plan(platform).as("v2").with("mid", "v1").on(running(platform, "v1"));
        assertThat(result.plan().title()).isEqualTo("deploy api, web");
        assertThat(result.plan().steps().get(5).after()).containsExactly(5);
    }

    @Test
    void groups_in_order_meet_in_one_step() {
        var platform =
                Platform.of(
                                job("migrate"),
                                worker("a").instances(1),
                                worker("b").instances(1),
                                worker("c").instances(1),
                                worker("d").instances(1))
                        .order(List.of(List.of("migrate", "a", "b"), List.of("c", "d")));
        plan(platform)
                .onNothing()
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 migrate: run migrate@v1 after 1",
                        "3 a: start 1 × a@v1 after 2",
                        "4 a: 1 × a@v1 ready after 3",
                        "5 a: seen to be so after 4",
                        "6 b: start 1 × b@v1 after 2",
                        "7 b: 1 × b@v1 ready after 6",
                        "8 b: seen to be so after 7",
                        "9 everything before this is in order after 5,8",
                        "10 c: start 1 × c@v1 after 9",
                        "11 c: 1 × c@v1 ready after 10",
                        "12 c: seen to be so after 11",
                        "13 d: start 1 × d@v1 after 9",
                        "14 d: 1 × d@v1 ready after 13",
                        "15 d: seen to be so after 14");
    }

    @Test
    void traffic_together_moves_when_everything_stands() {
        var platform =
                Platform.of(service("api"), service("web").port(81).after("api"))
                        .trafficTogether()
                        .testedThrough("web");
        plan(platform)
                .onNothing()
                .gives(
                        "1 check variables, tools, ports and artifacts",
                        "2 api: start 2 × api@v1 after 1",
                        "3 api: 2 × api@v1 ready after 2",
                        "4 web: start 2 × web@v1 after 3",
                        "5 web: 2 × web@v1 ready after 4",
                        "6 api: all traffic to api@v1 after 3,5",
                        "7 api: seen to be so after 6",
                        "8 web: all traffic to web@v1 after 5",
                        "9 web: seen to be so after 8",
                        "10 the platform's smoke tests through web after 7,9");
    }

    @Test
    void what_is_queued_behind_a_release_that_is_taken_back_is_planned_on_what_stays() {
        var platform = Platform.of(service("api"));
        var first = plan(platform).as("v1").onNothing();
        var undone = Expected.afterUndo(first.carriedOut("r1"), first.plan(), "r1");
        assertThat(at(undone.components(), "api").history()).isEmpty();

        var now = running(platform, "v1");
        var more = plan(Platform.of(service("api").instances(5))).as("v1").on(now);
        var back = Expected.afterUndo(more.carriedOut("r2"), more.plan(), "r2");
        assertThat(at(back.components(), "api").history().getFirst().deployment())
                .isEqualTo(at(now.components(), "api").history().getFirst().deployment());
    }

    @Test
    void every_step_names_whom_to_call() {
        var api = service("api").uses("postgres").smoke("ping", "pong").smokeOf("qa", "order");
        var plan = plan(Platform.of(api).testedThrough("api")).as("v1").onNothing().plan();
        var owners = new TreeMap<String, String>();
        plan.steps().forEach(step -> owners.put(step.title(), step.responsible().owner()));
        assertThat(owners)
                .containsEntry("`postgres` answers", "dba")
                .containsEntry("api: 2 smoke tests before traffic", "team-api")
                .containsEntry("api: 1 smoke test before traffic", "qa")
                .containsEntry("api: 2 smoke tests through port 3000", "team-api")
                .containsEntry("api: 1 smoke test through port 3000", "qa")
                .containsEntry("the platform's smoke tests through api", "qa");
    }

    @Test
    void a_fix_for_what_still_soaks_falls_back_to_the_last_that_soaked() {
        var platform = Platform.of(service("api")).soak(DAY);
        var result = plan(platform).as("v3").on(Planned.soaking(platform, "v1", "v2"));
        result.undoes(
                "scale api@v1 to 2",
                "scale api@v2 to 2",
                "route api to 2 × api@v1",
                "scale api@v3 to 0",
                "route api to 2 × api@v1");
        var plan = result.plan();
        assertThat(Planned.lines(plan))
                .contains("2 api: keep 2 × api@v1 warm, the last that soaked after 1");
        assertThat(plan.baseline().values().stream().map(Baseline::revision))
                .containsExactly(
                        Revisions.of(
                                        "api",
                                        Planned.source("v2"),
                                        at(plan.desired(), "api").revision().launch())
                                .id());
        assertThat(at(plan.fallback(), "api").revision().configuration()).isEqualTo("v1");
        assertThat(plan.targets()).extracting(Plan.Target::release).containsExactly("v1");
    }

    @Test
    void preflight_wants_the_artifacts_of_the_way_back_too() {
        var platform = Platform.of(service("api"));
        var plan = plan(platform).as("v2").on(running(platform, "v1")).plan();
        assertThat(plan.step(1).work())
                .isEqualTo(
                        new Work.Preflight(
                                Set.of("DATABASE_URL", "API_KEY"),
                                Map.of("node", ">=20"),
                                Set.of(3000),
                                Set.of(Digest.of("v1"), Digest.of("v2"))));
    }

    @Test
    void a_rolled_back_component_is_tested_as_it_was_then() {
        var before = running(Platform.of(service("api").smoke("then")), "v1");
        var plan = plan(Platform.of(service("api").smoke("now"))).as("v2").on(before).plan();
        assertThat(plan.before())
                .hasSize(2)
                .last()
                .isEqualTo(
                        new Work.SmokePublic(
                                3000,
                                Objects.requireNonNull(plan.fallback().get("api")).revision(),
                                List.of(Platform.test("then"))));
    }

    @Test
    void what_is_left_out_is_recorded() {
        var platform = Platform.of(service("api").smoke("ping"), worker("mail"), frontend("site"));
        var day = LocalDate.of(2026, 12, 6);
        var result =
                plan(platform.soak(DAY)).skip("frontend", "soak", "mail").until(day).onNothing();
        var plan = result.plan();
        assertThat(plan.skipped())
                .containsExactly(
                        new Plan.Skip("frontend", "anna", "to test it"),
                        // The only one that the environment asked for.
                        new Plan.Skip("soak", "anna", "to test it", day),
                        new Plan.Skip("mail", "anna", "to test it"));
        assertThat(plan.steps()).noneMatch(step -> step.phase() == Phase.SOAK);
        assertThat(result.submission().unchanged()).containsOnlyKeys("mail", "site");
        result.warns("without its soak nothing of this becomes a rollback target");
        var after = at(result.carriedOut("r1").components(), "api");
        assertThat(after.history().getFirst().soaked()).isFalse();
    }

    @Test
    void only_a_group_is_only_its_members() {
        var platform = Platform.of(service("api"), worker("mail")).group("core", "api");
        assertThat(plan(platform).only("core").unbuilt("mail").onNothing().plan().title())
                .isEqualTo("deploy api");
    }

    @Test
    void names_that_nobody_has_are_refused_together() {
        var result =
                plan(Platform.of(service("api"))).only("apo").skip("vrify", "traffic").onNothing();
        result.refuses("plan/unknown-name", "plan/unknown-name", "plan/traffic-cannot-be-skipped");
        assertThat(result.problems())
                .extracting(Problem::hint)
                .contains("did you mean `api`?", "did you mean `verify`?");
    }

    @Test
    void what_this_version_cannot_enforce_is_refused() {
        var problem = new Problem("manifest/window", new Place.Named("x"), "no windows", "");
        plan(Platform.of(service("api")).unsupported(problem))
                .onNothing()
                .refuses("manifest/window");
        plan(Platform.of(service("api"), contract("coin")))
                .onNothing()
                .refuses("plan/contract-not-shipped");
        plan(Platform.of(service("api"))).unbuilt("api").onNothing().refuses("plan/not-built");
    }
}
