package dev.belay.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every target promises of schemas that other tools change: of one that is a file, whose
/// content is its version, and commands that change it. For targets whose programs see the files of
/// this machine.
public abstract class MigrationContract extends TargetHands {
    protected Path schema;
    protected Path calls;

    @BeforeEach
    void makeSchema() throws IOException {
        schema = folder().resolve("schema");
        calls = folder().resolve("calls");
        Files.writeString(schema, "1");
        Files.createFile(calls);
    }

    private static List<String> sh(String script) {
        return List.of("/bin/sh", "-c", script);
    }

    protected MigrationCommands by(String up, String down, String status) {
        return new MigrationCommands(
                sh("echo up from $BELAY_MIGRATED_FROM >> " + calls + "; " + up),
                down.isEmpty()
                        ? List.of()
                        : sh("echo down to $BELAY_MIGRATED_FROM >> " + calls + "; " + down),
                status.isEmpty() ? List.of() : sh(status),
                List.of(),
                Duration.ofMinutes(1));
    }

    protected MigrationCommands to(int version) {
        return by(
                "printf " + version + " > " + schema,
                "printf %s \"$BELAY_MIGRATED_FROM\" > " + schema,
                "cat " + schema);
    }

    protected Revision revision() {
        return ground.revision("api-2", TestProgram.DOES_ITS_JOB);
    }

    protected Answer up(MigrationCommands by, long token) {
        return target.migrate(new Work.MigrateByCommand(revision(), "db", by), order(token));
    }

    protected Answer down(MigrationCommands by, long token) {
        return target.takeBack(new Work.TakeBackByCommand(revision(), "db", by), order(token));
    }

    protected Finding probe(MigrationCommands by, long token) {
        return target.probe(new Work.MigrateByCommand(revision(), "db", by), order(token));
    }

    protected List<String> calls() throws IOException {
        return Files.readAllLines(calls);
    }

    protected static void failed(Answer answer, String... parts) {
        assertThat(answer)
                .isInstanceOfSatisfying(
                        Answer.Failed.class, no -> assertThat(no.reason()).contains(parts));
    }

    // --- bad commands -------------------------------------------------------------------------

    @Test
    void a_status_that_cannot_tell_lets_nothing_begin() throws IOException {
        failed(up(by(":", ":", "echo no database >&2; exit 7"), 1), "status 7", "no database");
        failed(up(by(":", ":", "head -c 20000 /dev/zero | tr '\\0' x"), 2), "more than a version");
        failed(
                up(by(":", ":", "cat " + schema + "; date +%N"), 3),
                "must print the same for the same schema");
        failed(up(by(":", ":", "exec /no/such/program"), 4), "status 127");
        assertThat(calls()).isEmpty();
        // Nothing of it is to be taken back.
        assertThat(down(to(2), 5)).isEqualTo(new Answer.Done("it never began"));
    }

    @Test
    void what_status_says_in_secret_is_not_told() {
        ground.secret("KEY", "hunter22");
        failed(up(by(":", ":", "echo $KEY >&2; exit 1"), 1), "it wrote:\n***");
    }

    @Test
    void a_command_that_is_not_there_fails_and_there_is_nothing_to_take_back() {
        var by =
                new MigrationCommands(
                        List.of("./none"),
                        sh("exit 9"),
                        sh("cat " + schema),
                        List.of(),
                        ground.patience());
        failed(up(by, 1), "cannot be started");
        assertThat(down(by, 2)).isInstanceOf(Answer.Done.class);
    }

    // --- there and back -----------------------------------------------------------------------

    @Test
    void down_is_told_where_the_schema_was() throws IOException {
        assertThat(up(to(3), 1)).isInstanceOf(Answer.Done.class);
        assertThat(schema).hasContent("3");

        target = ground.target(router);
        assertThat(down(to(3), 2)).isEqualTo(new Answer.Done("`status` prints `1` again"));
        assertThat(schema).hasContent("1");
        assertThat(down(to(3), 3)).isEqualTo(new Answer.Done("`status` prints `1`, as before"));
        assertThat(calls()).containsExactly("up from 1", "down to 1");
    }

    @Test
    void a_release_that_brought_no_migration_takes_none_back() throws IOException {
        assertThat(up(to(1), 1)).isInstanceOf(Answer.Done.class);
        assertThat(down(to(1), 2)).isEqualTo(new Answer.Done("`status` prints `1`, as before"));
        assertThat(calls()).containsExactly("up from 1");
    }

    @Test
    void an_empty_schema_has_a_status_too() throws IOException {
        Files.writeString(schema, "");
        assertThat(up(to(2), 1)).isInstanceOf(Answer.Done.class);
        assertThat(down(to(2), 2)).isInstanceOf(Answer.Done.class);
        assertThat(schema).isEmptyFile();
    }

