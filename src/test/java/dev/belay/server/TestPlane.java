package dev.belay.server;

import dev.belay.Installed;
import java.io.IOException;
import java.nio.file.Path;

/// Starts control planes in the tests' own process. Their gateways come from the installed archive
/// and its cache, as users' do: from the tests' class path each takes three times as long.
final class TestPlane {
    private static final String OPTIONS = "belay.gateway.options";

    static {
        try {
            System.setProperty(OPTIONS, String.join(" ", Installed.gatewayFlags()));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private TestPlane() {}

    /// @param folder of the manifest
    static ControlPlane start(Path folder) throws IOException {
        return start(Settings.of(folder));
    }

    static ControlPlane start(Settings settings) throws IOException {
        return ControlPlane.start(settings);
    }
}
