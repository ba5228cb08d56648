package dev.belay.server.operations;

import dev.belay.plan.Beside;
import dev.belay.plan.PlanDocument;
import dev.belay.plan.PlanText;
import dev.belay.plan.Submission;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.List;

/// Plans as people read them.
public final class Faces {
    private final Values values;
    private final InstantSource clock;

    public Faces(Values values, InstantSource clock) {
        this.values = values;
        this.clock = clock;
    }

    public String planText(Submission submission, Wish wish, int width, Beside beside) {
        return PlanText.render(submission, width, wish.flags(), beside);
    }

    /// The runbook for the day on which Belay is away.
    public String planDocument(Submission submission, Wish wish) {
        List<String> files =
                values.files(submission.environment()).stream().map(Path::toString).toList();
        Instant now = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        return PlanDocument.markdown(submission, now.toString(), wish.flags(), files);
    }
}
