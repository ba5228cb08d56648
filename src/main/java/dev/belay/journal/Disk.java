package dev.belay.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteErrorCode;

/// The disk under the journal: whether there is room, whether the file is still there, and what its
/// failures mean in words.
///
/// Beside the database lies the *ballast*, a file that only takes room. On a full disk it is
/// deleted, so that the outcomes of what is under way can still be written; until it lies there
/// again nothing new begins.
final class Disk {
    private static final int CHUNK = 1 << 16;

    private final Path database;
    private final Path ballast;
    private final long ballastBytes;
    private final long floorBytes;
    private @Nullable Object identity;

    Disk(Path database, long ballastBytes, long floorBytes) {
        this.database = database;
        this.ballast = database.resolveSibling(database.getFileName() + ".ballast");
        this.ballastBytes = ballastBytes;
        this.floorBytes = floorBytes;
    }

    /// Remembers the file, now that it is there, and lays down the ballast if there is room.
    void settle() {
        identity = fileKey();
        restore();
    }

    /// @throws JournalException when the file is no longer the one that was opened: SQLite would go
    ///   on writing into a file that nobody can find again
    void check() {
        if (!Objects.equals(identity, fileKey())) {
            throw new JournalException(
                    "The journal `"
                            + database
                            + "` was deleted or replaced while Belay was running; stop Belay, put"
                            + " the file back and start it again",
                    null);
        }
    }

    private @Nullable Object fileKey() {
        try {
            return Files.readAttributes(database, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null;
        }
    }

    /// @throws JournalFull when nothing new should begin
    void requireRoom() {
        if (!restore() || free() < floorBytes) {
            throw full(null);
        }
    }

    /// Gives up the ballast.
    ///
    /// @return false when there was none
    boolean release() {
        try {
            return Files.deleteIfExists(ballast);
        } catch (IOException e) {
            return false;
        }
    }

    /// @return whether the ballast lies there whole
    private boolean restore() {
        try {
            if (Files.exists(ballast) && Files.size(ballast) == ballastBytes) {
                return true;
            }
            if (free() < ballastBytes + floorBytes) {
                return false;
            }
            write();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /// Random bytes, because some file systems give zeros no room.
    private void write() throws IOException {
        var random = new SplittableRandom(ballastBytes);
        var bytes = new byte[CHUNK];
        try (FileChannel channel =
                FileChannel.open(
                        ballast,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            for (long left = ballastBytes; left > 0; left -= CHUNK) {
                random.nextBytes(bytes);
                var chunk = ByteBuffer.wrap(bytes, 0, (int) Math.min(CHUNK, left));
                while (chunk.hasRemaining()) {
                    channel.write(chunk);
                }
            }
            channel.force(true);
        }
    }

    private long free() {
        return database.resolveSibling("").toFile().getUsableSpace();
    }

    /// Whether the database failed for want of room. SQLite reports a shared-memory file that
    /// cannot grow as a failure of the disk.
    boolean ranOut(SQLException e) {
        int code = code(e);
        return code == SQLiteErrorCode.SQLITE_FULL.code
                || (code == SQLiteErrorCode.SQLITE_IOERR.code && free() < CHUNK);
    }

    static boolean refusedByConstraint(SQLException e) {
        return code(e) == SQLiteErrorCode.SQLITE_CONSTRAINT.code;
    }

    /// The primary result code; the extended ones keep it in their lowest byte.
    private static int code(SQLException e) {
        return e.getErrorCode() & 0xff;
    }

    JournalException closed() {
        return new JournalException("The journal `" + database + "` is closed", null);
    }

    private JournalFull full(@Nullable Throwable cause) {
        return new JournalFull(
                "The disk that holds the journal `"
                        + database
                        + "` is full: nothing new begins until there is room; free at least "
                        + ((ballastBytes + floorBytes) >> 20)
                        + " MiB",
                cause);
    }

    /// The failure in words for people.
    JournalException explain(SQLException e) {
        if (ranOut(e)) {
            return full(e);
        }
        String what =
                switch (code(e)) {
                    case 8 -> " cannot be written: the file or its folder is read-only";
                    case 14 ->
                            " cannot be opened: it has to be a file, in a folder that the user who runs"
                                    + " Belay may write to";
                    case 11, 26 ->
                            " is damaged, or is not a journal of Belay; move it aside and restore"
                                    + " it from a backup";
                    case 10 -> " cannot be used: the disk under it reports an error";
                    case 5, 6 -> " is locked by another program";
                    default -> " cannot be used: " + e.getMessage();
                };
        return new JournalException("The journal `" + database + "`" + what, e);
    }
}
