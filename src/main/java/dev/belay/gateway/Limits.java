package dev.belay.gateway;

import java.time.Duration;

/// What clients may take of time and room, alone and together. Every wait of the data plane ends by
/// one of these; the times are looked at twice a second.
public record Limits(Times times, Sizes sizes, Rates rates, Streams streams) {
    public static final Limits DEFAULT =
            new Limits(Times.DEFAULT, Sizes.DEFAULT, Rates.DEFAULT, Streams.DEFAULT);

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

    /// How large its parts may be, and how many there may be of them.
    ///
    /// @param requestLine bytes of method, target and version
    /// @param headers bytes of all headers of a message
    /// @param body bytes of a request's body. None is too large by itself: it is streamed and never
    ///   stored here, and a surprise for whoever uploads a video is no protection of anybody
    /// @param connections clients at the same time; more are closed at once
    /// @param requestsPerConnection then the client is asked to come back on a new one
    public record Sizes(
            int requestLine, int headers, long body, int connections, int requestsPerConnection) {
        public static final Sizes DEFAULT =
                new Sizes(8 * 1024, 32 * 1024, Long.MAX_VALUE, 20_000, 10_000);
    }

    /// How fast it may come, and how slow.
    ///
    /// @param requests of one client. Many people may share an address: enough for a few thousand
    public record Rates(Rate requests) {
        public static final Rates DEFAULT = new Rates(new Rate(5_000, 10_000));

        public Rates {
            if (requests.perSecond() < 1 || requests.burst() < 1) {
                throw new IllegalArgumentException("a rate of nothing");
            }
        }
    }

    /// How often something may happen.
    ///
    /// @param perSecond in the long run
    /// @param burst at once, after a rest
    public record Rate(int perSecond, int burst) {}

    /// What one connection of HTTP/2 may do.
    ///
    /// @param atOnce requests under way
    public record Streams(int atOnce) {
        public static final Streams DEFAULT = new Streams(128);
    }

    public Limits with(Times others) {
        return new Limits(others, sizes, rates, streams);
    }

    public Limits with(Sizes others) {
        return new Limits(times, others, rates, streams);
    }

    public Limits with(Rates others) {
        return new Limits(times, sizes, others, streams);
    }

    public Limits with(Streams others) {
        return new Limits(times, sizes, rates, others);
    }
}
