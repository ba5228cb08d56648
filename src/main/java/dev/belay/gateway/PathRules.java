package dev.belay.gateway;

import org.jspecify.annotations.Nullable;

/// Paths where they decide who gets a request. A path that the gateway could read in one way and a
/// member in another would reach whoever it is not meant for; there it is refused.
final class PathRules {
    private static final int ESCAPE = 3;

    /// Never begins a character of UTF-8, but is taken for `.` and `/` by decoders that are too
    /// kind.
    private static final int OVERLONG_LOW = 0xC0;

    private static final int OVERLONG_HIGH = 0xC1;

    private PathRules() {}

    /// Whether the path of a target has more than one reading: dot segments, empty segments,
    /// backslashes, control characters, each also encoded; encoded slashes; `%` that encodes
    /// nothing.
    static boolean ambiguous(String target) {
        String path = decoded(target);
        return path == null || hasStrangeSegment(path);
    }

    /// The path as it is compared: decoded, without the query, and without what follows a `;` in a
    /// segment, which is no part of its name for some. Null where it has no one reading.
    static @Nullable String decoded(String target) {
        int query = target.indexOf('?');
        int length = query < 0 ? target.length() : query;
        boolean plain = true;
        for (int i = 0; i < length; i++) {
            char c = target.charAt(i);
            if (c == '\\') {
                return null;
            }
            plain = plain && c != '%' && c != ';';
        }
        return plain ? target.substring(0, length) : decoded(target, length);
    }

    private static @Nullable String decoded(String target, int length) {
        var path = new StringBuilder(length);
        boolean name = true;
        for (int i = 0; i < length; i++) {
            char c = target.charAt(i);
            name = c == '/' || (name && c != ';');
            if (c == '%') {
                int octet = i + ESCAPE <= length ? octet(target, i + 1) : -1;
                if (!single(octet)) {
                    return null;
                }
                c = (char) octet;
                i += ESCAPE - 1;
            }
            if (name) {
                path.append(c);
            }
        }
        return path.toString();
    }

    private static boolean single(int octet) {
        return octet >= ' '
                && octet != 127
                && octet != '/'
                && octet != '\\'
                && octet != OVERLONG_LOW
                && octet != OVERLONG_HIGH;
    }

    private static int octet(String text, int at) {
        int high = hex(text.charAt(at));
        int low = hex(text.charAt(at + 1));
        return high < 0 || low < 0 ? -1 : high * 16 + low;
    }

    private static int hex(char c) {
        if (c >= '0' && c <= '9') {
            return c - '0';
        }
        int letter = c | 0x20;
        return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
    }

    /// Between two slashes there is nothing, or one dot or two; also before a `;`, which here was
    /// encoded, and which who decodes first takes for the end of the name.
    private static boolean hasStrangeSegment(String path) {
        int from = 1;
        int to = -1;
        for (int i = 1; i <= path.length(); i++) {
            boolean end = i == path.length();
            if (end || path.charAt(i) == '/') {
                int name = to < 0 ? i : to;
                if ((name == from && !end) || onlyDots(path, from, name)) {
                    return true;
                }
                from = i + 1;
                to = -1;
            } else if (path.charAt(i) == ';' && to < 0) {
                to = i;
            }
        }
        return false;
    }

    private static boolean onlyDots(String path, int from, int to) {
        return (to - from == 1 || to - from == 2)
                && path.charAt(from) == '.'
                && path.charAt(to - 1) == '.';
    }
}
