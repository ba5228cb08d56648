package dev.belay.driver.sqlite;

import dev.belay.driver.backup.BackupKeys;
import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.BackupStore;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Folders;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Workshop;
import dev.belay.driver.disk.DurableFile;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/// Puts backups of a SQLite database back: into a file beside it, and from there into the living
/// file, as one transaction of SQLite's own. Whoever has the file open finds the other data with
/// his next transaction; a file that took the old one's name would leave him writing into one that
/// has none. Killed in the middle, the next to open the file finds what was there before.
final class SqliteRestorer implements Restorer {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss.SSS").withZone(ZoneOffset.UTC);
    private static final int PAGES_AT_ONCE = 1_000;
    private static final int PAGE_MIN = 512;

    /// So that the first of them is never all.
    private static final int PARTS = 1_000;

    private static final int WAIT_MILLIS = 50;
    private static final int TRIES = 300;
    private static final String LATE =
            "somebody wrote while it was copied: that is neither in the living database nor in what"
                    + " was kept of it";

    private final SqliteFile living;
    private final BackupKeys keys;
    private final Workshop workshop;
    private final AtomicBoolean late = new AtomicBoolean();

    SqliteRestorer(SqliteFile living, BackupKeys keys, Workshop workshop) {
        this.living = living;
        this.keys = keys;
        this.workshop = workshop;
    }

    @Override
    public String living() {
        return living.toString();
    }

    @Override
    public String freshName(Instant when) {
        return living + ".restored-" + STAMP.format(when);
    }

    @Override
    public String asideName(Instant when) {
        return living + ".before-" + STAMP.format(when);
    }

    private Path file(String name) {
        return SqliteBackup.beside(living, name).normalize();
    }

    @Override
    public Optional<Outcome.Refused> obstacle(StoredBackup backup, String name, boolean swap)
            throws DataFailure {
        Path file = file(name);
        Path folder = Folders.parent(file);
        if (Files.exists(file)) {
            return refused(
                    "a file `" + file + "` is there, and nothing is restored over a file",
                    "name another one");
        }
        if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
            return refused("nobody can write into `" + folder + "`", "make it, or name another");
        }
        try {
            long bytes = (swap ? 2 : 1) * backup.manifest().databaseBytes();
            long room = Files.getFileStore(folder).getUsableSpace();
            if (room < bytes) {
                return refused(
                        "`%s` has room for %d MB, and %d are needed"
                                .formatted(folder, room >> 20, bytes >> 20),
                        "make room there");
            }
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
        return swap ? swapObstacle(backup) : Optional.empty();
    }

    /// With a write-ahead log a database cannot change the size of its pages.
    private Optional<Outcome.Refused> swapObstacle(StoredBackup backup) throws DataFailure {
        try (Connection connection = living.connect()) {
            String now = SqliteFile.text(connection, "PRAGMA page_size");
            String then =
                    SqliteFacts.of(backup.manifest()).pragmas().getOrDefault("page_size", now);
            return now.equals(then) || !hasLog(connection)
                    ? Optional.empty()
                    : refused(
                            "the backup has pages of %s bytes and the living database of %s"
                                    .formatted(then, now),
                            "restore it with `--into`, stop who uses the database, and move it there");
        } catch (SQLException e) {
            throw SqliteFile.failure("looking at `" + living + "`", e);
        }
    }

    private static boolean hasLog(Connection connection) throws SQLException {
        return SqliteFile.text(connection, "PRAGMA journal_mode").equals("wal");
    }

    private static Optional<Outcome.Refused> refused(String reason, String hint) {
        return Optional.of(new Outcome.Refused(reason, hint));
    }

