package dev.belay.plan;

import static dev.belay.plan.Planned.plan;
import static dev.belay.plan.Planned.running;
import static dev.belay.plan.Platform.job;
import static dev.belay.plan.Platform.service;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTextTest {
    @Test
    void nothing_to_do_is_said() {
        var platform = Platform.of(service("api"));
        var text =
                PlanText.render(plan(platform).as("v1").on(running(platform, "v1")).submission());
        assertThat(text).startsWith("shop in local: nothing to do\n").contains("unchanged\n  api:");
        assertThat(text).doesNotContain("belay deploy");
    }

    @Test
    void each_step_says_what_it_waits_on_how_it_is_undone_and_how_long_it_takes() {
        var submission = plan(Platform.of(service("api"), job("migrate"))).onNothing().submission();
        var text = PlanText.render(submission);
        String id = Planned.at(submission.plans().getFirst().desired(), "api").revision().id();
        assertThat(text)
                .startsWith("shop in local: 2 releases, 1 once-only step\n")
                .contains(
                        """
                            2  api: start 2 × %s
                               idempotent · after 1 · about 100ms, at most 1m
                               undo: stop every %s
                        """
                                .formatted(id, id))
                .contains("held for a person if nobody can say how it ended")
                .contains("from every step: there is no point of no return")
                .contains("api → nothing: it did not run before")
                .contains("none: nothing that soaked ran before")
                .endsWith("  belay deploy local --plan " + submission.digest() + "\n");
    }

    @Test
    void lines_fit_the_terminal_but_for_what_is_to_be_copied() {
        var submission = plan(Platform.of(service("api").smoke("ping"))).onNothing().submission();
        assertThat(PlanText.render(submission, 60, List.of(), Beside.NOTHING).lines())
                .filteredOn(line -> !line.contains("sha256:"))
                .allSatisfy(line -> assertThat(line.length()).isLessThanOrEqualTo(60));
    }

    @Test
    void the_document_holds_the_commands_that_do_the_same_by_hand() {
        var platform = Platform.of(service("api").command("node", "main.js", "--name", "a b"));
        var submission = plan(platform).as("v2").on(running(platform, "v1")).submission();
        var text =
                PlanDocument.markdown(
                        submission, "2026-03-04 05:06 UTC", List.of(), List.of(".env"));
        String id = Planned.at(submission.plans().getFirst().desired(), "api").revision().id();
        assertThat(text)
                .contains("`" + submission.digest() + "`, written 2026-03-04 05:06 UTC")
                .contains("belay deploy local --plan " + submission.digest())
                .contains("kill -TERM $p   # after 10s: kill -KILL $p")
                .contains(
                        "curl --unix-socket .belay/gateway.sock -X PUT --data-binary @-"
                                + " http://gateway/routes/local/api <<END")
                .contains("{\"id\":\"" + id + "-1\",\"host\":\"127.0.0.1\",\"port\":…}")
                .contains(". .env;")
                .contains("&& node main.js --name \"a b\" )")
                .contains("Must be set: `API_KEY`, `DATABASE_URL`.");
    }

    @Test
    void the_document_gives_the_gateway_what_it_takes_and_nothing_that_nobody_asked_for() {
        var usual = plan(Platform.of(service("api"))).onNothing().submission();
        var asked = plan(Platform.of(service("api").sticky(Duration.ofSeconds(30)))).onNothing();
        assertThat(PlanDocument.markdown(usual, "today"))
                .doesNotContain("sticky")
                .doesNotContain("slowStart");
        assertThat(PlanDocument.markdown(asked.submission(), "today"))
                .contains("],\"slowStartMillis\":30000,\"sticky\":true}");
    }

    @Test
    void what_is_in_the_way_now_is_told_beside_the_plan() {
        var submission = plan(Platform.of(service("api"))).onNothing().submission();
        assertThat(
                        PlanText.render(
                                submission,
                                100,
                                List.of(),
                                new Beside(
                                        List.of("`api`: port 3000 is taken"),
                                        List.of("api: makes Deployment `api-1`"))))
                .contains(
                        "\nin the cluster\n  api: makes Deployment `api-1`\n\nin the way now\n"
                                + "  `api`: port 3000 is taken\n\ndigest ");
        assertThat(PlanText.render(submission)).doesNotContain("in the way");
    }

    @Test
    void the_command_repeats_what_was_asked_for() {
        var submission = plan(Platform.of(service("api"))).only("api").onNothing().submission();
        var flags = List.of("--only", "api", "--reason", "it's time");
        String command =
                "belay deploy local --only api --reason 'it'\\''s time' --plan "
                        + submission.digest();
        assertThat(PlanText.render(submission, 60, flags, Beside.NOTHING).lines())
                .contains("  " + command);
        assertThat(PlanDocument.markdown(submission, "today", flags, List.of()).lines())
                .contains(command);
    }
}
