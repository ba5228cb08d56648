package dev.belay.gate;

import dev.belay.release.EvidenceRule;
import java.util.List;

/// What a rule makes of the evidence there is.
///
/// @param sentence for people, with nothing in it that changes while nothing else does
/// @param relied ids of the evidence that was looked at, that of what runs now included
public record EvidenceVerdict(
        EvidenceRule rule, Status status, String sentence, List<String> relied) {
    public EvidenceVerdict {
        relied = List.copyOf(relied);
    }

    public boolean passes() {
        return status == Status.PASS;
    }

    /// From good to bad. Only the first lets a release go on.
    public enum Status {
        PASS,
        /// It is too little to say.
        INCONCLUSIVE,
        /// It was good, and is too old.
        STALE,
        /// There is none.
        MISSING,
        FAIL
    }
}
