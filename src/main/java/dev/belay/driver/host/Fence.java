package dev.belay.driver.host;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What stands between a scope and orders that arrive late.
///
/// @param last the greatest token that counts as accepted
/// @param seals how often a probe sealed the scope. An order that is under way compares both before
///   each thing it does: the probe that follows it has the next token, which leaves `last` as it is
/// @param known whether what was accepted since the open order began is all on record here; not so
///   when somebody deleted the folder, until the next order is accepted
record Fence(long last, long seals, boolean known) {
    private static final String FORGOTTEN = " forgotten";
    private static final Pattern TEXT =
            Pattern.compile("([0-9]{1,18}) ([0-9]{1,18})(" + FORGOTTEN + ")?\n");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

    static Optional<Fence> parse(String text) {
        Matcher parts = TEXT.matcher(text);
        return parts.matches()
                ? Optional.of(
                        new Fence(
                                Long.parseLong(parts.group(1)),
                                Long.parseLong(parts.group(2)),
                                parts.group(3) == null))
                : Optional.empty();
    }

    static long number(String text) {
        return NUMBER.matcher(text).matches() ? Long.parseLong(text) : 0;
    }

    boolean refuses(long token) {
        return token <= last;
    }

    Fence accept(long token) {
        return new Fence(token, seals, true);
    }

    /// Shuts out everything older than the token, and what is under way.
    Fence seal(long token) {
        return new Fence(Math.max(last, token - 1), seals + 1, known);
    }

    /// Something ran that nobody has on record.
    Fence forgotten() {
        return new Fence(last, seals, false);
    }

    String text() {
        return last + " " + seals + (known ? "" : FORGOTTEN) + "\n";
    }
}
