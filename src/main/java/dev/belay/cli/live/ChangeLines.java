package dev.belay.cli.live;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What happened between two snapshots of a release, one line a change: for pipes and build logs.
public final class ChangeLines {
    private static final Pattern LEFT = Pattern.compile("\\d+ s left");

    private ChangeLines() {}

    /// The lines, in the order of the steps.
    ///
    /// @param before null when this is the first
    public static List<String> between(@Nullable Snapshot before, Snapshot after) {
        var lines = new ArrayList<String>();
        String id = after.release().id();
        Map<Integer, Snapshot.Step> known = new HashMap<>();
        if (before != null) {
            before.steps().forEach(step -> known.put(step.number(), step));
        }
        for (Snapshot.Step step : after.steps()) {
            Snapshot.Step old = known.get(step.number());
            boolean touched = old == null ? !step.status().equals("to-do") : changed(old, step);
            if (touched) {
                lines.add(id + "  " + line(step));
            }
        }
        if (before == null || !before.release().state().equals(after.release().state())) {
            String title = before == null ? "  " + after.release().title() : "";
            String because = after.because().isEmpty() ? "" : ": " + after.because();
            String state = id + "  " + after.release().state() + title + because;
            // The end of a release comes after what brought it about, its beginning before.
            lines.add(after.atRest() ? lines.size() : 0, state);
        }
        return lines;
    }

    /// A changed reason to wait is news; how long it has waited, or will, is not: a soak of a day
    /// is one line of a build log and not one for every second.
    private static boolean changed(Snapshot.Step old, Snapshot.Step step) {
        return !old.status().equals(step.status())
                || !timeless(old.because()).equals(timeless(step.because()));
    }

    private static String timeless(String because) {
        return LEFT.matcher(because).replaceAll("");
    }

    private static String line(Snapshot.Step step) {
        String said = step.failed() || step.finished() ? step.result() : step.because();
        return step.status() + "  " + step.title() + (said.isEmpty() ? "" : ": " + said);
    }
}
