package dev.belay.schema;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// What a migration is, all in all.
public record Verdict(List<Finding> findings) {
    public Verdict {
        findings = List.copyOf(findings);
    }

    public static Verdict of(Evidence evidence) {
        return new Verdict(Rules.findings(evidence));
    }

    /// The old release can fail on the new schema, or its guarantees stay, or neither.
    public enum Standing {
        COMPATIBLE,

        /// Nobody fails; what somebody relies on is gone, or everybody waits while it runs, or
        /// there is no way back.
        DANGEROUS,
        BREAKING
    }

    public Standing standing() {
        if (breaking().findAny().isPresent()) {
            return Standing.BREAKING;
        }
        return dangerous().findAny().isPresent() ? Standing.DANGEROUS : Standing.COMPATIBLE;
    }

    /// Why it is breaking.
    public Stream<Finding> breaking() {
        return findings.stream().filter(Finding::breaks);
    }

    /// What else needs a person's eye.
    public Stream<Finding> dangerous() {
        return findings.stream()
                .filter(one ->
                        one.oldOnNew() == OldOnNew.WEAKENS
                                || one.danger().compareTo(Danger.SCAN_UNDER_LOCK) >= 0
                                || (one.reversibility().compareTo(Reversibility.LOSSY) >= 0
                                        && !one.onlyAdds()));
    }

    /// Whether the release before can simply be put back on the new schema: nothing that it says is
    /// known to fail. What only narrows or weakens asks for its statements to be replayed and for
    /// the rows that it could not live with to be counted, on that day.
    public boolean isPlainRevertible() {
        return findings.stream().noneMatch(one -> one.oldOnNew() == OldOnNew.BREAKS);
    }

    /// Whether the new release may start before the migration.
    public boolean newRunsOnOld() {
        return findings.stream().noneMatch(one -> one.newOnOld() == NewOnOld.BREAKS);
    }

    /// What a down migration can be expected to bring back.
    public Reversibility reversibility() {
        return findings.stream()
                .map(Finding::reversibility)
                .max(Comparator.naturalOrder())
                .orElse(Reversibility.EXACT);
    }
}
