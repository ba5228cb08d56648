package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollback;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.ReleaseWindow;
import dev.belay.release.Work;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;

/// When releases of an environment may begin, in the plan.
class WindowPlanTest {
    private static final ReleaseWindow OFFICE =
            ReleaseWindow.of("mon-thu", "09:00-16:00", ZoneId.of("Europe/Oslo"), List.of());

    private static Platform shop() {
        return Platform.of(service("shop").uses("db").migrations("orders", "prices"))
                .backedUp()
                .within(OFFICE);
    }

    @Test
    void it_is_asked_last_before_anything_changes() {
        Plan plan = plan(shop()).as("v2").on(running(shop(), "v1")).plan();
        Step asked =
                plan.steps().stream()
                        .filter(step -> step.phase() == Phase.WINDOW)
                        .findFirst()
                        .orElseThrow();
        assertThat(asked.title()).isEqualTo("it may begin now: mon-thu 09:00-16:00 Europe/Oslo");
        assertThat(asked.work()).isEqualTo(new Work.InWindow(List.of(OFFICE)));
        assertThat(plan.steps())
                .filteredOn(step -> step.work() instanceof Work.Effect)
                .isNotEmpty()
                .allMatch(step -> step.number() > asked.number());
        assertThat(plan.step(asked.number() + 1).after()).containsExactly(asked.number());
        assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
    }

    @Test
    void it_is_left_out_by_name() {
        Plan plan = plan(shop()).as("v2").skip("window").on(running(shop(), "v1")).plan();
        assertThat(plan.steps()).noneMatch(step -> step.phase() == Phase.WINDOW);
        assertThat(plan.skipped()).extracting(Plan.Skip::what).contains("window");
    }

    @Test
    void no_phase_that_is_left_out_leads_past_a_freeze() {
        Platform open = Platform.of(service("shop"));
        Plan plan = plan(open).as("v2").skip("preflight").on(running(open, "v1")).plan();
        Step first = plan.step(1);
        assertThat(first.work()).isEqualTo(new Work.InWindow(List.of()));
        assertThat(plan.steps())
                .filteredOn(step -> step.work() instanceof Work.Effect)
                .isNotEmpty()
                .allMatch(step -> step.number() > first.number());
        assertThat(plan(open).as("v2").on(running(open, "v1")).plan().steps())
                .noneMatch(step -> step.phase() == Phase.WINDOW);
    }

    @Test
    void a_way_back_is_not_kept_waiting_by_it() {
        Plan back = rollback(shop(), running(shop(), "v1", "v2"), "shop").plan();
        assertThat(back.steps()).isNotEmpty().noneMatch(step -> step.phase() == Phase.WINDOW);
    }
}
