package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.rollback;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.Work;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What an environment asks of artifacts, in the plan.
class EvidencePlanTest {
    private static final Digest BEFORE = Digest.of("v1");

    private static Platform shop() {
        return Platform.of(service("api"), service("web").port(3001));
    }

    private static PlanRequest.Shown shown(String... lacking) {
        return new PlanRequest.Shown(
                BEFORE,
                List.of(EvidenceRule.pass("tests"), EvidenceRule.pass("scan")),
                List.of("ev-1", "ev-2"),
                List.of(lacking));
    }

    private static Planned release(PlanRequest.Shown shown) {
        return plan(shop()).as("v2").with("web", "v1").shown("api", shown).shown("web", shown);
    }

    @Test
    void it_is_looked_at_before_anything_else_and_is_part_of_the_plan() {
        Plan plan = release(shown()).on(running(shop(), "v1")).plan();
        assertThat(plan.step(2).title())
                .isEqualTo("api: its evidence stands: tests, scan (ev-1, ev-2)");
        assertThat(plan.step(2).phase()).isEqualTo(Phase.EVIDENCE);
        assertThat(plan.step(3).after()).containsExactly(2);
        assertThat(plan.step(2).work())
                .isEqualTo(
                        new Work.Evidenced(
                                "api",
                                Digest.of("v2"),
                                BEFORE,
                                shown().rules(),
                                List.of("ev-1", "ev-2")));
        assertThat(Showing.relied(plan)).containsOnlyKeys("api");
        assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
    }

    @Test
    void other_evidence_is_another_plan() {
        var other =
                new PlanRequest.Shown(BEFORE, shown().rules(), List.of("ev-1", "ev-3"), List.of());
        Inventory now = running(shop(), "v1");
        assertThat(PlanJson.encode(release(shown()).on(now).plan()))
                .isNotEqualTo(PlanJson.encode(release(other).on(now).plan()));
    }

    @Test
    void what_is_lacking_is_said() {
        Plan plan = release(shown("there is no evidence `scan`")).on(running(shop(), "v1")).plan();
        assertThat(plan.warnings())
                .contains(
                        "`api`: there is no evidence `scan`, which `local` asks for: a deploy is refused")
                .noneMatch(warning -> warning.startsWith("`web`: there is no evidence"));
    }

    @Test
    void it_is_left_out_by_name() {
        Plan plan = release(shown("none")).skip("evidence").on(running(shop(), "v1")).plan();
        assertThat(plan.steps()).noneMatch(step -> step.phase() == Phase.EVIDENCE);
        assertThat(plan.skipped()).extracting(Plan.Skip::what).contains("evidence");
    }

    @Test
    void a_way_back_is_not_kept_waiting_by_it() {
        Inventory now = running(shop(), "v1", "v2");
        Plan back = rollback(shop(), now, "api").plan();
        assertThat(back.steps()).noneMatch(step -> step.phase() == Phase.EVIDENCE);
    }
}
