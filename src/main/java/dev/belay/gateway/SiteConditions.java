package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Conditional and range requests (RFC 9110 §13, §14) and content codings, decided on headers.
final class SiteConditions {
    private static final Pattern RANGE = Pattern.compile("bytes=(\\d{0,18})-(\\d{0,18})");

    private SiteConditions() {}

    /// Which part of a file is asked for.
    sealed interface Wanted permits Whole, Part, Outside {}

    record Whole() implements Wanted {}

    record Part(long from, long count) implements Wanted {}

    /// The file has no such part.
    record Outside() implements Wanted {}

    /// Whether the client has this very file. A tag, where one is sent, makes times irrelevant.
    static boolean notModified(HttpHeaders headers, String tag, long modifiedSeconds) {
        String none = headers.get(HttpHeaderNames.IF_NONE_MATCH);
        if (none != null) {
            return none.strip().equals("*") || listed(none, tag);
        }
        String since = headers.get(HttpHeaderNames.IF_MODIFIED_SINCE);
        if (since == null) {
            return false;
        }
        return HttpDate.parse(since).orElse(Long.MIN_VALUE) >= modifiedSeconds;
    }

    private static boolean listed(String tags, String tag) {
        for (String one : tags.split(",", -1)) {
            String strong = one.strip();
            strong = strong.startsWith("W/") ? strong.substring(2) : strong;
            if (strong.equals(tag)) {
                return true;
            }
        }
        return false;
    }

    /// One part at most: several, or anything not understood, are answered with the whole file.
    static Wanted range(HttpHeaders headers, long size, String tag, String modified) {
        String text = headers.get(HttpHeaderNames.RANGE);
        String validator = headers.get(HttpHeaderNames.IF_RANGE);
        boolean stale = validator != null && !validator.equals(tag) && !validator.equals(modified);
        if (text == null || stale) {
            return new Whole();
        }
        Matcher matcher = RANGE.matcher(text.strip());
        if (!matcher.matches()) {
            return new Whole();
        }
        String first = matcher.group(1);
        String last = matcher.group(2);
        if (first.isEmpty()) {
            if (last.isEmpty()) {
                return new Whole();
            }
            long count = Math.min(size, Long.parseLong(last));
            return count == 0 ? new Outside() : new Part(size - count, count);
        }
        long from = Long.parseLong(first);
        long to = last.isEmpty() ? size - 1 : Math.min(size - 1, Long.parseLong(last));
        if (!last.isEmpty() && Long.parseLong(last) < from) {
            return new Whole();
        }
        return from >= size ? new Outside() : new Part(from, to - from + 1);
    }

    static boolean accepts(HttpHeaders headers, String coding) {
        for (String one : headers.get(HttpHeaderNames.ACCEPT_ENCODING, "").split(",", -1)) {
            String clean = one.strip().toLowerCase(Locale.ROOT);
            int semicolon = clean.indexOf(';');
            String name = semicolon < 0 ? clean : clean.substring(0, semicolon).strip();
            if (name.equals(coding)) {
                return !clean.replace(" ", "").matches(".*;q=0(\\.0*)?");
            }
        }
        return false;
    }
}
