package dev.belay.server.text;

import dev.belay.plan.Responsible;
import dev.belay.server.operations.ReleaseLine;
import dev.belay.server.operations.ReleaseView;
import dev.belay.server.operations.StepView;
import dev.belay.server.operations.Times;
import java.util.List;

/// Releases, one or many. With a failure comes what one would ask for next: the last log lines, the
/// probe's history, whom to turn to.
public final class ReleaseText {
    private final StringBuilder text = new StringBuilder();
    private final Paint paint;
    private final long now;

    private ReleaseText(long now, boolean colour) {
        this.paint = new Paint(colour);
        this.now = now;
    }

    /// A line for each.
    public static String list(List<ReleaseLine> releases, long now, boolean colour) {
        var writer = new ReleaseText(now, colour);
        releases.forEach(release -> writer.line(writer.head(release)));
        return releases.isEmpty() ? "there are no releases\n" : writer.text.toString();
    }

    public static String of(ReleaseView view, long now, boolean colour) {
        var writer = new ReleaseText(now, colour);
        writer.write(view);
        return writer.text.toString();
    }

    private String head(ReleaseLine release) {
        String state =
                release.soaking() && release.state().equals("running")
                        ? "soaking"
                        : release.state();
        return paint.bold(release.id())
                + "  "
                + paint.state(state)
                + "  "
                + Paint.plain(release.title())
                + "  "
                + paint.dim(
                        "by " + release.createdBy() + ", " + Ages.ago(release.createdAt(), now));
    }

    private static String commit(String commit) {
        boolean changed = commit.endsWith("+");
        String brief = commit.substring(0, Math.min(12, commit.length()));
        return changed ? brief + ", with files that are not committed as they are" : brief;
    }

    private void write(ReleaseView view) {
        line(head(view.release()));
        field("asked for", view.reason());
        field("commit", commit(view.commit()));
        field("because", view.because());
        field("held", view.heldCode());
        times(view.times());
        for (ReleaseView.Change change : view.changes()) {
            line(
                    "  "
                            + paint.bold(change.component())
                            + "  "
                            + name(change.from())
                            + " -> "
                            + name(change.to()));
        }
        view.steps().forEach(step -> step(step, view.steps().size()));
        view.overrides().forEach(one -> field("left out", one));
        view.warnings().forEach(warning -> line("  " + paint.warn("warning: " + warning)));
        view.steps().forEach(this::report);
        view.next().forEach(command -> line("  next: " + Paint.plain(command)));
    }

    private static String name(String revision) {
        return revision.isEmpty() ? "nothing" : Paint.plain(revision);
    }

    private void times(Times times) {
        var parts = new StringBuilder();
        part(parts, times.queued(), "queued");
        part(parts, times.person(), "waiting for a person");
        part(parts, times.window(), "waiting for a window");
        part(parts, times.progressing(), "progressing");
        part(parts, times.soaking(), "soaking");
        field("time", parts.toString());
    }

    private static void part(StringBuilder parts, long millis, String name) {
        if (millis > 0) {
            parts.append(parts.isEmpty() ? "" : ", ")
                    .append(Ages.of(millis))
                    .append(' ')
                    .append(name);
        }
    }

    private void step(StepView step, int steps) {
        int width = Integer.toString(steps).length();
        String number =
                " ".repeat(width - Integer.toString(step.number()).length()) + step.number();
        boolean busy =
                step.status().equals("running")
                        || step.status().equals("waiting")
                        || step.status().equals("undoing");
        line(
                "  "
                        + number
                        + "  "
                        + mark(step.status())
                        + "  "
                        + Paint.plain(step.title())
                        + (busy ? "  " + paint.dim(Ages.of(now - step.since())) : "")
                        + (step.because().isEmpty() ? "" : "  " + paint.warn(step.because()))
                        + (step.result().isEmpty() ? "" : "  " + paint.dim(first(step.result()))));
    }

    private String mark(String status) {
        return switch (status) {
            case "done" -> paint.good("✔");
            case "failed", "undo-failed" -> paint.bad("✖");
            case "running", "undoing" -> paint.busy("◌");
            case "waiting" -> paint.busy("◷");
            case "undone" -> paint.warn("↶");
            default -> paint.dim("·");
        };
    }

    private void report(StepView step) {
        if (!step.failed()) {
            return;
        }
        line("");
        line(paint.bad("step " + step.number() + " failed: ") + Paint.plain(step.result()));
        field("hint", step.hint());
        Responsible who = step.responsible();
        field("owner", who.owner());
        field("contact", who.contact());
        field("runbook", who.runbook());
        step.detail().lines().forEach(detail -> line("    " + paint.dim(detail)));
    }

    private static String first(String result) {
        return result.lines().findFirst().orElse("");
    }

    private void field(String name, String value) {
        if (!value.isEmpty()) {
            line("  " + name + ": " + Paint.plain(value));
        }
    }

    private void line(String line) {
        text.append(line.stripTrailing()).append('\n');
    }
}
