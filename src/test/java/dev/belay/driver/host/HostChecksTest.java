package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.belay.driver.Backups;
import dev.belay.driver.Instance;
import dev.belay.driver.Look;
import dev.belay.driver.Openings;
import dev.belay.driver.Order;
import dev.belay.driver.check.HostChecks;
import dev.belay.driver.check.Liveness;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The checks of a plan over real processes. It lies here for the sake of [Host].
class HostChecksTest {
    private static final Duration SOME = Duration.ofSeconds(10);
    private static final Health ALIVE = health(new Health.Alive(), SOME);

    @TempDir private Path folder;
    private Host host;
    private HostChecks checks;

    @BeforeEach
    void start() {
        host = new Host(folder);
        host.supervision =
                new Supervision(
                        2,
                        Duration.ofMinutes(5),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        1000,
                        3,
                        1);
        host.target = host.newTarget();
        checks = checks();
    }

    private HostChecks checks() {
        return new HostChecks(
                new HostChecks.Eyes(
                        host.target,
                        host.table,
                        host.values(),
                        (_, _) -> Optional.empty(),
                        host.artifacts,
                        (_, revision, _) -> List.of(revision + "-1 | last words"),
                        new NoBackups(),
                        (_, _) -> new Look.Done("nobody asks for evidence here"),
                        (_, _) -> new Look.Done("nobody promises anything here"),
                        (_, _) -> new Look.Done("nobody is asked here"),
                        new AlwaysOpen(),
                        (_, _) -> new Look.Done("they are current"),
                        (_, _) -> new Look.Done("nobody is held to anything here"),
                        (_, _, _) -> new Look.Done("nobody is compared here")));
    }

    /// Nobody has closed or frozen anything here.
    private record AlwaysOpen() implements Openings {
        @Override
        public Look inWindow(Work.InWindow work, Order order) {
            return new Look.Done("open");
        }

        @Override
        public Optional<Look.Failed> frozen(Order order) {
            return Optional.empty();
        }
    }

    /// Of this host nobody asks for any.
    private record NoBackups() implements Backups {
        @Override
        public Look backedUp(Work.BackedUp work, Order order) {
            throw new IllegalStateException("nobody asks for backups here");
        }

        @Override
        public Look rehearsed(Work.Rehearsed work, Order order) {
            throw new IllegalStateException("nobody rehearses here");
        }

        @Override
        public Look returnRehearsed(Work.ReturnRehearsed work, Order order) {
            throw new IllegalStateException("nobody rehearses here");
        }
    }

    @AfterEach
    void end() throws IOException {
        host.close();
    }

    // --- ready --------------------------------------------------------------------------------

