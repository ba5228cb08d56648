package dev.belay.gateway;

import java.time.Duration;

/// How long each phase of a connection may take and how large its parts may be. Every wait of the
/// data plane ends by one of these; they are looked at twice a second.
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
/// @param requestLine bytes of method, target and version
/// @param headers bytes of all headers of a message
/// @param connections clients at the same time; more are closed at once
public record Limits(
        Duration requestHead,
        Duration keepAlive,
        Duration requestBody,
        Duration connect,
        Duration responseHead,
        Duration responseBody,
        Duration tunnel,
        Duration halfClosed,
        Duration closeGrace,
        int requestLine,
        int headers,
        int connections) {
    public static final Limits DEFAULT =
            new Limits(
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(75),
                    Duration.ofSeconds(30),
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(60),
                    Duration.ofMinutes(5),
                    Duration.ofHours(1),
                    Duration.ofSeconds(3),
                    Duration.ofSeconds(5),
                    8 * 1024,
                    32 * 1024,
                    20_000);
}
