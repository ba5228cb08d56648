package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.ScratchServer;
import dev.belay.driver.probe.CommandRun;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A server in scratch that replays the log on a base backup, up to an instant, and lets nobody in.
///
/// Of the source's configuration it has nothing: what leads elsewhere (archiving, replication,
/// libraries) stays away, and what a recovery demands it takes from the copy itself.
final class ReplayServer {
    private static final Duration COMMAND_WITHIN = Duration.ofMinutes(10);

    /// A server that replays asks for more, or ends.
    private static final Duration SILENT_MAX = Duration.ofMinutes(60);

    private static final long LOOK_MILLIS = 50;
    private static final int STATUS_LINE = 7;
    private static final int EVENT_TRIGGERS = 17;

    /// A server that begins knows no zone by its name yet.
    private static final DateTimeFormatter TARGET =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSS+00").withZone(ZoneOffset.UTC);

    private static final Pattern LAST =
            Pattern.compile("last completed transaction was at log time ([^\n]*)");
    private static final Pattern TIME =
            Pattern.compile("([0-9-]{10}) ([0-9:]{8}(?:\\.[0-9]+)?)\\+00");

    /// What a server that recovers wants to be as large as it was, and what the copy calls it.
    private static final Map<String, String> AT_LEAST =
            Map.of(
                    "max_connections setting", "max_connections",
                    "max_worker_processes setting", "max_worker_processes",
                    "max_prepared_xacts setting", "max_prepared_transactions",
                    "max_locks_per_xact setting", "max_locks_per_transaction");

    private final PostgresPrograms programs;
    private final Path folder;
    private Map<String, String> control = Map.of();

    /// @param folder has the files below `data`
    ReplayServer(PostgresPrograms programs, Path folder) {
        this.programs = programs;
        this.folder = folder;
    }

    /// How a replay ended.
    sealed interface End {
        /// The server has the state of the instant, and writes a log of its own from here on.
        record Reached() implements End {}

        /// The log ended before there was a transaction later than the instant.
        ///
        /// @param last when the last one was committed; empty where there was none
        record Early(Optional<Instant> last) implements End {}
    }

    private Path data() {
        return folder.resolve("data");
    }

    /// Takes from the copy what is of its source, and looks at what is left.
    void prepare() throws IOException, PostgresFailure {
        for (String one : List.of("standby.signal", "recovery.signal", "postmaster.pid")) {
            Files.deleteIfExists(data().resolve(one));
        }
        // Settings of ALTER SYSTEM are read whatever else is said.
        Files.writeString(data().resolve("postgresql.auto.conf"), "");
        Files.writeString(data().resolve("recovery.signal"), "");
        Files.writeString(folder.resolve("server.conf"), "");
        Files.writeString(folder.resolve("ident.conf"), "");
        Files.writeString(folder.resolve("hba.conf"), "host all all all reject\n");
        Path slots = data().resolve("pg_replslot");
        if (Files.isDirectory(slots)) {
            try (Stream<Path> all = Files.list(slots)) {
                for (Path one : all.toList()) {
                    BackupStore.remove(one);
                }
            }
        }
        if (ScratchServer.isRoot()) {
            var owned = new ArrayList<String>(List.of("chown", "-R", "nobody:nogroup"));
            owned.add(data().toString());
            if (Files.isDirectory(folder.resolve("tablespaces"))) {
                owned.add(folder.resolve("tablespaces").toString());
            }
            command(owned);
            ScratchCluster.enterable(folder);
        }
        command(ScratchServer.unprivileged(List.of("chmod", "700", data().toString())));
        control = control();
    }

    private Map<String, String> control() throws PostgresFailure {
        var all = new HashMap<String, String>();
        String said =
                command(
                        ScratchServer.unprivileged(
                                List.of(
                                        programs.program("pg_controldata").toString(),
                                        data().toString())));
        said.lines()
                .map(line -> line.split(":", 2))
                .filter(parts -> parts.length == 2)
                .forEach(parts -> all.put(parts[0].strip(), parts[1].strip()));
        return all;
    }

    /// The cluster that the copy is of.
    String systemIdentifier() {
        return control.getOrDefault("Database system identifier", "");
    }

    /// What every server on these files is started with.
    List<String> settings() {
        var settings = new ArrayList<String>();
        for (String file : List.of("config", "hba", "ident")) {
            String name = file.equals("config") ? "server.conf" : file + ".conf";
            settings.add(file + "_file=" + folder.resolve(name));
        }
        AT_LEAST.forEach((line, setting) -> {
            String value = control.getOrDefault(line, "");
            if (value.matches("[0-9]{1,9}")) {
                settings.add(setting + "=" + value);
            }
        });
        settings.addAll(
                List.of(
                        "archive_mode=off",
                        // A subscription would take what is the living server's to take.
                        "max_logical_replication_workers=0",
                        "log_timezone=UTC",
                        "lc_messages=C",
                        "log_min_messages=log"));
        if (programs.major() >= EVENT_TRIGGERS) {
            settings.add("event_triggers=off");
        }
        return settings;
    }

