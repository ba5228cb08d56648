package dev.belay.driver.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.belay.FreePort;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A Docker Engine of the tests' own, started for the first test that needs one and ended with the
/// JVM. Where none can be started the tests are skipped, and it says so.
public final class OwnEngine {
    /// An image of Debian's busybox and nothing else.
    public static final String IMAGE = "busybox:own";

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static @Nullable OwnEngine only;
    private static String missing = "";

    private final Path home;
    private int port;
    private @Nullable Process daemon;

    private OwnEngine(Path home) {
        this.home = home;
    }

    /// One that somebody started, in place of our own: where `podman system service` listens, or an
    /// engine of another version. It is not stopped, and nothing asks it at a port.
    private static final String GIVEN = System.getProperty("tests.engine", "");

    /// The engine, running; skips the test when there can be none.
    public static synchronized OwnEngine started() throws Exception {
        if (only == null && missing.isEmpty()) {
            var engine = new OwnEngine(Files.createTempDirectory("belay-docker"));
            missing = engine.obstacle();
            if (missing.isEmpty()) {
                Runtime.getRuntime().addShutdownHook(new Thread(engine::end));
                try {
                    engine.start();
                    engine.importImage();
                    only = engine;
                } catch (AssertionError e) {
                    // Where a container of its own runs the tests, it may not have the privileges.
                    missing = String.valueOf(e.getMessage());
                }
            }
            if (!missing.isEmpty()) {
                System.err.println("NO DOCKER ENGINE IS TRIED HERE: " + missing);
            }
        }
        OwnEngine engine = only;
        assumeTrue(engine != null, "no Docker Engine is tried here: " + missing);
        return Objects.requireNonNull(engine);
    }

    private String obstacle() {
        if (!GIVEN.isEmpty()) {
            return "";
        }
        for (String program : List.of("dockerd", "docker", "containerd", "runc", "openssl")) {
            boolean there =
                    Stream.of(System.getenv("PATH").split(":", -1))
                            .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
            if (!there) {
                return "there is no `" + program + "`";
            }
        }
        if (!Files.isExecutable(Path.of("/bin/busybox"))) {
            return "there is no `/bin/busybox`";
        }
        return "root".equals(System.getProperty("user.name")) ? "" : "only root can start one";
    }

    /// What `DOCKER_HOST` is to be.
    public String host() {
        return GIVEN.isEmpty() ? "unix://" + home.resolve("docker.sock") : GIVEN;
    }

    /// The same engine at a port, to whoever shows a certificate of its authority.
    public DockerHost secured() {
        assumeTrue(GIVEN.isEmpty(), "a given engine is asked at its socket");
        return new DockerHost("tcp://localhost:" + port, certificates().toString());
    }

    private Path certificates() {
        return home.resolve("tls");
    }

    /// Starts the daemon over what it had.
    public void start() throws Exception {
        if (!GIVEN.isEmpty()) {
            return;
        }
        if (!Files.exists(certificates())) {
            EngineAuthority.make(certificates());
            port = FreePort.choose();
        }
        Path tls = certificates();
        daemon =
                new ProcessBuilder(
                                "dockerd",
                                "--data-root",
                                home.resolve("data").toString(),
                                "--exec-root",
                                home.resolve("exec").toString(),
                                "--pidfile",
                                home.resolve("pid").toString(),
                                "--bridge",
                                "none",
                                // Its rules stand in one table with those of the engine beside it,
                                // and each empties that when it starts. Ports are forwarded by its
                                // proxies all the same.
                                "--iptables=false",
                                "--ip6tables=false",
                                "--tlsverify",
                                "--tlscacert",
                                tls.resolve("ca.pem").toString(),
                                "--tlscert",
                                tls.resolve("server.pem").toString(),
                                "--tlskey",
                                tls.resolve("server-key.pem").toString(),
                                "-H",
                                "tcp://127.0.0.1:" + port,
                                "-H",
                                host())
                        .redirectErrorStream(true)
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(home.resolve("log").toFile()))
                        .start();
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!answers()) {
            if (!daemon.isAlive() || System.nanoTime() > end) {
                throw new AssertionError(
                        "dockerd does not come up: " + Files.readString(home.resolve("log")));
            }
            Thread.sleep(100);
        }
    }

    private boolean answers() {
        try {
            DockerHost.of(Map.of("DOCKER_HOST", host())).engine().version();
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    private void importImage() throws Exception {
        Path root = Files.createDirectories(home.resolve("image/bin"));
        Files.copy(Path.of("/bin/busybox"), root.resolve("busybox"));
        Files.createSymbolicLink(root.resolve("sh"), Path.of("busybox"));
        Path archive = home.resolve("image.tar");
        run(List.of("tar", "-C", home.resolve("image").toString(), "-cf", archive.toString(), "."));
        docker("import", "-c", "ENV PATH=/bin", archive.toString(), IMAGE);
    }

    /// Runs Docker's own command against it.
    ///
    /// @return what it printed
    public String docker(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("docker", "-H", host()));
        command.addAll(List.of(arguments));
        return run(command);
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(command + ": " + said).isZero();
        return said;
    }

    /// The digest of [#IMAGE].
    public String image() throws IOException {
        Optional<String> id = DockerHost.of(Map.of("DOCKER_HOST", host())).engine().image(IMAGE);
        return id.orElseThrow();
    }

    /// Ends the daemon as a host that goes down does: its containers end, too.
    public void stop() throws InterruptedException {
        assumeTrue(GIVEN.isEmpty(), "a given engine is not stopped");
        Process running = daemon;
        if (running != null) {
            running.destroy();
            running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private void end() {
        try {
            if (GIVEN.isEmpty() && answers()) {
                String left = docker("ps", "-aq");
                if (!left.isEmpty()) {
                    var command = new ArrayList<>(List.of("rm", "-f"));
                    command.addAll(left.lines().toList());
                    docker(command.toArray(String[]::new));
                }
                docker("network", "prune", "-f");
            }
            if (GIVEN.isEmpty()) {
                stop();
            }
            run(List.of("rm", "-rf", home.toString()));
        } catch (Exception e) {
            System.err.println("the tests' Docker Engine is not ended cleanly: " + e);
        }
    }
}
