package dev.belay.server.evidence;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reports;
import dev.belay.gate.report.Unreadable;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.SignatureDemand;
import dev.belay.release.Digest;
import dev.belay.release.SignatureRule;
import dev.belay.server.signature.SignatureCheck;
import dev.belay.server.signature.Trust;
import dev.belay.server.signature.TrustFiles;
import dev.belay.server.signature.Unsigned;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;

/// Verifies signatures that were brought as evidence: when they are brought, when a release is
/// planned or submitted, and before it begins. What was found earlier is never believed: the keys
/// are those that the manifest names at that moment, of those that the plan was made with.
public final class SignatureJudge {
    private final EvidenceStore store;
    private final ArtifactStore artifacts;
    private final Present present;

    /// The manifest as it is.
    ///
    /// @param environments all there are
    /// @param view one of them; empty when there is no such one
    public record Present(
            Supplier<List<String>> environments,
            Function<String, Optional<EnvironmentView>> view) {}

    public SignatureJudge(EvidenceStore store, ArtifactStore artifacts, Present present) {
        this.store = store;
        this.artifacts = artifacts;
        this.present = present;
    }

    /// What there is.
    ///
    /// @param relied ids of the evidence that counts
    /// @param lacking a sentence when it is not enough
    public record Found(List<String> relied, List<String> lacking) {}

    /// Whom an environment trusts.
    ///
    /// @throws Unsigned when a key or trust root is none
    public SignatureRule rule(EnvironmentView view) throws Unsigned {
        return trust(view).rule();
    }

    private static Trust trust(EnvironmentView view) throws Unsigned {
        return new TrustFiles(view.folder()).read(view.environment(), view.gates().signatures());
    }

    /// Who signed, of those whom any environment trusts.
    ///
    /// @param file in the store
    /// @throws Unsigned when nobody of them did
    public SignatureCheck.Signer admit(Digest artifact, Digest file)
            throws IOException, Unsigned, Unreadable {
        String text = Reports.text(store.file(file));
        Unsigned why =
                new Unsigned(
                        "cannot count anywhere: no environment says whose signatures it trusts",
                        "name the key in the manifest first: `gates: {signatures: {keys: […]}}`");
        for (String name : present.environments().get()) {
            EnvironmentView view = present.view().apply(name).orElse(null);
            if (view != null && view.gates().signatures().asks()) {
                try {
                    return check(artifact, trust(view), text);
                } catch (Unsigned e) {
                    why = e;
                }
            }
        }
        throw why;
    }

    private SignatureCheck.Signer check(Digest artifact, Trust trust, String text)
            throws IOException, Unsigned {
        try {
            return new SignatureCheck(artifact, artifacts.archive(artifact), trust).require(text);
        } catch (NoSuchFileException _) {
            throw new Unsigned(
                    "cannot be held against %s, which is no longer in the store"
                            .formatted(artifact.brief()));
        }
    }

    /// Holds a rule against what there is of an artifact now.
    public Found found(SignatureRule rule, Digest artifact) {
        var why = new ArrayList<String>();
        Map<String, String> signers = new TreeMap<>();
        var relied = new ArrayList<String>();
        try {
            Trust trust = stillTrusted(rule, why);
            for (StoredEvidence one : store.of(artifact)) {
                boolean signature = one.format().equals(Format.SIGNATURE.word());
                if (signature && one.withdrawn() == null) {
                    verify(artifact, trust, one, why)
                            .ifPresent(signer -> {
                                signers.put(signer.id(), signer.words());
                                relied.add(one.id());
                            });
                }
            }
        } catch (IOException | Unreadable e) {
            return new Found(
                    List.of(), List.of("its signatures cannot be read: " + e.getMessage()));
        } catch (Unsigned e) {
            return new Found(
                    List.of(),
                    List.of("nobody can be trusted to have signed it: " + e.getMessage()));
        }
        return signers.size() >= rule.many()
                ? new Found(relied, List.of())
                : new Found(relied, List.of(lacking(rule, signers, why)));
    }

    private Optional<SignatureCheck.Signer> verify(
            Digest artifact, Trust trust, StoredEvidence one, List<String> why)
            throws IOException, Unreadable {
        Digest file = new Digest(one.files().getFirst().digest());
        try {
            return Optional.of(check(artifact, trust, Reports.text(store.file(file))));
        } catch (Unsigned e) {
            why.add("`%s` %s".formatted(one.id(), e.getMessage()));
            return Optional.empty();
        }
    }

    /// Of those whom the plan was made with, who still is in the manifest.
    private Trust stillTrusted(SignatureRule rule, List<String> why) throws Unsigned {
        EnvironmentView view = present.view().apply(rule.environment()).orElse(null);
        if (view == null) {
            throw new Unsigned("`%s` is not in the manifest".formatted(rule.environment()));
        }
        SignatureDemand demand = view.gates().signatures();
        Trust now = new TrustFiles(view.folder()).read(rule.environment(), demand);
        return now.narrowedTo(rule, why::add);
    }

    private static String lacking(
            SignatureRule rule, Map<String, String> signers, List<String> why) {
        String who =
                signers.isEmpty()
                        ? "nobody who is trusted signed it"
                        : "%d of %d who must have signed it did (%s)"
                                .formatted(
                                        signers.size(),
                                        rule.many(),
                                        String.join(", ", signers.values()));
        String because = why.isEmpty() ? "" : "; " + String.join("; ", why);
        return "%s: %s sign%s what `belay artifact` gives out%s"
                .formatted(
                        who,
                        SignatureCheck.wanted(rule),
                        rule.keys().size() + rule.identities().size() == 1 ? "s" : "",
                        because);
    }
}
