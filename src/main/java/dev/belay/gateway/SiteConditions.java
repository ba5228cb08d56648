package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

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

    /// What a request's conditions come to.
    enum Met {
        ANSWER,
        NOT_MODIFIED,
        FAILED
    }

    /// In the order of RFC 9110 §13.2.2: whether the client asks about another file than this, and
    /// whether it has this very one. A tag, where one is sent, makes times irrelevant.
    static Met conditions(HttpHeaders headers, String tag, long modifiedSeconds) {
        String match = all(headers, HttpHeaderNames.IF_MATCH);
        if (match != null) {
            if (!match.strip().equals("*") && !listed(match, tag, false)) {
                return Met.FAILED;
            }
        } else if (before(headers.get(HttpHeaderNames.IF_UNMODIFIED_SINCE), modifiedSeconds)) {
            return Met.FAILED;
        }
        String none = all(headers, HttpHeaderNames.IF_NONE_MATCH);
        if (none != null) {
            boolean known = none.strip().equals("*") || listed(none, tag, true);
            return known ? Met.NOT_MODIFIED : Met.ANSWER;
        }
        String since = headers.get(HttpHeaderNames.IF_MODIFIED_SINCE);
        boolean known =
                since != null && HttpDate.parse(since).orElse(Long.MIN_VALUE) >= modifiedSeconds;
        return known ? Met.NOT_MODIFIED : Met.ANSWER;
    }

    /// Whether there is a date, and the file is of later.
    private static boolean before(@Nullable String date, long modifiedSeconds) {
        return date != null && HttpDate.parse(date).orElse(Long.MAX_VALUE) < modifiedSeconds;
    }

    /// Every line of a header that is a list; null when there is none.
    private static @Nullable String all(HttpHeaders headers, CharSequence name) {
        List<String> lines = headers.getAll(name);
        return lines.isEmpty() ? null : String.join(",", lines);
    }

    /// @param weak whether one that says it is only about as good does, too
    private static boolean listed(String tags, String tag, boolean weak) {
        for (String one : tags.split(",", -1)) {
            String listed = one.strip();
            if (listed.equals(tag) || (weak && listed.equals("W/" + tag))) {
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
        String accepted = all(headers, HttpHeaderNames.ACCEPT_ENCODING);
        for (String one : accepted == null ? new String[0] : accepted.split(",", -1)) {
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
