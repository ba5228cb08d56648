package dev.belay.gateway;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What becomes of new requests for a component while it is not open, before anybody is chosen for
/// them. Set beside the component's line and not as a part of it: releases go on behind the door.
/// People set it, and releases that were announced as maintenance. What is under way when it shuts
/// goes on.
public sealed interface Door {
    /// In milliseconds, since when it is so.
    long since();

    /// The release that shut it; empty where a person did.
    default String by() {
        return "";
    }

    /// Requests wait until it opens. Whoever comes over a bound is told to come back.
    ///
    /// @param atMost how many may wait
    /// @param bytes how much of their bodies is kept; the rest of a body waits with its client
    /// @param age how long one may wait
    record Hold(long since, int atMost, long bytes, Duration age) implements Door {
        public static final int AT_MOST = 10_000;
        public static final long BYTES_MAX = 32L << 20;
        public static final Duration AGE_MAX = Duration.ofMinutes(10);
    }

    /// Requests are told to come back.
    ///
    /// @param retryAfter when
    /// @param allow clients for whom it is open
    /// @param platform as people know it; may be empty
    /// @param page HTML instead of our own; may be empty
    /// @param announced what a release said of it; [Announced#NOTHING] where a person shut it
    record Maintenance(
            long since,
            Duration retryAfter,
            List<Network> allow,
            String platform,
            String page,
            Announced announced)
            implements Door {
        public static final Duration RETRY_MAX = Duration.ofDays(7);
        public static final int ALLOW_MAX = 256;
        public static final int PLATFORM_MAX = 100;

        /// Characters; it is in memory, in the table's file and in every hand-over.
        public static final int PAGE_MAX = 60 * 1024;

        public Maintenance {
            allow = List.copyOf(allow);
        }

        /// As people set it.
        public Maintenance(
                long since,
                Duration retryAfter,
                List<Network> allow,
                String platform,
                String page) {
            this(since, retryAfter, allow, platform, page, Announced.NOTHING);
        }

        @Override
        public String by() {
            return announced.by();
        }
    }

    /// What a release said when it shut a door.
    ///
    /// @param by the release
    /// @param until when it is to be over, in milliseconds; who comes is told how long that is
    /// @param text why, for whoever comes; may be empty
    /// @param pass whoever shows it with a request is let through: the release's own tests
    record Announced(String by, long until, String text, String pass) {
        public static final Announced NOTHING = new Announced("", 0, "", "");

        public static final int BY_MAX = 200;
        public static final int TEXT_MAX = 500;
        public static final int PASS_MAX = 100;

        /// The header that the pass is shown in; it reaches nobody behind the door.
        public static final String HEADER = "Belay-Pass";

        /// Without the pass.
        @Override
        public String toString() {
            return "by " + by + " until " + until;
        }
    }

    /// As logs say it.
    static String word(@Nullable Door door) {
        return switch (door) {
            case null -> "open";
            case Hold _ -> "held";
            case Maintenance _ -> "shut for maintenance";
        };
    }
}
