package dev.belay.driver.docker;

import dev.belay.driver.Examined;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;

/// Commands that are run in containers to ask how these are. An engine ends none of them before the
/// container does: while one that took too long still runs, it is not asked again, so that a
/// command that hangs is there once.
final class Questions {
    private static final int KNOWN_MAX = 10_000;

    /// What a shell says of a program that cannot be executed. Some engines say the same.
    private static final int NOT_EXECUTABLE = 126;

    /// Those that did not end in time, by container and command.
    private final Map<String, String> hanging = new ConcurrentHashMap<>();

    Examined ask(Engine engine, String container, List<String> command, Duration within)
            throws IOException {
        String key = container + "\0" + String.join("\0", command);
        String before = hanging.get(key);
        if (before != null && engine.runs(before)) {
            return new Examined(Examined.NOT_ENDED, "the one before still runs");
        }
        hanging.remove(key);
        try {
            String id = engine.prepare(container, command);
            Engine.Written written = engine.run(id, within);
            String output = written.output() + written.errors();
            OptionalInt status = engine.status(id);
            if (status.isPresent()) {
                return new Examined(status.getAsInt(), output);
            }
            if (hanging.size() >= KNOWN_MAX) {
                hanging.clear();
            }
            hanging.put(key, id);
            return new Examined(Examined.NOT_ENDED, output);
        } catch (EngineFailure e) {
            if (!e.isAnswer()) {
                throw e;
            }
            return e.isMissing() || e.isInUse()
                    ? new Examined(1, "its container does not run")
                    : new Examined(NOT_EXECUTABLE, String.valueOf(e.getMessage()));
        }
    }
}
