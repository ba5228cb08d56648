package dev.belay.server.rollout;

import dev.belay.judge.Batch;
import dev.belay.judge.Calibration;
import dev.belay.judge.Rule;
import dev.belay.judge.Transcript;
import dev.belay.judge.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// A canary's way through its release, as it was written down: what it was judged by, what was
/// counted each time that somebody looked, and what was decided. Whoever has the text judges it
/// again.
///
/// @param canary ids of revisions
/// @param calibrations by guard, measured when it began
public record Rollout(
        String canary,
        String baseline,
        Rule rule,
        Map<String, Calibration> calibrations,
        List<Line> lines) {
    public Rollout {
        calibrations = Map.copyOf(calibrations);
        lines = List.copyOf(lines);
    }

    /// What was written down at one time.
    public sealed interface Line {}

    /// Somebody looked: what had been answered by then, and the batch that was closed with it.
    record Looked(Reading reading, Optional<Batch> batch) implements Line {}

    /// A step ended by this verdict.
    record Decided(Verdict verdict) implements Line {}

    /// Reads it.
    ///
    /// @param text one JSON object a line, the first with the rule
    /// @throws IllegalArgumentException when it is none
    public static Rollout parse(String text) {
        return RolloutJson.read(text.lines().toList());
    }

    /// The same from its first line on.
    String firstLine() {
        return RolloutJson.write(this);
    }

    private Stream<Looked> looks() {
        return lines.stream().filter(Looked.class::isInstance).map(Looked.class::cast);
    }

    /// All batches.
    List<Batch> batches() {
        return looks().flatMap(look -> look.batch().stream()).toList();
    }

    /// All of it, judged now.
    public Transcript transcript() {
        return Transcript.of(rule, calibrations, batches());
    }

    /// Every decision with what it followed from.
    public List<Transcript> decisions() {
        var all = new ArrayList<Transcript>();
        var batches = new ArrayList<Batch>();
        for (Line line : lines) {
            switch (line) {
                case Looked look -> look.batch().ifPresent(batches::add);
                case Decided(Verdict verdict) ->
                        all.add(new Transcript(rule, calibrations, batches, verdict));
            }
        }
        return all;
    }

    /// Whether judging again what was counted comes to every decision that was made, bit for bit.
    public boolean holds() {
        return decisions().stream().allMatch(Transcript::holds);
    }
}
