package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Target;
import dev.belay.driver.command.CommandRouter;
import dev.belay.release.DeployCommands;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What only commands can do, or fail to do.
class CommandTargetTest {
    private static final DeployCommands BLIND =
            new DeployCommands(
                    CommandGround.ops("deploy"),
                    List.of(),
                    CommandGround.ops("promote"),
                    List.of(),
                    List.of(),
                    List.of(),
                    CommandGround.ops("remove"),
                    Duration.ofSeconds(20));

    /// Deploying is having the requests.
    private static final DeployCommands AT_ONCE =
            new DeployCommands(
                    CommandGround.ops("deploy"),
                    List.of(),
                    List.of(),
                    CommandGround.ops("rollback"),
                    List.of(),
                    List.of(),
                    CommandGround.ops("remove"),
                    Duration.ofSeconds(20));

    /// Ends the launcher first, so that nobody sees how the command ends.
    private static final String UNSEEN = "kill -9 $PPID;";

    @TempDir private Path folder;
    private CommandGround ground;
    private Target target;
    private CommandRouter router;
    private final AtomicLong tokens = new AtomicLong();

    @BeforeEach
    void begin() throws IOException {
        ground = new CommandGround(folder);
        target = ground.target(ground.host.table);
        router = new CommandRouter(ground.commands());
    }

    @AfterEach
    void end() throws IOException {
        ground.close();
    }

    private Order order(Duration within) {
        return new Order(Host.SCOPE, tokens.incrementAndGet(), "r-1", 3, within);
    }

    private Order order() {
        return order(Host.PATIENCE);
    }

    private Answer scale(Revision revision, int instances) {
        return target.scale(new Work.Scale(revision, instances), order());
    }

    private void stands(Revision revision) {
        assertThat(scale(revision, 1)).isInstanceOf(Answer.Done.class);
    }

    private Answer route(Revision to) {
        var line = new Traffic(0, List.of(new Traffic.Share(to.id(), 100, 1)));
        return router.route(new Work.Route("api", line, List.of(to)), order());
    }

    private Finding probe(Revision revision) {
        return target.probe(new Work.Scale(revision, 1), order());
    }

    private static String reason(Answer answer) {
        return answer instanceof Answer.Failed(String reason, String _, boolean _)
                ? reason
                : "no failure: " + answer;
    }

    // --- what a deploy did that nobody saw end ------------------------------------------------

    @Test
    void where_observe_says_that_it_is_there_a_deploy_is_done_and_not_repeated() throws Exception {
        var v1 = ground.revision("api-1", when("deploy", UNSEEN), CommandGround.ALL);
        assertThat(scale(v1, 1)).isInstanceOf(Answer.InDoubt.class);

        assertThat(probe(v1)).isInstanceOf(Finding.Done.class);

        assertThat(ground.calls()).containsExactly("deploy");
        assertThat(target.instances(Host.SCOPE)).extracting(Instance::revision).contains("api-1");
    }

    @Test
    void where_observe_says_that_it_is_not_there_it_is_deployed_again() throws Exception {
        String once =
                "[ -e \"$CLOUD/twice\" ] || { touch \"$CLOUD/twice\"; kill -9 $PPID; exit; };";
        var v1 = ground.revision("api-1", when("deploy", once), CommandGround.ALL);
        assertThat(scale(v1, 1)).isInstanceOf(Answer.InDoubt.class);

        assertThat(probe(v1)).isEqualTo(new Finding.NotDone());

        stands(v1);
        assertThat(ground.running()).isEqualTo(1);
    }

    @Test
    void where_nothing_observes_nobody_can_say_and_it_is_never_run_again() throws Exception {
        var v1 = ground.revision("api-1", when("deploy", UNSEEN), BLIND);
        assertThat(scale(v1, 1)).isInstanceOf(Answer.InDoubt.class);

        assertThat(probe(v1))
                .isInstanceOfSatisfying(
                        Finding.Unknowable.class,
                        no -> assertThat(no.why()).contains("nobody saw how", "no `observe`"));
        assertThat(reason(scale(v1, 1))).contains("nobody saw how", "not run again");
        assertThat(ground.calls()).containsExactly("deploy");

        // A person said that it is there, or the release would not go on.
        assertThat(target.ready(new Work.Ready(v1, 1), order()))
                .get()
                .isInstanceOf(Look.Done.class);
        stands(v1);
        assertThat(ground.calls()).containsExactly("deploy");
    }

