package dev.belay.journal;

import java.util.List;

/// What came out when an audit log was verified.
///
/// @param entries so many were found
/// @param root over all of them, hexadecimal; empty when they cannot be put in a row
/// @param checkpoints signed ones that were compared, those of witnesses included
/// @param signedUpTo the greatest size that a checkpoint vouches for; 0 for none
/// @param findings what does not fit, the first entry first; empty when all is well
public record AuditReport(
        long entries, String root, int checkpoints, long signedUpTo, List<Finding> findings) {
    public AuditReport {
        findings = List.copyOf(findings);
    }

    /// What was done to it.
    public enum Kind {
        /// An entry says something else than it did, or what lies beside it does.
        CHANGED,
        /// An entry is gone.
        REMOVED,
        /// An entry was put between others.
        INSERTED,
        /// Entries changed places.
        REORDERED,
        /// The end is gone.
        CUT_OFF,
        /// Somebody was shown another log.
        FORKED,
        /// Something is signed by nobody who may, or by another key.
        FORGED,
        /// It cannot be read as far as here.
        UNREADABLE
    }

    /// One thing that does not fit.
    ///
    /// @param entry the first that is concerned, 0 when none can be named
    /// @param what a sentence
    public record Finding(Kind kind, long entry, String what) {}

    public boolean isWell() {
        return findings.isEmpty();
    }
}
