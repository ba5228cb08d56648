package dev.belay.gateway;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The table on disk. A generation is complete or it is not there: written beside, synced, renamed.
/// The generation before is kept, for the day when the disk itself lied.
final class TableStore {
    private static final Logger LOG = LoggerFactory.getLogger(TableStore.class);
    private static final String MAGIC = "belay-table-1";

    private final Path folder;
    private final Path current;
    private final Path previous;

    /// Not known to be before the first time; the keeper's lock guards it.
    private boolean settled;

    TableStore(Path folder) {
        this.folder = folder;
        this.current = folder.resolve("table");
        this.previous = folder.resolve("table.previous");
    }

    /// Either this generation or the one before outlives a crash, whole; which, is settled by
    /// [#settle].
    void save(String content) throws IOException {
        settled = false;
        byte[] body = content.getBytes(StandardCharsets.UTF_8);
        byte[] head = (MAGIC + " " + digest(body) + "\n").getBytes(StandardCharsets.US_ASCII);
        Path next = folder.resolve("table.next");
        try (FileChannel file =
                FileChannel.open(
                        next,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            writeAll(file, head);
            writeAll(file, body);
            file.force(true);
        }
        if (Files.exists(current)) {
            Files.move(current, previous, StandardCopyOption.ATOMIC_MOVE);
        }
        Files.move(next, current, StandardCopyOption.ATOMIC_MOVE);
    }

    /// The last generation saved outlives a crash when this returns. Costs nothing when it did.
    void settle() throws IOException {
        if (settled) {
            return;
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
        settled = true;
    }

    private static void writeAll(FileChannel file, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            file.write(buffer);
        }
    }

    /// The latest complete generation; empty only where none was ever written.
    ///
    /// @throws IOException when there were generations and none can be read
    Optional<String> load() throws IOException {
        try {
            return Optional.of(read(current));
        } catch (NoSuchFileException _) {
            // A crash between the two renames leaves only the generation before.
            return Files.exists(previous) ? Optional.of(read(previous)) : Optional.empty();
        } catch (IOException e) {
            LOG.error("the routing table {} cannot be used: {}", current, e.getMessage());
            if (!Files.exists(previous)) {
                throw e;
            }
            String older = read(previous);
            LOG.error("serving the generation before it, {}", previous);
            Files.move(
                    current,
                    folder.resolve("table.unreadable"),
                    StandardCopyOption.REPLACE_EXISTING);
            return Optional.of(older);
        }
    }

    private static String read(Path file) throws IOException {
        byte[] all = Files.readAllBytes(file);
        int line = 0;
        while (line < all.length && all[line] != '\n') {
            line++;
        }
        String head = new String(all, 0, line, StandardCharsets.US_ASCII);
        byte[] body = new byte[Math.max(0, all.length - line - 1)];
        System.arraycopy(all, Math.min(all.length, line + 1), body, 0, body.length);
        if (!head.equals(MAGIC + " " + digest(body))) {
            throw new IOException(file + " is torn or was changed by hand");
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    private static String digest(byte[] body) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
