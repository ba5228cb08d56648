package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Meter;
import dev.belay.driver.backup.ProgressListener;
import dev.belay.driver.backup.RowChecksum;
import dev.belay.driver.backup.Seal;
import dev.belay.driver.backup.SealedFile;
import dev.belay.driver.backup.Stage;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/// Writes the rows of one table into a file of a backup, and adds up the very same rows.
///
/// Parts of a MergeTree never change: what is inserted makes new ones, and merges and mutations put
/// others in their place. A query goes on with those that it found when it began. So two queries
/// that name the same parts, and are begun while all of them are there, read the same rows,
/// whatever is written meanwhile. Tables without parts are added up before and after.
final class TableExport {
    private static final int ATTEMPTS = 10;
    private static final int ATTEMPTS_AT_PARTS = 40;
    private static final long PAUSE_MILLIS = 100;

    /// More than that a server reads only when it is told to.
    static final int QUERY_MAX = 200_000;

    private final ClickhouseSession session;
    private final String database;
    private final Seal seal;
    private final Path folder;
    private final int queryMax;

    /// What was written, and what it adds up to.
    record Exported(SealedFile file, RowChecksum sum) {}

    /// Its parts were replaced before both queries had begun.
    private static final class Moved extends IOException {
        Moved() {
            super("its parts were replaced");
        }
    }

    /// @param queryMax the length from which on a query needs the server's leave
    TableExport(ClickhouseSession session, String database, Seal seal, Path folder, int queryMax) {
        this.session = session;
        this.queryMax = queryMax;
        this.database = database;
        this.seal = seal;
        this.folder = folder;
    }

    /// @param name of the file, below the backup's folder
    Exported run(Definition table, String name, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        int attempts = table.hasParts() ? ATTEMPTS_AT_PARTS : ATTEMPTS;
        for (int i = 0; i < attempts; i++) {
            try {
                return table.hasParts() ? byParts(table, name, meter) : whole(table, name, meter);
            } catch (Moved again) {
                Files.deleteIfExists(folder.resolve(name));
                // Merges come in bursts.
                Thread.sleep(ThreadLocalRandom.current().nextLong(PAUSE_MILLIS));
            }
        }
        throw new DataFailure(
                "`%s` did not stand still in %d attempts to read it twice"
                        .formatted(table.name(), attempts),
                table.hasParts()
                        ? "wait until its merges or mutations are done"
                        : "an engine of the MergeTree family can be read while it is written to;"
                                + " else back it up while nobody writes");
    }

    private String path(Definition table) {
        return Names.quoted(database, table.name());
    }

    private String rows(Definition table, String where) {
        return "SELECT %s FROM %s%s FORMAT Native"
                .formatted(Names.all(table.stored()), path(table), where);
    }

    private Exported whole(Definition table, String name, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        RowChecksum before = sum(table);
        SealedFile file;
        try (InputStream in = session.stream(rows(table, ""), Map.of())) {
            file = seal.write(in, folder, name, meter);
        }
        if (!sum(table).equals(before)) {
            throw new Moved();
        }
        return new Exported(file, before);
    }

    private RowChecksum sum(Definition table)
            throws DataFailure, IOException, InterruptedException {
        try (var quiet = new Meter(Stage.COMPARE, 0, ProgressListener.NONE)) {
            return RowSums.read(session, path(table), table, quiet);
        }
    }

    private Exported byParts(Definition table, String name, Meter meter)
            throws DataFailure, IOException, InterruptedException {
        Parts parts = Parts.read(session, database, table.name());
        var start = new Start(table, parts);
        String where =
                parts.names().isEmpty()
                        // None is called that.
                        ? " WHERE _part IN ('')"
                        : " WHERE _part IN (" + Names.texts(parts.names()) + ")";
        var adding =
                new FutureTask<RowChecksum>(() -> {
                    String query = RowSums.query(path(table), table.stored(), where);
                    try (InputStream in = start.begun(query);
                            var quiet = new Meter(Stage.COMPARE, 0, ProgressListener.NONE)) {
                        return RowSums.of(in, quiet);
                    }
                });
        Thread.ofVirtual().name("sums").start(adding);
        try {
            SealedFile file;
            try (InputStream in = start.begun(rows(table, where))) {
                file = seal.write(in, folder, name, meter);
            }
            RowChecksum sum = result(adding);
            start.check();
            parts.count(table.name(), sum);
            return new Exported(file, sum);
        } finally {
            adding.cancel(true);
        }
    }

