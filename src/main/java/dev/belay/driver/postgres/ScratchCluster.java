package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.ScratchServer;
import dev.belay.driver.probe.CommandRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A PostgreSQL server of its own that lives as long as one trial: a backup is restored into it, a
/// migration is rehearsed in it. Listens on loopback only, for one superuser whose password nobody
/// else knows; its data is not synced and is deleted at the end.
///
/// A server that outlived a killed process is found by [#discardLeftOver] and ended.
public final class ScratchCluster implements Scratch {
    private static final Logger LOG = LoggerFactory.getLogger(ScratchCluster.class);
    static final String PREFIX = "pg-";
    private static final String USER = "belay";
    private static final Duration COMMAND_WITHIN = Duration.ofMinutes(2);
    private static final Duration STARTED_WITHIN = Duration.ofSeconds(60);
    private static final int PORTS_TRIED = 5;

    /// Nothing of ours is inherited: our environment may hold secrets.
    static final Map<String, String> ENVIRONMENT =
            Map.of("PATH", "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG", "C.UTF-8");

    /// Durability is for data that somebody will miss.
    static final List<String> SETTINGS =
            List.of(
                    "fsync=off",
                    "synchronous_commit=off",
                    "full_page_writes=off",
                    "max_wal_size=2GB",
                    "checkpoint_timeout=1h",
                    "wal_level=minimal",
                    "max_wal_senders=0",
                    "autovacuum=off",
                    "shared_buffers=128MB",
                    "maintenance_work_mem=128MB",
                    "listen_addresses=127.0.0.1",
                    "unix_socket_directories=",
                    "session_preload_libraries=",
                    "logging_collector=off");

    static final FileAttribute<Set<PosixFilePermission>> OWNERS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    /// Others get through to what they know the name of, and see nothing.
    static final Set<PosixFilePermission> PASSED_THROUGH =
            PosixFilePermissions.fromString("rwx--x--x");

    private final Path folder;
    private final PostgresPrograms programs;
    private final String user;
    private final String password;

    /// A database that is there when it has started.
    private final String entry;

    private int port;
    private Process process;

    private ScratchCluster(
            PostgresPrograms programs, Path scratch, Path folder, List<String> settings)
            throws IOException, PostgresFailure {
        this.programs = programs;
        this.folder = folder;
        this.user = USER;
        this.entry = "postgres";
        byte[] random = new byte[16];
        new SecureRandom().nextBytes(random);
        this.password = HexFormat.of().formatHex(random);
        initialise(scratch);
        this.process = started(settings);
    }

    /// One whose data lie in its folder already, below `data`, with a superuser that can log in.
    ScratchCluster(
            PostgresPrograms programs, Path folder, PostgresAddress login, List<String> settings)
            throws IOException, PostgresFailure {
        this.programs = programs;
        this.folder = folder;
        this.user = login.user();
        this.password = login.password();
        this.entry = login.database();
        this.process = started(settings);
    }

    /// Makes a cluster in a new folder below `scratch`.
    ///
    /// @param settings more of postgresql.conf, as `max_connections=20`
    public static ScratchCluster start(
            PostgresPrograms programs, Path scratch, List<String> settings) throws PostgresFailure {
        try {
            if (!Files.isDirectory(scratch)) {
                Files.createDirectories(scratch);
                Files.setPosixFilePermissions(scratch, PASSED_THROUGH);
            }
            Path folder = Files.createTempDirectory(scratch, PREFIX);
            Files.setPosixFilePermissions(folder, PASSED_THROUGH);
            try {
                return new ScratchCluster(programs, scratch, folder, settings);
            } catch (IOException | PostgresFailure e) {
                ScratchServer.end(folder, ending(folder));
                ClusterTemplate.discard(scratch);
                throw e;
            }
        } catch (IOException e) {
            throw new PostgresFailure(
                    "no scratch cluster can be made in " + scratch + ": " + e.getMessage(), "");
        }
    }

