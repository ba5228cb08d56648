package dev.belay.plan;

import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.External;
import dev.belay.manifest.PlatformTest;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One release before its steps are laid: which components, in which order, and what surrounds
/// them.
///
/// @param levels groups that follow each other; without an `order` there is one
/// @param after component to those of the same level that must stand before it
/// @param ordered whether `order` makes the levels: then the jobs of a level come first in it
/// @param schemas those that all who use a datastore share: first of all
/// @param remarks what was found out about them, for who reads the plan
/// @param needs name to the probe of each datastore and external; none for a rollback, which has no
///   time for it
/// @param verdicts component or datastore to what was seen when its migrations were rehearsed
/// @param platform smoke tests to run when all of it stands
record Outline(
        Plan.Kind kind,
        EnvironmentView view,
        List<List<Change>> levels,
        Map<String, Set<String>> after,
        List<Change> schemas,
        List<String> remarks,
        boolean ordered,
        Set<Phase> without,
        SortedMap<String, Work.Reachable> needs,
        List<PlatformTest> platform,
        Map<String, SchemaVerdict> verdicts,
        Duration soak,
        List<Plan.Skip> skipped,
        String manifestDigest) {
    /// The components.
    List<Change> changes() {
        return levels.stream().flatMap(List::stream).toList();
    }

    /// The schemas and the components.
    List<Change> all() {
        return Stream.concat(schemas.stream(), levels.stream().flatMap(List::stream)).toList();
    }

    boolean has(Phase phase) {
        return !without.contains(phase);
    }

    /// Whom to call when a datastore or an external does not answer.
    Responsible keeper(String name) {
        Datastore datastore = view.datastores().get(name);
        External external = view.externals().get(name);
        return datastore != null
                ? Responsible.of(datastore.responsible())
                : external != null
                        ? Responsible.of(external.responsible())
                        : Responsible.of(view.responsible());
    }

    /// @param component or datastore
    @Nullable SchemaVerdict verdict(String component) {
        return verdicts.get(component);
    }

    Set<String> before(Change change) {
        return after.getOrDefault(change.name(), Set.of());
    }
}
