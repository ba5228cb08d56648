package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobsTest {
    @TempDir private Path folder;
    private Host host;

    @BeforeEach
    void start() {
        host = new Host(folder);
        host.port = false;
    }

    @AfterEach
    void end() throws IOException {
        host.close();
    }

    @Test
    void a_job_that_ends_badly_fails_with_its_last_lines_and_without_secrets() {
        host.secrets.put("KEY", "hunter22");
        Work.RunJob job = job("echo cannot connect with $KEY; exit 4");

        assertThat(run(job, 1))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .isEqualTo(
                                                "`job-1` ended with status 4; the last it wrote:\n"
                                                        + "cannot connect with ***"));
        assertThat(probe(job, 2))
                .isInstanceOfSatisfying(
                        Finding.Failed.class,
                        failed ->
                                assertThat(failed.reason())
                                        .isEqualTo(
                                                "`job-1` ended with status 4; the last it wrote:\n"
                                                        + "cannot connect with ***"));
    }

    @Test
    void a_job_goes_on_when_its_control_plane_dies_and_is_found_again() throws Exception {
        Path go = folder.resolve("go");
        Work.RunJob job = job("while ! [ -e " + go + " ]; do sleep 0.02; done");
        CompletableFuture<Answer> lost = Host.async(() -> run(job, 1));
        Host.await("it runs", () -> !host.processes().isEmpty());

        host.target = host.newTarget();
        assertThat(probe(job, 2)).isInstanceOf(Finding.InProgress.class);
        // Its own earlier run: that is what is to be asked about.
        assertThat(run(job, 3)).isEqualTo(new Answer.InDoubt("`job-1` still runs"));
        var other = new Order(Host.SCOPE, 3, "r-1", 4, Host.PATIENCE);
        assertThat(host.target.runJob(job, other))
                .isEqualTo(new Answer.NotYet("`job-1` still runs"));
        Files.createFile(go);

        Host.await("it is done", () -> probe(job, 4) instanceof Finding.Done);
        assertThat(lost.join()).isInstanceOf(Answer.Done.class);
    }

    @Test
    void a_running_job_is_found_when_the_state_folder_was_deleted() throws IOException {
        // Two processes are not enough: the second is the launcher's own until the run is claimed.
        Path began = folder.resolve("began");
        Work.RunJob job = job(": > " + began + "; exec sleep 1000");
        CompletableFuture<Answer> answer = Host.async(() -> run(job, 1));
        Host.await("it runs", () -> Files.exists(began));
        Path jobs = host.state.resolve("instances/local/api/jobs");
        Files.move(jobs, folder.resolve("gone"));
        Files.delete(jobs.resolveSibling("token"));

        assertThat(probe(job, 2)).isInstanceOf(Finding.InProgress.class);
        assertThat(run(job, 3)).isInstanceOf(Answer.NotYet.class);

        host.close();
        assertThat(answer.join()).isInstanceOf(Answer.InDoubt.class);
        // However often it is asked: the question itself must not pass for a memory.
        for (int token = 4; token < 7; token++) {
            assertThat(probe(job, token)).isInstanceOf(Finding.Unknowable.class);
        }
    }

    @Test
    void a_job_that_ran_while_its_records_were_deleted_is_not_run_again() throws IOException {
        Path began = folder.resolve("began");
        Work.RunJob job = job(": > " + began + "; exec sleep 1000");
        CompletableFuture<Answer> answer = Host.async(() -> run(job, 1));
        Host.await("it runs", () -> Files.exists(began));
        // The token stays: the folder looks as if it knew all.
        Files.move(host.state.resolve("instances/local/api/jobs"), folder.resolve("gone"));
        assertThat(probe(job, 2)).isInstanceOf(Finding.InProgress.class);

        host.close();
        assertThat(answer.join()).isInstanceOf(Answer.InDoubt.class);
        assertThat(probe(job, 3)).isInstanceOf(Finding.Unknowable.class);
    }

    @Test
    void a_job_whose_record_cannot_be_read_any_more_has_begun_all_the_same() {
        String jobs = host.state.resolve("instances/local/api/jobs/1").toString();
        String spoil = "rm record.json && mkdir record.json && : > record.json/x";
        assertThat(run(job("cd " + jobs + "; " + spoil), 1))
                .isInstanceOfSatisfying(
                        Answer.InDoubt.class,
                        doubt ->
                                assertThat(doubt.because())
                                        .startsWith("`job-1` began, and then: "));
    }

    @Test
    void a_job_with_little_time_has_most_of_it() {
        var order = new Order(Host.SCOPE, 1, "r-1", 3, Duration.ofSeconds(2));
        assertThat(host.target.runJob(job("sleep 0.2"), order)).isInstanceOf(Answer.Done.class);
    }

    @Test
    void after_a_power_cut_a_claim_that_is_missing_proves_nothing() throws IOException {
        Work.RunJob job = job("true");
        run(job, 1);
        Path run = host.state.resolve("instances/local/api/jobs/1");
        Path record = run.resolve("record.json");
        Files.writeString(record, Files.readString(record).replace(Boot.ID, "earlier"));
        Files.delete(run.resolve("run-1/claim"));
        assertThat(probe(job, 2)).isInstanceOf(Finding.Done.class);

        Files.delete(run.resolve("run-1/exit"));
        assertThat(probe(job, 3)).isInstanceOf(Finding.Unknowable.class);
    }

    @Test
    void one_that_nobody_waited_for_and_that_outlived_its_time_has_failed() throws IOException {
        Path began = folder.resolve("began");
        Work.RunJob job = job(": > " + began + "; exec sleep 1000");
        var order = new Order(Host.SCOPE, 1, "r-1", 3, Duration.ofMillis(2500));
        Thread gone = Thread.startVirtualThread(() -> host.target.runJob(job, order));
        Host.await("it runs", () -> Files.exists(began));
        gone.interrupt();
        Host.await(
                "it is overdue",
                () -> {
                    host.target.supervise();
                    return host.processes().isEmpty();
                });

        assertThat(probe(job, 2)).isInstanceOf(Finding.Failed.class);
    }

    @Test
    void where_the_folder_was_deleted_nobody_can_say_whether_a_job_ran() throws IOException {
        Work.RunJob job = job("true");
        run(job, 1);
        Files.move(host.state.resolve("instances/local/api"), folder.resolve("gone"));

        assertThat(probe(job, 2)).isInstanceOf(Finding.Unknowable.class);
    }

    @Test
    void a_job_that_was_killed_has_failed_by_the_word_of_its_launcher() throws IOException {
        Work.RunJob job = job("exec sleep 1000");
        CompletableFuture<Answer> answer = Host.async(() -> run(job, 1));
        host.kill("KILL", pidOfTheRun());

        assertThat(answer.join()).isInstanceOf(Answer.Failed.class);
        assertThat(probe(job, 2)).isInstanceOf(Finding.Failed.class);
    }

    @Test
    void a_job_that_was_killed_after_its_launcher_is_unknown_without_a_probe() throws IOException {
        Work.RunJob job = job("exec sleep 1000");
        CompletableFuture<Answer> answer = Host.async(() -> run(job, 1));
        long pid = pidOfTheRun();
        long launcher = launcherOf(pid);
        // One after the other: killed at once, it may still have the time to write.
        host.kill("KILL", launcher);
        Host.await("nobody watches", () -> !Host.lives(launcher));
        host.kill("KILL", pid);

        assertThat(answer.join()).isInstanceOf(Answer.InDoubt.class);
        assertThat(probe(job, 2)).isInstanceOf(Finding.Unknowable.class);
    }

    @Test
    void a_launcher_that_is_slow_to_say_how_its_job_ended_is_asked_again() throws IOException {
        Work.RunJob job = job("exec sleep 1000");
        CompletableFuture<Answer> answer = Host.async(() -> run(job, 1));
        long pid = pidOfTheRun();
        long launcher = launcherOf(pid);
        host.kill("STOP", launcher);
        host.kill("KILL", pid);

        assertThat(answer.join()).isEqualTo(new Answer.InDoubt("`job-1` has just ended"));
        assertThat(probe(job, 2)).isEqualTo(new Finding.InProgress("`job-1` has just ended"));
        host.kill("CONT", launcher);
        Host.await("it said so", () -> probe(job, 3) instanceof Finding.Failed);
    }

    /// As its launcher wrote it down: pids go round, so that the greatest need not be the last.
    private long pidOfTheRun() throws IOException {
        Path claim = host.state.resolve("instances/local/api/jobs/1/run-1/claim");
        Host.await("it runs", () -> hasText(claim));
        return Long.parseLong(Files.readString(claim).split(" ", 2)[0]);
    }

    private static boolean hasText(Path file) {
        try {
            return Files.exists(file) && Files.readString(file).endsWith("\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long launcherOf(long pid) {
        return ProcessHandle.of(pid).flatMap(ProcessHandle::parent).orElseThrow().pid();
    }

    @Test
    void a_job_past_its_time_is_killed_with_all_that_it_started() {
        Work.RunJob job = job("trap '' TERM; setsid sleep 1000 & sleep 1000");
        var order = new Order(Host.SCOPE, 1, "r-1", 3, Duration.ofMillis(2500));

        assertThat(host.target.runJob(job, order))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> assertThat(failed.reason()).startsWith("`job-1` was killed"));
        assertThat(host.processes()).isEmpty();
    }

    @Test
    void a_probe_command_says_by_its_status_what_became_of_it() {
        for (int status = 0; status <= 4; status++) {
            Revision revision = host.revision("job-" + status, "true");
            var job =
                    new Work.RunJob(
                            revision, List.of("/bin/sh", "-c", "exit \"$1\"", "sh", "" + status));
            Finding finding = probe(job, 10 + status);
            switch (status) {
                case 0 -> assertThat(finding).isInstanceOf(Finding.Done.class);
                case 1 -> assertThat(finding).isInstanceOf(Finding.NotDone.class);
                case 2 -> assertThat(finding).isInstanceOf(Finding.InProgress.class);
                case 3 -> assertThat(finding).isInstanceOf(Finding.Partial.class);
                default -> assertThat(finding).isInstanceOf(Finding.Unknown.class);
            }
        }
    }

    private Work.RunJob job(String script) {
        return new Work.RunJob(host.revision("job-r", script), List.of());
    }

    private Answer run(Work.RunJob job, long token) {
        return host.target.runJob(job, host.order(token));
    }

    private Finding probe(Work.RunJob job, long token) {
        return host.target.probe(job, host.order(token));
    }
}
