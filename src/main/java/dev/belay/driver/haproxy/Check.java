package dev.belay.driver.haproxy;

import dev.belay.release.Health;

/// How HAProxy asks a server whether it is well.
///
/// @param path empty where a connection is enough
record Check(String path, int low, int high, long timeoutMillis) {
    /// The same question, as far as HAProxy can put it: what a body holds is asked once, before a
    /// server gets its first request.
    static Check of(Health health) {
        long timeout = health.timeout().toMillis();
        return switch (health.check()) {
            case Health.Http http ->
                    new Check(http.path(), http.status().low(), http.status().high(), timeout);
            // Commands run where the instance is; HAProxy only sees whether it listens.
            case Health.Tcp _, Health.Grpc _, Health.Command _, Health.Alive _ ->
                    new Check("", 0, 0, timeout);
        };
    }
}
