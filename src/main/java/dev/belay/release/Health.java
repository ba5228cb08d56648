package dev.belay.release;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// How to ask one instance whether it is well. `successes` answers in a row, the first and last at
/// least `over` apart, make it ready; `timeout` bounds one question; `within` bounds the wait.
public record Health(Check check, int successes, Duration over, Duration timeout, Duration within) {
    /// The question itself.
    public sealed interface Check {}

    /// GET `path`; well when the status is `status`, every header has the value, and the body
    /// contains `body` (empty: anything). Redirects are not followed: a redirect is an answer with
    /// its status.
    public record Http(String path, StatusRange status, Map<String, String> headers, String body)
            implements Check {
        public Http {
            headers = Map.copyOf(headers);
        }
    }

    /// Well when the port takes a connection.
    public record Tcp() implements Check {}

    /// Well when the server's `grpc.health.v1.Health/Check` says that the service is SERVING; an
    /// empty name asks about the server as a whole.
    public record Grpc(String service) implements Check {}

    /// Well when the command, run in the instance's folder and environment, exits with 0.
    public record Command(List<String> command) implements Check {
        public Command {
            command = List.copyOf(command);
        }
    }

    /// Well while the process lives: for workers that have nothing to ask.
    public record Alive() implements Check {}

    /// Statuses from `low` to `high`, both included.
    public record StatusRange(int low, int high) {
        public boolean has(int status) {
            return low <= status && status <= high;
        }
    }
}