    /// Replays until the instant, or goes on where an earlier attempt ended.
    ///
    /// @param instant empty for all that there is
    End replay(WalFeed feed, Optional<Instant> instant)
            throws IOException, PostgresFailure, InterruptedException {
        Path log = folder.resolve("replay.log");
        Files.deleteIfExists(log);
        Process process = begun(feed, instant, log);
        try {
            boolean ready = ready(process, feed);
            String said = Files.readString(log);
            if (ready) {
                stop(process);
                return new End.Reached();
            }
            if (said.contains("recovery ended before configured recovery target was reached")) {
                return early(said);
            }
            throw new PostgresFailure(
                    "the log cannot be replayed: "
                            + said.lines()
                                    .filter(one -> one.contains("FATAL") || one.contains("PANIC"))
                                    .findFirst()
                                    .orElse("the server does not say why"),
                    "");
        } finally {
            process.destroyForcibly();
        }
    }

    private static End early(String said) {
        Matcher last = LAST.matcher(said);
        return new End.Early(last.find() ? time(last.group(1)) : Optional.empty());
    }

    private static Optional<Instant> time(String text) {
        Matcher parts = TIME.matcher(text);
        return parts.find()
                ? Optional.of(
                        OffsetDateTime.parse(parts.group(1) + "T" + parts.group(2) + "Z")
                                .toInstant())
                : Optional.empty();
    }

    private Process begun(WalFeed feed, Optional<Instant> instant, Path log) throws IOException {
        var settings = new ArrayList<>(settings());
        settings.addAll(
                List.of(
                        "port=" + ScratchServer.freePort(),
                        "listen_addresses=127.0.0.1",
                        "unix_socket_directories=",
                        "hot_standby=off",
                        "wal_level=replica",
                        "fsync=off",
                        "full_page_writes=off",
                        "autovacuum=off",
                        "shared_buffers=128MB",
                        "max_wal_size=2GB",
                        "restore_command=" + feed.command(),
                        "recovery_target_timeline=latest",
                        "recovery_target_action=promote"));
        instant.ifPresent(time -> settings.add("recovery_target_time=" + TARGET.format(time)));
        var command = new ArrayList<String>(List.of("setsid"));
        command.addAll(
                ScratchServer.unprivileged(
                        List.of(programs.program("postgres").toString(), "-D", data().toString())));
        settings.forEach(one -> command.addAll(List.of("-c", one)));
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectInput(new File("/dev/null"))
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().clear();
        builder.environment().putAll(ScratchCluster.ENVIRONMENT);
        return builder.start();
    }

    /// Whether it got so far as to take sessions; not, when it has ended.
    private boolean ready(Process process, WalFeed feed)
            throws IOException, PostgresFailure, InterruptedException {
        Path pid = data().resolve("postmaster.pid");
        while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
            if (Files.exists(pid)) {
                List<String> lines = Files.readAllLines(pid);
                if (lines.size() > STATUS_LINE && lines.get(STATUS_LINE).strip().equals("ready")) {
                    return true;
                }
            }
            if (System.nanoTime() - feed.lastAsked() > SILENT_MAX.toNanos()) {
                throw new PostgresFailure(
                        "replaying the log does not get on: nothing was asked of it for %d minutes"
                                .formatted(SILENT_MAX.toMinutes()),
                        "");
            }
        }
        return false;
    }

    /// Waits for the end of its checkpoint.
    private static void stop(Process process)
            throws IOException, PostgresFailure, InterruptedException {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
        if (!process.waitFor(COMMAND_WITHIN.toSeconds(), TimeUnit.SECONDS)) {
            throw new PostgresFailure("the server that replayed the log does not end", "");
        }
    }

    /// Gives it a superuser that nobody else knows; nobody else gets in.
    void admit(PostgresAddress login) throws IOException, PostgresFailure {
        Files.writeString(
                folder.resolve("hba.conf"),
                "host all %s 127.0.0.1/32 scram-sha-256\n".formatted(login.user()));
        Path secret = Files.createFile(folder.resolve("role"), ScratchCluster.OWNERS);
        Files.writeString(
                secret,
                "CREATE ROLE %s SUPERUSER LOGIN PASSWORD '%s'\n"
                        .formatted(login.user(), login.password()));
        if (ScratchServer.isRoot()) {
            command(List.of("chown", "nobody:nogroup", secret.toString()));
        }
        var line = new ArrayList<String>(List.of("sh", "-c", "exec \"$@\" < \"$0\""));
        line.add(secret.toString());
        line.addAll(
                List.of(
                        programs.program("postgres").toString(),
                        "--single",
                        "-F",
                        "-D",
                        data().toString()));
        settings().forEach(one -> line.addAll(List.of("-c", one)));
        line.addAll(List.of("-c", "password_encryption=scram-sha-256", login.database()));
        command(ScratchServer.unprivileged(line));
        Files.delete(secret);
    }

    private static String command(List<String> command) throws PostgresFailure {
        var outcome =
                CommandRun.run(command, Path.of("/"), ScratchCluster.ENVIRONMENT, COMMAND_WITHIN);
        return switch (outcome) {
            case CommandRun.Outcome.Exited(int status, String output) when status == 0 -> output;
            case CommandRun.Outcome.Exited(int status, String output) ->
                    throw failure(command, "exits with " + status + ": " + output.strip());
            case CommandRun.Outcome.TimedOut(String output) ->
                    throw failure(command, "hangs: " + output.strip());
            case CommandRun.Outcome.NotStarted(String reason) -> throw failure(command, reason);
        };
    }

    private static PostgresFailure failure(List<String> command, String said) {
        return new PostgresFailure(
                "making a server of a base backup: `" + command.getFirst() + "` " + said, "");
    }
}
