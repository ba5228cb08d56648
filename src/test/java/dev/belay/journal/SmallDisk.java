package dev.belay.journal;

import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/// A disk of a few megabytes, in memory. Only root may mount one; for others the test is skipped.
final class SmallDisk implements AutoCloseable {
    private final Path folder;

    SmallDisk(Path folder, int megabytes) {
        this.folder = folder;
        boolean mounted =
                run(
                        List.of(
                                "mount",
                                "-t",
                                "tmpfs",
                                "-o",
                                "size=" + megabytes + "m",
                                "t",
                                "" + folder));
        assumeThat(mounted).as("this user may mount").isTrue();
    }

    Path folder() {
        return folder;
    }

    void makeReadOnly() {
        assumeThat(run(List.of("mount", "-o", "remount,ro", folder.toString()))).isTrue();
    }

    /// Writes a file until not a byte fits.
    Path fill() throws IOException {
        Path filler = folder.resolve("filler");
        try (var channel =
                Files.newByteChannel(
                        filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int size = 1 << 16; size > 0; size /= 2) {
                var bytes = ByteBuffer.allocate(size);
                try {
                    while (channel.write(bytes.rewind()) > 0) {}
                } catch (IOException e) {
                    // No room for this many: try fewer.
                }
            }
        }
        return filler;
    }

    @Override
    public void close() {
        run(List.of("umount", folder.toString()));
    }

    private static boolean run(List<String> command) {
        try {
            var process =
                    new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start();
            return process.onExit().join().exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}
