package dev.belay.server.audit;

import dev.belay.journal.AuditReport;
import java.util.List;

/// What came out when a bundle of evidence was verified. What it says of the release is taken from
/// entries that were proven, and from nothing else.
///
/// @param environment where
/// @param planDigest what was agreed to
/// @param submittedBy who
/// @param submittedAt milliseconds since the epoch, 0 when that entry is missing
/// @param state of the release after its last entry
/// @param lines of its journal that are in the bundle
/// @param others entries about it that it did not write itself
/// @param size entries of the log that the checkpoint vouches for
/// @param key that signed; the one that was given, or the bundle's own
/// @param findings what does not fit; empty when all is well
/// @param remarks what to know beside that
public record BundleReport(
        String release,
        String environment,
        String planDigest,
        String submittedBy,
        long submittedAt,
        String state,
        long lines,
        long others,
        long size,
        String key,
        List<AuditReport.Finding> findings,
        List<String> remarks) {
    public BundleReport {
        findings = List.copyOf(findings);
        remarks = List.copyOf(remarks);
    }

    public boolean isWell() {
        return findings.isEmpty();
    }
}
