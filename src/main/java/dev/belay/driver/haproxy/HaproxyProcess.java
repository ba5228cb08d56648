package dev.belay.driver.haproxy;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Deadline;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// HAProxy of one state folder: a process that watches others and starts one with every reload.
/// Starts it and tells it to read again; never ends it, but for [#stop].
public final class HaproxyProcess {
    private static final Duration ASK_WITHIN = Duration.ofSeconds(5);
    private static final Duration READY_WITHIN = Duration.ofSeconds(10);
    private static final Duration END_WITHIN = Duration.ofSeconds(10);
    private static final int LOG_LINES = 10;

    /// All that it learns of the control plane's environment, which holds secrets.
    private static final List<String> VARIABLES = List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ");

    private final Path folder;
    private final Path log;

    /// @param folder of its own; what is in there is its and ours alone
    /// @param log where it writes what it has to say
    public HaproxyProcess(Path folder, Path log) {
        this.folder = folder.toAbsolutePath().normalize();
        this.log = log.toAbsolutePath().normalize();
    }

    Path folder() {
        return folder;
    }

    Path lines() {
        return folder.resolve("lines.json");
    }

    Path lock() {
        return folder.resolve("lock");
    }

    private CommandSocket master() {
        return new CommandSocket(folder.resolve("master.sock"), ASK_WITHIN);
    }

    /// Whether anything was ever routed by it here: otherwise nobody looks for it.
    public boolean isUsed() {
        return Files.exists(lines());
    }

    /// Starts it over the lines that are kept, where it does not run and should.
    ///
    /// @throws IOException with a sentence for people
    public void ensure() throws IOException {
        if (isUsed() && !Lines.read(lines()).isEmpty()) {
            start(Configuration.of(Lines.read(lines())));
        }
    }

    /// The processes that carry requests, the one that accepts first.
    List<Worker> workers() throws IOException {
        List<Worker> workers = new ArrayList<>();
        boolean current = false;
        boolean listed = false;
        for (String line : master().ask("show proc").lines().toList()) {
            if (line.startsWith("# ")) {
                listed = line.endsWith("workers");
                current = line.equals("# workers");
            } else if (listed && line.matches("[0-9]+ +worker .*")) {
                long pid = Long.parseLong(line.substring(0, line.indexOf(' ')));
                workers.add(new Worker(master(), pid, current));
            }
        }
        if (workers.isEmpty() || !workers.getFirst().current()) {
            throw new IOException("HAProxy at `" + folder + "` has no process that accepts");
        }
        return workers;
    }

    private boolean answers() {
        try {
            return !workers().isEmpty();
        } catch (IOException _) {
            return false;
        }
    }

    /// Writes the configuration out, so that whoever starts next begins with it.
    ///
    /// @return why HAProxy would not take it; empty when it would
    String write(Configuration configuration) throws IOException {
        Path maps = DurableFile.folder(folder.resolve("maps"));
        for (Map.Entry<String, String> map : configuration.maps().entrySet()) {
            DurableFile.write(folder.resolve(map.getKey()), map.getValue());
        }
        Path next = folder.resolve("haproxy.cfg.next");
        DurableFile.write(next, configuration.text());
        String flaw = flaw(next);
        if (flaw.isEmpty()) {
            Files.move(next, folder.resolve("haproxy.cfg"), StandardCopyOption.ATOMIC_MOVE);
            DurableFile.sync(folder);
            forgetMaps(maps, configuration);
        }
        return flaw;
    }

    private void forgetMaps(Path maps, Configuration configuration) throws IOException {
        try (Stream<Path> files = Files.list(maps)) {
            for (Path file : files.toList()) {
                if (!configuration.maps().containsKey("maps/" + file.getFileName())) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }

    private String flaw(Path configuration) throws IOException {
        Process check =
                builder("haproxy", "-c", "-q", "-f", configuration.toString())
                        .redirectErrorStream(true)
                        .start();
        String said =
                new String(check.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            return check.waitFor() == 0 ? "" : said;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while HAProxy looked at its configuration", e);
        }
    }

    private ProcessBuilder builder(String... command) {
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> !VARIABLES.contains(name));
        return builder.directory(folder.toFile());
    }

    /// Returns once it answers; one that runs is left as it is.
    ///
    /// @throws IOException with a sentence for people, its last log lines included
    synchronized void start(Configuration configuration) throws IOException {
        if (answers()) {
            return;
        }
        String flaw = write(configuration);
        if (!flaw.isEmpty()) {
            throw new IOException("HAProxy does not take its configuration: " + flaw);
        }
        Process process;
        try {
            // `setsid` takes it out of our session: neither our end nor a Ctrl-C is its end.
            process =
                    builder(
                                    "setsid",
                                    "haproxy",
                                    "-W",
                                    "-f",
                                    // As a whole, so that people see whose it is.
                                    folder.resolve("haproxy.cfg").toString(),
                                    "-S",
                                    "unix@master.sock,mode,600,level,admin")
                            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                            .start();
        } catch (IOException e) {
            throw new IOException("HAProxy cannot be started: " + e.getMessage(), e);
        }
        DurableFile.write(folder.resolve("pid"), process.pid() + "\n");
        boolean up =
                Deadline.in(READY_WITHIN).await(() -> !process.isAlive() || answers()) && answers();
        if (!up) {
            process.destroy();
            throw new IOException("HAProxy does not start; its log ends with\n" + tail());
        }
    }

    /// Makes it read what [#write] wrote, and returns once the process accepts that has.
    ///
    /// @return why it went on as it was; empty when it did not
    String reload(Configuration configuration, Deadline deadline) throws IOException {
        List<Long> before = workers().stream().map(Worker::pid).toList();
        master().ask("reload");
        boolean done =
                deadline.await(() -> {
                    try {
                        Worker now = workers().getFirst();
                        return !before.contains(now.pid())
                                && now.shape().equals(configuration.shape());
                    } catch (IOException _) {
                        return false;
                    }
                });
        return done ? "" : tail();
    }

    private String tail() {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join(
                    "\n", lines.subList(Math.max(0, lines.size() - LOG_LINES), lines.size()));
        } catch (IOException e) {
            return "(it cannot be read: " + e.getMessage() + ")";
        }
    }

    /// Ends it with all that it carries.
    public void stop() throws IOException {
        Optional<ProcessHandle> master =
                DurableFile.read(folder.resolve("pid"))
                        .map(text -> Long.parseLong(text.strip()))
                        .flatMap(ProcessHandle::of)
                        .filter(this::isOurs);
        if (master.isPresent()) {
            master.get().destroy();
            if (!Deadline.in(END_WITHIN).await(() -> !master.get().isAlive())) {
                master.get().destroyForcibly();
            }
        }
    }

    /// A pid alone proves nothing.
    private boolean isOurs(ProcessHandle process) {
        try {
            Path there = Path.of("/proc", Long.toString(process.pid()));
            return Files.readSymbolicLink(there.resolve("cwd")).equals(folder.toRealPath())
                    && Files.readString(there.resolve("comm")).strip().equals("haproxy");
        } catch (IOException _) {
            return false;
        }
    }
}
