package dev.belay.bench;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.Progress;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.Stage;
import dev.belay.driver.backup.Workshop;
import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.PostgresBackup;
import dev.belay.driver.postgres.PostgresPrograms;
import dev.belay.driver.postgres.ScratchCluster;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// `DataBench [SCALE] [ROUNDS]`: what a backup costs that was restored and compared, beside a bare
/// `pg_dump -Fd -j2 -Z0` of the same database in the same run: processor seconds of everything, the
/// server's own included, and time on the clock. The database is the one of `pgbench -i`.
final class DataBench {
    private static final int JOBS = 2;
    private static final double TICKS = 100;
    private static final int MAJOR = 15;

    private final ScratchCluster source;
    private final long postmaster;
    private final Path folder;
    private final PostgresAddress database;

    private DataBench(ScratchCluster source, long postmaster, Path folder) {
        this.source = source;
        this.postmaster = postmaster;
        this.folder = folder;
        this.database = source.address("postgres");
    }

    /// Processor seconds since the beginning.
    ///
    /// @param server the source's backends that have ended
    /// @param own of this process
    /// @param programs what it started and has ended: pg_dump, initdb, pg_restore, the cluster that
    ///   the backup is tried in
    private record Used(double server, double own, double programs, long nanos) {
        Used minus(Used before) {
            return new Used(
                    server - before.server,
                    own - before.own,
                    programs - before.programs,
                    nanos - before.nanos);
        }

        double cpu() {
            return server + own + programs;
        }

        double seconds() {
            return nanos / 1e9;
        }
    }

    public static void main(String[] args) throws Exception {
        int scale = args.length > 0 ? Integer.parseInt(args[0]) : 20;
        int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
        Path folder = Files.createTempDirectory("belay-bench");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        var programs = PostgresPrograms.of(MAJOR, List.of("postgres", "pg_dump", "pgbench"));
        try (ScratchCluster source =
                ScratchCluster.start(programs, folder, List.of("max_connections=30"))) {
            long postmaster = postmaster(folder);
            var bench = new DataBench(source, postmaster, folder);
            bench.fill(scale);
            bench.run(rounds);
        } finally {
            BackupStore.remove(folder);
        }
    }

    private static long postmaster(Path folder) throws IOException {
        try (var all = Files.walk(folder, 3)) {
            Path file = all.filter(one -> one.endsWith("postmaster.pid")).findFirst().orElseThrow();
            return Long.parseLong(Files.readAllLines(file).getFirst());
        }
    }

    private void fill(int scale) throws Exception {
        run(List.of(program("pgbench"), "-i", "-q", "-s", Integer.toString(scale)));
        try (var connection = database.connect("bench");
                var statement = connection.createStatement()) {
            statement.execute("CHECKPOINT");
        }
    }

    private long megabytes() throws Exception {
        try (var connection = database.connect("bench");
                var statement = connection.createStatement();
                var rows =
                        statement.executeQuery(
                                "SELECT pg_database_size(current_database()) >> 20")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    private void run(int rounds) throws Exception {
        long megabytes = megabytes();
        System.out.printf(Locale.ROOT, "database of %d MB%n", megabytes);
        List<Double> cpu = new ArrayList<>();
        List<Double> wall = new ArrayList<>();
        List<Double> rate = new ArrayList<>();
        for (int i = 1; i <= rounds; i++) {
            Used bare = bare();
            print("round " + i + ", bare pg_dump -Fd -j2 -Z0", bare);
            Used verified = verified();
            print("round " + i + ", verified backup", verified);
            cpu.add(verified.cpu() / bare.cpu());
            wall.add(verified.seconds() / bare.seconds());
            rate.add(megabytes / verified.cpu());
        }
        System.out.printf(
                Locale.ROOT,
                "median of %d: %.1f times the processor time, %.1f times the clock, %.1f MB of"
                        + " database per processor second%n",
                rounds,
                median(cpu),
                median(wall),
                median(rate));
    }

    private static double median(List<Double> values) {
        return values.stream().sorted().skip(values.size() / 2).findFirst().orElseThrow();
    }

    private static void print(String what, Used used) {
        System.out.printf(
                Locale.ROOT,
                "%-40s %6.2f CPU-s (server %.2f, this process %.2f, programs and trial cluster %.2f),"
                        + " %.2f s%n",
                what,
                used.cpu(),
                used.server(),
                used.own(),
                used.programs(),
                used.seconds());
    }

    private Used bare() throws Exception {
        Path to = folder.resolve("bare");
        Used before = used();
        run(List.of(program("pg_dump"), "-Fd", "-j2", "-Z0", "-f", to.toString()));
        Used after = used();
        BackupStore.remove(to);
        return after.minus(before);
    }

    private Used verified() throws Exception {
        var stages = new Stages();
        BackupStore store = BackupStore.at(folder.resolve("backups"));
        var workshop = new Workshop(folder.resolve("scratch"), JOBS, stages);
        Files.createDirectories(workshop.scratch());
        workshop.scratch().toFile().setExecutable(true, false);
        Used before = used();
        var outcome = new PostgresBackup(database, store, BackupKeys.UNENCRYPTED, workshop).make();
        Used after = used();
        if (!(outcome instanceof BackupOutcome.Verified good)) {
            throw new IllegalStateException(outcome.toString());
        }
        stages.print();
        System.out.printf(
                Locale.ROOT,
                "  %.1f MB stored of %.1f MB dumped%n",
                good.backup().manifest().storedBytes() / 1e6,
                good.backup().manifest().bytes() / 1e6);
        store.delete(good.backup());
        return after.minus(before);
    }

    /// How long each took on the clock.
    private static final class Stages implements ProgressListener {
        private final Map<Stage, Duration> took = new EnumMap<>(Stage.class);

        @Override
        public synchronized void at(Progress progress) {
            took.put(progress.stage(), progress.elapsed());
        }

        synchronized void print() {
            took.forEach((stage, time) ->
                    System.out.printf(
                            Locale.ROOT, "  %-9s %.2f s%n", stage, time.toMillis() / 1e3));
        }
    }

    private String program(String name) {
        return source.programs().program(name).toString();
    }

    private void run(List<String> command) throws Exception {
        var builder =
                new ProcessBuilder(command)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().putAll(database.environment());
        if (builder.start().waitFor() != 0) {
            throw new IllegalStateException(command + " fails");
        }
    }

    private Used used() throws IOException {
        long[] server = times(Long.toString(postmaster));
        long[] own = times("self");
        return new Used(
                (server[2] + server[3]) / TICKS,
                (own[0] + own[1]) / TICKS,
                (own[2] + own[3]) / TICKS,
                System.nanoTime());
    }

    /// utime, stime, and both of the children that have ended.
    private static long[] times(String process) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long[] times = new long[4];
        for (int i = 0; i < times.length; i++) {
            times[i] = Long.parseLong(fields[11 + i]);
        }
        return times;
    }
}
