package dev.belay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/// Each rule, broken on purpose in a plan that was in order.
class PlanLintTest {
    private static final Platform API = Platform.of(Platform.service("api"));
    private static final Inventory RUNNING = Planned.running(API, "v1");
    private static final Plan GOOD = Planned.plan(API).as("v2").on(RUNNING).plan();

    @Test
    void a_plan_in_order_breaks_no_rule() {
        assertThat(PlanLint.check(GOOD, RUNNING)).isEmpty();
    }

    @Test
    void traffic_before_capacity_is_found() {
        int ready = number(Work.Ready.class);
        var broken =
                with(ready, step -> copy(step, GOOD.step(1).work(), step.undo(), step.after()));
        assertThat(PlanLint.check(broken, RUNNING))
                .singleElement()
                .asString()
                .contains("before it is ready");
    }

    @Test
    void stopping_under_traffic_is_found() {
        int route = number(Work.Route.class);
        var broken =
                with(
                        route,
                        step -> {
                            var back = ((Undo.Apply) step.undo()).effect();
                            return copy(step, back, step.undo(), step.after());
                        });
        assertThat(PlanLint.check(broken, RUNNING))
                .anyMatch(problem -> problem.contains("under its traffic"));
    }

    @Test
    void an_undo_that_restores_too_little_is_found() {
        int route = number(Work.Route.class);
        var broken =
                with(route, step -> copy(step, step.work(), new Undo.Nothing("no"), step.after()));
        assertThat(PlanLint.check(broken, RUNNING))
                .anyMatch(problem -> problem.startsWith("back from " + route));
    }

    @Test
    void effects_of_one_scope_side_by_side_are_found() {
        int route = number(Work.Route.class);
        var broken = with(route, step -> copy(step, step.work(), step.undo(), Set.of(1)));
        assertThat(PlanLint.check(broken, RUNNING))
                .contains(
                        route
                                + ": does not wait for "
                                + number(Work.Scale.class)
                                + " of its scope");
    }

    private static int number(Class<? extends Work> kind) {
        return GOOD.steps().stream()
                .filter(step -> kind.isInstance(step.work()))
                .findFirst()
                .orElseThrow()
                .number();
    }

    private static Plan with(int number, UnaryOperator<Step> change) {
        var steps = new ArrayList<>(GOOD.steps());
        steps.set(number - 1, change.apply(GOOD.step(number)));
        return new Plan(
                GOOD.format(),
                GOOD.platform(),
                GOOD.environment(),
                GOOD.kind(),
                GOOD.title(),
                GOOD.scopes(),
                GOOD.baseline(),
                List.copyOf(steps),
                GOOD.desired(),
                GOOD.fallback(),
                GOOD.before(),
                GOOD.targets(),
                GOOD.pointOfNoReturn(),
                GOOD.skipped(),
                GOOD.warnings(),
                GOOD.manifestDigest());
    }

    private static Step copy(Step step, Work work, Undo undo, Set<Integer> after) {
        return new Step(
                step.number(),
                step.title(),
                step.phase(),
                step.scope(),
                step.stepClass(),
                work,
                undo,
                after,
                Duration.ofMinutes(1),
                step.expected(),
                step.onUnknown(),
                step.responsible());
    }
}
