package dev.belay.gateway.trace;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A place in a trace, as `traceparent` says it (W3C Trace Context).
///
/// @param high the first half of the trace's id
/// @param low the second half
/// @param span who asks
/// @param flags 1 sampled, 2 random trace id
public record TraceContext(long high, long low, long span, int flags) {
    private static final int SAMPLED = 1;
    private static final int RANDOM = 2;
    private static final int LENGTH = 55;
    private static final int VERSION_END = 2;
    private static final int TRACE = 3;
    private static final int SPAN = 36;
    private static final int FLAGS = 53;
    private static final int DIGITS = 16;
    private static final HexFormat HEX = HexFormat.of();

    /// Reads a header; null when it is not one. A version that we do not know may go on behind the
    /// part that we do (§4.2 of the recommendation).
    public static @Nullable TraceContext parse(String header) {
        if (header.length() < LENGTH
                || header.charAt(VERSION_END) != '-'
                || header.charAt(SPAN - 1) != '-'
                || header.charAt(FLAGS - 1) != '-') {
            return null;
        }
        boolean first = header.startsWith("00");
        boolean ends = header.length() == LENGTH;
        if (first ? !ends : !ends && header.charAt(LENGTH) != '-') {
            return null;
        }
        boolean digits =
                hex(header, 0, VERSION_END)
                        && hex(header, TRACE, SPAN - 1)
                        && hex(header, SPAN, FLAGS - 1)
                        && hex(header, FLAGS, LENGTH);
        if (!digits || header.startsWith("ff")) {
            return null;
        }
        long high = number(header, TRACE);
        long low = number(header, TRACE + DIGITS);
        long span = number(header, SPAN);
        int flags = HexFormat.fromHexDigits(header, FLAGS, LENGTH);
        return (high | low) == 0 || span == 0 ? null : new TraceContext(high, low, span, flags);
    }

    /// In small letters alone: others are no digits there.
    private static boolean hex(String text, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = text.charAt(i);
            if (!('0' <= c && c <= '9') && !('a' <= c && c <= 'f')) {
                return false;
            }
        }
        return true;
    }

    private static long number(String text, int from) {
        return HexFormat.fromHexDigitsToLong(text, from, from + DIGITS);
    }

    /// The beginning of a trace.
    static TraceContext fresh(long high, long low, boolean sampled) {
        return new TraceContext(high, low, id(), (sampled ? SAMPLED : 0) | RANDOM);
    }

    /// The next place of the same trace, which is sampled.
    TraceContext child() {
        return new TraceContext(high, low, id(), (flags & RANDOM) | SAMPLED);
    }

    static long id() {
        long id = 0;
        while (id == 0) {
            id = ThreadLocalRandom.current().nextLong();
        }
        return id;
    }

    public boolean sampled() {
        return (flags & SAMPLED) != 0;
    }

    /// As 32 digits.
    public String trace() {
        return HEX.toHexDigits(high) + HEX.toHexDigits(low);
    }

    /// A span's id as 16 digits.
    static String digits(long span) {
        return HEX.toHexDigits(span);
    }

    /// As a header of version 00.
    public String header() {
        return "00-" + trace() + "-" + digits(span) + "-" + HEX.toHexDigits((byte) flags);
    }
}
