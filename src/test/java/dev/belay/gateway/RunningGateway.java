package dev.belay.gateway;

import dev.belay.Installed;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/// A gateway as the process that it is in production.
final class RunningGateway implements AutoCloseable {
    private static final String READY = "gateway ready";

    private final Process process;
    private final BufferedReader out;
    private final Queue<String> said = new ConcurrentLinkedQueue<>();

    private RunningGateway(Path state, List<String> flags, List<String> options)
            throws IOException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(GatewayMain.JVM_FLAGS);
        command.addAll(Installed.gatewayFlags());
        command.addAll(flags);
        command.add(GatewayMain.class.getName());
        command.addAll(options);
        command.addAll(List.of(state.toString()));
        process = new ProcessBuilder(command).redirectErrorStream(true).start();
        out = process.inputReader(StandardCharsets.UTF_8);
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
    }

    /// Started and ready.
    static RunningGateway in(Path state, String... options) throws IOException {
        return with(List.of(), state, options);
    }

    /// Started and ready, with flags of its own after those of production.
    static RunningGateway with(List<String> flags, Path state, String... options)
            throws IOException {
        var gateway = new RunningGateway(state, flags, List.of(options));
        if (!gateway.ready()) {
            throw new AssertionError("the gateway ended: " + gateway.said());
        }
        return gateway;
    }

    /// Started only; [#ready] waits.
    static RunningGateway begun(Path state, String... options) throws IOException {
        return new RunningGateway(state, List.of(), List.of(options));
    }

    /// Returns when it is ready, or false when it has ended instead.
    boolean ready() throws IOException {
        for (String line = out.readLine(); line != null; line = out.readLine()) {
            said.add(line);
            if (line.startsWith(READY)) {
                Thread.startVirtualThread(this::listen);
                return true;
            }
        }
        return false;
    }

    /// Its output must not fill the pipe.
    private void listen() {
        try {
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                said.add(line);
            }
        } catch (IOException _) {
            // It has ended.
        }
    }

    String said() {
        return String.join("\n", said);
    }

    long pid() {
        return process.pid();
    }

    Process process() {
        return process;
    }

    boolean lives() {
        return process.isAlive();
    }

    boolean endsWithin(int seconds) throws InterruptedException {
        return process.waitFor(seconds, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        kill();
    }

    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
