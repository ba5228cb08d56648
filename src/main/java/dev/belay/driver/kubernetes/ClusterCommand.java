package dev.belay.driver.kubernetes;

import dev.belay.driver.Answer;
import dev.belay.release.Direction;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A command of a revision that runs to its end in a cluster, for one step of a release.
///
/// @param probe asks whether it happened; empty when nobody can say
/// @param way there or back; a step runs at most one command each way
/// @param variables what it is told beside what every pod of the revision is
/// @param changesSchema whether its runs are on record for as long as its scope is
record ClusterCommand(
        Revision revision,
        List<String> command,
        List<String> probe,
        Direction way,
        Map<String, String> variables,
        boolean changesSchema) {
    ClusterCommand {
        command = List.copyOf(command);
        probe = List.copyOf(probe);
        variables = Map.copyOf(variables);
    }

    static ClusterCommand of(Work.RunJob work) {
        return new ClusterCommand(
                work.revision(),
                work.revision().launch().command(),
                work.probe(),
                Direction.DO,
                Map.of(),
                false);
    }

    /// What is decided when it is known that no other job of the scope runs.
    sealed interface Opening {}

    /// Start it.
    ///
    /// @param note what is written down before it begins
    record Begin(ClusterCommand command, UnaryOperator<ScopeRecord.State> note)
            implements Opening {}

    /// There is nothing to start.
    ///
    /// @param settled whether the order counts as accepted, so that nothing older arrives any more.
    ///   Not so where records are missing: what was accepted since would pass for all there was
    record Answered(Answer answer, boolean settled) implements Opening {
        Answered(Answer answer) {
            this(answer, true);
        }
    }
}
