package dev.belay.driver.check;

import dev.belay.driver.Instance;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What was seen of one instance so far, by one who looks again and again.
///
/// @param pid of the process that the rest is about; another one begins anew
/// @param restarts how often it had been started again when it was first seen
/// @param unwell bad answers in a row
/// @param everWell whether this process ever answered well
/// @param deadSince when it was first seen dead, if it is
record Seen(long pid, int restarts, int unwell, boolean everWell, @Nullable Instant deadSince) {
    static Seen first(Instance instance) {
        return new Seen(instance.pid(), instance.restarts(), 0, false, null);
    }

    /// The same, unless it is another process by now. One that is dead has no pid.
    Seen of(Instance instance) {
        return instance.pid() == pid || instance.pid() == 0
                ? this
                : new Seen(instance.pid(), restarts, 0, false, null);
    }

    Seen well() {
        return new Seen(pid, restarts, 0, true, null);
    }

    Seen bad() {
        return new Seen(pid, restarts, unwell + 1, everWell, null);
    }

    Seen dead(Instant now) {
        return deadSince != null ? this : new Seen(pid, restarts, unwell, everWell, now);
    }
}
