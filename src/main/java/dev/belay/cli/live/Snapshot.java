package dev.belay.cli.live;

import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/// A release as the control plane shows it at one moment: the part of its answer that is drawn.
///
/// @param version grows with every change
/// @param because why it turned back, is held or ended
/// @param heldStep the step that it is held at, or 0
/// @param next commands that make sense now
public record Snapshot(
        Release release,
        long version,
        String kind,
        String because,
        int heldStep,
        List<Change> changes,
        List<Step> steps,
        List<String> next) {
    private static final Set<String> ENDED =
            Set.of("completed", "rolled-back", "written-off", "rejected", "superseded");

    public Snapshot {
        changes = listed(changes);
        steps = listed(steps);
        next = listed(next);
        because = text(because);
    }

    /// The release itself; times in milliseconds since the epoch, 0 for not yet.
    public record Release(
            String id,
            String environment,
            String title,
            String state,
            boolean soaking,
            long createdAt,
            long endedAt) {}

    /// What a component runs before and after; empty for nothing.
    public record Change(String component, String from, String to) {}

    /// One step.
    ///
    /// @param scope the component, datastore or environment that it belongs to
    /// @param since milliseconds since the epoch; 0 before it was touched
    /// @param failed whether it failed, there or on the way back
    /// @param detail after a failure: the last log lines, the probe's history
    public record Step(
            int number,
            String title,
            String scope,
            String status,
            long since,
            String because,
            String result,
            String hint,
            String detail,
            boolean failed,
            @Nullable Responsible responsible) {
        public Step {
            because = text(because);
            result = text(result);
            hint = text(hint);
            detail = text(detail);
        }

        boolean underWay() {
            return status.equals("running") || status.equals("waiting") || status.equals("undoing");
        }

        boolean finished() {
            return status.equals("done") || status.equals("undone");
        }
    }

    /// Whom to turn to.
    public record Responsible(String owner, String contact, String runbook) {
        public Responsible {
            owner = text(owner);
            contact = text(contact);
            runbook = text(runbook);
        }
    }

    /// Reads what the control plane sent.
    ///
    /// @throws JacksonException when it is not what a control plane sends
    public static Snapshot parse(String json) {
        return JsonMapper.shared().readValue(json, Snapshot.class);
    }

    /// Whether nothing follows by itself: it ended, or a person has to do something.
    public boolean atRest() {
        return ENDED.contains(release.state())
                || release.state().equals("held")
                || release.state().equals("paused");
    }

    private static String text(@Nullable String text) {
        return Objects.requireNonNullElse(text, "");
    }

    private static <T> List<T> listed(@Nullable List<T> list) {
        return list == null ? List.of() : List.copyOf(list);
    }
}