    @Test
    void half_of_a_failed_up_is_taken_back() throws IOException {
        var half = by("printf 2 > " + schema + "; exit 3", "printf 1 > " + schema, "cat " + schema);
        failed(up(half, 1), "ended with status 3");
        assertThat(down(half, 2)).isInstanceOf(Answer.Done.class);
        assertThat(schema).hasContent("1");
    }

    @Test
    void without_a_down_it_goes_back_only_where_nothing_changed() throws IOException {
        var none = by("printf 2 > " + schema, "", "cat " + schema);
        assertThat(up(none, 1)).isInstanceOf(Answer.Done.class);
        failed(down(none, 2), "printed `1` before", "prints `2` now", "there is no `down`");
        // Somebody did it by hand.
        Files.writeString(schema, "1");
        assertThat(down(none, 3)).isInstanceOf(Answer.Done.class);
    }

    @Test
    void a_down_that_ended_well_somewhere_else_is_not_run_again() throws IOException {
        var further = by("printf 3 > " + schema, "printf 2 > " + schema, "cat " + schema);
        assertThat(up(further, 1)).isInstanceOf(Answer.Done.class);
        for (int token = 2; token < 5; token++) {
            failed(down(further, token), "prints `2`", "printed `1` before `up`");
        }
        assertThat(calls()).containsExactly("up from 1", "down to 1");
    }

    @Test
    void a_down_that_failed_is_run_again_and_still_knows_where_to_go() throws IOException {
        Path mended = folder().resolve("mended");
        var failing =
                by(
                        "printf 2 > " + schema,
                        "[ -e " + mended + " ] && printf %s \"$BELAY_MIGRATED_FROM\" > " + schema,
                        "cat " + schema);
        assertThat(up(failing, 1)).isInstanceOf(Answer.Done.class);
        // More often than records are kept.
        for (int token = 2; token < 25; token++) {
            failed(down(failing, token), "ended with status 1");
        }
        Files.createFile(mended);
        assertThat(down(failing, 25)).isInstanceOf(Answer.Done.class);
        assertThat(schema).hasContent("1");
    }

    @Test
    void what_never_began_is_never_begun_late() throws IOException {
        // The component is known here.
        scaled(revision(), 0);
        assertThat(down(to(2), 3)).isEqualTo(new Answer.Done("it never began"));
        assertThat(up(to(2), 2)).isEqualTo(new Answer.Stale(3));
        assertThat(calls()).isEmpty();
    }

    @Test
    void another_release_or_step_is_none_of_its_business() throws IOException {
        assertThat(up(to(2), 1)).isInstanceOf(Answer.Done.class);
        var other = new Order(SCOPE, 2, "r-2", 3, ground.patience());
        assertThat(target.takeBack(new Work.TakeBackByCommand(revision(), "db", to(2)), other))
                .isEqualTo(new Answer.Done("it never began"));
        assertThat(schema).hasContent("2");
    }

    // --- crashes ------------------------------------------------------------------------------

    @Test
    void it_goes_on_when_its_control_plane_dies_and_is_found_again() throws Exception {
        Path go = folder().resolve("go");
        var slow =
                by(
                        "while ! [ -e " + go + " ]; do sleep 0.02; done; printf 2 > " + schema,
                        "printf %s \"$BELAY_MIGRATED_FROM\" > " + schema,
                        "cat " + schema);
        CompletableFuture<Answer> lost = later(() -> up(slow, 1));
        await("it runs", () -> !calls().isEmpty());

        target = ground.target(router);
        assertThat(probe(slow, 2)).isInstanceOf(Finding.InProgress.class);
        assertThat(down(slow, 3))
                .isInstanceOfSatisfying(
                        Answer.InDoubt.class,
                        no -> assertThat(no.because()).contains("still runs"));
        Files.createFile(go);
        await("it is done", () -> probe(slow, 4) instanceof Finding.Done);
        assertThat(lost.join()).isInstanceOf(Answer.Done.class);
        assertThat(down(slow, 5)).isInstanceOf(Answer.Done.class);
        assertThat(calls()).containsExactly("up from 1", "down to 1");
    }

    /// Does it while the test goes on.
    protected static <T> CompletableFuture<T> later(Supplier<T> what) {
        return CompletableFuture.supplyAsync(what, Thread::startVirtualThread);
    }

    @Test
    void a_second_attempt_keeps_what_the_first_one_found() throws IOException {
        var by = to(2);
        failed(up(by("printf 5 > " + schema + "; exit 1", ":", "cat " + schema), 1), "status 1");
        // As after an answer that it had not begun.
        assertThat(up(by, 2)).isInstanceOf(Answer.Done.class);
        assertThat(calls()).containsExactly("up from 1", "up from 1");
        assertThat(down(by, 3)).isInstanceOf(Answer.Done.class);
        assertThat(schema).hasContent("1");
    }
}
