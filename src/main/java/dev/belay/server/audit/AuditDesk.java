package dev.belay.server.audit;

import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditReport;
import dev.belay.journal.AuditSearch;
import dev.belay.journal.AuditTree;
import dev.belay.journal.AuditVerifier;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.function.BooleanSupplier;

/// Everything that can be asked of the audit log.
///
/// @param database the journal's file
public record AuditDesk(
        Journal journal,
        AuditLog log,
        AuditTree tree,
        Checkpoints checkpoints,
        Witnesses witnesses,
        Path database) {
    private static final Semaphore VERIFYING = new Semaphore(1);

    /// A proof, with what it leads to.
    ///
    /// @param seq of the entry; 0 where a whole log is proven to be another's beginning
    /// @param body of the entry, as it was hashed
    /// @param from entries of the earlier log; 0 for the proof of an entry
    /// @param size entries of the log
    /// @param root hexadecimal
    /// @param proof hashes, hexadecimal
    /// @param checkpoint the signed note of that size; empty when none was signed
    public record Proof(
            long seq,
            String body,
            long from,
            long size,
            String root,
            List<String> proof,
            String checkpoint) {
        public Proof {
            proof = List.copyOf(proof);
        }
    }

    /// What is wrong, for the status: a sentence each.
    public List<String> troubles() {
        return witnesses.troubles();
    }

    /// The newest checkpoint, of all that is in the log now.
    ///
    /// @throws Denied when nothing is in it
    public AuditTree.Kept checkpoint() {
        return checkpoints.sign().orElseThrow(() -> Denied.refusal("the audit log is empty", ""));
    }

    /// That an entry is in the log.
    ///
    /// @param seq 0 for the newest entry
    /// @throws Denied when there is no such entry
    public Proof inclusion(long seq) {
        AuditTree.Kept kept = checkpoint();
        long entry = seq == 0 ? kept.size() : seq;
        List<AuditLog.Leaf> leaf = log.leaves(entry - 1, 1);
        if (leaf.isEmpty() || entry > kept.size()) {
            throw Denied.unknown(
                    "audit/no-entry",
                    "entry",
                    Long.toString(entry),
                    "the audit log has " + kept.size() + " entries",
                    "");
        }
        return new Proof(
                entry,
                leaf.getFirst().body(),
                0,
                kept.size(),
                kept.root(),
                tree.inclusion(entry, kept.size()),
                kept.note());
    }

    /// That the log began as it was when it had so many entries.
    ///
    /// @param to 0 for as it is now
    /// @throws Denied when it never was that long
    public Proof consistency(long from, long to) {
        AuditTree.Kept kept = checkpoint();
        long size = to == 0 ? kept.size() : to;
        if (size > kept.size() || from > size) {
            throw new Denied(
                    No.problem(
                            "audit/no-entry",
                            "`--from` and `--to`",
                            "the audit log has " + kept.size() + " entries",
                            "give two of its sizes, the smaller one first"));
        }
        String note =
                tree.checkpoints(size - 1, 1).stream()
                        .filter(one -> one.size() == size)
                        .map(AuditTree.Kept::note)
                        .findFirst()
                        .orElse("");
        return new Proof(
                0, "", from, size, tree.head(size).root(), tree.consistency(from, size), note);
    }

    /// Verifies the journal as it lies on the disk. One at a time: it takes seconds of every core.
    ///
    /// @throws Denied while somebody else does
    public AuditReport verify() {
        if (!VERIFYING.tryAcquire()) {
            throw new Denied(
                    new No.Busy("the audit log is being verified", "ask again in a moment"));
        }
        try {
            return AuditVerifier.verify(database, List.of(checkpoints.key()), List.of());
        } finally {
            VERIFYING.release();
        }
    }

    /// Writes the bundle of evidence of a release.
    ///
    /// @param goesOn whether whoever asked may still be told
    public void export(ReleaseRow release, OutputStream out, BooleanSupplier goesOn)
            throws IOException {
        var from = new EvidenceBundle.Source(log, tree, checkpoint(), checkpoints.key());
        EvidenceBundle.write(release, from, journal.now(), out, goesOn);
    }

    /// What is looked for.
    public List<AuditLog.Leaf> search(AuditSearch search) {
        return log.search(search);
    }
}
