package dev.belay.cli.live;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Draws releases as a tree, release → component → steps. Pure: what is shown depends on nothing
/// but what is handed in.
///
/// A component that is done, or that nothing has happened to, takes one line; only where something
/// goes on or went wrong are the steps shown.
public final class TreeText {
    private final long now;
    private final boolean colour;
    private final Observation observed;
    private final List<String> lines = new ArrayList<>();

    private TreeText(Observation observed, long now, boolean colour) {
        this.observed = observed;
        this.now = now;
        this.colour = colour;
    }

    /// The lines of all releases, in the order given.
    ///
    /// @param now milliseconds since the epoch, for ages
    public static List<String> of(
            Collection<Snapshot> releases, Observation observed, long now, boolean colour) {
        var text = new TreeText(observed, now, colour);
        releases.forEach(text::release);
        return List.copyOf(text.lines);
    }

    private void release(Snapshot shown) {
        Snapshot.Release release = shown.release();
        long until = release.endedAt() > 0 ? release.endedAt() : now;
        lines.add(
                Paint.BOLD.on(release.id(), colour)
                        + "  "
                        + release.title()
                        + "  "
                        + state(shown)
                        + "  "
                        + dim(Ages.of(until - release.createdAt())));
        if (!shown.because().isEmpty()) {
            lines.add("  " + shown.because());
        }
        Map<String, List<Snapshot.Step>> scopes = new LinkedHashMap<>();
        for (Snapshot.Step step : shown.steps()) {
            scopes.computeIfAbsent(step.scope(), _ -> new ArrayList<>()).add(step);
        }
        int left = scopes.size();
        for (var scope : scopes.entrySet()) {
            left--;
            scope(shown, scope.getKey(), scope.getValue(), left == 0);
        }
    }

    private String state(Snapshot shown) {
        String state = shown.release().state();
        String text = state + (shown.release().soaking() ? ", soaking" : "");
        return switch (state) {
            case "completed" -> Paint.GREEN.on(text, colour);
            case "rolling-back", "rolled-back", "paused", "superseded" ->
                    Paint.YELLOW.on(text, colour);
            case "held", "rejected", "written-off" -> Paint.RED.on(text, colour);
            default -> Paint.CYAN.on(text, colour);
        };
    }

    private void scope(Snapshot shown, String name, List<Snapshot.Step> steps, boolean last) {
        long finished = steps.stream().filter(Snapshot.Step::finished).count();
        // Between two steps it stays open: lines that come and go are hard to read.
        boolean begun = finished > 0 && finished < steps.size() && !shown.atRest();
        boolean busy = begun || steps.stream().anyMatch(s -> s.underWay() || s.failed());
        var line = new StringBuilder(last ? "└ " : "├ ");
        line.append(sign(steps, busy)).append(' ').append(Paint.BOLD.on(name, colour));
        for (Snapshot.Change change : shown.changes()) {
            if (change.component().equals(name)) {
                line.append("  ").append(change(change)).append(seen(change.to()));
            }
        }
        line.append(dim("  " + finished + " of " + steps.size() + " steps"));
        lines.add(line.toString());
        if (busy) {
            steps.forEach(step -> step(step, last ? "  " : "│ "));
        }
    }

    /// Seen of wanted, never one number for the two.
    private String seen(String revision) {
        Observation.Seen seen = observed.revisions().get(revision);
        if (seen == null) {
            return "";
        }
        String weight = seen.weight() < 0 ? "?" : Integer.toString(seen.weight());
        return dim("  instances ")
                + seen.instances()
                + "/"
                + seen.instancesWanted()
                + dim(" · weight ")
                + weight
                + "/"
                + seen.weightWanted();
    }

    private String sign(List<Snapshot.Step> steps, boolean busy) {
        if (busy) {
            return sign(
                    steps.stream()
                            .filter(step -> step.failed() || step.underWay())
                            .reduce((a, b) -> a.failed() ? a : b)
                            .map(Snapshot.Step::status)
                            .orElse("running"));
        }
        if (steps.stream().allMatch(Snapshot.Step::finished)) {
            return sign(steps.getLast().status());
        }
        return sign("to-do");
    }

    private String change(Snapshot.Change change) {
        String from = change.from().isEmpty() ? "nothing" : change.from();
        String to = change.to().isEmpty() ? "nothing" : change.to();
        return from.equals(to) ? to : from + " → " + to;
    }

    private void step(Snapshot.Step step, String indent) {
        var line = new StringBuilder(indent + "  " + sign(step.status()) + " " + step.title());
        if (step.since() > 0 && step.underWay()) {
            line.append("  ").append(dim(Ages.of(now - step.since())));
        }
        String said = step.failed() ? step.result() : step.because();
        if (!said.isEmpty() && !step.finished()) {
            line.append("  ").append(step.failed() ? Paint.RED.on(said, colour) : dim(said));
        }
        lines.add(line.toString());
    }

    private String sign(String status) {
        return switch (status) {
            case "done" -> Paint.GREEN.on("✔", colour);
            case "running", "undoing" -> Paint.CYAN.on("◌", colour);
            case "waiting" -> Paint.YELLOW.on("◷", colour);
            case "undone" -> Paint.YELLOW.on("↺", colour);
            case "failed", "undo-failed" -> Paint.RED.on("✖", colour);
            default -> dim("·");
        };
    }

    private String dim(String text) {
        return Paint.DIM.on(text, colour);
    }
}
