package dev.belay.plan;

import dev.belay.release.OnUnknown;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;

/// One undoable act of a plan, with nothing left to choose.
///
/// @param number 1, 2, 3 …; a step waits only on lower numbers
/// @param title for people: ``api: start 2 × api-3f9c1a2b7d10``
/// @param after the steps whose outcome it waits for
/// @param deadline how long it may take before it counts as failed; a soak's includes its time
/// @param expected what it is likely to take
public record Step(
        int number,
        String title,
        Phase phase,
        Scope scope,
        StepClass stepClass,
        Work work,
        Undo undo,
        Set<Integer> after,
        Duration deadline,
        Duration expected,
        OnUnknown onUnknown,
        Responsible responsible) {
    public Step {
        after = Collections.unmodifiableSet(new TreeSet<>(after));
        boolean effect = work instanceof Work.Effect;
        boolean effectful = stepClass != StepClass.PURE && stepClass != StepClass.WAIT;
        if (effect != effectful) {
            throw new IllegalArgumentException(title + ": " + stepClass + " does not fit " + work);
        }
    }
}