    /// Ends what a killed process left below `scratch`. To be called by whoever alone uses it.
    public static void discardLeftOver(Path scratch) {
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

    /// The superuser's way to one of its databases; `postgres` always exists.
    @Override
    public PostgresAddress address(String database) {
        return new PostgresAddress("127.0.0.1", port, database, user, password, Map.of());
    }

    @Override
    public PostgresPrograms programs() {
        return programs;
    }

    @Override
    public Optional<BackupOutcome.Refused> prepare(PostgresFacts facts) throws PostgresFailure {
        making(facts).createRoles();
        createTablespaces(facts.tablespaces());
        return Optional.empty();
    }

    /// What lies elsewhere at the source lies in a folder beside the data here, under the same
    /// name: so definitions stay equal, and a migration that names one of them can be rehearsed.
    private void createTablespaces(List<PostgresFacts.Tablespace> wanted) throws PostgresFailure {
        if (wanted.isEmpty()) {
            return;
        }
        try (Connection connection = address(entry).connect("belay/scratch")) {
            var there = new ArrayList<>(Ask.texts(connection, "SELECT spcname FROM pg_tablespace"));
            for (PostgresFacts.Tablespace one : wanted) {
                if (!there.contains(one.name())) {
                    Path place = folder.resolve("tablespace-" + there.size());
                    ClusterTemplate.own(place);
                    there.add(one.name());
                    NewDatabase.run(
                            connection,
                            "CREATE TABLESPACE %s LOCATION '%s'"
                                    .formatted(
                                            Sql.identifier(one.name()),
                                            place.toString().replace("'", "''")));
                }
            }
        } catch (SQLException e) {
            throw new PostgresFailure("making tablespaces", e);
        } catch (IOException e) {
            throw new PostgresFailure("no tablespace can be made: " + e.getMessage(), "");
        }
    }

    @Override
    public NewDatabase making(PostgresFacts facts) {
        return new NewDatabase(address("postgres"), facts);
    }

    @Override
    public String words(PostgresFacts facts) {
        return "scratch cluster of PostgreSQL " + facts.serverVersion();
    }

    @Override
    public boolean isSuperuser() {
        return true;
    }

    @Override
    public boolean isOwn(String role) {
        return !role.equals(USER);
    }

    @Override
    public List<String> standIns(List<PostgresFacts.Role> wanted) throws PostgresFailure {
        try (Connection connection = address("postgres").connect("belay/rehearsal")) {
            var there = Ask.texts(connection, "SELECT rolname FROM pg_roles");
            for (PostgresFacts.Role role : wanted) {
                if (!there.contains(role.name())) {
                    NewDatabase.run(connection, "CREATE ROLE " + Sql.identifier(role.name()));
                }
            }
            return List.of();
        } catch (SQLException e) {
            throw new PostgresFailure("making roles", e);
        }
    }

    @Override
    public void checkAlive() throws PostgresFailure {
        if (!process.isAlive()) {
            throw new PostgresFailure(
                    "the scratch cluster ended in the middle: that tells nothing of the backup",
                    "look whether the machine has memory and room on the disk, and try it again");
        }
    }

    /// What the server wrote.
    public Path log() {
        return folder.resolve("log");
    }

    private Path data() {
        return folder.resolve("data");
    }

    private void initialise(Path scratch) throws IOException, PostgresFailure {
        if (ScratchServer.isRoot()) {
            enterable(folder);
        }
        new ClusterTemplate(programs, scratch, USER).copyTo(data());
        // By a file, as everybody can read a process's arguments.
        Path secret = Files.createFile(folder.resolve("password"), OWNERS);
        Files.writeString(
                secret,
                "ALTER ROLE %s PASSWORD '%s'\n".formatted(USER, ScramVerifier.of(password)));
        if (ScratchServer.isRoot()) {
            command(List.of("chown", "nobody:nogroup", secret.toString()));
        }
        command(
                ScratchServer.unprivileged(
                        List.of(
                                "sh",
                                "-c",
                                "exec \"$0\" --single -F -D \"$1\" postgres < \"$2\"",
                                programs.program("postgres").toString(),
                                data().toString(),
                                secret.toString())));
        Files.delete(secret);
    }

    /// Whether the user of such servers gets to the folder.
    static void enterable(Path folder) throws PostgresFailure {
        var folders = new ArrayList<Path>();
        for (Path above = folder; above != null; above = above.getParent()) {
            folders.addFirst(above);
        }
        // From the top: below a closed one everything seems closed.
        for (Path above : folders) {
            var outcome =
                    CommandRun.run(
                            ScratchServer.unprivileged(List.of("test", "-x", above.toString())),
                            Path.of("/"),
                            ENVIRONMENT,
                            COMMAND_WITHIN);
            if (!(outcome instanceof CommandRun.Outcome.Exited(int status, _) && status == 0)) {
                throw new PostgresFailure(
                        "run by root, PostgreSQL runs as `nobody`, who may not enter `"
                                + above
                                + "`",
                        "run Belay as an ordinary user, or `chmod o+x " + above + "`");
            }
        }
    }

    private Process started(List<String> settings) throws IOException, PostgresFailure {
        String said = "";
        for (int i = 0; i < PORTS_TRIED; i++) {
            port = ScratchServer.freePort();
            Process one = begun(settings);
            if (answers(one)) {
                return one;
            }
            one.destroyForcibly();
            said = Files.readString(log());
            if (!said.contains("Address already in use")) {
                break;
            }
        }
        throw new PostgresFailure(
                "the scratch cluster does not start: "
                        + said.lines()
                                .filter(line -> line.contains("FATAL") || line.contains("ERROR"))
                                .findFirst()
                                .orElse("it says nothing of why"),
                "");
    }

    private Process begun(List<String> settings) throws IOException {
        var command = new ArrayList<String>(List.of("setsid"));
        command.addAll(
                ScratchServer.unprivileged(
                        List.of(
                                programs.program("postgres").toString(),
                                "-D",
                                data().toString(),
                                "-p",
                                Integer.toString(port))));
        Stream.concat(SETTINGS.stream(), settings.stream())
                .forEach(one -> command.addAll(List.of("-c", one)));
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
            try (Connection connection = address(entry).connect("belay/scratch")) {
                return connection.isValid(1);
            } catch (PostgresFailure | SQLException _) {
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

    /// Runs a program of the installation to its end.
    ///
    /// @return what it said
    /// @throws PostgresFailure when it fails
    static String command(List<String> command) throws PostgresFailure {
        var outcome = CommandRun.run(command, Path.of("/"), ENVIRONMENT, COMMAND_WITHIN);
        if (outcome instanceof CommandRun.Outcome.Exited(int status, String output)
                && status == 0) {
            return output;
        }
        String wrong =
                switch (outcome) {
                    case CommandRun.Outcome.Exited(int status, String output) ->
                            "exits with " + status + ": " + output.strip();
                    case CommandRun.Outcome.TimedOut(String output) -> "hangs: " + output.strip();
                    case CommandRun.Outcome.NotStarted(String reason) -> reason;
                };
        throw new PostgresFailure(
                "making a scratch cluster: `" + String.join(" ", command) + "` " + wrong, "");
    }

    static ScratchServer.Ending ending(Path folder) {
        return new ScratchServer.Ending(
                "data/postmaster.pid", folder.resolve("data").toString(), "QUIT");
    }

    @Override
    public void close() {
        ScratchServer.end(process, folder, ending(folder));
    }
}
