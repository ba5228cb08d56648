package dev.belay.cli.command;

import dev.belay.cli.Context;
import dev.belay.cli.Stop;
import dev.belay.cli.client.ControlPlane;
import dev.belay.cli.client.Http;
import dev.belay.cli.client.Login;
import dev.belay.cli.client.Processes;
import dev.belay.cli.client.Workspace;
import dev.belay.server.StartCache;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Starts the control plane of a workspace in the background, where it outlives the command and its
/// terminal, and stops it. The gateway is the control plane's to start.
public final class Daemons {
    private static final Duration START = Duration.ofMinutes(1);
    private static final Duration STOP = Duration.ofMinutes(2);
    private static final long POLL_MILLIS = 20;
    private static final int LOG_LINES = 15;

    private final Context context;
    private final Workspace workspace;

    public Daemons(Context context, Workspace workspace) {
        this.context = context;
        this.workspace = workspace;
    }

    /// The running control plane; when there is none it is started, with the gateway, and one line
    /// says so. What `belay down` stopped stays so, for whoever only looks.
    public ControlPlane controlPlane() {
        return ControlPlane.find(workspace)
                .orElseGet(() -> {
                    if (isDown()) {
                        throw Stop.refused(
                                "Belay was stopped here with `belay down`",
                                "`belay up` starts it, and with it what ran");
                    }
                    return start();
                });
    }

    /// Starts the control plane anew when it died, not when somebody stopped it.
    public void revive() {
        if (ControlPlane.find(workspace).isEmpty() && !isDown()) {
            start();
        }
    }

    /// Keeps for the commands to come that it was stopped on purpose.
    public void stayDown() {
        try {
            if (Files.isDirectory(workspace.state())) {
                Files.writeString(down(), "");
            }
        } catch (IOException e) {
            context.terminal().say("the next command will start it again: " + e.getMessage());
        }
    }

    private boolean isDown() {
        return Files.exists(down());
    }

    private Path down() {
        return workspace.state().resolve("down");
    }

    /// Starts what does not run.
    public ControlPlane start() {
        if (workspace.login().elsewhere()) {
            return controlPlane();
        }
        try {
            Files.createDirectories(
                    workspace.logs(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rwx------")));
            // Two commands at once start one control plane, not two.
            try (FileChannel channel =
                            FileChannel.open(
                                    workspace.state().resolve("start.lock"),
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.WRITE);
                    FileLock _ = channel.lock()) {
                Optional<ControlPlane> running = ControlPlane.find(workspace);
                return running.isPresent() ? running.get() : startControlPlane();
            }
        } catch (IOException e) {
            throw Stop.failed(
                    "cannot keep state in `" + workspace.state() + "`: " + e.getMessage(),
                    "make the folder writable, or choose another with `--state FOLDER`");
        }
    }

    private ControlPlane startControlPlane() throws IOException {
        context.terminal().say("starting the control plane and the gateway");
        Files.deleteIfExists(down());
        Process process = launch();
        long deadline = System.nanoTime() + START.toNanos();
        while (true) {
            Optional<ControlPlane> running = ControlPlane.find(workspace);
            if (running.isPresent()) {
                return running.get();
            }
            if (!process.isAlive()) {
                throw died("the control plane ended as soon as it began");
            }
            if (System.nanoTime() > deadline) {
                throw died("the control plane did not begin to listen in time");
            }
            pause();
        }
    }

    /// Stops the control plane, if there is one, and returns when it has ended.
    ///
    /// @return whether there was one
    public boolean stop() {
        Optional<ControlPlane> running = ControlPlane.find(workspace);
        running.ifPresent(this::stop);
        return running.isPresent();
    }

    private void stop(ControlPlane server) {
        long started = Processes.started(server.pid());
        server.text(Http.Request.post("/api/v1/shutdown", "{}").patient(STOP));
        long deadline = System.nanoTime() + STOP.toNanos();
        while (Processes.runs(server.pid(), started)) {
            if (System.nanoTime() > deadline) {
                throw Stop.failed(
                        "the control plane (process " + server.pid() + ") does not end",
                        "`" + log() + "` says more");
            }
            pause();
        }
    }

    private static void pause() {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private Path log() {
        return workspace.logs().resolve("server.log");
    }

    /// In a session of its own: neither the end of this command nor a Ctrl-C is its end.
    private Process launch() throws IOException {
        Path archive = Path.of(System.getProperty("java.class.path")).toAbsolutePath();
        List<String> command = new ArrayList<>();
        if (onPath("setsid")) {
            command.add("setsid");
        }
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("@" + archive.resolveSibling("jvm").resolve("server.args"));
        command.addAll(StartCache.flags());
        command.addAll(List.of("-cp", archive.toString(), "dev.belay.cli.Main"));
        command.add("server");
        command.add("--state");
        command.add(workspace.state().toString());
        var builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(context.environment());
        // Whoever starts it lends it nothing: what it starts in its turn would have it, too.
        builder.environment().remove(Login.TOKEN);
        builder.environment().remove(Login.TOKEN_FILE);
        return builder.directory(workspace.folder().toFile())
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    private boolean onPath(String program) {
        for (String folder : context.environment().getOrDefault("PATH", "").split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }

    private Stop died(String sentence) {
        var last = new StringBuilder(sentence);
        try (var lines = Files.lines(log())) {
            List<String> all = lines.toList();
            all.subList(Math.max(0, all.size() - LOG_LINES), all.size())
                    .forEach(line -> last.append("\n  ").append(line));
        } catch (IOException | java.io.UncheckedIOException _) {
            // Without a log there is nothing to add.
        }
        return Stop.failed(last.toString(), "`" + log() + "` says more");
    }
}
