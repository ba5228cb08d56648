package dev.belay.driver.archive;

import java.time.Instant;
import java.util.regex.Pattern;

/// One file of the write-ahead log in an archive.
///
/// @param name 24 hexadecimal digits: timeline, log, segment
/// @param arrived when the archive had it
public record WalSegment(String name, Instant arrived) {
    private static final Pattern NAME = Pattern.compile("[0-9A-F]{24}");
    private static final Pattern WANTED =
            Pattern.compile("[0-9A-F]{24}(\\.[0-9A-F]{8}\\.backup)?|[0-9A-F]{8}\\.history");
    private static final int TIMELINE = 8;
    private static final int LOG = 16;
    private static final int HEX = 16;

    /// Whether a segment can be called so.
    public static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    /// Whether a server that recovers may ask for a file of that name.
    public static boolean isWanted(String text) {
        return WANTED.matcher(text).matches();
    }

    static long log(String name) {
        return Long.parseLong(name.substring(TIMELINE, LOG), HEX);
    }

    static long number(String name) {
        return Long.parseLong(name.substring(LOG), HEX);
    }
}
