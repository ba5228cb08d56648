package dev.belay.gateway;

import java.time.Duration;

/// What a connection may take of time and room. Every wait of the data plane ends by one of these;
/// the times are looked at twice a second.
public record Limits(Times times, Sizes sizes) {
    public static final Limits DEFAULT = new Limits(Times.DEFAULT, Sizes.DEFAULT);

    /// How long each phase may take.
    ///
    /// @param requestHead from the first byte of a request to the end of its headers
    /// @param keepAlive between two requests of a client
    /// @param requestBody between two parts of a request's body
    /// @param connect until a member takes a connection
    /// @param responseHead from the last byte of the request to the answer's headers
    /// @param responseBody between two parts of an answer, on either side
    /// @param tunnel between two parts through a WebSocket
    /// @param halfClosed how long an answer may take after the client closed its sending side
    /// @param closeGrace from the polite end of a tunnel to the cut
    public record Times(
            Duration requestHead,
            Duration keepAlive,
            Duration requestBody,
            Duration connect,
            Duration responseHead,
            Duration responseBody,
            Duration tunnel,
            Duration halfClosed,
            Duration closeGrace) {
        public static final Times DEFAULT =
                new Times(
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(75),
                        Duration.ofSeconds(30),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(60),
                        Duration.ofMinutes(5),
                        Duration.ofHours(1),
                        Duration.ofSeconds(3),
                        Duration.ofSeconds(5));
    }

    /// How large its parts may be.
    ///
    /// @param requestLine bytes of method, target and version
    /// @param headers bytes of all headers of a message
    /// @param connections clients at the same time; more are closed at once
    public record Sizes(int requestLine, int headers, int connections) {
        public static final Sizes DEFAULT = new Sizes(8 * 1024, 32 * 1024, 20_000);
    }

    public Limits with(Times others) {
        return new Limits(others, sizes);
    }

    public Limits with(Sizes others) {
        return new Limits(times, others);
    }
}
