package dev.belay.driver.check;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Instance;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WellnessTest {
    private static final int PORT = 4711;

    @TempDir private Path folder;

    @Test
    void a_liveness_command_gets_what_the_instance_got_though_readiness_asks_otherwise()
            throws IOException {
        Revision revision =
                revision(
                        new Health.Alive(),
                        new Health.Command(
                                List.of("sh", "-c", "test \"$PORT$KEY$LEVEL\" = 4711openinfo")));

        Wellness wellness = wellness();
        for (int i = 0; i < 5; i++) {
            assertThat(wellness.look("local", revision, running(revision)))
                    .isEqualTo(new Wellness.Well());
        }
    }

    @Test
    void an_instance_is_ill_only_after_bad_answers_in_a_row() throws IOException {
        Revision revision = revision(new Health.Alive(), new Health.Command(List.of("false")));
        Wellness wellness = wellness();

        for (int i = 0; i < 2; i++) {
            assertThat(wellness.look("local", revision, running(revision)))
                    .isInstanceOf(Wellness.Unsettled.class);
        }
        assertThat(wellness.look("local", revision, running(revision)))
                .isInstanceOfSatisfying(
                        Wellness.Ill.class,
                        ill -> assertThat(ill.reason()).contains("`false` exits with 1"));
    }

    @Test
    void one_at_a_socket_is_asked_there_and_its_commands_know_it() throws Exception {
        Path file = folder.resolve("s");
        var check = new Health.Command(List.of("sh", "-c", "test -S \"$SOCKET\" -a -z \"$PORT\""));
        Revision revision = revision(new Health.Tcp(), check);
        long self = ProcessHandle.current().pid();
        var instance =
                new Instance(
                        "api-1-1",
                        revision.id(),
                        1,
                        Instance.State.RUNNING,
                        0,
                        file.toString(),
                        self,
                        Instant.EPOCH,
                        0,
                        "");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(file));
            assertThat(wellness().await("local", revision, List.of(instance)))
                    .isInstanceOf(Wellness.AllReady.class);
            assertThat(wellness().look("local", revision, instance))
                    .isInstanceOf(Wellness.Well.class);
        }
    }

    private Wellness wellness() {
        var configurations = new ConfigurationStore(folder.resolve("configuration"));
        var values =
                new RuntimeValues(
                        configurations,
                        (_, name) -> Optional.of(name).filter("KEY"::equals).map(_ -> open()),
                        new Redactor());
        return new Wellness(
                (_, one) -> ProcessHandle.of(one.pid()).isPresent(),
                (_, _, _, _) -> Optional.empty(),
                values,
                new ArtifactStore(folder.resolve("artifacts")));
    }

    private static Secret open() {
        return new Secret("open");
    }

    private Revision revision(Health.Check readiness, Health.Check liveness) throws IOException {
        var artifacts = new ArtifactStore(folder.resolve("artifacts"));
        Path source = Files.createDirectories(folder.resolve("source"));
        Files.writeString(source.resolve("main.sh"), "exec sleep 1000\n");
        var digest = artifacts.put(source, List.of());
        artifacts.unpack(digest);
        var configuration =
                new ConfigurationStore(folder.resolve("configuration"))
                        .keep(Map.of("LEVEL", "info"));
        var launch =
                new Launch(
                        List.of("sh", "main.sh"),
                        Set.of(),
                        Set.of("KEY"),
                        true,
                        new Launch.Stop("TERM", Duration.ofSeconds(1), Duration.ZERO),
                        Launch.Limits.NONE,
                        health(readiness),
                        health(liveness));
        return new Revision("api-1", "api", digest, configuration, launch);
    }

    private static Health health(Health.Check check) {
        return new Health(check, 1, Duration.ZERO, Duration.ofSeconds(5), Duration.ofSeconds(5));
    }

    private static Instance running(Revision revision) {
        long self = ProcessHandle.current().pid();
        return new Instance(
                revision.id() + "-1",
                revision.id(),
                1,
                Instance.State.RUNNING,
                PORT,
                self,
                Instant.EPOCH,
                0,
                "");
    }
}
