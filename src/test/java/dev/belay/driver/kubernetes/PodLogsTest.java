package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.WrittenLines;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.kubernetes.fake.Fate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Lines of pods whose times are what the test says.
class PodLogsTest {
    @TempDir private Path folder;
    private ClusterHost host;

    @BeforeEach
    void start() throws Exception {
        host = new ClusterHost(folder);
    }

    @AfterEach
    void stop() {
        host.close();
    }

    private PodLogs logs() {
        return new PodLogs(host.clusters(), text -> text.replace("hunter22", "***"));
    }

    private AtomicReference<String> written(String id) {
        var text = new AtomicReference<>("");
        host.scaled(host.revision(id, new Fate.Runs((_, _) -> new Writer(text))), 1);
        return text;
    }

    /// Has written what somebody else says.
    private record Writer(AtomicReference<String> text) implements Fate.Running {
        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public Optional<Integer> exit() {
            return text.get().equals("end") ? Optional.of(0) : Optional.empty();
        }

        @Override
        public void end(Duration grace) {
            text.set("end");
        }

        @Override
        public void stop() {
            text.set("end");
        }

        @Override
        public String log() {
            return text.get();
        }
    }

    private static String at(int second, String text) {
        return "2026-01-01T00:00:%02d.5Z %s\n".formatted(second, text);
    }

    @Test
    void lines_of_several_pods_come_in_the_order_of_their_times_and_without_secrets()
            throws Exception {
        written("api-1").set(at(1, "one") + at(3, "key hunter22"));
        written("api-2").set(at(2, "two") + at(4, "four"));

        assertThat(logs().last(List.of(ClusterHost.SCOPE), "", 3))
                .containsExactly(
                        new WrittenLines.Line("api", "api-2-1", "two"),
                        new WrittenLines.Line("api", "api-1-1", "key ***"),
                        new WrittenLines.Line("api", "api-2-1", "four"));
        assertThat(logs().last(List.of(ClusterHost.SCOPE), "api-1-1", 9)).hasSize(2);
    }

    @Test
    void who_follows_gets_each_line_once_and_those_of_new_pods() throws Exception {
        var first = written("api-1");
        first.set(at(1, "before"));
        WrittenLines.Following following = logs().follow(ClusterHost.SCOPE);
        first.set(at(1, "before") + at(1, "before").replace(".5", ".7") + at(2, "after"));
        written("api-2").set(at(3, "new"));

        var got = new ArrayList<String>();
        Deadline deadline = Deadline.in(Duration.ofSeconds(20));
        deadline.await(() -> {
            try {
                following.poll().forEach(line -> got.add(line.text()));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return got.contains("new");
        });

        assertThat(got).containsExactly("before", "after", "new");
    }

    @Test
    void of_a_component_that_lives_in_no_cluster_there_is_nothing() throws Exception {
        assertThat(logs().last(List.of(ClusterHost.SCOPE), "", 9)).isEmpty();
    }
}
