package dev.belay.driver.datastore;

import dev.belay.driver.probe.CommandRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// This machine: finds programs, and runs them without the rights of root. PostgreSQL and
/// ClickHouse refuse to run as root, and nothing here needs to.
final class Host {
    private static final Duration LONGEST = Duration.ofMinutes(2);

    /// Nothing of ours is inherited: our environment may hold secrets.
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG", "C.UTF-8");

    private static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "--");

    private final boolean root = "root".equals(System.getProperty("user.name"));
    private final String path;

    /// @param path folders to look for programs in, separated by colons
    Host(String path) {
        this.path = path;
    }

    /// The program `name`, or a failure that says how to install it.
    Path program(String datastore, String name, String debianPackage) throws DatastoreFailure {
        for (String folder : path.split(":", -1)) {
            Path program = Path.of(folder, name);
            if (Files.isExecutable(program)) {
                return program;
            }
        }
        throw missing(datastore, name, debianPackage);
    }

    static DatastoreFailure missing(String datastore, String name, String debianPackage) {
        return new DatastoreFailure(
                datastore,
                "the program `" + name + "` is not on this machine",
                "sudo apt-get install " + debianPackage);
    }

    /// The folders of PostgreSQL's programs, newest first. Debian keeps them out of the way.
    List<Path> postgresFolders() throws IOException {
        Path versions = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(versions) || path.isEmpty()) {
            return List.of();
        }
        try (Stream<Path> folders = Files.list(versions)) {
            return folders.filter(folder -> folder.getFileName().toString().matches("[0-9]{1,4}"))
                    .sorted((a, b) -> Integer.compare(version(b), version(a)))
                    .map(folder -> folder.resolve("bin"))
                    .filter(folder -> Files.isExecutable(folder.resolve("postgres")))
                    .toList();
        }
    }

    private static int version(Path folder) {
        return Integer.parseInt(folder.getFileName().toString());
    }

    /// Gives `files` to whom the server runs as, and sees that he gets there. The folder itself
    /// stays ours: who runs is not for the server to write.
    void hand(ServerFolder folder, Path... files) throws DatastoreFailure {
        if (!root) {
            return;
        }
        for (Path file : files) {
            run(folder, List.of("chown", "-R", "nobody:nogroup", file.toString()));
        }
        // From the top: below a closed folder every other one seems closed too.
        var way = new ArrayDeque<Path>();
        for (Path above = folder.root(); above != null; above = above.getParent()) {
            way.addFirst(above);
        }
        for (Path above : way) {
            if (!closed(above)) {
                continue;
            }
            throw new DatastoreFailure(
                    folder.name(),
                    "run by root, its server runs as `nobody`, who may not enter `" + above + "`",
                    "run Belay as an ordinary user, or `chmod o+x " + above + "`");
        }
    }

    private static boolean closed(Path folder) {
        var outcome =
                CommandRun.run(
                        Stream.concat(AS_NOBODY.stream(), Stream.of("test", "-x", folder + ""))
                                .toList(),
                        Path.of("/"),
                        ENVIRONMENT,
                        LONGEST);
        return !(outcome instanceof CommandRun.Outcome.Exited(int status, _) && status == 0);
    }

    /// Runs a command to its end with our own rights.
    void run(ServerFolder folder, List<String> command) throws DatastoreFailure {
        var outcome = CommandRun.run(command, Path.of("/"), ENVIRONMENT, LONGEST);
        String said =
                switch (outcome) {
                    case CommandRun.Outcome.Exited(int status, String output) ->
                            status == 0 ? "" : "exits with " + status + ": " + output.strip();
                    case CommandRun.Outcome.TimedOut(String output) -> "hangs: " + output.strip();
                    case CommandRun.Outcome.NotStarted(String reason) -> reason;
                };
        if (!said.isEmpty()) {
            throw new DatastoreFailure(folder.name(), "`" + command.getFirst() + "` " + said, "");
        }
    }

    /// Runs a command to its end without the rights of root.
    void runUnprivileged(ServerFolder folder, List<String> command) throws DatastoreFailure {
        run(folder, unprivileged(command));
    }

    /// Starts a server that outlives us, in a session of its own: a Ctrl-C at our terminal is not
    /// meant for it.
    Process start(ServerFolder folder, List<String> command) throws IOException {
        var words = new ArrayList<>(List.of("setsid"));
        words.addAll(unprivileged(command));
        var builder =
                new ProcessBuilder(words)
                        .directory(folder.root().toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        return builder.start();
    }

    private List<String> unprivileged(List<String> command) {
        return root ? Stream.concat(AS_NOBODY.stream(), command.stream()).toList() : command;
    }
}
