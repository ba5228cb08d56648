package dev.belay.server.text;

import dev.belay.judge.Batch;
import dev.belay.judge.Count;
import dev.belay.judge.Sample;
import dev.belay.judge.Transcript;
import dev.belay.judge.Verdict;
import dev.belay.server.rollout.Odds;
import dev.belay.server.rollout.Rollout;
import dev.belay.server.rollout.Rollouts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/// The canaries of a release: what was counted, what speaks against each and for it, a line a
/// guard.
public final class RolloutText {
    private static final String BARS = "▁▂▃▄▅▆▇█";
    private static final int WIDTH = 40;
    private static final double PERCENT = 100;

    private final StringBuilder text = new StringBuilder();
    private final Paint paint;

    private RolloutText(boolean colour) {
        paint = new Paint(colour);
    }

    public static String of(Rollouts rollouts, boolean colour) {
        var writer = new RolloutText(colour);
        if (rollouts.of().isEmpty()) {
            writer.line("nothing of %s was judged as a canary".formatted(rollouts.release()));
        }
        rollouts.of().values().forEach(writer::write);
        return writer.text.toString();
    }

    /// What judging it again came to.
    public static String replayed(Rollouts rollouts, boolean colour) {
        var writer = new RolloutText(colour);
        if (rollouts.of().isEmpty()) {
            writer.line("nothing of %s was judged as a canary".formatted(rollouts.release()));
        }
        rollouts.of().values().forEach(writer::replayed);
        return writer.text.toString();
    }

    private void replayed(Rollout rollout) {
        String name = paint.bold(Paint.plain(rollout.canary()));
        for (Transcript decision : rollout.decisions()) {
            String word = word(decision.verdict().outcome());
            line(
                    "%s  %s after %d batches: %s  %s"
                            .formatted(
                                    name,
                                    word,
                                    decision.verdict().batches(),
                                    decision.holds()
                                            ? paint.good("comes to the same again")
                                            : paint.bad("DOES NOT COME TO THAT AGAIN"),
                                    paint.dim(decision.digest())));
        }
        if (rollout.decisions().isEmpty()) {
            line(name + "  nothing was decided yet");
        }
    }

    private void write(Rollout rollout) {
        Transcript transcript = rollout.transcript();
        Verdict verdict = transcript.verdict();
        String word = word(verdict.outcome());
        String outcome =
                switch (verdict.outcome()) {
                    case PASS -> paint.good(word);
                    case FAIL -> paint.bad(word);
                    case INCONCLUSIVE, NO_DATA -> paint.busy(word);
                };
        line(
                "%s beside %s  %s after %d batches%s"
                        .formatted(
                                paint.bold(Paint.plain(rollout.canary())),
                                Paint.plain(rollout.baseline()),
                                outcome,
                                verdict.batches(),
                                verdict.calibrated() ? "" : paint.dim(", not calibrated")));
        line(
                "  against it %s to 1 of %s"
                        .formatted(Odds.text(verdict.strongest()), Odds.text(verdict.needed())));
        verdict.findings().forEach(this::write);
        errors(transcript.batches());
        line("  " + paint.dim("sha256 " + transcript.digest()));
    }

    private void write(Verdict.Finding finding) {
        String measured = "%.0f of it, %.0f beside".formatted(finding.canary(), finding.baseline());
        String proof =
                finding.needed() == 0
                        ? "as the weights say: "
                                + (finding.outcome() == Verdict.Outcome.PASS ? "yes" : "no")
                        : "against %s to 1, for it %s to 1 of %s"
                                .formatted(
                                        Odds.text(finding.worst()),
                                        Odds.text(finding.fine()),
                                        Odds.text(finding.needed()));
        line(
                "  %-8s %-13s %s, %s"
                        .formatted(finding.guard(), word(finding.outcome()), proof, measured));
    }

    /// Shares of failed requests, both on one scale.
    private void errors(List<Batch> batches) {
        var pairs = new ArrayList<Sample.Outcomes>();
        for (Batch batch : batches) {
            for (Sample sample : batch.samples().values()) {
                if (sample instanceof Sample.Outcomes outcomes) {
                    pairs.add(outcomes);
                }
            }
        }
        List<Sample.Outcomes> shown =
                pairs.subList(Math.max(0, pairs.size() - WIDTH), pairs.size());
        double most =
                shown.stream()
                        .flatMap(one -> List.of(one.canary(), one.baseline()).stream())
                        .mapToDouble(RolloutText::share)
                        .max()
                        .orElse(0);
        if (most > 0) {
            line("  failed   %s  it".formatted(bars(shown, Sample.Outcomes::canary, most)));
            line(
                    "           %s  beside it, up to %.2f %%"
                            .formatted(
                                    bars(shown, Sample.Outcomes::baseline, most), most * PERCENT));
        }
    }

    private static String bars(
            List<Sample.Outcomes> all, Function<Sample.Outcomes, Count> side, double most) {
        var bars = new StringBuilder();
        for (Sample.Outcomes one : all) {
            Count count = side.apply(one);
            int height = (int) Math.round(share(count) / most * (BARS.length() - 1));
            bars.append(count.all() == 0 ? ' ' : BARS.charAt(height));
        }
        return bars.toString();
    }

    private static double share(Count count) {
        return count.all() == 0 ? 0 : (double) count.bad() / count.all();
    }

    private static String word(Verdict.Outcome outcome) {
        return outcome.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
