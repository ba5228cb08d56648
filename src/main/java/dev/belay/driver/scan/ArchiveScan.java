package dev.belay.driver.scan;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/// Looks into what became an artifact, into archives in it too: a jar in a jar, no deeper. Nothing
/// is unpacked onto the disk, and what unpacks to too much is said to have been passed by.
public final class ArchiveScan {
    private static final int DEPTH_MAX = 2;
    private static final long UNPACKED_MAX = 4L << 30;
    private static final int ENTRIES_MAX = 1_000_000;

    private final SecretScanner scanner;
    private final List<Leak> leaks = new ArrayList<>();
    private final List<String> passedBy = new ArrayList<>();
    private long files;
    private long bytes;

    private ArchiveScan(SecretScanner scanner) {
        this.scanner = scanner;
    }

    /// Looks into all of it.
    ///
    /// @param tar as the artifact is stored
    public static Looked scan(SecretScanner scanner, InputStream tar) throws IOException {
        var scan = new ArchiveScan(scanner);
        var in = new TarArchiveInputStream(tar, "UTF-8");
        for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
            if (entry.isFile()) {
                scan.file(entry.getName(), in, 0);
            }
        }
        return new Looked(scan.leaks, scan.files, scan.bytes, scan.passedBy);
    }

    private void file(String name, InputStream in, int depth) throws IOException {
        byte[] content = in.readNBytes((int) SourceScan.FILE_MAX + 1);
        files++;
        bytes += content.length;
        if (content.length > SourceScan.FILE_MAX || bytes > UNPACKED_MAX || files > ENTRIES_MAX) {
            passedBy.add(name);
            return;
        }
        leaks.addAll(scanner.scan(name, content));
        boolean zip = starts(content, 'P', 'K', 3, 4);
        boolean gzip = starts(content, 0x1f, 0x8b, 8);
        if (zip || gzip) {
            if (depth == DEPTH_MAX) {
                passedBy.add(name);
            } else {
                inside(name, content, zip, depth);
            }
        }
    }

    /// One that is damaged, or closed by a password, is looked into as far as it goes.
    private void inside(String name, byte[] content, boolean zip, int depth) throws IOException {
        var packed = new ByteArrayInputStream(content);
        try {
            if (zip) {
                var in = new ZipInputStream(packed);
                for (ZipEntry one = in.getNextEntry(); one != null; one = in.getNextEntry()) {
                    if (!one.isDirectory()) {
                        file(name + "!/" + one.getName(), in, depth + 1);
                    }
                    if (bytes > UNPACKED_MAX || files > ENTRIES_MAX) {
                        return;
                    }
                }
            } else {
                file(name + "!/", new GZIPInputStream(packed), depth + 1);
            }
        } catch (ZipException | IllegalArgumentException | java.io.EOFException _) {
            passedBy.add(name);
        }
    }

    private static boolean starts(byte[] content, int... magic) {
        if (content.length < magic.length) {
            return false;
        }
        for (int i = 0; i < magic.length; i++) {
            if ((content[i] & 0xff) != magic[i]) {
                return false;
            }
        }
        return true;
    }
}