    private static RowChecksum result(FutureTask<RowChecksum> adding)
            throws DataFailure, IOException, InterruptedException {
        try {
            return adding.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof DataFailure failure) {
                throw failure;
            }
            throw e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
        }
    }

    /// Begins both queries, and finds out whether the parts were there all the while.
    private final class Start {
        private final Definition table;
        private final Parts parts;
        private final AtomicInteger begun = new AtomicInteger();
        private volatile boolean moved;

        Start(Definition table, Parts parts) {
            this.table = table;
            this.parts = parts;
        }

        /// The answer of a query that the server has begun: it holds the parts from then on. Each
        /// is read at once and by itself: one that waited for the other could wait behind
        /// somebody's `ALTER` that waits for the first.
        InputStream begun(String query) throws DataFailure, InterruptedException {
            InputStream in = session.stream(query, settings(query));
            if (begun.incrementAndGet() == 2) {
                moved = !parts.areIn(Parts.read(session, database, table.name()));
            }
            return new FilterInputStream(in) {
                @Override
                public int read(byte[] to, int from, int length) throws IOException {
                    check();
                    return in.read(to, from, length);
                }
            };
        }

        void check() throws Moved {
            if (moved) {
                throw new Moved();
            }
        }
    }

    private Map<String, String> settings(String query) throws DataFailure {
        if (query.length() < queryMax) {
            // Whoever may only read may set nothing.
            return Map.of();
        }
        String enough = Integer.toString(4 * query.length());
        return Catalogue.settings(
                session,
                Map.of(
                        "max_query_size",
                        enough,
                        "max_ast_elements",
                        enough,
                        "max_expanded_ast_elements",
                        enough));
    }

    /// The active parts of one table.
    ///
    /// @param names of those that hold rows
    /// @param patches changes that are applied while others are read (later versions)
    /// @param rows of them all; -1 where some of those are hidden
    record Parts(List<String> names, List<String> patches, long rows) {
        static Parts read(ClickhouseSession session, String database, String table)
                throws DataFailure {
            boolean hides =
                    !session.value(
                                    "SELECT name FROM system.columns WHERE database = 'system' AND"
                                            + " table = 'parts' AND name = 'has_lightweight_delete'")
                            .isEmpty();
            var names = new ArrayList<String>();
            var patches = new ArrayList<String>();
            long rows = 0;
            boolean hidden = false;
            for (List<String> part :
                    session.rows(
                            "SELECT name, rows, %s FROM system.parts WHERE active AND database = %s"
                                            .formatted(
                                                    hides ? "has_lightweight_delete" : "0",
                                                    Names.text(database))
                                    + " AND table = "
                                    + Names.text(table)
                                    + " ORDER BY name")) {
                if (part.get(0).startsWith("patch-")) {
                    patches.add(part.get(0));
                } else {
                    names.add(part.get(0));
                    rows += Long.parseLong(part.get(1));
                }
                hidden |= !part.get(2).equals("0");
            }
            return new Parts(names, patches, hidden || !patches.isEmpty() ? -1 : rows);
        }

        boolean areIn(Parts later) {
            return new java.util.HashSet<>(later.names).containsAll(names)
                    && later.patches.equals(patches);
        }

        /// A rule of the server that hides rows, or a limit that cuts answers off, would leave a
        /// backup with too few of them, and nobody would know.
        void count(String table, RowChecksum read) throws DataFailure {
            if (rows >= 0 && read.rows() != rows) {
                throw new DataFailure(
                        "`%s` has %,d rows, and the user of the address is shown %,d"
                                .formatted(table, rows, read.rows()),
                        "a row policy or a limit of his hides some: let him see all");
            }
        }
    }
}
