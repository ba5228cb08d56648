package dev.belay.journal;

import dev.belay.journal.AuditReport.Finding;
import dev.belay.journal.AuditReport.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Collects what does not fit. The first of a kind is what matters; a log that was rewritten from
/// somewhere on would say the same of each later entry.
final class Findings {
    private static final int MAX = 20;

    private final List<Finding> all = new ArrayList<>();

    void add(Kind kind, long entry, String what) {
        if (all.size() < MAX) {
            all.add(new Finding(kind, entry, what));
        }
    }

    /// Whether all entries so far are what they were: what is forged beside them says nothing of
    /// them. Once one is not, everything above it in the tree differs, and need not be told.
    boolean untouched() {
        return all.stream().allMatch(one -> one.kind() == Kind.FORGED);
    }

    List<Finding> list() {
        return all.stream().sorted(Comparator.comparingLong(Finding::entry)).toList();
    }
}
