package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.release.Direction;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.util.List;
import java.util.Map;

/// A command of a revision that runs to its end, for one step of a release.
///
/// @param probe asks whether it happened; empty when nobody can say
/// @param way there or back; a step runs at most one command each way
/// @param variables what it is told beside what every job is
record JobCommand(
        Recipe recipe,
        Launch.Limits limits,
        List<String> probe,
        Direction way,
        Map<String, String> variables) {
    /// The variable that says which of a component's commands it is.
    static final String VERB = "BELAY_VERB";

    JobCommand {
        probe = List.copyOf(probe);
        variables = Map.copyOf(variables);
    }

    static JobCommand of(Work.RunJob work) {
        return new JobCommand(
                Recipe.of(work.revision()),
                work.revision().launch().limits(),
                work.probe(),
                Direction.DO,
                Map.of());
    }

    /// Another command of a revision than the one that starts its instances.
    static JobCommand of(Revision revision, List<String> command, Direction way) {
        return new JobCommand(
                Recipe.of(revision).with(command),
                revision.launch().limits(),
                List.of(),
                way,
                Map.of());
    }

    JobCommand probedBy(List<String> command) {
        return new JobCommand(recipe, limits, command, way, variables);
    }

    /// @param where the schema was before its step began to change it
    JobCommand from(String where) {
        return new JobCommand(recipe, limits, probe, way, Map.of(Names.MIGRATED_FROM, where));
    }

    /// What it is told besides.
    JobCommand told(Map<String, String> more) {
        return new JobCommand(recipe, limits, probe, way, more);
    }

    String verb() {
        return variables.getOrDefault(VERB, "");
    }

    String migratedFrom() {
        return variables.getOrDefault(Names.MIGRATED_FROM, "");
    }

    /// What is decided under the scope's lock, when it is known that no other job of it runs.
    sealed interface Opening {}

    /// Start it.
    record Begin(JobCommand command) implements Opening {}

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
