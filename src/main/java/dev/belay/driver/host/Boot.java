package dev.belay.driver.host;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// The boot that this is: what ran in another runs no more.
public final class Boot {
    /// As the kernel names it.
    public static final String ID = read();

    private Boot() {}

    private static String read() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/random/boot_id")).strip();
        } catch (IOException e) {
            throw new IllegalStateException("a Linux without /proc", e);
        }
    }
}
