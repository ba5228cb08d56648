package dev.belay.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The caches from which java starts control plane and gateway, if the `belay` script has made
/// them.
public final class StartCache {
    private static final String NAME = "belay.cache";
    private static final String SERVER = "-server.aot";
    private static final String GATEWAY = "-gateway.aot";

    private StartCache() {}

    /// The flags for a control plane's JVM; they also tell it where its cache is.
    public static List<String> flags() {
        String cache = System.getProperty(NAME, "");
        if (cache.isEmpty()) {
            return List.of();
        }
        String told = "-D" + NAME + "=" + cache;
        return isFilled(Path.of(cache)) ? List.of(told, "-XX:AOTCache=" + cache) : List.of(told);
    }

    /// The flags for a gateway's JVM, whose cache lies beside the control plane's.
    public static List<String> gatewayFlags() {
        String told = System.getProperty(NAME, "");
        if (!told.endsWith(SERVER)) {
            return List.of();
        }
        String cache = told.substring(0, told.length() - SERVER.length()) + GATEWAY;
        return isFilled(Path.of(cache)) ? List.of("-XX:AOTCache=" + cache) : List.of();
    }

    private static boolean isFilled(Path cache) {
        return Files.isReadable(cache) && cache.toFile().length() > 0;
    }
}
