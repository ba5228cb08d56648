package dev.belay.gateway;

import java.time.Duration;
import java.util.Map;

/// How the gateway itself asks a member whether it may get requests. `timeout` bounds one question.
public sealed interface HealthCheck {
    Duration timeout();

    /// GET `path`; well when the status lies between `low` and `high`, every header has the value
    /// and the body contains `body` (empty: anything). A redirect is an answer with its status.
    record Http(
            String path,
            int low,
            int high,
            Map<String, String> headers,
            String body,
            Duration timeout)
            implements HealthCheck {
        public Http {
            headers = Map.copyOf(headers);
        }
    }

    /// Well when the port takes a connection.
    record Tcp(Duration timeout) implements HealthCheck {}

    /// Well when `grpc.health.v1.Health/Check` says that the service is SERVING; an empty name is
    /// the server as a whole.
    record Grpc(String service, Duration timeout) implements HealthCheck {}

    /// Always well: for members that have nothing to ask.
    record None() implements HealthCheck {
        @Override
        public Duration timeout() {
            return Duration.ZERO;
        }
    }
}
