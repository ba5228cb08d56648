package dev.belay.driver.backup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/// What lies in a backup's folder.
public final class Folders {
    private Folders() {}

    /// Names below the folder of all that is neither manifest nor verification, in a list of its
    /// own.
    public static List<String> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            return new ArrayList<>(
                    all.filter(one -> !Files.isDirectory(one))
                            .map(one -> folder.relativize(one).toString())
                            .filter(name -> !name.equals(BackupStore.MANIFEST))
                            .filter(name -> !name.equals(BackupStore.VERIFICATION))
                            .toList());
        }
    }

    /// The folder that it lies in.
    public static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IllegalArgumentException("the root lies in no folder");
        }
        return parent;
    }
}
