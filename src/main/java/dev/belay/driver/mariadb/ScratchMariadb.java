package dev.belay.driver.mariadb;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ScratchServer;
import dev.belay.driver.probe.CommandRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A MariaDB server of its own that lives as long as one trial. Listens on loopback only, for a
/// user whose password nobody else knows; runs no events; its data is deleted at the end.
///
/// A server that outlived a killed process is found by [#discardLeftOver] and ended.
final class ScratchMariadb implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchMariadb.class);
    private static final String PREFIX = "mariadb-";
    private static final String USER = "belay";
    private static final Duration COMMAND_WITHIN = Duration.ofMinutes(2);
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
    private static final int PORTS_TRIED = 5;
    private static final int PATIENCE_SECONDS = 60;

    /// Nothing of ours is inherited: our environment may hold secrets.
    private static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG", "C.UTF-8");

    /// Durability is for data that somebody will miss.
    private static final List<String> SETTINGS =
            List.of(
                    "--bind-address=127.0.0.1",
                    "--skip-name-resolve",
                    "--skip-log-bin",
                    "--skip-slave-start",
                    "--event-scheduler=OFF",
                    "--log-bin-trust-function-creators=1",
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-doublewrite=0",
                    "--innodb-buffer-pool-size=128M",
                    "--max-allowed-packet=1G",
                    "--performance-schema=OFF",
                    "--local-infile=0");

    /// Others get through to what they know the name of, and see nothing.
    private static final Set<PosixFilePermission> PASSED_THROUGH =
            PosixFilePermissions.fromString("rwx--x--x");

    private final Path folder;
    private final Programs programs;
    private final String password;
    private int port;
    private final Process process;

    private ScratchMariadb(Programs programs, Path folder, String nameCase)
            throws IOException, DataFailure {
        this.programs = programs;
        this.folder = folder;
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        password = HexFormat.of().formatHex(random);
        initialise(nameCase);
        process = started(nameCase);
    }

    /// Makes one in a new folder below `scratch`.
    ///
    /// @param nameCase `lower_case_table_names` of the server that it stands for
    static ScratchMariadb start(Programs programs, Path scratch, String nameCase)
            throws DataFailure {
        try {
            Files.createDirectories(scratch);
            Path folder = Files.createTempDirectory(scratch, PREFIX);
            Files.setPosixFilePermissions(folder, PASSED_THROUGH);
            try {
                return new ScratchMariadb(programs, folder, nameCase);
            } catch (IOException | DataFailure e) {
                ScratchServer.end(folder, ending(folder));
                throw e;
            }
        } catch (IOException e) {
            throw new DataFailure(
                    "no scratch server can be made in " + scratch + ": " + e.getMessage(), "", e);
        }
    }

    /// Ends what a killed process left below `scratch`. To be called by whoever alone uses it.
    static void discardLeftOver(Path scratch) {
        if (!Files.isDirectory(scratch)) {
            return;
        }
        try (Stream<Path> folders = Files.list(scratch)) {
            folders.filter(one -> one.getFileName().toString().startsWith(PREFIX))
                    .forEach(one -> ScratchServer.end(one, ending(one)));
        } catch (IOException e) {
            LOG.warn("{} cannot be cleared: {}", scratch, e.getMessage());
        }
    }

    MariadbAddress address() {
        return new MariadbAddress("127.0.0.1", port, USER, password, "", MariadbAddress.Line.PLAIN);
    }

    private Path data() {
        return folder.resolve("data");
    }

    private Path log() {
        return folder.resolve("log");
    }

    private void initialise(String nameCase) throws IOException, DataFailure {
        Files.createDirectory(data());
        Files.setPosixFilePermissions(data(), PosixFilePermissions.fromString("rwx------"));
        Path first =
                Files.createFile(
                        folder.resolve("init.sql"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        Files.writeString(
                first,
                "CREATE USER %1$s@'127.0.0.1' IDENTIFIED BY '%2$s';\nGRANT ALL ON *.* TO %1$s@'127.0.0.1' WITH GRANT OPTION;\n"
                        .formatted(USER, password));
        if (ScratchServer.isRoot()) {
            run(List.of("chown", "nobody:nogroup", data().toString(), first.toString()));
            enterable();
        }
        run(
                ScratchServer.unprivileged(
                        List.of(
                                programs.program("mariadb-install-db").toString(),
                                "--no-defaults",
                                "--datadir=" + data(),
                                "--auth-root-authentication-method=normal",
                                "--lower-case-table-names=" + nameCase,
                                "--skip-name-resolve",
                                "--skip-test-db")));
    }

    private void enterable() throws DataFailure {
        var above = new ArrayList<Path>();
        for (Path one = folder; one != null; one = one.getParent()) {
            above.addFirst(one);
        }
        // From the top: below a closed one everything seems closed.
        for (Path one : above) {
            var outcome =
                    CommandRun.run(
                            ScratchServer.unprivileged(List.of("test", "-x", one.toString())),
                            Path.of("/"),
                            ENVIRONMENT,
                            COMMAND_WITHIN);
            if (!(outcome instanceof CommandRun.Outcome.Exited(int status, _) && status == 0)) {
                throw new DataFailure(
                        "run by root, MariaDB runs as `nobody`, who may not enter `" + one + "`",
                        "run Belay as an ordinary user, or `chmod o+x " + one + "`");
            }
        }
    }

    private Process started(String nameCase) throws IOException, DataFailure {
        String said = "";
        for (int i = 0; i < PORTS_TRIED; i++) {
            port = ScratchServer.freePort();
            Process one = begun(nameCase);
            if (answers(one)) {
                Files.delete(folder.resolve("init.sql"));
                return one;
            }
            one.destroyForcibly();
            said = Files.readString(log());
            if (!said.contains("Address already in use")) {
                break;
            }
        }
        throw new DataFailure(
                "the scratch server does not start: "
                        + said.lines()
                                .filter(line -> line.contains("[ERROR]"))
                                .findFirst()
                                .orElse("it says nothing of why"),
                "");
    }

    private Process begun(String nameCase) throws IOException, DataFailure {
        var command = new ArrayList<String>(List.of("setsid"));
        command.addAll(
                ScratchServer.unprivileged(
                        List.of(
                                programs.program("mariadbd").toString(),
                                "--no-defaults",
                                "--datadir=" + data(),
                                // A path to a socket has to be short.
                                "--socket=s",
                                "--pid-file=" + data().resolve("pid"),
                                "--init-file=" + folder.resolve("init.sql"),
                                "--secure-file-priv=" + data(),
                                "--lower-case-table-names=" + nameCase,
                                "--port=" + port)));
        command.addAll(SETTINGS);
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()));
        builder.environment().clear();
        builder.environment().putAll(ENVIRONMENT);
        return builder.start();
    }

    /// Whether it takes connections, asked until it does or has ended.
    private boolean answers(Process one) {
        long deadline = System.nanoTime() + STARTED_WITHIN.toNanos();
        while (one.isAlive() && System.nanoTime() - deadline < 0) {
            try (var connection = address().connect(PATIENCE_SECONDS)) {
                return connection.isValid(1);
            } catch (DataFailure | SQLException _) {
                try {
                    if (one.waitFor(50, TimeUnit.MILLISECONDS)) {
                        return false;
                    }
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return false;
                }
            }
        }
        return false;
    }

    private static void run(List<String> command) throws DataFailure {
        var outcome = CommandRun.run(command, Path.of("/"), ENVIRONMENT, COMMAND_WITHIN);
        String said =
                switch (outcome) {
                    case CommandRun.Outcome.Exited(int status, String output) ->
                            status == 0 ? "" : "exits with " + status + ": " + output.strip();
                    case CommandRun.Outcome.TimedOut(String output) -> "hangs: " + output.strip();
                    case CommandRun.Outcome.NotStarted(String reason) -> reason;
                };
        if (!said.isEmpty()) {
            throw new DataFailure(
                    "making a scratch server: `" + String.join(" ", command) + "` " + said, "");
        }
    }

    private static ScratchServer.Ending ending(Path folder) {
        return new ScratchServer.Ending("data/pid", "--datadir=" + folder.resolve("data"), "KILL");
    }

    @Override
    public void close() {
        ScratchServer.end(process, folder, ending(folder));
    }
}