    @Test
    void ready_waits_for_as_many_as_were_asked_for_and_counts_no_other_revision() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        var v2 = host.revision("api-2", Host.SLEEPS);
        host.scaled(v1, 2);
        assertThat(waits(new Work.Ready(v2, 1))).isEqualTo("0 of 1 run");
        host.scaled(v2, 1);
        assertThat(waits(new Work.Ready(v2, 2))).isEqualTo("1 of 2 run");
        host.scaled(v2, 2);
        assertThat(done(new Work.Ready(v2, 2))).startsWith("2 ready, the last after ");
    }

    @Test
    void an_instance_in_a_crash_loop_fails_readiness_with_its_last_words() {
        var v1 = host.revision("api-1", "exit 3");
        crashLoop(v1);
        Look.Failed failed = failed(new Work.Ready(v1, 1), Duration.ZERO);
        assertThat(failed.reason()).isEqualTo("`api-1-1` starts and dies again and again");
        assertThat(failed.detail()).isEqualTo("last log lines:\napi-1-1 | last words");
    }

    @Test
    void an_instance_that_dies_while_it_is_asked_is_waited_for_and_fails_nothing()
            throws Exception {
        Path asked = folder.resolve("asked");
        var v1 =
                with(
                        host.revision("api-1", Host.SLEEPS),
                        health(command("touch " + asked + "; exit 1"), Duration.ofMinutes(5)),
                        ALIVE);
        host.scaled(v1, 1);
        var look = Host.async(() -> look(new Work.Ready(v1, 1), Duration.ZERO));
        Host.await("it is asked", () -> Files.exists(asked));
        host.kill("KILL", host.only().pid());
        assertThat(look)
                .succeedsWithin(Host.PATIENCE)
                .isInstanceOfSatisfying(
                        Look.Waiting.class,
                        waiting -> assertThat(waiting.because()).isEqualTo("`api-1-1` died"));
        assertThat(waits(new Work.Ready(v1, 1)))
                .startsWith("`api-1-1` ended")
                .endsWith("will be started again");
    }

    @Test
    void one_that_is_never_ready_fails_with_what_it_answered_and_its_last_words() {
        var v1 =
                with(
                        host.revision("api-1", Host.SLEEPS),
                        health(command("exit 7"), Duration.ofMillis(300)),
                        ALIVE);
        host.scaled(v1, 1);
        Look.Failed failed = failed(new Work.Ready(v1, 1), Duration.ZERO);
        assertThat(failed.reason()).startsWith("`api-1-1` is ");
        assertThat(failed.detail())
                .startsWith("probe history:\n  after ")
                .contains("7")
                .endsWith("last log lines:\napi-1-1 | last words");
    }

    // --- smoke tests --------------------------------------------------------------------------

    @Test
    void private_smoke_tests_run_in_the_artifact_against_the_first_instance_with_its_values()
            throws IOException {
        host.plain.put("WORD", "plain");
        host.secrets.put("KEY", "hidden-6b1f");
        var v1 = host.revision("api-1", Host.SLEEPS);
        Path saw = folder.resolve("saw");
        String says = "echo $BELAY_URL $WORD $KEY $(ls) > " + saw;
        assertThat(waits(new Work.SmokePrivate(v1, List.of(smoke("first", says)))))
                .isEqualTo("no instance of `api-1` runs");
        host.scaled(v1, 2);
        assertThat(done(new Work.SmokePrivate(v1, List.of(smoke("a", says), smoke("b", ":")))))
                .isEqualTo("2 smoke tests passed");
        assertThat(saw)
                .hasContent(
                        "http://127.0.0.1:%d plain hidden-6b1f index.html main.sh"
                                .formatted(host.instances().getFirst().port()));
    }

    @Test
    void a_failed_private_smoke_test_tells_all_results_and_last_words_and_no_secret() {
        host.secrets.put("KEY", "hidden-6b1f");
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var tests = List.of(smoke("good", ":"), smoke("bad", "echo it is $KEY; exit 9"));
        Look.Failed failed = failed(new Work.SmokePrivate(v1, tests), Duration.ZERO);
        assertThat(failed.reason()).startsWith("smoke test `bad` failed: ").contains("9");
        assertThat(failed.detail())
                .contains("passed `good` in ", "failed `bad`: ", "it is ")
                .endsWith("last log lines:\napi-1-1 | last words")
                .doesNotContain("hidden");
    }

    @Test
    void without_smoke_tests_nothing_is_asked_of_anybody() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        assertThat(done(new Work.SmokePrivate(v1, List.of())))
                .isEqualTo("no smoke tests are declared");
    }

    @Test
    void public_smoke_tests_ask_the_stable_port_and_fail_with_its_answer() throws IOException {
        byte[] body = "well enough".getBytes(StandardCharsets.UTF_8);
        var server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(
                "/",
                exchange -> {
                    try (exchange) {
                        exchange.sendResponseHeaders(200, body.length);
                        exchange.getResponseBody().write(body);
                    }
                });
        server.start();
        int port = server.getAddress().getPort();
        try {
            assertThat(done(new Work.SmokePublic(port, null, List.of(http("well")))))
                    .isEqualTo("1 smoke tests passed");
            var bad = new Work.SmokePublic(port, null, List.of(http("splendid")));
            Look.Failed failed = failed(bad, Duration.ZERO);
            assertThat(failed.reason()).startsWith("smoke test `page` failed: ");
            assertThat(failed.detail()).contains("splendid", "it answered:\nwell enough");
        } finally {
            server.stop(0);
        }
        failed(new Work.SmokePublic(port, null, List.of(http("well"))), Duration.ZERO);
    }

    @Test
    void a_command_that_asks_the_stable_port_runs_as_it_does_before_traffic() {
        host.plain.put("WORD", "plain");
        host.secrets.put("KEY", "hidden-6b1f");
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        Path saw = folder.resolve("saw");
        String says = "echo $BELAY_URL $WORD $KEY $(ls) > " + saw;
        assertThat(done(new Work.SmokePublic(3000, v1, List.of(smoke("all", says)))))
                .isEqualTo("1 smoke tests passed");
        assertThat(saw).hasContent("http://127.0.0.1:3000 plain hidden-6b1f index.html main.sh");
        var bad = new Work.SmokePublic(3000, v1, List.of(smoke("bad", "echo it is $KEY; exit 9")));
        assertThat(failed(bad, Duration.ZERO).detail())
                .contains("it is ", "last log lines:\napi-1-1 | last words")
                .doesNotContain("hidden");
    }

    // --- drained ------------------------------------------------------------------------------

    @Test
    void drained_waits_for_what_is_in_flight_until_its_time_is_over() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        var work = new Work.Drained(v1);
        Duration drain = host.stop.drain();
        assertThat(done(work)).isEqualTo("nothing in flight");
        host.table.says(Map.of("api-2", 1), Map.of("api-1", List.of("api-1-1")), 2);
        assertThat(waits(work, Duration.ZERO)).isEqualTo("2 requests in flight");
        assertThat(waits(work, drain.minusMillis(1))).isEqualTo("2 requests in flight");
        assertThat(look(work, drain))
                .isEqualTo(new Look.Done("2 still in flight when its drain time was over"));
    }

    @Test
    void what_would_never_end_is_told_to_in_the_second_half_of_the_drain() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        var work = new Work.Drained(v1);
        host.scaled(v1, 1);
        host.table.holdsLongLived();
        host.table.says(Map.of(), Map.of("api-1", List.of("api-1-1")), 1);
        Duration farewell = host.stop.untilFarewell();
        waits(work, farewell.minusMillis(1));
        waits(work, farewell.minusMillis(1));
        waits(work, farewell);
        assertThat(look(work, farewell)).isEqualTo(new Look.Done("nothing in flight"));
    }

    @Test
    void a_router_that_cannot_be_asked_is_no_proof_of_anything() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.table.isDown();
        assertThat(waits(new Work.Drained(v1))).contains("refused");
        var nobody = List.of(Traffic.none(3000));
        assertThat(waits(new Work.Settled("api", Map.of(), nobody))).contains("refused");
    }

    // --- soak ---------------------------------------------------------------------------------

    @Test
    void a_soak_ends_well_when_its_time_is_over_and_not_before() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var work = new Work.Soak(List.of(v1), SOME);
        assertThat(look(work, Duration.ZERO))
                .isEqualTo(new Look.Waiting(Duration.ofSeconds(1), "soaking, 10 s left"));
        assertThat(look(work, SOME.minusMillis(300)))
                .isEqualTo(new Look.Waiting(Duration.ofMillis(300), "soaking, 0 s left"));
        assertThat(look(work, SOME)).isEqualTo(new Look.Done("lived well for 10 s"));
    }

    @Test
    void who_died_is_waited_for_even_at_the_last_moment_of_a_soak() throws IOException {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var work = new Work.Soak(List.of(v1), SOME);
        host.kill("KILL", host.only().pid());
        Host.await("it is dead", () -> host.only().state() == Instance.State.EXITED);
        assertThat(look(work, SOME))
                .isInstanceOfSatisfying(
                        Look.Waiting.class,
                        wait -> assertThat(wait.because()).startsWith("`api-1-1` ended"));

        Host.await(
                "it was started again",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.RUNNING;
                });
        assertThat(look(work, SOME)).isEqualTo(new Look.Done("lived well for 10 s"));
    }

    @Test
    void who_died_and_does_not_come_back_fails_the_soak() throws IOException {
        var soon = health(new Health.Alive(), Duration.ofMillis(200));
        var v1 = with(host.revision("api-1", Host.SLEEPS), soon, soon);
        host.scaled(v1, 1);
        host.kill("KILL", host.only().pid());
        Host.await("it is dead", () -> host.only().state() == Instance.State.EXITED);
        var work = new Work.Soak(List.of(v1), SOME);
        waits(work);
        Host.await("it is given up", () -> look(work, Duration.ZERO) instanceof Look.Failed);
        Look.Failed failed = failed(work, Duration.ZERO);
        assertThat(failed.reason()).startsWith("`api-1-1` ended").contains("started again");
        assertThat(failed.detail()).contains("last words");
    }

    @Test
    void who_dies_three_times_fails_the_soak_though_it_is_no_loop() throws IOException {
        host.supervision =
                new Supervision(
                        99,
                        Duration.ofMinutes(5),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        1000,
                        3,
                        1);
        host.target = host.newTarget();
        var checks = checks();
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        var work = new Work.Soak(List.of(v1), SOME);
        for (int death = 1; death <= 3; death++) {
            assertThat(checks.look(work, host.order(), Duration.ZERO))
                    .isInstanceOf(Look.Waiting.class);
            long pid = host.only().pid();
            host.kill("KILL", pid);
            Host.await(
                    "it was started again",
                    () -> {
                        host.target.supervise();
                        Instance now = host.only();
                        return now.state() == Instance.State.RUNNING && now.pid() != pid;
                    });
        }
        assertThat(checks.look(work, host.order(), Duration.ZERO))
                .isInstanceOfSatisfying(
                        Look.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .isEqualTo("`api-1-1` died 3 times while it was watched"));
    }

    @Test
    void what_hangs_is_ended_and_started_again_and_gets_its_time_to_start() throws IOException {
        Path hangs = folder.resolve("hangs");
        var v1 =
                with(
                        host.revision("api-1", "trap '' TERM; while :; do sleep 1; done"),
                        ALIVE,
                        health(command("test ! -e " + hangs), SOME));
        host.scaled(v1, 1);
        long first = host.only().pid();
        var liveness = new Liveness(host.target, host.values(), host.artifacts);
        assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        Files.createFile(hangs);
        assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        assertThat(liveness.tick(Host.SCOPE, List.of(v1)))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("`api-1-1` is not well: ")
                .endsWith("; it was taken for dead");
        assertThat(Host.lives(first)).isFalse();

        Host.await(
                "it was started again",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.RUNNING;
                });
        assertThat(host.only().restarts()).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        }
    }

    @Test
    void a_probe_that_fails_for_all_ends_one_at_a_time() throws IOException {
        Path hangs = folder.resolve("hangs");
        var v1 =
                with(
                        host.revision("api-1", Host.SLEEPS),
                        ALIVE,
                        health(command("test ! -e " + hangs), SOME));
        host.scaled(v1, 2);
        var liveness = new Liveness(host.target, host.values(), host.artifacts);
        liveness.tick(Host.SCOPE, List.of(v1));
        Files.createFile(hangs);
        for (int i = 0; i < 2; i++) {
            assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        }
        assertThat(liveness.tick(Host.SCOPE, List.of(v1))).hasSize(1);
        Host.await(
                "it was started again",
                () -> {
                    host.target.supervise();
                    return host.instances().stream()
                            .allMatch(one -> one.state() == Instance.State.RUNNING);
                });
        for (int i = 0; i < 4; i++) {
            assertThat(liveness.tick(Host.SCOPE, List.of(v1))).isEmpty();
        }
        assertThat(host.instances().stream().mapToInt(Instance::restarts).sum()).isEqualTo(1);
    }

    @Test
    void who_can_never_be_asked_is_named_once_and_does_not_shield_another() throws IOException {
        Path hangs = folder.resolve("hangs");
        var mute =
                with(
                        host.revision("api-1", Host.SLEEPS),
                        ALIVE,
                        health(new Health.Command(List.of("/no/such/program")), SOME));
        var v2 =
                with(
                        host.revision("api-2", Host.SLEEPS),
                        ALIVE,
                        health(command("test ! -e " + hangs), SOME));
        host.scaled(mute, 1);
        host.scaled(v2, 1);
        var liveness = new Liveness(host.target, host.values(), host.artifacts);
        assertThat(liveness.tick(Host.SCOPE, List.of(mute, v2)))
                .singleElement(InstanceOfAssertFactories.STRING)
                .contains("`api-1-1` cannot be asked")
                .endsWith("nobody knows whether it lives");
        Files.createFile(hangs);
        for (int i = 0; i < 2; i++) {
            assertThat(liveness.tick(Host.SCOPE, List.of(mute, v2))).isEmpty();
        }
        assertThat(liveness.tick(Host.SCOPE, List.of(mute, v2)))
                .singleElement(InstanceOfAssertFactories.STRING)
                .startsWith("`api-2-1` ")
                .endsWith("; it was taken for dead");
    }

    @Test
    void who_cannot_be_asked_or_still_starts_is_not_taken_for_dead() {
        var started = host.revision("api-1", Host.SLEEPS);
        var starts = with(started, ALIVE, health(command("false"), SOME));
        host.scaled(starts, 1);
        var liveness = new Liveness(host.target, host.values(), host.artifacts);
        for (int i = 0; i < 5; i++) {
            assertThat(liveness.tick(Host.SCOPE, List.of(starts))).isEmpty();
        }
        var notThere = new Health.Command(List.of("/nowhere/to-be-found"));
        var soon = Duration.ofMillis(1);
        var unasked = with(started, health(new Health.Alive(), soon), health(notThere, soon));
        assertThat(liveness.tick(Host.SCOPE, List.of(unasked))).hasSize(1);
        for (int i = 0; i < 4; i++) {
            assertThat(liveness.tick(Host.SCOPE, List.of(unasked))).isEmpty();
        }
        assertThat(Host.lives(host.only().pid())).isTrue();
    }

    @Test
    void who_is_to_stop_or_is_another_by_now_is_not_taken_for_dead() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 1);
        Instance before = host.only();
        host.scaled(v1, 0);
        assertThat(host.target.end(Host.SCOPE, before)).isFalse();
        host.scaled(v1, 1);
        assertThat(host.target.end(Host.SCOPE, before)).isFalse();
        assertThat(Host.lives(host.only().pid())).isTrue();
    }

    @Test
    void a_crash_loop_fails_the_soak() {
        var v1 = host.revision("api-1", "exit 3");
        crashLoop(v1);
        assertThat(failed(new Work.Soak(List.of(v1), SOME), Duration.ZERO).reason())
                .isEqualTo("`api-1-1` starts and dies again and again");
    }

    @Test
    void only_the_third_bad_answer_in_a_row_is_an_illness() throws IOException {
        Path ill = folder.resolve("ill");
        var v1 =
                with(
                        host.revision("api-1", Host.SLEEPS),
                        ALIVE,
                        health(command("test ! -e " + ill), SOME));
        host.scaled(v1, 1);
        var work = new Work.Soak(List.of(v1), SOME);
        waits(work);
        Files.createFile(ill);
        waits(work);
        waits(work);
        Files.delete(ill);
        waits(work);
        Files.createFile(ill);
        waits(work);
        waits(work);
        assertThat(failed(work, Duration.ZERO).reason()).startsWith("`api-1-1` is not well: ");
    }

    @Test
    void a_command_that_asks_for_liveness_has_the_instances_values() {
        host.plain.put("WORD", "plain");
        var v1 =
                with(
                        host.revision("api-1", Host.SLEEPS),
                        ALIVE,
                        health(command("test \"$WORD\" = plain && test -n \"$PORT\""), SOME));
        host.scaled(v1, 1);
        var work = new Work.Soak(List.of(v1), SOME);
        for (int i = 0; i < 4; i++) {
            waits(work);
        }
    }

    // --- settled ------------------------------------------------------------------------------

    @Test
    void settled_is_what_runs_and_what_is_routed_as_wanted() {
        var v1 = host.revision("api-1", Host.SLEEPS);
        host.scaled(v1, 2);
        var traffic = List.of(new Traffic(3000, List.of(new Traffic.Share("api-1", 1, 2))));
        var wanted = new Work.Settled("api", Map.of("api-1", 2, "api-2", 0), traffic);
        assertThat(waits(wanted)).isEqualTo("traffic goes to {} instead of {api-1=1}");
        host.table.says(Map.of("api-1", 1, "api-2", 1), Map.of(), 0);
        assertThat(waits(wanted)).startsWith("traffic goes to {").contains("api-2=1");
        host.table.says(Map.of("api-1", 1), Map.of(), 0);
        assertThat(done(wanted)).isEqualTo("as planned");
        assertThat(waits(new Work.Settled("api", Map.of("api-1", 3), traffic)))
                .isEqualTo("2 of 3 instances of `api-1`");
        assertThat(waits(new Work.Settled("api", Map.of("api-1", 0), List.of())))
                .isEqualTo("2 of 0 instances of `api-1`");
    }

    @Test
    void what_is_being_stopped_does_not_count_as_there() throws Exception {
        host.stop = new Launch.Stop("TERM", Duration.ofMinutes(1), Duration.ZERO);
        host.port = false;
        Path told = folder.resolve("told");
        Path up = folder.resolve("up");
        String stubborn =
                "trap 'touch %s' TERM; touch %s; while :; do sleep 0.05; done".formatted(told, up);
        var v1 = host.revision("api-1", stubborn);
        host.scaled(v1, 1);
        Host.await("it is up", () -> Files.exists(up));
        var stopping = Host.async(() -> host.scale(v1, 0));
        Host.await("it is told to stop", () -> Files.exists(told));
        Instance only = host.only();
        assertThat(only.state()).isEqualTo(Instance.State.STOPPING);
        assertThat(done(new Work.Settled("api", Map.of("api-1", 0), List.of())))
                .isEqualTo("as planned");
        host.kill("KILL", only.pid());
        assertThat(stopping).succeedsWithin(Host.PATIENCE);
    }

    // --- the cast -----------------------------------------------------------------------------

    private void crashLoop(Revision revision) {
        host.scale(revision, 1);
        Host.await(
                "it is in a crash loop",
                () -> {
                    host.target.supervise();
                    return host.only().state() == Instance.State.CRASH_LOOP;
                });
    }

    private static Health health(Health.Check check, Duration within) {
        return new Health(check, 1, Duration.ZERO, SOME, within);
    }

    private static Health.Command command(String script) {
        return new Health.Command(List.of("/bin/sh", "-c", script));
    }

    private static Revision with(Revision revision, Health readiness, Health liveness) {
        Launch launch = revision.launch();
        return new Revision(
                revision.id(),
                revision.component(),
                revision.artifact(),
                revision.configuration(),
                new Launch(
                        launch.command(),
                        launch.required(),
                        launch.secrets(),
                        launch.port(),
                        launch.stop(),
                        launch.limits(),
                        readiness,
                        liveness));
    }

    private static SmokeTest smoke(String name, String script) {
        return new SmokeTest.CommandTest(name, SOME, List.of("/bin/sh", "-c", script));
    }

    private static SmokeTest http(String contains) {
        var ok = new Health.StatusRange(200, 200);
        return new SmokeTest.HttpScenario(
                "page",
                SOME,
                List.of(new SmokeTest.Exchange("GET", "/", Map.of(), "", ok, contains, Map.of())));
    }

    private Look look(Work.Check check, Duration since) {
        return checks.look(check, host.order(), since);
    }

    private String done(Work.Check check) {
        Look look = look(check, Duration.ZERO);
        assertThat(look).isInstanceOf(Look.Done.class);
        return ((Look.Done) look).detail();
    }

    private String waits(Work.Check check) {
        return waits(check, Duration.ZERO);
    }

    private String waits(Work.Check check, Duration since) {
        Look look = look(check, since);
        assertThat(look).isInstanceOf(Look.Waiting.class);
        return ((Look.Waiting) look).because();
    }

    private Look.Failed failed(Work.Check check, Duration since) {
        Look look = look(check, since);
        assertThat(look).isInstanceOf(Look.Failed.class);
        return (Look.Failed) look;
    }
}
