package dev.belay.schema.migration;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;

/// Where a migration stands among the others: numbers, separated by dots or underscores; `7` and
/// `007` are the same, `1.10` comes after `1.9`. A date and time is one long number.
///
/// @param text as its file's name has it
public record MigrationVersion(String text) implements Comparable<MigrationVersion> {
    public MigrationVersion {
        if (!text.matches("[0-9]+([._][0-9]+)*")) {
            throw new IllegalArgumentException("not a version: " + text);
        }
    }

    private List<BigInteger> parts() {
        var parts = new ArrayList<BigInteger>();
        for (String part : text.split("[._]", -1)) {
            parts.add(new BigInteger(part));
        }
        while (parts.size() > 1 && parts.getLast().signum() == 0) {
            parts.removeLast();
        }
        return parts;
    }

    @Override
    public int compareTo(MigrationVersion other) {
        List<BigInteger> ours = parts();
        List<BigInteger> theirs = other.parts();
        for (int i = 0; i < Math.min(ours.size(), theirs.size()); i++) {
            int order = ours.get(i).compareTo(theirs.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(ours.size(), theirs.size());
    }

    /// The numbers decide, not how they are written.
    @Override
    public boolean equals(Object other) {
        return other instanceof MigrationVersion version && compareTo(version) == 0;
    }

    @Override
    public int hashCode() {
        return parts().hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
