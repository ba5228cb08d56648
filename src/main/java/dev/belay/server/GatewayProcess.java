package dev.belay.server;

import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.GatewayMain;
import dev.belay.gateway.GatewayOptions;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that a gateway runs for this state folder, and never that it ends: traffic outlives
/// the control plane. One that already runs is adopted.
final class GatewayProcess {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayProcess.class);
    private static final Duration READY_WITHIN = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final Duration ASK_WITHIN = Duration.ofSeconds(2);
    private static final int LOG_LINES = 20;

    /// All that the gateway learns of the control plane's environment, which holds secrets.
    private static final List<String> VARIABLES = List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ");

    private final StateFolder state;
    private final GatewayClient client;

    GatewayProcess(StateFolder state) {
        this.state = state;
        this.client = new GatewayClient(GatewayOptions.in(state.gateway()).socket(), ASK_WITHIN);
    }

    GatewayClient client() {
        return client;
    }

    /// Returns once a gateway answers.
    ///
    /// @throws IOException with a sentence for people, its last log lines included
    void ensure() throws IOException {
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
    private Process start() throws IOException {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        var command = new ArrayList<>(List.of("setsid", java.toString()));
        command.addAll(GatewayMain.JVM_FLAGS);
        command.addAll(StartCache.gatewayFlags());
        command.addAll(List.of("-cp", classPath(), GatewayMain.class.getName()));
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
