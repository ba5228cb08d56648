package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Foretold;
import dev.belay.driver.MigrationContract;
import dev.belay.driver.TargetGround;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Commands of images, as Jobs of the fake cluster, change schemas as every target promises.
class KubernetesMigrationsTest extends MigrationContract {
    @Override
    protected TargetGround ground(Path folder) throws Exception {
        return FakeGround.in(folder);
    }

    private FakeGround cluster() {
        return (FakeGround) ground();
    }

    @Test
    void where_the_record_was_deleted_nothing_is_taken_back_by_guess() throws IOException {
        assertThat(up(to(2), 1)).isInstanceOf(Answer.Done.class);
        cluster().delete("ConfigMap", "belay-scope-api");

        failed(down(to(2), 2), "there is no record of where the schema was before");
        failed(down(to(2), 3), "there is no record of where the schema was before");
        assertThat(schema).hasContent("2");
    }

    @Test
    void a_job_that_was_cleaned_up_is_no_reason_to_take_nothing_back() throws IOException {
        assertThat(up(to(2), 1)).isInstanceOf(Answer.Done.class);
        cluster().deleteJobs();

        assertThat(down(to(2), 2)).isEqualTo(new Answer.Done("`status` prints `1` again"));
        assertThat(schema).hasContent("1");
    }

    @Test
    void where_the_record_was_deleted_the_probe_is_asked() throws IOException {
        var by =
                new MigrationCommands(
                        to(2).up(),
                        List.of(),
                        List.of(),
                        List.of("/bin/sh", "-c", "[ $(cat " + schema + ") = 2 ]"),
                        Duration.ofMinutes(1));
        assertThat(up(by, 1)).isInstanceOf(Answer.Done.class);
        cluster().delete("ConfigMap", "belay-scope-api");
        cluster().deleteJobs();

        assertThat(probe(by, 2)).isEqualTo(new Finding.Done("the probe says that it is done"));
    }

    @Test
    void a_status_that_prints_a_secret_is_not_kept_where_others_read() {
        ground().secret("KEY", "hunter22");

        failed(up(by(":", ":", "echo at $KEY"), 1), "`status` prints a secret: `at ***`");

        assertThat(cluster().configMaps().toString()).doesNotContain("hunter22");
    }

    @Test
    void what_it_would_do_is_told_before_and_asked_again() {
        ground().secret("KEY", "hunter22");
        var by =
                new MigrationCommands(
                        to(2).up(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of("/bin/sh", "-c", "echo to 2 with $KEY from $(cat " + schema + ")"),
                        Duration.ofMinutes(1));
        var revision = revision();

        var told = target().foretell("local", revision, by, Duration.ofSeconds(20));

        assertThat(told).isEqualTo(new Foretold.Printed("to 2 with *** from 1"));
        var planned = new Work.Foreseen(revision, "db", by, "to 2 with *** from 7");
        assertThat(target().foreseen(planned, order(1)).toString())
                .contains("the database has moved");
    }

    @Test
    void questions_are_cleared_away_and_no_order_is_taken_for_one() throws IOException {
        for (int token = 1; token < 6; token++) {
            assertThat(up(to(2), token)).isInstanceOf(Answer.Done.class);
        }

        assertThat(cluster().questions()).isLessThan(3);
    }
}
