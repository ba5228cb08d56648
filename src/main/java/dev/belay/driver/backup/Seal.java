package dev.belay.driver.backup;

import com.exceptionfactory.jagged.framework.stream.StandardDecryptingChannelFactory;
import com.exceptionfactory.jagged.framework.stream.StandardEncryptingChannelFactory;
import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import com.github.luben.zstd.ZstdOutputStreamNoFinalizer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Turns what a database wrote into a file of a backup, and back: compressed by zstd, encrypted by
/// age where there are recipients, hashed on both sides, in one pass and in bounded memory.
public final class Seal {
    private static final int CHUNK = 1 << 17;

    /// More of it costs time and makes dumps of databases hardly smaller.
    private static final int LEVEL = 1;

    private final BackupKeys keys;

    public Seal(BackupKeys keys) {
        this.keys = keys;
    }

    /// What a file's name gets at its end.
    public String suffix() {
        return keys.recipients().isEmpty() ? ".zst" : ".zst.age";
    }

    /// Writes all that `from` gives into a file that was not there, and to the disk.
    ///
    /// @param folder the backup's
    /// @param name below it
    public SealedFile write(InputStream from, Path folder, String name, Meter meter)
            throws IOException {
        Path file = folder.resolve(name);
        MessageDigest plain = sha256();
        long bytes = 0;
        try (FileChannel to =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            var counted = new Counted(to);
            // Closed once: each close of the encrypting channel would write another last chunk.
            try (OutputStream zipped = zipping(Channels.newOutputStream(encrypting(counted)))) {
                byte[] chunk = new byte[CHUNK];
                for (int n = from.read(chunk); n >= 0; n = from.read(chunk)) {
                    plain.update(chunk, 0, n);
                    zipped.write(chunk, 0, n);
                    bytes += n;
                    meter.add(n);
                }
            }
            to.force(true);
            return new SealedFile(
                    name,
                    bytes,
                    HexFormat.of().formatHex(plain.digest()),
                    counted.bytes,
                    HexFormat.of().formatHex(counted.sha.digest()));
        }
    }

    /// Writes what was in the file, and answers whether it is what the manifest says. A file that
    /// cannot be decrypted or expanded is an [IOException].
    public boolean read(Path folder, SealedFile file, OutputStream to, Meter meter)
            throws IOException {
        MessageDigest plain = sha256();
        long bytes = 0;
        try (FileChannel in = FileChannel.open(folder.resolve(file.name()));
                InputStream unzipped = new ZstdInputStreamNoFinalizer(decrypting(in, file))) {
            byte[] chunk = new byte[CHUNK];
            for (int n = unzipped.read(chunk); n >= 0; n = unzipped.read(chunk)) {
                plain.update(chunk, 0, n);
                to.write(chunk, 0, n);
                bytes += n;
                meter.add(n);
            }
        }
        return bytes == file.bytes()
                && HexFormat.of().formatHex(plain.digest()).equals(file.sha256());
    }

    /// The hash of a file as it lies there.
    public static String storedSha256(Path file) throws IOException {
        MessageDigest sha = sha256();
        try (InputStream in = Files.newInputStream(file)) {
            byte[] chunk = new byte[CHUNK];
            for (int n = in.read(chunk); n >= 0; n = in.read(chunk)) {
                sha.update(chunk, 0, n);
            }
        }
        return HexFormat.of().formatHex(sha.digest());
    }

    /// The hash of some bytes, hexadecimal.
    public static String sha256(byte[] content) {
        return HexFormat.of().formatHex(sha256().digest(content));
    }

    private static OutputStream zipping(OutputStream to) throws IOException {
        var zipped = new ZstdOutputStreamNoFinalizer(to, LEVEL);
        zipped.setChecksum(true);
        return zipped;
    }

    private WritableByteChannel encrypting(WritableByteChannel to) throws IOException {
        if (keys.recipients().isEmpty()) {
            return to;
        }
        try {
            return new StandardEncryptingChannelFactory().newEncryptingChannel(to, keys.writers());
        } catch (GeneralSecurityException e) {
            throw new IOException("encrypting: " + e.getMessage(), e);
        }
    }

    /// @param from gives whole chunks, as a file does: the library takes less for the end
    private InputStream decrypting(FileChannel from, SealedFile file) throws IOException {
        if (!file.name().endsWith(".age")) {
            return Channels.newInputStream(from);
        }
        try {
            return Channels.newInputStream(
                    new StandardDecryptingChannelFactory()
                            .newDecryptingChannel(from, keys.readers()));
        } catch (GeneralSecurityException e) {
            throw new KeyFailure(
                    "`" + file.name() + "` cannot be decrypted with the keys that are given",
                    "give a secret key that belongs to one of its recipients; they are in the"
                            + " manifest");
        }
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Hashes what reaches the disk.
    private static final class Counted implements WritableByteChannel {
        private final FileChannel to;
        private final MessageDigest sha = sha256();
        private long bytes;

        Counted(FileChannel to) {
            this.to = to;
        }

        @Override
        public int write(ByteBuffer source) throws IOException {
            sha.update(source.duplicate());
            int all = source.remaining();
            while (source.hasRemaining()) {
                to.write(source);
            }
            bytes += all;
            return all;
        }

        @Override
        public boolean isOpen() {
            return to.isOpen();
        }

        /// The file is not on the disk yet; who made it closes it.
        @Override
        public void close() {}
    }
}
