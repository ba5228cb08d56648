package dev.belay.driver.docker;

import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Engines by their socket, so that each is asked for its version once.
final class Engines {
    private static final Map<Path, Engine> KNOWN = new ConcurrentHashMap<>();

    private Engines() {}

    static Engine of(DockerHost host) throws EngineFailure {
        Engine engine = host.engine();
        return KNOWN.computeIfAbsent(engine.socket(), _ -> engine);
    }
}
