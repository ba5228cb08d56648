package dev.belay.release;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// A Prometheus that counts what revisions answer, where no router of ours does: what a canary is
/// then judged by.
///
/// @param url where its API is, without `/api/v1` and without a slash at its end
/// @param token where a bearer token lies; null for none
/// @param authority path of a PEM file of the authorities that are believed; empty for the usual
/// @param requests counters of all requests of a revision
/// @param errors counters of those that failed
/// @param slow null where nobody looks at how long answers take
/// @param every how often it is asked
/// @param patience how long one answer may take
public record Prometheus(
        String url,
        @Nullable Credential token,
        String authority,
        Selector requests,
        Selector errors,
        @Nullable Slow slow,
        Duration every,
        Duration patience) {
    public Prometheus {
        if (!every.isPositive() || !patience.isPositive()) {
            throw new IllegalArgumentException(every + " and " + patience);
        }
    }

    /// From when on an answer is slow.
    ///
    /// @param buckets of a histogram, `…_bucket`
    /// @param above one of its bounds
    public record Slow(Selector buckets, Duration above) {
        private static final double NANOS_A_MILLI = 1e6;
        private static final double MILLIS_A_SECOND = 1e3;

        public Slow {
            if (!hasUnit(buckets)) {
                throw new IllegalArgumentException(buckets.metric() + " has no unit");
            }
            if (!above.isPositive()) {
                throw new IllegalArgumentException("slow from " + above + " on");
            }
        }

        /// Whether its name says in what it is measured, as names of metrics are to.
        public static boolean hasUnit(Selector buckets) {
            return isInSeconds(buckets) || isInMillis(buckets);
        }

        private static boolean isInSeconds(Selector buckets) {
            return buckets.metric().contains("_seconds");
        }

        private static boolean isInMillis(Selector buckets) {
            return buckets.metric().contains("_milliseconds") || buckets.metric().contains("_ms");
        }

        /// As the histogram has it, in its own unit.
        public double bound() {
            double millis = above.toNanos() / NANOS_A_MILLI;
            return isInMillis(buckets) ? millis : millis / MILLIS_A_SECOND;
        }

        /// In microseconds.
        public double micros() {
            return above.toNanos() / MILLIS_A_SECOND;
        }
    }

    /// Whom people look at when it does not answer: without what a path may give away.
    public String host() {
        String from = url.substring(url.indexOf("//") + 2);
        int end = from.indexOf('/');
        return end < 0 ? from : from.substring(0, end);
    }
}
