package dev.belay.gateway;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The table on disk: a generation of it, and the changes since, one line each. So a change writes
/// little, however many routes there are.
///
/// A generation is complete or it is not there: written beside, synced, renamed. The generation
/// before is kept with its changes, for the day when the disk itself lied. A change names the
/// digest of its line; a line that was torn by a crash was never answered for, and is left out. The
/// changes name the generation that they belong to: beside another one they mean nothing.
final class TableStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TableStore.class);

    /// Of generations before there were changes. Whoever writes those does not read changes, and
    /// must not take the generation alone for the table.
    private static final String MAGIC_ALONE = "belay-table-1";

    private static final String MAGIC = "belay-table-2";
    private static final String MAGIC_CHANGES = "belay-table-changes-2";
    private static final int DIGEST_LENGTH = 64;
    private static final long CHANGES_MAX = 1 << 20;

    private final Path folder;
    private final long changesMax;

    /// The generation that the next change belongs to; null where a new one has to be written.
    private @Nullable String generation;

    private @Nullable FileChannel changes;

    /// How much of the changes is whole. So many bytes of changes there may be once a generation
    /// could not be written; else 0.
    private long postponed;

    private boolean closed;
    private long length;

    /// Whether all names in the folder outlive a crash; the keeper's lock guards it.
    private boolean settled;

    /// What was read.
    ///
    /// @param generation a whole table
    /// @param changes the lines that replaced some of its lines since, the oldest first
    record Saved(String generation, List<String> changes) {}

    private record Content(String magic, String digest, String body) {}

    TableStore(Path folder) {
        this(folder, CHANGES_MAX);
    }

    /// @param changesMax how many bytes of changes there may be before a new generation is written
    TableStore(Path folder, long changesMax) {
        this.folder = folder;
        this.changesMax = changesMax;
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    // --- writing it -----------------------------------------------------------------------------

    /// Whether there is none that a change could belong to.
    boolean needsGeneration() {
        return generation == null;
    }

    /// Whether a new generation should be written, when there is time: there are many changes.
    /// After one that failed, not before there are as many more.
    boolean wantsGeneration() {
        return generation == null || length > Math.max(changesMax, postponed);
    }

    /// Either this generation, or the one before with its changes, outlives a crash; which, is
    /// settled by [#settle].
    ///
    /// @param parts the text, in pieces, so that it is never in memory as a whole
    void generation(Iterator<String> parts) throws IOException {
        refuseWhenClosed();
        settled = false;
        String digest;
        try {
            digest = writeBeside(parts);
        } catch (IOException e) {
            // What is of no use may not take the room that the changes need.
            Files.deleteIfExists(file("table.next"));
            postponed = length + changesMax;
            throw e;
        }
        postponed = 0;
        if (Files.exists(file("table"))) {
            move("table", "table.previous");
        }
        move("table.next", "table");
        generation = digest;
        closeChanges();
        keepFormerChanges();
    }

    /// They belong to the generation before, and nobody needs them who can read this one.
    private void keepFormerChanges() {
        try {
            if (Files.exists(file("table.changes"))) {
                move("table.changes", "table.changes.previous");
            }
        } catch (IOException e) {
            LOG.warn("the changes before this generation are not kept: {}", e.getMessage());
        }
    }

    private void move(String from, String to) throws IOException {
        Files.move(file(from), file(to), StandardCopyOption.ATOMIC_MOVE);
    }

    private String writeBeside(Iterator<String> parts) throws IOException {
        MessageDigest sha = sha256();
        try (FileChannel file =
                FileChannel.open(
                        file("table.next"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE,
                        StandardOpenOption.TRUNCATE_EXISTING)) {
            // The digest stands before what it is made of, and is known after it.
            file.position(head("0".repeat(DIGEST_LENGTH)).length);
            OutputStream out =
                    new BufferedOutputStream(
                            new DigestOutputStream(Channels.newOutputStream(file), sha));
            while (parts.hasNext()) {
                out.write(parts.next().getBytes(StandardCharsets.UTF_8));
            }
            out.flush();
            String digest = HexFormat.of().formatHex(sha.digest());
            writeAt(file, 0, head(digest));
            file.force(true);
            return digest;
        }
    }

    private static byte[] head(String digest) {
        return (MAGIC + " " + digest + "\n").getBytes(StandardCharsets.US_ASCII);
    }

    /// Adds a change, which outlives a crash when this and [#settle] have returned.
    void change(String line) throws IOException {
        refuseWhenClosed();
        byte[] text = line.getBytes(StandardCharsets.UTF_8);
        FileChannel file = changes();
        // Whatever lies behind it is of an attempt that failed.
        file.truncate(length);
        byte[] whole = (digest(text) + " " + line + "\n").getBytes(StandardCharsets.UTF_8);
        writeAt(file, length, whole);
        file.force(false);
        length += whole.length;
    }

    private FileChannel changes() throws IOException {
        if (changes != null) {
            return changes;
        }
        settled = false;
        FileChannel file =
                FileChannel.open(
                        file("table.changes"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (length == 0) {
                byte[] head =
                        (MAGIC_CHANGES + " " + generation + "\n")
                                .getBytes(StandardCharsets.US_ASCII);
                file.truncate(0);
                writeAt(file, 0, head);
                length = head.length;
            }
        } catch (IOException e) {
            file.close();
            throw e;
        }
        changes = file;
        return file;
    }

    private void closeChanges() throws IOException {
        length = 0;
        FileChannel open = changes;
        changes = null;
        if (open != null) {
            open.close();
        }
    }

    /// A change that came after would begin the file of changes anew, over all that it holds.
    private void refuseWhenClosed() throws IOException {
        if (closed) {
            throw new IOException("the gateway is stopping");
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        closeChanges();
    }

    /// What was written last outlives a crash when this returns. Costs nothing when it did.
    void settle() throws IOException {
        if (settled) {
            return;
        }
        try (FileChannel directory = FileChannel.open(folder, StandardOpenOption.READ)) {
            directory.force(true);
        }
        settled = true;
    }

    private static void writeAt(FileChannel file, long from, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        long at = from;
        while (buffer.hasRemaining()) {
            at += file.write(buffer, at);
        }
    }

    // --- reading it -----------------------------------------------------------------------------

    /// The latest complete generation with its changes; empty only where none was ever written.
    ///
    /// @throws IOException when there were generations and none can be read
    Optional<Saved> load() throws IOException {
        try {
            return Optional.of(with(read("table")));
        } catch (NoSuchFileException _) {
            // A crash between the two renames leaves only the generation before.
            return Files.exists(file("table.previous"))
                    ? Optional.of(older(read("table.previous")))
                    : Optional.empty();
        } catch (IOException e) {
            LOG.error("the routing table {} cannot be used: {}", file("table"), e.getMessage());
            if (!Files.exists(file("table.previous"))) {
                throw e;
            }
            Content before = read("table.previous");
            LOG.error("serving the generation before it, {}", file("table.previous"));
            Files.move(
                    file("table"), file("table.unreadable"), StandardCopyOption.REPLACE_EXISTING);
            return Optional.of(older(before));
        }
    }

    private Saved with(Content content) throws IOException {
        List<String> lines = changesOf(content, "table.changes");
        if (content.magic().equals(MAGIC)) {
            generation = content.digest();
        }
        return new Saved(content.body(), lines);
    }

    /// The next change writes a generation anew: this one is not where it belongs.
    private Saved older(Content content) throws IOException {
        // Where they are depends on the moment of the crash.
        List<String> lines = changesOf(content, "table.changes");
        length = 0;
        return new Saved(
                content.body(),
                lines.isEmpty() ? changesOf(content, "table.changes.previous") : lines);
    }

    /// All changes of a generation up to the first that is not whole.
    private List<String> changesOf(Content content, String name) throws IOException {
        var lines = new ArrayList<String>();
        length = 0;
        if (!Files.exists(file(name))) {
            return lines;
        }
        byte[] all = Files.readAllBytes(file(name));
        int from = lineEnd(all, 0) + 1;
        String head = new String(all, 0, Math.max(0, from - 1), StandardCharsets.US_ASCII);
        if (from > all.length || !head.equals(MAGIC_CHANGES + " " + content.digest())) {
            return lines;
        }
        for (int end = lineEnd(all, from); end < all.length; end = lineEnd(all, from)) {
            String line = new String(all, from, end - from, StandardCharsets.UTF_8);
            String text = line.substring(Math.min(line.length(), DIGEST_LENGTH + 1));
            String digest = digest(text.getBytes(StandardCharsets.UTF_8));
            if (!line.startsWith(digest + " ")) {
                // No crash does that.
                LOG.error("{} was changed; what follows that is left out", file(name));
                Files.write(file("table.unreadable"), all);
                break;
            }
            lines.add(text);
            from = end + 1;
        }
        length = from;
        return lines;
    }

    private static int lineEnd(byte[] all, int from) {
        int end = from;
        while (end < all.length && all[end] != '\n') {
            end++;
        }
        return end;
    }

    private Content read(String name) throws IOException {
        byte[] all = Files.readAllBytes(file(name));
        int line = lineEnd(all, 0);
        String head = new String(all, 0, line, StandardCharsets.US_ASCII);
        byte[] body = new byte[Math.max(0, all.length - line - 1)];
        System.arraycopy(all, Math.min(all.length, line + 1), body, 0, body.length);
        String digest = digest(body);
        for (String magic : List.of(MAGIC, MAGIC_ALONE)) {
            if (head.equals(magic + " " + digest)) {
                return new Content(magic, digest, new String(body, StandardCharsets.UTF_8));
            }
        }
        throw new IOException(file(name) + " is torn or was changed by hand");
    }

    private static String digest(byte[] body) {
        return HexFormat.of().formatHex(sha256().digest(body));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
