package dev.belay.gate;

import dev.belay.gate.report.Case;
import dev.belay.gate.report.Reading;
import java.util.HashSet;
import java.util.Set;

/// One piece of evidence that nobody has withdrawn, of one artifact.
///
/// @param id by which people name it, `ev-3f9c1a2b7d10`
/// @param environment where it was won; empty when that is not said
/// @param kind what it is evidence of
/// @param name which of that kind; may be empty
/// @param at when it was won, in milliseconds since the epoch
/// @param added when it was added
public record EvidenceRecord(
        String id,
        String environment,
        String kind,
        String name,
        long at,
        long added,
        Reading reading) {
    boolean failed() {
        return reading.own() == Reading.Own.FAILED;
    }

    /// Whether everything that failed in the other one was tried again in this one. Where nobody
    /// says what was tried, the newer one stands for all of it.
    boolean covers(EvidenceRecord other) {
        Set<String> tried = new HashSet<>();
        for (Case one : reading.cases()) {
            if (one.outcome() != Case.Outcome.SKIPPED) {
                tried.add(one.id());
            }
        }
        return other.reading.cases().stream()
                .filter(one -> one.outcome() == Case.Outcome.FAILED)
                .allMatch(one -> tried.contains(one.id()));
    }

    /// For people: ``ev-3f9c1a2b7d10, from `staging` ``.
    String words() {
        return id
                + (name.isEmpty() ? "" : " `" + name + "`")
                + (environment.isEmpty() ? "" : ", from `" + environment + "`");
    }
}
