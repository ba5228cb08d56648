package dev.belay.plan;

import dev.belay.release.Baseline;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// The immutable, resolved course of one release, there and back.
///
/// @param format of this record; an engine refuses one that it does not know
/// @param scopes everything it owns
/// @param baseline what each scope ran when it was planned
/// @param steps numbered from 1; a partial order by [Step#after]
/// @param desired component to what it runs when the plan is done; a datastore whose schema all
///   share, to the schema that it has then
/// @param fallback component or datastore to what that is when the plan is undone; absent: nothing
/// @param before what must be observed before it counts as rolled back: for each component how it
///   is settled, then its smoke tests. A component none of whose effects was ever intended stands
///   as it stood, and need not be looked at
/// @param targets where a rollback may lead, best first
/// @param pointOfNoReturn the number of the step after which the only way is forward, or 0
/// @param skipped what was left out, by whom asked and why
/// @param warnings what a careful reader should know
public record Plan(
        int format,
        String platform,
        String environment,
        Kind kind,
        String title,
        Set<Scope> scopes,
        Map<Scope, Baseline> baseline,
        List<Step> steps,
        Map<String, Deployment> desired,
        Map<String, Deployment> fallback,
        List<Work.Check> before,
        List<Target> targets,
        int pointOfNoReturn,
        List<Skip> skipped,
        List<String> warnings,
        String manifestDigest) {
    public static final int FORMAT = 2;

    public Plan {
        scopes = Collections.unmodifiableSet(new TreeSet<>(scopes));
        baseline = Collections.unmodifiableMap(new TreeMap<>(baseline));
        steps = List.copyOf(steps);
        desired = Collections.unmodifiableMap(new TreeMap<>(desired));
        fallback = Collections.unmodifiableMap(new TreeMap<>(fallback));
        before = List.copyOf(before);
        targets = List.copyOf(targets);
        skipped = List.copyOf(skipped);
        warnings = List.copyOf(warnings);
        for (int i = 0; i < steps.size(); i++) {
            int number = i + 1;
            Step step = steps.get(i);
            if (step.number() != number || step.after().stream().anyMatch(n -> n >= number)) {
                throw new IllegalArgumentException("steps out of order at " + step);
            }
        }
    }

    public Step step(int number) {
        return steps.get(number - 1);
    }

    /// What a key of [#desired] or [#fallback] is the name of: a component, or a datastore whose
    /// schema all share.
    public Scope scopeOf(String name) {
        Scope datastore = Scope.datastore(environment, name);
        return scopes.contains(datastore) ? datastore : Scope.component(environment, name);
    }

    /// Whether a key of [#desired] is a datastore's.
    public boolean isDatastore(String name) {
        return scopeOf(name).kind() == Scope.Kind.DATASTORE;
    }

    /// Whether there is a point of no return that nobody has agreed to.
    public boolean lacksWayBack() {
        return pointOfNoReturn > 0
                && skipped.stream().noneMatch(skip -> skip.what().equals(Skip.WAY_BACK));
    }

    /// Whether what it ships has soaked when it ends well; else it is no rollback target.
    public boolean soaks() {
        return steps.stream().anyMatch(step -> step.phase() == Phase.SOAK)
                || skipped.stream().noneMatch(skip -> skip.what().equals("soak"));
    }

    /// What kind of change it is.
    public enum Kind {
        DEPLOY,
        ROLLBACK
    }

    /// A place to go back to.
    ///
    /// @param warm whether its instances still run, so that going back is a change of the table
    public record Target(String component, String revision, String release, boolean warm) {
        /// So many of a component are listed, and their artifacts kept.
        public static final int MAX = 5;
    }

    /// Something left out or agreed to, on request.
    ///
    /// @param until where it is an exception from what the environment asks for: the last day on
    ///   which that may be so, in UTC
    public record Skip(String what, String by, String why, @Nullable LocalDate until) {
        /// Somebody agreed to a release that has a point of no return.
        public static final String WAY_BACK = "way back";

        /// Somebody asked for steps that take away what the release before may have used.
        public static final String CONTRACT = "contract steps";

        /// One that is no exception.
        public Skip(String what, String by, String why) {
            this(what, by, why, null);
        }
    }
}
