package dev.belay.server.operations;

import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Unreadable;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Submission;
import dev.belay.release.Digest;
import dev.belay.release.SignatureRule;
import dev.belay.release.Work;
import dev.belay.server.evidence.EvidenceJudge;
import dev.belay.server.evidence.SignatureJudge;
import dev.belay.server.signature.SignatureCheck;
import dev.belay.server.signature.Unsigned;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Evidence, and signatures above all, for whoever plans a release or brings some, with what is
/// wrong in his words.
final class EvidencePolicy {
    private EvidencePolicy() {}

    /// Who must have signed a component's artifact; null when nobody must.
    ///
    /// @throws Denied when a key or trust root that the manifest names is none
    static @Nullable SignatureRule of(
            SignatureJudge judge, EnvironmentView view, String component) {
        if (!view.gates().signatures().isFor(component, view.groups())) {
            return null;
        }
        try {
            return judge.rule(view);
        } catch (Unsigned e) {
            throw new Denied(
                    No.problem(
                            "signatures/unreadable-key",
                            "`gates.signatures` of `%s`".formatted(view.environment()),
                            String.valueOf(e.getMessage()),
                            e.hint()));
        }
    }

    /// As the environment asks for it; who goes on without says so by name.
    static void requireShown(EvidenceJudge evidence, Submission submission) {
        for (Plan plan : submission.plans()) {
            for (Step step : plan.steps()) {
                if (step.work() instanceof Work.Evidenced work) {
                    List<String> lacking = evidence.lacking(work);
                    if (!lacking.isEmpty()) {
                        throw Denied.refusal(
                                "`%s`: %s, which `%s` asks for"
                                        .formatted(
                                                work.component(),
                                                String.join("; ", lacking),
                                                submission.environment()),
                                ("`belay evidence add --for … FILE` adds it, `belay evidence rollback"
                                                + " --in … --of %s` tries a way back; `--skip evidence"
                                                + " --reason …` releases it all the same, and is recorded"
                                                + " with your name")
                                        .formatted(submission.environment()));
                    }
                }
            }
        }
    }

    /// A report as it is, a signature with who signed.
    ///
    /// @throws Denied when nobody did whom an environment trusts
    static Reading signed(
            SignatureJudge judge,
            Reading report,
            EvidenceRegistry.Subject subject,
            EvidenceRegistry.Wish wish) {
        if (report.format() != Format.SIGNATURE) {
            return report;
        }
        try {
            Digest file = new Digest(wish.files().getFirst().digest());
            SignatureCheck.Signer signer = judge.admit(subject.artifact(), file);
            return new Reading(
                    Format.SIGNATURE,
                    report.kind(),
                    signer.words(),
                    signer.says(),
                    0,
                    report.figures(),
                    Reading.Own.PASSED,
                    report.cases());
        } catch (Unsigned e) {
            throw unverified(String.valueOf(e.getMessage()), e.hint());
        } catch (Unreadable e) {
            throw unverified(String.valueOf(e.getMessage()), e.hint());
        } catch (IOException e) {
            throw Denied.failure(
                    "the signature cannot be verified: " + e.getMessage(),
                    "see to the disk that `.belay` is on");
        }
    }

    private static Denied unverified(String what, String hint) {
        return new Denied(No.problem("signatures/unverified", "the signature", what, hint));
    }
}
