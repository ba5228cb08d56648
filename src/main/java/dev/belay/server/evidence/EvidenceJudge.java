package dev.belay.server.evidence;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Proofs;
import dev.belay.gate.EvidenceGate;
import dev.belay.gate.EvidenceRecord;
import dev.belay.gate.EvidenceVerdict;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Unreadable;
import dev.belay.plan.PlanRequest;
import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.SignatureRule;
import dev.belay.release.Work;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Holds rules against what is in the store at this moment: when a release is planned, when it is
/// submitted, and before it begins.
public final class EvidenceJudge implements Proofs {
    /// Reports are as they were when their digests are; so many are not read twice.
    private static final int KNOWN_MAX = 1_000;

    private final EvidenceStore store;
    private final EvidenceLedger ledger;
    private final SignatureJudge signatures;
    private final LongSupplier clock;
    private final Map<StoredEvidence, Reading> known =
            Collections.synchronizedMap(
                    new LinkedHashMap<>(16, 0.75f, true) {
                        @Override
                        protected boolean removeEldestEntry(
                                Map.Entry<StoredEvidence, Reading> eldest) {
                            return size() > KNOWN_MAX;
                        }
                    });

    /// A judge over a store.
    ///
    /// @param ledger of what has to be in it
    /// @param clock milliseconds since the epoch
    public EvidenceJudge(
            EvidenceStore store,
            EvidenceLedger ledger,
            SignatureJudge signatures,
            LongSupplier clock) {
        this.store = store;
        this.ledger = ledger;
        this.signatures = signatures;
        this.clock = clock;
    }

    /// Who is trusted to have signed.
    public SignatureJudge signatures() {
        return signatures;
    }

    /// What was found of one artifact, for a plan.
    ///
    /// @param signed who must have signed it; null when nobody must
    /// @param running what runs now; null when nothing does
    public PlanRequest.Shown shown(
            List<EvidenceRule> rules,
            @Nullable SignatureRule signed,
            Digest artifact,
            @Nullable Digest running) {
        Digest other = running == null || running.equals(artifact) ? null : running;
        Set<String> relied = new LinkedHashSet<>();
        var lacking = new ArrayList<String>();
        for (EvidenceVerdict verdict : verdicts(rules, artifact, other, lacking)) {
            relied.addAll(verdict.relied());
            if (!verdict.passes()) {
                lacking.add(verdict.sentence());
            }
        }
        if (signed != null) {
            SignatureJudge.Found found = signatures.found(signed, artifact);
            relied.addAll(found.relied());
            lacking.addAll(found.lacking());
        }
        return new PlanRequest.Shown(
                other, rules, signed, relied.stream().sorted().toList(), lacking);
    }

    /// What a step would find lacking now; empty when it is satisfied.
    public List<String> lacking(Work.Evidenced work) {
        return shown(work).lacking();
    }

    private PlanRequest.Shown shown(Work.Evidenced work) {
        return shown(work.rules(), work.signatures(), work.artifact(), work.running());
    }

    /// What became of evidence that somebody relied on: a sentence for each that was withdrawn.
    public List<String> lost(List<String> relied) {
        var lost = new ArrayList<String>();
        for (String id : relied) {
            try {
                store.find(id)
                        .map(StoredEvidence::lost)
                        .filter(sentence -> !sentence.isEmpty())
                        .ifPresent(lost::add);
            } catch (IOException e) {
                lost.add("`%s` cannot be read: %s".formatted(id, e.getMessage()));
            }
        }
        return lost;
    }

    @Override
    public Look evidenced(Work.Evidenced work, Order order) {
        PlanRequest.Shown now = shown(work);
        if (now.lacking().isEmpty()) {
            return new Look.Done(
                    now.relied().isEmpty()
                            ? "nothing else runs there that it had to be tried against"
                            : "by " + String.join(", ", now.relied()));
        }
        return new Look.Failed(
                "`%s` no longer has the evidence that it was planned with: %s"
                        .formatted(work.component(), String.join("; ", now.lacking())),
                "`belay evidence list --component %s` shows what there is"
                        .formatted(work.component()),
                String.join("\n", lost(work.relied())));
    }

    private List<EvidenceVerdict> verdicts(
            List<EvidenceRule> rules,
            Digest artifact,
            @Nullable Digest running,
            List<String> lacking) {
        try {
            List<EvidenceRecord> all = records(artifact);
            boolean compares = rules.stream().anyMatch(EvidenceRule::compares);
            EvidenceGate.Running now =
                    running == null
                            ? null
                            : new EvidenceGate.Running(
                                    running.brief(), compares ? records(running) : List.of());
            return rules.stream()
                    .map(rule -> EvidenceGate.judge(rule, all, now, clock.getAsLong()))
                    .toList();
        } catch (IOException | Unreadable e) {
            lacking.add("its evidence cannot be read: " + e.getMessage());
            return List.of();
        }
    }

    private List<EvidenceRecord> records(Digest artifact) throws IOException, Unreadable {
        var all = new ArrayList<EvidenceRecord>();
        Set<String> lost = ledger.of(artifact);
        for (StoredEvidence one : store.of(artifact)) {
            lost.remove(one.id());
            if (one.withdrawn() == null) {
                all.add(
                        new EvidenceRecord(
                                one.id(),
                                one.environment(),
                                one.kind(),
                                one.name(),
                                one.at(),
                                one.added(),
                                reading(one)));
            }
        }
        if (!lost.isEmpty()) {
            throw new IOException(
                    "`%s` was added, and its record is gone; it may have said no: add it again"
                            .formatted(String.join("`, `", lost)));
        }
        return all;
    }

    /// The files are held against their digests each time; what they say is read once.
    private Reading reading(StoredEvidence one) throws IOException, Unreadable {
        Reading before = known.get(one);
        if (before != null) {
            for (StoredEvidence.Kept file : one.files()) {
                store.file(new Digest(file.digest()));
            }
            return before;
        }
        Reading anew = EvidenceBook.readAnew(store, one);
        known.put(one, anew);
        return anew;
    }
}
