package dev.belay.cli.live;

import dev.belay.cli.live.Snapshot.Change;
import dev.belay.cli.live.Snapshot.Release;
import dev.belay.cli.live.Snapshot.Responsible;
import dev.belay.cli.live.Snapshot.Step;
import java.util.List;

/// Releases to draw.
final class Snapshots {
    static final long BEGAN = 1_000_000;
    static final long NOW = BEGAN + 12_000;

    private Snapshots() {}

    static Snapshot of(String state, String because, Step... steps) {
        boolean ended = state.equals("completed") || state.equals("rolled-back");
        var release =
                new Release("local-3", "local", "the title", state, false, BEGAN, ended ? NOW : 0);
        var changes = List.of(new Change("api", "api-1", "api-2"), new Change("web", "", "web-1"));
        return new Snapshot(
                release, 7, "deploy", because, 0, changes, List.of(steps), List.of("belay why"));
    }

    static Step step(int number, String scope, String title, String status, String said) {
        boolean failed = status.equals("failed");
        return new Step(
                number,
                title,
                scope,
                status,
                status.equals("to-do") ? 0 : NOW - 3000,
                failed ? "" : said,
                failed ? said : "",
                failed ? "look at the log" : "",
                failed ? "line one\nline two" : "",
                failed,
                new Responsible("team-a", "", "https://runbook"));
    }
}