    @Override
    public Outcome restore(StoredBackup backup, String name)
            throws DataFailure, InterruptedException {
        Optional<Outcome.Refused> obstacle = obstacle(backup, name, false);
        if (obstacle.isPresent()) {
            return obstacle.get();
        }
        Path file = file(name);
        try {
            // On the same disk, so that the last step is one move.
            Path bench =
                    Files.createTempDirectory(
                            Folders.parent(file), file.getFileName() + ".partial");
            try {
                Path made = bench.resolve(SqliteBackup.FILE);
                Optional<BackupOutcome.Refused> refused =
                        new SqliteTrial(workshop, keys).restore(backup, made);
                if (refused.isPresent()) {
                    return new Outcome.Refused(refused.get().reason(), refused.get().hint());
                }
                asTheLiving(made);
                sync(made);
                Files.move(made, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                BackupStore.remove(bench);
            }
            return new Outcome.Restored(file.toString(), List.of());
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    /// Whoever may read and write the one may the other.
    private void asTheLiving(Path made) throws IOException {
        if (Files.exists(living.path())) {
            Files.setPosixFilePermissions(made, Files.getPosixFilePermissions(living.path()));
            if (!Files.getOwner(made).equals(Files.getOwner(living.path()))) {
                Files.setOwner(made, Files.getOwner(living.path()));
            }
        }
    }

    private static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /// Nobody: writers wait for the transaction that writes the other data, as for any.
    @Override
    public void fence() {}

    @Override
    public void unfence() {}

    @Override
    public void swap(String restored, String aside) throws DataFailure {
        try (Connection connection = living.connect()) {
            if (hasLog(connection)) {
                overLog(connection, restored, aside);
            } else {
                alone(connection, restored, aside);
            }
            Files.delete(Path.of(restored));
        } catch (SQLException e) {
            throw SqliteFile.failure("replacing what is in `" + living + "`", e);
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
    }

    /// The connection keeps its lock from the first copy to the last page: nobody gets in between.
    private void alone(Connection connection, String restored, String aside)
            throws SQLException, DataFailure, IOException {
        SqliteFile.run(connection, "PRAGMA locking_mode = EXCLUSIVE");
        SqliteFile.run(connection, "BEGIN EXCLUSIVE");
        SqliteFile.run(connection, "COMMIT");
        keep(connection, aside);
        replace(connection, restored, _ -> {});
    }

    /// Those who have the file open keep it open, so that it cannot be locked for good. Whoever
    /// writes between the copy of what is there and the first new page is found out.
    private void overLog(Connection connection, String restored, String aside)
            throws SQLException, DataFailure, IOException {
        try (Connection witness = living.connect()) {
            SqliteFile.run(connection, "BEGIN IMMEDIATE");
            String version;
            try {
                version = SqliteFile.text(witness, "PRAGMA data_version");
                keep(witness, aside);
            } finally {
                SqliteFile.run(connection, "COMMIT");
            }
            var first = new AtomicBoolean(true);
            replace(
                    connection,
                    restored,
                    left -> {
                        // When nothing is left, it is our own pages that the witness sees.
                        if (first.getAndSet(false) && left > 0) {
                            late.set(!version.equals(version(witness)));
                        }
                    });
        }
    }

    /// On the disk before anything of the living file changes: it is the only one then.
    private void keep(Connection connection, String aside)
            throws SQLException, DataFailure, IOException {
        Path kept = Path.of(aside);
        SqliteFile.copy(connection, kept);
        asTheLiving(kept);
        sync(kept);
        DurableFile.sync(Folders.parent(kept));
    }

    private static String version(Connection witness) {
        try {
            return SqliteFile.text(witness, "PRAGMA data_version");
        } catch (SQLException e) {
            return "";
        }
    }

    /// @param locked called while nobody else can write any more, with how many pages are left
    private static void replace(Connection connection, String restored, IntConsumer locked)
            throws SQLException, DataFailure {
        long pages = new File(restored).length() / PAGE_MIN;
        int code =
                SqliteFile.own(connection)
                        .restore(
                                "main",
                                restored,
                                (left, _) -> locked.accept(left),
                                WAIT_MILLIS,
                                TRIES,
                                Math.clamp(pages / PARTS, 1, PAGES_AT_ONCE));
        if (code != 0) {
            throw new DataFailure(
                    "the living database was not replaced: SQLite says " + code,
                    "somebody may hold it; end that, and try again");
        }
    }

    @Override
    public List<String> afterSwap() {
        var remarks = new ArrayList<String>();
        remarks.add("who has the database open goes on, and finds the other data in it");
        if (late.get()) {
            remarks.add(LATE);
        }
        return remarks;
    }

    /// The file beside goes when it is done.
    @Override
    public boolean settle(String restored, String aside) {
        return !Files.exists(Path.of(restored)) && Files.exists(Path.of(aside));
    }
}
