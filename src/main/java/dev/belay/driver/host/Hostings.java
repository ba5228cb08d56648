package dev.belay.driver.host;

import dev.belay.driver.Look;
import dev.belay.release.Revision;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Asks what revisions are to run in whether it takes them, all of them together.
final class Hostings {
    private static final Duration SOON = Duration.ofMillis(500);

    private final Runners runners;

    Hostings(Runners runners) {
        this.runners = runners;
    }

    Look look(String environment, List<Revision> revisions) {
        Set<String> wrong = new LinkedHashSet<>();
        Set<String> hints = new LinkedHashSet<>();
        Set<String> missing = new LinkedHashSet<>();
        Set<String> there = new LinkedHashSet<>();
        for (Revision revision : revisions) {
            Recipe recipe = Recipe.of(revision);
            switch (runners.of(recipe).hosts(environment, recipe)) {
                case Look.Done(String detail) -> there.add(detail);
                case Look.Waiting(Duration _, String because) -> missing.add(because);
                case Look.Failed(String reason, String hint, String _) -> {
                    wrong.add(reason);
                    hints.add(hint);
                }
            }
        }
        hints.remove("");
        if (!wrong.isEmpty()) {
            return new Look.Failed(String.join("; ", wrong), String.join("; ", hints), "");
        }
        return missing.isEmpty()
                ? new Look.Done(String.join("; ", there))
                : new Look.Waiting(SOON, String.join("; ", missing));
    }
}
