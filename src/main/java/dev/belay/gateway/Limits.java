package dev.belay.gateway;

import java.time.Duration;

/// What clients may take of time and room, alone and together. Every wait of the data plane ends by
/// one of these; the times are looked at twice a second.
public record Limits(Times times, Sizes sizes, Rates rates, Streams streams, Load load) {
    public static final Limits DEFAULT =
            new Limits(Times.DEFAULT, Sizes.DEFAULT, Rates.DEFAULT, Streams.DEFAULT, Load.DEFAULT);

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
    /// @param connectionsPerClient of one client
    /// @param requestsPerConnection then the client is asked to come back on a new one
    public record Sizes(
            int requestLine,
            int headers,
            long body,
            int connections,
            int connectionsPerClient,
            int requestsPerConnection) {
        public static final Sizes DEFAULT =
                new Sizes(8 * 1024, 32 * 1024, Long.MAX_VALUE, 20_000, 2_000, 10_000);
    }

    /// How fast it may come, and how slow.
    ///
    /// @param requests of one client. Many people may share an address: enough for a few thousand
    /// @param body how fast a request's body must come, while it is wanted
    /// @param answer how fast an answer must be taken, while there is some
    public record Rates(Rate requests, Pace body, Pace answer) {
        public static final Rates DEFAULT =
                new Rates(
                        new Rate(5_000, 10_000),
                        new Pace(500, Duration.ofSeconds(20)),
                        new Pace(100, Duration.ofMinutes(5)));

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

    /// How fast something must be at least.
    ///
    /// @param over how long it is looked at before anything is concluded
    public record Pace(int bytesPerSecond, Duration over) {}

    /// What one connection of HTTP/2 may do.
    ///
    /// @param atOnce requests under way
    /// @param resets requests given up within ten seconds, by the client or because of what it
    ///   sends
    /// @param idleFrames frames that move nothing
    public record Streams(int atOnce, int resets, Rate idleFrames) {
        public static final Streams DEFAULT = new Streams(128, 1_000, new Rate(50, 1_000));
    }

    /// When an event loop refuses new requests.
    ///
    /// @param running requests under way
    /// @param late how late the loop comes to its work, on average
    /// @param memoryPercent of the memory outside the heap
    /// @param floor with fewer requests under way, none is refused for lateness or memory
    public record Load(int running, Duration late, int memoryPercent, int floor) {
        public static final Load DEFAULT = new Load(10_000, Duration.ofMillis(250), 85, 64);
    }

    public Limits with(Times others) {
        return new Limits(others, sizes, rates, streams, load);
    }

    public Limits with(Sizes others) {
        return new Limits(times, others, rates, streams, load);
    }

    public Limits with(Rates others) {
        return new Limits(times, sizes, others, streams, load);
    }

    public Limits with(Streams others) {
        return new Limits(times, sizes, rates, others, load);
    }

    public Limits with(Load others) {
        return new Limits(times, sizes, rates, streams, others);
    }
}
