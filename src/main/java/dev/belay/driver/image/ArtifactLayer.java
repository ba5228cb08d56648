package dev.belay.driver.image;

import dev.belay.release.Digest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/// The files of an artifact as a layer of an image, at [#FOLDER], in place of whatever an image
/// below has there.
///
/// It is not compressed: what compresses differs from one machine to the next, and with it the
/// digest of what is the same.
final class ArtifactLayer {
    /// Where the files lie in a container, and the command begins.
    static final String FOLDER = "app";

    static final String TYPE = "application/vnd.oci.image.layer.v1.tar";

    /// What begins so means in a layer that something else is not there.
    private static final String WHITEOUT = ".wh.";

    private static final String NOTHING_BELOW = FOLDER + "/.wh..wh..opq";

    private ArtifactLayer() {}

    /// Writes the layer.
    ///
    /// @param archive of the artifact, as it is kept
    /// @return what it is called
    /// @throws ImageFailure when something in it cannot lie in an image
    static Descriptor write(Path archive, OutputStream out) throws IOException {
        MessageDigest sha = sha256();
        var counted = new Counted(new DigestOutputStream(out, sha));
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16);
                var from = new TarArchiveInputStream(in, "UTF-8")) {
            var buffered = new BufferedOutputStream(counted, 1 << 16);
            var to = new TarArchiveOutputStream(buffered, "UTF-8");
            to.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            to.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            to.setAddPaxHeadersForNonAsciiNames(true);
            put(entry(FOLDER + "/", TarConstants.LF_DIR, 0755), to);
            put(entry(NOTHING_BELOW, TarConstants.LF_NORMAL, 0644), to);
            for (TarArchiveEntry one = from.getNextEntry();
                    one != null;
                    one = from.getNextEntry()) {
                copy(one, from, to);
            }
            to.finish();
            to.flush();
            buffered.flush();
        }
        return new Descriptor(
                TYPE,
                new Digest("sha256:" + HexFormat.of().formatHex(sha.digest())),
                counted.bytes());
    }

    private static void copy(
            TarArchiveEntry one, TarArchiveInputStream from, TarArchiveOutputStream to)
            throws IOException {
        for (String part : one.getName().split("/", -1)) {
            if (part.startsWith(WHITEOUT)) {
                throw ImageFailure.unfit(
                        "the artifact's `%s` cannot lie in an image, where such a name removes"
                                        .formatted(one.getName())
                                + " something",
                        "give it another name");
            }
        }
        byte type =
                one.isSymbolicLink()
                        ? TarConstants.LF_SYMLINK
                        : one.isDirectory() ? TarConstants.LF_DIR : TarConstants.LF_NORMAL;
        TarArchiveEntry own = entry(FOLDER + "/" + one.getName(), type, one.getMode());
        if (one.isSymbolicLink()) {
            own.setLinkName(one.getLinkName());
        } else if (!one.isDirectory()) {
            own.setSize(one.getSize());
        }
        to.putArchiveEntry(own);
        if (own.getSize() > 0) {
            from.transferTo(to);
        }
        to.closeArchiveEntry();
    }

    private static void put(TarArchiveEntry entry, TarArchiveOutputStream to) throws IOException {
        to.putArchiveEntry(entry);
        to.closeArchiveEntry();
    }

    private static TarArchiveEntry entry(String name, byte type, int mode) {
        var entry = new TarArchiveEntry(name, type, true);
        entry.setMode(mode & 07777);
        entry.setModTime(0L);
        entry.setIds(0, 0);
        entry.setNames("", "");
        return entry;
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /// Knows how much went through.
    private static final class Counted extends FilterOutputStream {
        private long bytes;

        Counted(OutputStream out) {
            super(out);
        }

        long bytes() {
            return bytes;
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            bytes++;
        }

        @Override
        public void write(byte[] many, int from, int length) throws IOException {
            out.write(many, from, length);
            bytes += length;
        }
    }
}
