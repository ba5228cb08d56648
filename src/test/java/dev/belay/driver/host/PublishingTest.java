package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PublishingTest {
    @TempDir private Path folder;
    private Host host;

    @BeforeEach
    void start() {
        host = new Host(folder);
    }

    @AfterEach
    void end() throws IOException {
        host.close();
    }

    @Test
    void the_files_lie_where_they_are_said_to_lie() {
        var work = new Work.Publish(host.revision("web-1", "<html>"));
        assertThat(host.probe(work)).isEqualTo(new Finding.NotDone());

        assertThat(host.target.publish(work, host.order())).isInstanceOf(Answer.Done.class);

        assertThat(host.artifacts.unpacked(work.revision().artifact()).resolve("main.sh"))
                .hasContent("<html>");
        assertThat(host.probe(work)).isInstanceOf(Finding.Done.class);
    }

    @Test
    void an_old_token_publishes_nothing() {
        var work = new Work.Publish(host.revision("web-1", "<html>"));
        host.target.probe(work, host.order(9));

        assertThat(host.target.publish(work, host.order(8))).isEqualTo(new Answer.Stale(8));
        assertThat(host.artifacts.unpacked(work.revision().artifact())).doesNotExist();
    }

    @Test
    void an_artifact_that_is_gone_is_said() throws IOException {
        var work = new Work.Publish(host.revision("web-1", "<html>"));
        host.artifacts.collect(_ -> false, Duration.ZERO);

        assertThat(host.target.publish(work, host.order()))
                .isInstanceOfSatisfying(
                        Answer.Failed.class,
                        failed -> assertThat(failed.reason()).endsWith("is not in the store"));
    }

    @Test
    void what_runs_or_is_served_is_never_collected() throws IOException {
        var frontend = host.revision("web-1", "<html>");
        var service = host.revision("api-1", Host.SLEEPS);
        var loose = host.revision("api-0", "echo old");
        host.target.publish(new Work.Publish(frontend), host.order());
        host.scaled(service, 1);
        host.table.says(Map.of("web-1", 1), Map.of(), 0);
        var inUse = host.target.artifactsInUse();

        var removed = host.artifacts.collect(inUse::contains, Duration.ZERO);

        assertThat(inUse).containsExactlyInAnyOrder(frontend.artifact(), service.artifact());
        assertThat(removed).containsExactly(loose.artifact());
    }
}
