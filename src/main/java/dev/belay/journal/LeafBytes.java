package dev.belay.journal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Looks into the canonical bytes of an entry without parsing them: a million are read in a row.
/// Quotes within texts are escaped, so what is looked for can only be what it seems.
final class LeafBytes {
    private static final byte[] SEQ = ",\"seq\":".getBytes(StandardCharsets.UTF_8);
    private static final byte[] ENTRY = "\"entry\":".getBytes(StandardCharsets.UTF_8);
    private static final int DIGITS_MAX = 18;

    private LeafBytes() {}

    static boolean startsWith(byte[] body, byte[] prefix) {
        return startsWith(body, 0, prefix);
    }

    private static boolean startsWith(byte[] body, int at, byte[] prefix) {
        return body.length >= at + prefix.length
                && Arrays.mismatch(body, at, at + prefix.length, prefix, 0, prefix.length) < 0;
    }

    /// Whether a line of a release's journal lies behind it; else it is a deed.
    ///
    /// @param head what it begins with, up to its time
    static boolean isLine(byte[] body, byte[] head) {
        return startsWith(body, head.length, ENTRY);
    }

    /// The number that it was written with; -1 when it says none.
    static long seq(byte[] body) {
        for (int at = body.length - SEQ.length; at >= 0; at--) {
            if (body[at] == ',' && startsWith(body, at, SEQ)) {
                return number(body, at + SEQ.length);
            }
        }
        return -1;
    }

    private static long number(byte[] body, int from) {
        long number = 0;
        int at = from;
        for (; at < body.length && body[at] >= '0' && body[at] <= '9'; at++) {
            if (at - from >= DIGITS_MAX) {
                return -1;
            }
            number = number * 10 + (body[at] - '0');
        }
        return at == from ? -1 : number;
    }
}
