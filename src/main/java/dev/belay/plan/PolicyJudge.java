package dev.belay.plan;

import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.util.Map;
import java.util.Optional;

/// Says what the policies of an environment make of a release, when all of it but that is planned.
@FunctionalInterface
public interface PolicyJudge {
    /// Where nobody is held to anything.
    PolicyJudge NONE = (_, _) -> Optional.empty();

    /// Empty where there are no policies. The same for the same plan.
    ///
    /// @param verdicts component or datastore to what a rehearsal of its migrations showed
    Optional<Work.Policed> judge(Plan plan, Map<String, SchemaVerdict> verdicts);
}
