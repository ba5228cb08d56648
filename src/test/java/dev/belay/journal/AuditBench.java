package dev.belay.journal;

import dev.belay.journal.tree.Checkpoint;
import dev.belay.journal.tree.NoteSigner;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// Measures what the audit log's tree costs the transaction that it grows in, and how long a long
/// log takes to verify; run by `bench/audit`.
final class AuditBench {
    private static final int LINES_OF_RELEASE = 100;
    private static final int PER_TRANSACTION = 10_000;
    private static final int SIGNED_EVERY = 1_000;
    private static final int COMMITS = 200;
    private static final int TELLS = 10;
    private static final int CACHE_PAGES = 32_000;
    private static final int TOGETHER = 32;
    private static final int ROUNDS = 3;

    private final NoteSigner signer = NoteSigner.random("belay/bench");
    private final Path folder;
    private final int commits;

    private AuditBench(Path folder, int commits) {
        this.folder = folder;
        this.commits = commits;
    }

    public static void main(String[] arguments) throws Exception {
        long entries = arguments.length > 0 ? Long.parseLong(arguments[0]) : 1_000_000;
        String parent = arguments.length > 1 ? arguments[1] : System.getProperty("java.io.tmpdir");
        Path folder = Files.createTempDirectory(Path.of(parent), "belay-bench");
        try {
            System.out.printf(
                    "%s, %d cores, load %.1f%n",
                    LocalDate.now(ZoneOffset.UTC),
                    Runtime.getRuntime().availableProcessors(),
                    ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
            int commits = arguments.length > 2 ? Integer.parseInt(arguments[2]) : COMMITS;
            var bench = new AuditBench(folder, commits);
            if (commits > 0) {
                bench.appends(1);
                bench.appends(TOGETHER);
            }
            bench.verify(entries);
        } finally {
            try (var files = Files.walk(folder)) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }

    private Session session(Path file, boolean durable) throws SQLException {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(
                durable ? SQLiteConfig.SynchronousMode.FULL : SQLiteConfig.SynchronousMode.OFF);
        config.enforceForeignKeys(true);
        if (!durable) {
            // What is only made to be read is not written twice.
            config.setJournalMode(SQLiteConfig.JournalMode.MEMORY);
            config.setCacheSize(CACHE_PAGES);
        }
        var source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file.toUri());
        return new Session(source.getConnection());
    }

    /// One line and its entry after the other, with and without the tree in turn, each with a
    /// commit that waits for the disk.
    private void appends(int together) throws SQLException {
        Path file = folder.resolve("append-" + together + ".db");
        SqliteJournal.open(file).close();
        // With and without lie in files of their own: the tree has to be whole in its own.
        Path bare = folder.resolve("bare-" + together + ".db");
        SqliteJournal.open(bare).close();
        try (Session with = session(file, true);
                Session without = session(bare, true)) {
            var one = new Pages(with, true);
            var other = new Pages(without, false);
            for (int i = 0; i < commits / 4; i++) {
                commit(one, together);
                commit(other, together);
            }
            long[] grown = new long[commits];
            long[] flat = new long[commits];
            for (int i = 0; i < commits; i++) {
                grown[i] = commit(one, together);
                flat[i] = commit(other, together);
            }
            double tree = median(grown) / 1000.0;
            double none = median(flat) / 1000.0;
            System.out.printf(
                    "append of %d, committed  %8.1f us with the tree, %8.1f us without  (%+.1f %%)%n",
                    together, tree, none, 100 * (tree / none - 1));
        }
    }

    private static long commit(Pages releases, int together) throws SQLException {
        long begin = System.nanoTime();
        releases.session.begin();
        for (int i = 0; i < together; i++) {
            releases.line();
        }
        releases.session.commit();
        return System.nanoTime() - begin;
    }

    private static long median(long[] times) {
        long[] sorted = times.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /// Releases of a hundred lines each, one after the other.
    private static final class Pages {
        final Session session;
        private final boolean grow;
        private long ordinal;
        private long lines;

        Pages(Session session, boolean grow) {
            this.session = session;
            this.grow = grow;
        }

        void line() throws SQLException {
            long number = lines % LINES_OF_RELEASE + 1;
            if (number == 1) {
                release();
            }
            lines++;
            String release = "production-" + ordinal;
            Fact fact = fact((int) number);
            Map<String, Object> fields = FactCodec.fields(fact);
            session.update(
                    """
                    INSERT INTO journal (release_id, seq, kind, step, direction, scope, token, done,
                      fence, actor, at, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)\
                    """,
                    release,
                    number,
                    String.valueOf(fields.get("type")),
                    (int) number,
                    "DO",
                    number % 2 == 1 ? "production/component/api" : null,
                    number % 2 == 1 ? lines : null,
                    number % 2 == 1 ? null : 1,
                    1,
                    "engine-4f1c",
                    1_700_000_000_000L + lines,
                    FactCodec.encode(fact));
            AuditLeaf.write(
                    session,
                    1_700_000_000_000L + lines,
                    "engine-4f1c",
                    Map.of(
                            "release",
                            release,
                            "entry",
                            number,
                            "fence",
                            1L,
                            "state",
                            FactCodec.kebab(ReleaseState.RUNNING),
                            "fact",
                            fields),
                    grow);
        }

        private Fact fact(int number) {
            Scope scope = Scope.component("production", "api");
            return number % 2 == 1
                    ? new Fact.Intent(number, Direction.DO, scope, lines)
                    : new Fact.Outcome(
                            number,
                            Direction.DO,
                            new Fact.Result.Done("3 instances of api-4f1c02aa are healthy"));
        }

        private void release() throws SQLException {
            ordinal++;
            session.update(
                    """
                    INSERT INTO release (id, ordinal, environment, title, state, active,
                      plan_digest, manifest_digest, engine, version, created_by, created_at)
                      VALUES (?, ?, 'production', 'a change', 'QUEUED', 0, 'p', 'm', 1, 0, 'anna', 1)\
                    """,
                    "production-" + ordinal,
                    ordinal);
        }
    }

    private void verify(long entries) throws SQLException, IOException {
        Path file = folder.resolve("journal.db");
        SqliteJournal.open(file).close();
        long begin = System.nanoTime();
        try (Session session = session(file, false)) {
            var releases = new Pages(session, true);
            for (long i = 0; i < entries; ) {
                session.begin();
                for (int n = 0; n < PER_TRANSACTION && i < entries; n++, i++) {
                    releases.line();
                    if ((i + 1) % SIGNED_EVERY == 0 || i + 1 == entries) {
                        sign(session, i + 1);
                    }
                }
                session.commit();
                if (i % Math.max(PER_TRANSACTION, entries / TELLS) < PER_TRANSACTION) {
                    System.err.printf("… %d of %d written, %.0f s%n", i, entries, seconds(begin));
                }
            }
        }
        System.out.printf(
                "%d entries of %d MB written in  %.1f s%n",
                entries, Files.size(file) >> 20, seconds(begin));
        for (int round = 1; round <= ROUNDS; round++) {
            begin = System.nanoTime();
            long busy = processorTime();
            AuditReport report = AuditVerifier.verify(file, List.of(signer.publicKey()), List.of());
            if (!report.isWell() || report.entries() != entries || report.signedUpTo() != entries) {
                throw new IllegalStateException(report.toString());
            }
            System.out.printf(
                    "verified offline, with %d checkpoints  %.2f s, processor %.2f s%n",
                    report.checkpoints(), seconds(begin), (processorTime() - busy) / 1e9);
        }
        try (var journal = SqliteJournal.open(file)) {
            begin = System.nanoTime();
            int proof = journal.inclusion(entries / 3, entries).size();
            System.out.printf(
                    "proof of an entry, %d hashes  %.2f ms%n", proof, 1000 * seconds(begin));
        }
    }

    private void sign(Session session, long size) throws SQLException {
        String root = session.tree().root(size);
        String note = signer.sign(new Checkpoint("belay/bench", size, root).text()).written();
        CheckpointRows.keep(session, new AuditTree.Kept(size, root, note, size));
    }

    /// Of all threads, in nanoseconds: on a busy machine the clock says little.
    private static long processorTime() {
        return ((com.sun.management.OperatingSystemMXBean)
                        ManagementFactory.getOperatingSystemMXBean())
                .getProcessCpuTime();
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }
}
