package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.release.Placement;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The library of ways into clusters costs a platform nothing of which no environment lives in one.
class KubernetesLoadingTest {
    @TempDir private Path folder;

    /// Asks all that a control plane asks again and again; with a second word, a cluster, too.
    static final class Asking {
        private Asking() {}

        public static void main(String[] words) throws IOException {
            Path folder = Path.of(words[0]);
            try (var clusters = new Clusters(folder.resolve("clusters"))) {
                var router = new ServiceRouter(clusters);
                var configurations = new ConfigurationStore(folder.resolve("configuration"));
                var values =
                        new RuntimeValues(
                                configurations, (_, _) -> Optional.empty(), new Redactor());
                var target =
                        new KubernetesTarget(
                                clusters, _ -> Optional.empty(), configurations, values, router);
                Scope scope = Scope.component("local", "api");
                boolean nothing =
                        target.instances(scope).isEmpty()
                                && target.supervise().isEmpty()
                                && target.artifactsInUse().isEmpty()
                                && router.observe(scope).isEmpty();
                System.out.println(nothing ? "nothing" : "something");
                if (words.length > 1) {
                    clusters.at(Placement.in("shop", "shop"));
                }
            }
        }
    }

    private String loaded(String... words) throws IOException, InterruptedException {
        Path log = folder.resolve("classes.log");
        var command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-Xlog:class+load:file=" + log,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Asking.class.getName(),
                                folder.toString()));
        command.addAll(List.of(words));
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("out").toFile())
                        .start();
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("out"))).startsWith("nothing");
        return Files.readString(log);
    }

    @Test
    void nothing_of_it_is_loaded_where_no_environment_lives_in_a_cluster() throws Exception {
        assertThat(loaded())
                .contains("dev.belay.driver.kubernetes.KubernetesTarget")
                .doesNotContain(" io.fabric8.")
                .doesNotContain(" com.fasterxml.jackson.databind.");
        assertThat(loaded("cluster")).contains(" io.fabric8.");
    }
}
