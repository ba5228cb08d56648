package dev.belay.driver.probe;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.release.Dependency.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The probe against a real broker. Its classes come from a build of their own, `src/test/kafka`:
/// they must not meet ours.
@Timeout(300)
class KafkaRealTest {
    private static final Duration QUESTION = Duration.ofSeconds(20);
    private static final Duration STARTED = Duration.ofSeconds(90);
    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();

    @TempDir Path temp;

    @Test
    void kafka_is_asked_plainly_and_by_user_and_password() throws Exception {
        Path folder = TestServer.folder(temp, "kafka");
        int open = TestServer.freePort();
        int closed = TestServer.freePort();
        Files.writeString(folder.resolve("server.properties"), properties(folder, open, closed));
        String settings = folder.resolve("server.properties").toString();
        String classpath = classpath(folder);
        TestServer.run(folder, tool(classpath, settings));
        try (var server =
                TestServer.start(
                        folder,
                        Map.of(),
                        JAVA,
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-cp",
                        classpath,
                        "kafka.Kafka",
                        settings)) {
            String version = await(server, "kafka://127.0.0.1:" + open);
            assertThat(version).contains("with 1 broker");

            String at = "127.0.0.1:" + closed;
            assertThat(ask("kafka://app:pa55@" + at)).isInstanceOf(DependencyAnswer.Reached.class);
            assertThat(ask("kafka://app:wrong@" + at))
                    .isInstanceOfSatisfying(
                            DependencyAnswer.NotReached.class,
                            no -> assertThat(no.phase()).isEqualTo("sign-in"));
            assertThat(ask("kafka://" + at)).isInstanceOf(DependencyAnswer.NotReached.class);
        }
    }

    private static String properties(Path folder, int open, int closed) throws IOException {
        int controller = TestServer.freePort();
        return """
        process.roles=broker,controller
        node.id=1
        controller.quorum.voters=1@127.0.0.1:%1$d
        listeners=OPEN://127.0.0.1:%2$d,CLOSED://127.0.0.1:%3$d,CONTROLLER://127.0.0.1:%1$d
        advertised.listeners=OPEN://127.0.0.1:%2$d,CLOSED://127.0.0.1:%3$d
        controller.listener.names=CONTROLLER
        inter.broker.listener.name=OPEN
        listener.security.protocol.map=OPEN:PLAINTEXT,CLOSED:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT
        sasl.enabled.mechanisms=PLAIN
        listener.name.closed.plain.sasl.jaas.config=%5$s required user_app="pa55";
        log.dirs=%4$s
        offsets.topic.replication.factor=1
        """
                .formatted(
                        controller,
                        open,
                        closed,
                        folder.resolve("data"),
                        "org.apache.kafka.common.security.plain.PlainLoginModule");
    }

    private static String[] tool(String classpath, String settings) {
        return new String[] {
            JAVA,
            "-cp",
            classpath,
            "kafka.tools.StorageTool",
            "format",
            "--cluster-id",
            "AAAAAAAAAAAAAAAAAAAAAQ",
            "--config",
            settings
        };
    }

    /// The broker's classes, copied to where the unprivileged server may read them.
    private static String classpath(Path folder) throws IOException, InterruptedException {
        Path log = folder.resolve("maven.log");
        Process maven =
                new ProcessBuilder(
                                List.of(
                                        "mvn",
                                        "-q",
                                        "-B",
                                        "-ntp",
                                        "-f",
                                        "src/test/kafka/pom.xml",
                                        "dependency:copy-dependencies",
                                        "-DoutputDirectory=" + folder.resolve("lib")))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start();
        assertThat(maven.waitFor()).as(Files.readString(log)).isZero();
        return folder.resolve("lib") + "/*";
    }

    private static DependencyAnswer ask(String url) {
        return new DependencyProbe().ask(Engine.KAFKA, url, QUESTION);
    }

    private static String await(TestServer server, String url)
            throws IOException, InterruptedException {
        long deadline = System.nanoTime() + STARTED.toNanos();
        while (true) {
            DependencyAnswer answer = ask(url);
            if (answer instanceof DependencyAnswer.Reached reached) {
                return reached.serverVersion();
            }
            boolean waiting = !server.endsWithin(100) && System.nanoTime() < deadline;
            assertThat(waiting).as("%s\n%s", answer, server.log()).isTrue();
        }
    }
}
