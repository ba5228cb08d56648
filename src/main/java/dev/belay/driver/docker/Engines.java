package dev.belay.driver.docker;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Engines by the way to them, so that each is asked for its version once.
final class Engines {
    private static final Map<EngineRoute, Engine> KNOWN = new ConcurrentHashMap<>();

    private Engines() {}

    static Engine of(DockerHost host) throws EngineFailure {
        return KNOWN.computeIfAbsent(host.route(), Engine::new);
    }
}
