package dev.belay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import dev.belay.manifest.Strategy;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanPropertiesTest {
    @Test
    void every_plan_keeps_the_rules_and_reads_back_as_written() {
        Choices.forAll(
                1000,
                choices -> {
                    var platform = PlatformsAtRandom.platform(choices);
                    var inventory = PlatformsAtRandom.inventory(choices, platform);
                    var result = Planned.plan(platform).as("new").on(inventory);
                    for (Plan plan : result.plans()) {
                        assertThat(PlanLint.check(plan, inventory)).isEmpty();
                        String json = PlanJson.encode(plan);
                        assertThat(PlanJson.decode(json)).isEqualTo(plan);
                        assertThat(PlanJson.encode(PlanJson.decode(json))).isEqualTo(json);
                        assertThat(plan.baseline().keySet()).isEqualTo(plan.scopes());
                    }
                });
    }

    @Test
    void what_was_carried_out_needs_no_second_release() {
        Choices.forAll(
                300,
                choices -> {
                    var platform = PlatformsAtRandom.platform(choices);
                    var inventory = PlatformsAtRandom.inventory(choices, platform);
                    var after = Planned.plan(platform).on(inventory).carriedOut("again");
                    assertThat(Planned.plan(platform).on(after).plans()).isEmpty();
                });
    }

    @Test
    void a_rollback_keeps_the_rules_or_is_refused_with_a_reason() {
        Choices.forAll(
                500,
                choices -> {
                    var platform = PlatformsAtRandom.platform(choices);
                    var inventory = PlatformsAtRandom.inventory(choices, platform);
                    String[] names =
                            choices.chance(50)
                                    ? new String[] {platform.parts().getFirst().name}
                                    : new String[0];
                    switch (Planned.rollback(platform, inventory, names).planning()) {
                        case Planning.Planned(Submission submission) -> {
                            assertThat(submission.plans()).isNotEmpty();
                            for (Plan plan : submission.plans()) {
                                assertThat(PlanLint.check(plan, inventory)).isEmpty();
                                assertThat(plan.steps())
                                        .noneMatch(step -> step.phase() == Phase.SOAK);
                            }
                        }
                        case Planning.Refused(var problems) ->
                                assertThat(problems)
                                        .allSatisfy(p -> assertThat(p.hint()).isNotEmpty());
                    }
                });
    }

    @Test
    void the_same_input_gives_the_same_bytes() {
        Choices.forAll(
                200,
                choices -> {
                    var platform = PlatformsAtRandom.platform(choices);
                    var inventory = PlatformsAtRandom.inventory(choices, platform);
                    var one = Planned.plan(platform).on(inventory).submission();
                    var other = Planned.plan(platform).on(inventory).submission();
                    assertThat(PlanJson.encode(one)).isEqualTo(PlanJson.encode(other));
                    assertThat(one.digest()).isEqualTo(other.digest());
                });
    }

    @Test
    void any_other_input_gives_another_digest() {
        var before = Platform.service("api");
        var running = Planned.running(Platform.of(before), "v1");
        var digests =
                List.of(
                        digest(Platform.of(Platform.service("api")), "v2", running),
                        digest(Platform.of(Platform.service("api")), "v3", running),
                        digest(Platform.of(Platform.service("api").instances(3)), "v2", running),
                        digest(Platform.of(Platform.service("api").port(81)), "v2", running),
                        digest(Platform.of(Platform.service("api").smoke("a")), "v2", running),
                        digest(Platform.of(Platform.service("api").command("x")), "v2", running),
                        digest(
                                Platform.of(Platform.service("api").strategy(Strategy.ROLLING)),
                                "v2",
                                running),
                        digest(
                                Platform.of(Platform.service("api"))
                                        .soak(java.time.Duration.ofHours(1)),
                                "v2",
                                running),
                        digest(
                                Platform.of(Platform.service("api")),
                                "v2",
                                Inventory.empty("local")),
                        Planned.plan(Platform.of(Platform.service("api")))
                                .as("v2")
                                .skip("verify")
                                .on(running)
                                .submission()
                                .digest());
        assertThat(digests).doesNotHaveDuplicates();
    }

    private static dev.belay.release.Digest digest(
            Platform platform, String version, Inventory running) {
        return Planned.plan(platform).as(version).on(running).submission().digest();
    }
}
