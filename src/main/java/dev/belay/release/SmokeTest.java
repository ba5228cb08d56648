package dev.belay.release;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// Something that must work before a revision gets traffic, and again through the public path.
public sealed interface SmokeTest {
    String name();

    Duration timeout();

    /// Requests in order; what one captures, later ones name as `${capture}`.
    record HttpScenario(String name, Duration timeout, List<Exchange> exchanges)
            implements SmokeTest {
        public HttpScenario {
            exchanges = List.copyOf(exchanges);
        }
    }

    /// Opens a WebSocket, sends and expects in order, closes.
    record WebSocketExchange(String name, Duration timeout, String path, List<Message> messages)
            implements SmokeTest {
        public WebSocketExchange {
            messages = List.copyOf(messages);
        }
    }

    /// Runs a command with `BELAY_URL` set to the address under test; 0 passes.
    record CommandTest(String name, Duration timeout, List<String> command) implements SmokeTest {
        public CommandTest {
            command = List.copyOf(command);
        }
    }

    /// One request and what its answer must be.
    ///
    /// @param captures name to JSON pointer (RFC 6901) into the answer's body
    record Exchange(
            String method,
            String path,
            Map<String, String> headers,
            String body,
            Health.StatusRange status,
            String contains,
            Map<String, String> captures) {
        public Exchange {
            headers = Map.copyOf(headers);
            captures = Map.copyOf(captures);
        }
    }

    /// A text to send, or one that must arrive (it contains `text`).
    record Message(boolean send, String text) {}
}
