package dev.belay.gateway;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/// Which build of Belay a process runs: its version, and what tells two archives of one version
/// apart. The gateway outlives the control plane, and so they may differ.
public final class Build {
    private static final int MARK_BYTES = 4;

    /// That of this process, as its archives were when it started.
    public static final String RUNNING = of(System.getProperty("java.class.path", ""));

    private Build() {}

    private static String of(String classPath) {
        String version =
                Optional.ofNullable(Build.class.getPackage().getImplementationVersion())
                        .orElse("development");
        return version + "-" + mark(classPath);
    }

    /// From sizes and times of the archives; folders of classes, as in development, change too
    /// often to count.
    private static String mark(String classPath) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            for (String part : classPath.split(File.pathSeparator, -1)) {
                Path archive = Path.of(part);
                if (Files.isRegularFile(archive)) {
                    long time = Files.getLastModifiedTime(archive).toMillis();
                    digest.update(
                            ByteBuffer.allocate(2 * Long.BYTES)
                                    .putLong(Files.size(archive))
                                    .putLong(time)
                                    .flip());
                }
            }
            return HexFormat.of().formatHex(digest.digest(), 0, MARK_BYTES);
        } catch (IOException _) {
            return "unknown";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
