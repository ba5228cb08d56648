package dev.belay.gateway;

/// A host with or without a port, as it stands in `Host` or in an absolute target (RFC 3986 §3.2.2,
/// RFC 9110 §7.2). Only what can be read in one way is one: no user, no list, no second colon.
final class Authority {
    private static final String IN_NAMES = "-._~!$&'()*+;=";
    private static final int PORT_DIGITS = 5;
    private static final int PORT_MAX = 65_535;

    private Authority() {}

    static boolean valid(String text) {
        int end = text.startsWith("[") ? addressEnd(text) : nameEnd(text);
        return end > 0 && (end == text.length() || port(text, end));
    }

    /// The part without the port, of a valid one or of none.
    static String host(String text) {
        int colon = text.indexOf(':', text.startsWith("[") ? text.indexOf(']') : 0);
        return colon < 0 ? text : text.substring(0, colon);
    }

    /// Where a name or an IPv4 address ends; 0 when it is none.
    private static int nameEnd(String text) {
        int i = 0;
        while (i < text.length() && text.charAt(i) != ':') {
            char c = text.charAt(i);
            if (c == '%' && hex(text, i + 1) && hex(text, i + 2)) {
                i += 3;
            } else if (letterOrDigit(c) || IN_NAMES.indexOf(c) >= 0) {
                i++;
            } else {
                return 0;
            }
        }
        return i;
    }

    /// Where an IPv6 address ends, behind its bracket; 0 when it is none.
    private static int addressEnd(String text) {
        int close = text.indexOf(']');
        for (int i = 1; i < close; i++) {
            char c = text.charAt(i);
            if (c != ':' && c != '.' && !hex(text, i)) {
                return 0;
            }
        }
        return close < 3 ? 0 : close + 1;
    }

    /// Digits behind a colon, or nothing.
    private static boolean port(String text, int colon) {
        int digits = text.length() - colon - 1;
        if (text.charAt(colon) != ':' || digits > PORT_DIGITS) {
            return false;
        }
        int port = 0;
        for (int i = colon + 1; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            port = port * 10 + digit;
        }
        return port <= PORT_MAX;
    }

    private static boolean letterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }

    private static boolean hex(String text, int at) {
        return at < text.length()
                && letterOrDigit(text.charAt(at))
                && Character.digit(text.charAt(at), 16) >= 0;
    }
}
