package dev.belay.server.evidence;

import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Reports;
import dev.belay.gate.report.Stated;
import dev.belay.gate.report.Unreadable;
import dev.belay.journal.AuditLog;
import dev.belay.release.Digest;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Adds evidence and withdraws it. Both are in the audit log before they are so.
public final class EvidenceBook {
    private final EvidenceStore store;
    private final AuditLog audit;
    private final LongSupplier clock;

    /// A book over a store.
    ///
    /// @param clock milliseconds since the epoch
    public EvidenceBook(EvidenceStore store, AuditLog audit, LongSupplier clock) {
        this.store = store;
        this.audit = audit;
        this.clock = clock;
    }

    /// What is to be added, with all that is said of it.
    ///
    /// @param kind empty for what the report is by itself
    /// @param files that are in the store
    /// @param run when we ran what wrote them, in milliseconds since the epoch: each run is a piece
    ///   by itself, whatever it wrote; 0 for what was brought
    public record Entry(
            Digest artifact,
            String component,
            String environment,
            String kind,
            String name,
            List<StoredEvidence.Kept> files,
            Stated stated,
            String by,
            long run) {
        public Entry {
            files = List.copyOf(files);
        }
    }

    /// What the files say together.
    ///
    /// @throws Unreadable when one of them is no report, with its name
    public Reading read(List<StoredEvidence.Kept> files, Stated stated)
            throws IOException, Unreadable {
        return read(store, files, stated);
    }

    static Reading read(EvidenceStore store, List<StoredEvidence.Kept> files, Stated stated)
            throws IOException, Unreadable {
        Reading all = null;
        for (StoredEvidence.Kept file : files) {
            byte[] content = store.file(new Digest(file.digest()));
            try {
                Reading one = Reports.read(content, stated);
                all = all == null ? one : all.and(one);
            } catch (Unreadable e) {
                throw new Unreadable("`" + file.name() + "` " + e.getMessage(), e.hint());
            }
        }
        if (all == null) {
            throw new Unreadable("there is no file", "name at least one");
        }
        return all;
    }

    /// Adds it; the very same is there only once. One that was withdrawn stays so.
    ///
    /// @param reading of its files, or of what a command did
    public synchronized StoredEvidence add(Entry entry, Reading reading) throws IOException {
        String kind = entry.kind().isEmpty() ? reading.kind() : entry.kind();
        String id =
                StoredEvidence.id(
                        entry.artifact(),
                        entry.environment(),
                        kind,
                        entry.name(),
                        entry.files(),
                        entry.stated(),
                        entry.run());
        Optional<StoredEvidence> earlier = store.find(id);
        if (earlier.isPresent()) {
            return earlier.get();
        }
        long now = clock.getAsLong();
        var evidence =
                new StoredEvidence(
                        id,
                        entry.artifact().text(),
                        entry.component(),
                        entry.environment(),
                        kind,
                        entry.name(),
                        won(entry, reading, now),
                        now,
                        entry.by(),
                        entry.files(),
                        entry.stated(),
                        reading.format().word(),
                        reading.tool(),
                        reading.version(),
                        reading.figures(),
                        reading.own().name().toLowerCase(Locale.ROOT),
                        reading.words(),
                        null);
        audit.record(new AuditLog.Deed(entry.by(), EvidenceLedger.ADDED, of(evidence)));
        store.keep(evidence);
        return evidence;
    }

    private static long won(Entry entry, Reading reading, long now) {
        long said = entry.run() > 0 ? entry.run() : reading.at();
        return said == 0 ? now : Math.min(said, now);
    }

    /// Withdraws it; doing so twice changes nothing.
    public synchronized StoredEvidence withdraw(StoredEvidence evidence, String by, String why)
            throws IOException {
        StoredEvidence now = store.find(evidence.id()).orElse(evidence);
        if (now.withdrawn() != null) {
            return now;
        }
        var of = new java.util.TreeMap<>(of(now));
        of.put("why", why);
        audit.record(new AuditLog.Deed(by, EvidenceLedger.WITHDRAWN, of));
        StoredEvidence withdrawn =
                now.withdrawn(new StoredEvidence.Withdrawal(by, why, clock.getAsLong()));
        store.keep(withdrawn);
        return withdrawn;
    }

    private static Map<String, String> of(StoredEvidence evidence) {
        return Map.of(
                "id", evidence.id(),
                "artifact", evidence.artifact(),
                "component", evidence.component(),
                "environment", evidence.environment(),
                "kind", evidence.kind(),
                "name", evidence.name(),
                "files",
                        String.join(
                                ",",
                                evidence.files().stream()
                                        .map(StoredEvidence.Kept::digest)
                                        .toList()),
                "own", evidence.own(),
                "words", evidence.words());
    }

    /// What is read anew of the files. Who ended badly has failed, whatever its report says. How a
    /// command ended is in the record alone: what it wrote is kept for people.
    static Reading readAnew(EvidenceStore store, StoredEvidence evidence)
            throws IOException, Unreadable {
        if (!evidence.format().equals(Format.COMMAND.word())) {
            Reading reading = read(store, evidence.files(), evidence.stated());
            return evidence.own().equals("failed") ? reading.failed() : reading;
        }
        return new Reading(
                Format.COMMAND,
                evidence.kind(),
                evidence.tool(),
                evidence.version(),
                evidence.at(),
                evidence.figures(),
                Reading.Own.valueOf(evidence.own().toUpperCase(Locale.ROOT)),
                List.of());
    }
}
