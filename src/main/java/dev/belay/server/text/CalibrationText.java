package dev.belay.server.text;

import dev.belay.server.rollout.CalibrationView;
import java.util.List;
import java.util.Locale;

/// How far requests hang together, a line a guard.
public final class CalibrationText {
    private static final double PERCENT = 100;
    private static final double BATCHES_AN_HOUR = 360;

    private CalibrationText() {}

    public static String of(List<CalibrationView> all, boolean colour) {
        var paint = new Paint(colour);
        var text = new StringBuilder();
        if (all.isEmpty()) {
            text.append("nothing in this environment is shipped as a canary\n");
        }
        for (CalibrationView one : all) {
            text.append(paint.bold(Paint.plain(one.component())))
                    .append(
                            String.format(
                                    Locale.ROOT,
                                    "  %.1f hours beside itself%n",
                                    one.batches() / BATCHES_AN_HOUR));
            for (CalibrationView.Line line : one.guards()) {
                text.append(
                        String.format(
                                Locale.ROOT,
                                "  %-8s %s%n",
                                line.guard(),
                                line.measured()
                                        ? measured(line)
                                        : paint.warn("not measured yet")
                                                + ": taken for five times as scattered as"
                                                + " independent requests"));
            }
            text.append("  ").append(tried(one)).append('\n');
        }
        return text.toString();
    }

    private static String measured(CalibrationView.Line line) {
        return String.format(
                Locale.ROOT,
                "scattered %.2f times as independent requests, hangs together over %.1f batches,"
                        + " blocks of %d; evidence to the power of %.2f",
                line.dispersion(),
                line.correlation(),
                line.block(),
                line.temper());
    }

    private static String tried(CalibrationView one) {
        return one.hours() == 0
                ? "no hour was tried as a rollout yet: that takes two"
                : String.format(
                        Locale.ROOT,
                        "%d of %d rollouts of an hour, of nothing new, would have gone back: at most"
                                + " %.1f %%",
                        one.rolledBack(),
                        2 * one.hours(),
                        one.atMost() * PERCENT);
    }
}
