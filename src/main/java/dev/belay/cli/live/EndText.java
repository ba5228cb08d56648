package dev.belay.cli.live;

import dev.belay.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;

/// What is said when a release has come to rest: how it did, what failed with everything that a
/// person would ask for next, and what to do now.
public final class EndText {
    private EndText() {}

    public static List<String> of(Snapshot shown, boolean colour) {
        var lines = new ArrayList<String>();
        List<Snapshot.Step> failed = shown.steps().stream().filter(Snapshot.Step::failed).toList();
        failed.forEach(step -> failure(lines, step, colour));
        // What a failed step said need not be said twice.
        lines.add(sentence(shown, failed.isEmpty() ? shown.because() : ""));
        shown.next().forEach(command -> lines.add("  " + command));
        return lines;
    }

    private static void failure(List<String> lines, Snapshot.Step step, boolean colour) {
        lines.add(Paint.RED.on("✖ " + step.title() + ": " + step.result(), colour));
        if (!step.hint().isEmpty()) {
            lines.add("  hint: " + step.hint());
        }
        Snapshot.Responsible responsible = step.responsible();
        if (responsible != null) {
            said(lines, "owner", responsible.owner());
            said(lines, "contact", responsible.contact());
            said(lines, "runbook", responsible.runbook());
        }
        step.detail().lines().forEach(line -> lines.add("  │ " + line));
    }

    private static void said(List<String> lines, String what, String text) {
        if (!text.isEmpty()) {
            lines.add("  " + what + ": " + text);
        }
    }

    private static String sentence(Snapshot shown, String reason) {
        Snapshot.Release release = shown.release();
        long took = release.endedAt() - release.createdAt();
        String in = release.endedAt() > 0 ? " in " + Ages.of(took) : "";
        String because = reason.isEmpty() ? "" : ": " + reason;
        return switch (release.state()) {
            case "completed" -> release.id() + " completed" + in;
            case "rolled-back" -> release.id() + " rolled back" + in + because;
            case "held" -> release.id() + " is held, a person has to decide" + because;
            case "paused" -> release.id() + " is paused" + because;
            default -> release.id() + " ended as " + release.state() + because;
        };
    }

    /// The exit code of a command that waited for it.
    public static ExitCode code(Snapshot shown) {
        return switch (shown.release().state()) {
            case "completed" -> ExitCode.DONE;
            case "rolled-back" -> shown.kind().equals("rollback") ? ExitCode.HELD : ExitCode.FAILED;
            case "held", "written-off" -> ExitCode.HELD;
            default -> ExitCode.WAITING;
        };
    }
}