    @Test
    void what_an_older_order_began_is_told_to_be_older() throws Exception {
        var v1 =
                ground.revision(
                        "api-1",
                        "echo \"$1 $BELAY_TOKEN $BELAY_REQUEST\" >> \"$CLOUD/told\"",
                        CommandGround.ALL);
        stands(v1);
        route(v1);

        assertThat(Files.readAllLines(ground.cloud.resolve("told")))
                .filteredOn(line -> !line.startsWith("observe"))
                .containsExactly("deploy 1 r-1-3-api-1-deploy", "promote 2 r-1-3-api-1-promote");
    }

    // --- what commands say --------------------------------------------------------------------

    @Test
    void exit_codes_say_whether_it_makes_sense_to_try_again() throws Exception {
        var busy = ground.revision("api-1", when("deploy", "echo busy; exit 75;"), BLIND);
        var refused = ground.revision("api-2", when("deploy", "echo no; exit 77;"), BLIND);
        var broken = ground.revision("api-3", when("deploy", "echo oh; exit 1;"), BLIND);

        assertThat(scale(busy, 1))
                .isEqualTo(
                        new Answer.Failed(
                                "`deploy` ended with status 75; the last it wrote:\nbusy",
                                "",
                                true));
        assertThat(probe(busy)).as("it may be run again").isEqualTo(new Finding.NotDone());
        assertThat(scale(refused, 1)).isInstanceOf(Answer.Refused.class);
        assertThat(scale(broken, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class, no -> assertThat(no.retryable()).isFalse());
        assertThat(probe(broken)).isInstanceOf(Finding.Failed.class);
    }

    @Test
    void an_answer_that_cannot_be_read_is_no_answer() throws Exception {
        for (String line :
                List.of(
                        "{\"deployment\": 7}",
                        "{\"state\": \"perhaps\"}",
                        "{\"url\": \"file:///etc/passwd\"}",
                        "{\"deployment\": \"a\\u0007b\"}",
                        "{not json")) {
            var v1 = ground.revision("api-1", says("deploy", line), BLIND);

            assertThat(reason(scale(v1, 1))).as(line).contains("with status 0, but");
            assertThat(scale(v1, 0)).isInstanceOf(Answer.Done.class);
        }
    }

    @Test
    void of_very_much_only_the_end_is_read() throws Exception {
        var v1 =
                ground.revision(
                        "api-1",
                        when("deploy", "yes '{\"deployment\": \"no\"}' | head -n 1000000;"),
                        CommandGround.ALL);

        assertThat(scale(v1, 1).toString()).contains("dpl-api-1");
    }

    @Test
    void an_observe_that_prints_very_much_or_nothing_of_use_says_nothing() throws Exception {
        for (String does :
                List.of("yes | head -c 3000000; exit;", "echo ready; exit;", "exit 3;")) {
            var v1 = ground.revision("api-1", when("observe", does), CommandGround.ALL);
            stands(v1);

            assertThat(target.ready(new Work.Ready(v1, 1), order()))
                    .get()
                    .isInstanceOfSatisfying(
                            Look.Waiting.class,
                            no ->
                                    assertThat(no.because())
                                            .contains("`observe`")
                                            .hasSizeLessThan(3000));
            assertThat(scale(v1, 0)).isInstanceOf(Answer.Done.class);
        }
    }

    @Test
    void a_secret_is_masked_in_what_they_write_and_kept_out_of_what_is_kept() throws Exception {
        ground.secret("KEY", "hunter22");
        var tells = ground.revision("api-1", when("deploy", "echo key $KEY; exit 1;"), BLIND);
        var answers =
                ground.revision("api-2", says("deploy", "{\"deployment\": \"'$KEY'\"}"), BLIND);

        assertThat(reason(scale(tells, 1))).contains("key ***").doesNotContain("hunter22");
        assertThat(reason(scale(answers, 1))).contains("holds the value of a secret");
        assertThat(Files.readString(ground.commands().file(Host.SCOPE, "deployments.json")))
                .doesNotContain("hunter22");
    }

    @Test
    void one_that_hangs_is_killed_when_its_time_is_over() throws Exception {
        var v1 = ground.revision("api-1", when("deploy", "sleep 1000;"), BLIND);

        Answer answer = target.scale(new Work.Scale(v1, 1), order(Duration.ofMillis(1500)));

        assertThat(reason(answer)).contains("was killed after");
        assertThat(ground.host.processes()).isEmpty();
        assertThat(probe(v1)).isInstanceOf(Finding.Failed.class);
    }

    @Test
    void what_it_leaves_running_ends_with_it() throws Exception {
        var v1 = ground.revision("api-1", when("deploy", "sleep 1000 & "), BLIND);

        stands(v1);

        assertThat(ground.host.processes()).isEmpty();
    }

    // --- requests -----------------------------------------------------------------------------

    @Test
    void one_that_had_the_requests_before_gets_them_back_by_rollback() throws Exception {
        var v1 = ground.revision("api-1", "", CommandGround.ALL);
        var v2 = ground.revision("api-2", "", CommandGround.ALL);
        stands(v1);
        stands(v2);

        assertThat(route(v1)).isInstanceOf(Answer.Done.class);
        assertThat(route(v2)).isInstanceOf(Answer.Done.class);
        assertThat(route(v2)).isEqualTo(new Answer.Done("it has them already"));
        assertThat(route(v1)).isInstanceOf(Answer.Done.class);

        assertThat(ground.calls())
                .containsExactly("deploy", "deploy", "promote", "promote", "rollback");
        assertThat(router.observe(Host.SCOPE))
                .hasValueSatisfying(seen -> assertThat(seen.weights()).containsOnlyKeys("api-1"));
    }

    @Test
    void nobody_believes_a_promote_that_observe_does_not_confirm() throws Exception {
        var v1 = ground.revision("api-1", when("promote", "exit 0;"), CommandGround.ALL);
        stands(v1);

        var line = new Traffic(0, List.of(new Traffic.Share("api-1", 100, 1)));
        Answer answer =
                router.route(
                        new Work.Route("api", line, List.of(v1)), order(Duration.ofSeconds(2)));

        assertThat(reason(answer)).contains("`observe` says that it is ready");
    }

    @Test
    void requests_that_somebody_else_took_away_are_given_again() throws Exception {
        var v1 = ground.revision("api-1", "", CommandGround.ALL);
        stands(v1);
        route(v1);
        Files.writeString(ground.cloud.resolve("live"), "somebody's");
        target.ready(new Work.Ready(v1, 1), order());
        assertThat(target.instances(Host.SCOPE).getFirst().detail())
                .contains("does not have the requests any more");

        assertThat(route(v1)).isInstanceOf(Answer.Done.class);
        assertThat(Files.readString(ground.cloud.resolve("live"))).startsWith("api-1");
    }

    @Test
    void neither_of_two_goes_while_nobody_knows_which_has_the_requests() throws Exception {
        target = ground.target(router);
        var v1 = ground.revision("api-1", "", CommandGround.ALL);
        var v2 = ground.revision("api-2", when("promote", "exit 1;"), CommandGround.ALL);
        stands(v1);
        route(v1);
        stands(v2);
        assertThat(route(v2)).isInstanceOf(Answer.Failed.class);

        assertThat(scale(v1, 0)).isInstanceOf(Answer.NotYet.class);
        assertThat(scale(v2, 0)).isInstanceOf(Answer.NotYet.class);
        assertThat(route(v1)).as("however it stands").isInstanceOf(Answer.Done.class);
        assertThat(scale(v2, 0)).isInstanceOf(Answer.Done.class);
        assertThat(ground.calls()).endsWith("rollback", "remove");
    }

    @Test
    void what_took_the_requests_by_being_deployed_gives_them_back_before_it_goes()
            throws Exception {
        var v1 = ground.revision("api-1", "", AT_ONCE);
        var v2 = ground.revision("api-2", "", AT_ONCE);
        stands(v1);
        stands(v2);

        assertThat(scale(v2, 0)).isInstanceOf(Answer.NotYet.class);
        assertThat(scale(v2, 0)).isInstanceOf(Answer.Done.class);

        assertThat(ground.calls()).containsExactly("deploy", "deploy", "rollback", "remove");
    }

    @Test
    void without_remove_what_was_deployed_stays_and_is_used_again() throws Exception {
        var keeps =
                new DeployCommands(
                        CommandGround.ops("deploy"),
                        List.of(),
                        CommandGround.ops("promote"),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        Duration.ofSeconds(20));
        var v1 = ground.revision("api-1", "", keeps);
        stands(v1);

        assertThat(scale(v1, 0).toString()).contains("nothing removes it");
        assertThat(target.instances(Host.SCOPE)).isEmpty();
        assertThat(target.artifactsInUse()).isEmpty();
        stands(v1);

        assertThat(ground.calls()).containsExactly("deploy");
        assertThat(target.instances(Host.SCOPE)).hasSize(1);
    }

    @Test
    void commands_that_cannot_be_started_are_named_before_anything_is_done() throws Exception {
        var v1 = ground.revision("api-1", "", CommandGround.with(List.of("./there-is-none")));

        assertThat(target.hosted(new Work.Hosted(List.of(v1)), order()))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        no ->
                                assertThat(no.reason())
                                        .contains("`deploy` of `api`", "there-is-none"));
        assertThat(ground.calls()).isEmpty();
    }

    private static String when(String verb, String does) {
        return "if [ $1 = " + verb + " ]; then " + does + " fi";
    }

    private static String says(String verb, String line) {
        return when(verb, "echo '" + line + "'; exit;");
    }
}
