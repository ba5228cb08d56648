package dev.belay.bench;

import dev.belay.gateway.GatewayClient;
import dev.belay.gateway.GatewayMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A gateway as the process that it is in production, and what the system says about it.
final class Subject implements AutoCloseable {
    private static final Duration START = Duration.ofSeconds(30);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final GatewayClient client;

    private Subject(Process process, GatewayClient client) {
        this.process = process;
        this.client = client;
    }

    /// @param options more of its JVM
    static Subject start(Path folder, String... options) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(GatewayMain.JVM_FLAGS);
        command.addAll(List.of(options));
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.addAll(List.of(GatewayMain.class.getName(), folder.toString(), "127.0.0.1"));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(GatewayMain.ENVIRONMENT);
        builder.redirectOutput(folder.resolveSibling("gateway.log").toFile());
        Process process = builder.start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        var client = new GatewayClient(folder.resolve("gateway.sock"), PATIENCE);
        long end = System.nanoTime() + START.toNanos();
        while (!client.alive()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new IOException("the gateway does not start");
            }
            Thread.sleep(50);
        }
        return new Subject(process, client);
    }

    GatewayClient client() {
        return client;
    }

    long residentMib() throws IOException {
        for (String line :
                Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
            }
        }
        throw new IOException("no VmRSS");
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        process.onExit().join();
    }
}
