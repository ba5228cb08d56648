package dev.belay.schema.migration;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Where a migration stands among the others: numbers, separated by dots or underscores; `7` and
/// `007` are the same, `1.10` comes after `1.9`. A date and time is one long number.
///
/// @param text in its one form: no leading zeros, dots between, no `.0` at the end
public record MigrationVersion(String text) implements Comparable<MigrationVersion> {
    private static final Pattern FORM = Pattern.compile("[0-9]+([._][0-9]+)*");

    public MigrationVersion {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("not a version: " + text);
        }
        List<BigInteger> parts = parts(text);
        while (parts.size() > 1 && parts.getLast().signum() == 0) {
            parts.removeLast();
        }
        text = parts.stream().map(BigInteger::toString).collect(Collectors.joining("."));
    }

    /// Of what somebody wrote; empty when it is no version.
    public static Optional<MigrationVersion> parse(String text) {
        return FORM.matcher(text).matches()
                ? Optional.of(new MigrationVersion(text))
                : Optional.empty();
    }

    private static List<BigInteger> parts(String text) {
        var parts = new ArrayList<BigInteger>();
        for (String part : text.split("[._]", -1)) {
            parts.add(new BigInteger(part));
        }
        return parts;
    }

    @Override
    public int compareTo(MigrationVersion other) {
        List<BigInteger> ours = parts(text);
        List<BigInteger> theirs = parts(other.text);
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            int order = ours.get(i).compareTo(theirs.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ours.size(), theirs.size());
    }

    @Override
    public String toString() {
        return text;
    }
}
