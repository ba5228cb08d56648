package dev.belay.server.audit;

import dev.belay.journal.AuditReport;
import java.util.List;

/// What came out when a single proof was verified.
///
/// @param seq of the entry; 0 where one log is proven to be another's beginning
/// @param from entries of the earlier log; 0 for the proof of an entry
/// @param size entries of the log that was signed
/// @param key that signed
/// @param findings what does not fit; empty when all is well
public record ProofReport(
        long seq, long from, long size, String key, List<AuditReport.Finding> findings) {
    public ProofReport {
        findings = List.copyOf(findings);
    }

    public boolean isWell() {
        return findings.isEmpty();
    }
}
