package dev.belay.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The cache from which java starts control plane and gateway, if the `belay` script has made one.
public final class StartCache {
    private static final String NAME = "belay.cache";

    private StartCache() {}

    /// The flags for a JVM that starts either; they also tell it where the cache is.
    public static List<String> flags() {
        String cache = System.getProperty(NAME, "");
        if (cache.isEmpty()) {
            return List.of();
        }
        String told = "-D" + NAME + "=" + cache;
        return isFilled(Path.of(cache)) ? List.of(told, "-XX:AOTCache=" + cache) : List.of(told);
    }

    private static boolean isFilled(Path cache) {
        return Files.isReadable(cache) && cache.toFile().length() > 0;
    }
}
