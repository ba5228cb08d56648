package dev.belay.server.audit;

import dev.belay.driver.disk.DurableFile;
import dev.belay.journal.AuditLog;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteKey;
import dev.belay.journal.tree.NoteSigner;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/// The key that signs checkpoints, in a file that only its owner can read. Made at the first start;
/// its name is that of the log.
public final class AuditKey {
    private static final String FILE = "key";
    private static final String DEED = "audit-key-made";
    private static final int NAME_BYTES = 8;

    private AuditKey() {}

    /// The key, made at first use. That it was made is in the log before it is: a key that nobody
    /// is told of signs nothing.
    ///
    /// @param folder of the audit log's own files
    /// @throws IOException with a sentence for people
    public static NoteSigner open(Path folder, AuditLog log) throws IOException {
        Path file = folder.resolve(FILE);
        Optional<String> written = DurableFile.read(file);
        if (written.isEmpty()) {
            byte[] id = new byte[NAME_BYTES];
            new SecureRandom().nextBytes(id);
            NoteSigner made = NoteSigner.random("belay/" + HexFormat.of().formatHex(id));
            log.record(new AuditLog.Deed("belay", DEED, Map.of("key", made.publicKey().written())));
            DurableFile.folder(folder);
            DurableFile.write(file, made.written());
            return made;
        }
        for (PosixFilePermission permission : Files.getPosixFilePermissions(file)) {
            if (permission != PosixFilePermission.OWNER_READ
                    && permission != PosixFilePermission.OWNER_WRITE) {
                throw new IOException(
                        "`"
                                + file
                                + "` is open to others, who could sign in its name: `chmod 600` it,"
                                + " or remove it, and Belay makes a new one");
            }
        }
        try {
            return NoteSigner.parse(written.get());
        } catch (NotANote e) {
            throw new IOException(
                    "`"
                            + file
                            + "` holds no key: "
                            + e.getMessage()
                            + "; put back what it was, or remove it, and Belay makes a new one",
                    e);
        }
    }

    /// The public half of a key that is there, for whoever may read the file.
    ///
    /// @param folder of the audit log's own files
    public static Optional<NoteKey> published(Path folder) throws IOException {
        try {
            return Optional.of(
                    NoteSigner.parse(Files.readString(folder.resolve(FILE))).publicKey());
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (NotANote e) {
            throw new IOException("`" + folder.resolve(FILE) + "` holds no key", e);
        }
    }
}
