package dev.belay.server;

import dev.belay.driver.haproxy.HaproxyProcess;
import dev.belay.gateway.Build;
import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.GatewayMain;
import dev.belay.gateway.GatewayOptions;
import dev.belay.server.operations.CertificateStatus;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.DoorStatus;
import dev.belay.server.operations.GatewayUpkeep;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that a gateway runs for this state folder, and never that it ends: traffic outlives
/// the control plane. One that already runs is adopted.
final class GatewayProcess implements GatewayUpkeep {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);
    private static final Duration READY_WITHIN = Duration.ofSeconds(20);

    /// It asks all instances before it takes the ports.
    private static final Duration UPGRADED_WITHIN = Duration.ofSeconds(60);

    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(2);
    private static final int LOG_LINES = 20;

    /// All that the gateway learns of the control plane's environment, which holds secrets.
    private static final List<String> VARIABLES = List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ");

    private static final String OPTIONS = "belay.gateway.options";

    private final StateFolder state;
    private final GatewayClient client;
    private final HaproxyProcess haproxy;

    GatewayProcess(StateFolder state) {
        this.state = state;
        this.client = new GatewayClient(GatewayOptions.in(state.gateway()).socket(), ASK_WITHIN);
        this.haproxy = new HaproxyProcess(state.haproxy(), state.logs().resolve("haproxy.log"));
    }

    /// The other one that may carry requests here, where an environment has chosen it.
    HaproxyProcess haproxy() {
        return haproxy;
    }

    GatewayClient client() {
        return client;
    }

    @Override
    public View view() {
        try {
            return view(client.about());
        } catch (IOException _) {
            return new View(0, "", true, List.of());
        }
    }

    @Override
    public List<DoorStatus> doors(String environment) {
        try {
            return DoorStatus.of(client.doors(), environment, System.currentTimeMillis());
        } catch (IOException _) {
            // It is away, or of a build that has no doors.
            return List.of();
        }
    }

    @Override
    public CertificateStatus certificates() {
        try {
            return CertificateStatus.of(client.certificates(), Instant.now());
        } catch (IOException _) {
            return CertificateStatus.NONE;
        }
    }

    private static View view(Optional<GatewayClient.About> about) {
        return about.map(
                        one -> {
                            boolean current = one.build().equals(Build.RUNNING);
                            return new View(one.pid(), one.build(), current, one.predecessors());
                        })
                .orElse(new View(0, "", false, List.of()));
    }

    /// Upgrades a gateway of another build, as one that outlived its control plane may be.
    void renew() {
        try {
            View running = view(client.about());
            if (!running.current()) {
                LOG.info("the gateway is of build {}, this is {}", running.build(), Build.RUNNING);
                Upgrade done = replace();
                LOG.info("upgraded to process {}", done.after().pid());
            }
        } catch (IOException e) {
            LOG.warn("the gateway goes on as it was: {}", e.getMessage());
        }
    }

    @Override
    public Upgrade upgrade() {
        try {
            return replace();
        } catch (IOException e) {
            throw Denied.failure(
                    "the gateway was not upgraded, and goes on as it was: " + e.getMessage(),
                    "its log is " + log());
        }
    }

    /// While one is started, no other is: two would be in each other's way. One that may have the
    /// place by now is not ended, however late it is.
    private synchronized Upgrade replace() throws IOException {
        if (!client.alive()) {
            ensure();
        }
        View before = view(client.about());
        long began = System.nanoTime();
        Process process = start("--take-over");
        long end = began + UPGRADED_WITHIN.toNanos();
        while (view().pid() != process.pid()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                if (view().pid() == before.pid()) {
                    process.destroy();
                }
                throw new IOException("its log ends with\n" + tail());
            }
            pause();
        }
        long millis = Duration.ofNanos(System.nanoTime() - began).toMillis();
        return new Upgrade(before, view(), millis);
    }

    /// Returns once a gateway answers.
    ///
    /// @throws IOException with a sentence for people, its last log lines included
    void ensure() throws IOException {
        // Not behind an upgrade, which takes its time and leaves somebody who answers.
        if (!client.alive()) {
            ensureStarted();
        }
    }

    private synchronized void ensureStarted() throws IOException {
        if (client.alive()) {
            return;
        }
        Process process = start();
        LOG.info("gateway started as process {}", process.pid());
        long end = System.nanoTime() + READY_WITHIN.toNanos();
        while (!client.alive()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                // Another one may have been faster; then ours ended because of it.
                if (client.alive()) {
                    return;
                }
                process.destroy();
                throw new IOException("the gateway does not start; its log ends with\n" + tail());
            }
            pause();
        }
    }

    /// `setsid` takes it out of our session: neither our end nor a Ctrl-C in our terminal is its
    /// end.
    private Process start(String... options) throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        var command = new ArrayList<>(List.of("setsid", java.toString()));
        command.addAll(GatewayMain.JVM_FLAGS);
        command.addAll(StartCache.gatewayFlags());
        command.addAll(List.of("-cp", classPath()));
        command.addAll(moreOptions());
        command.add(GatewayMain.class.getName());
        command.addAll(List.of(options));
        command.add(state.gateway().toString());
        var builder = new ProcessBuilder(command);
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(name -> !passed(name));
        environment.putAll(GatewayMain.ENVIRONMENT);
        return builder.directory(state.gateway().toFile())
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    /// For its java, as whoever starts the control plane wants them: after ours, so that they win.
    private static List<String> moreOptions() {
        return Arrays.stream(System.getProperty(OPTIONS, "").split(" ", -1))
                .filter(one -> !one.isEmpty())
                .toList();
    }

    /// With OpenTelemetry's, which may hold a key for the collector, and nobody else's.
    private static boolean passed(String variable) {
        return VARIABLES.contains(variable) || variable.startsWith("OTEL_");
    }

    /// Absolute, as the gateway lives in another folder.
    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .filter(part -> !part.isEmpty())
                .map(part -> Path.of(part).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private Path log() {
        return state.logs().resolve("gateway.log");
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log());
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(it cannot be read: " + e.getMessage() + ")";
        }
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(POLL);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the gateway started");
        }
    }
}
