package dev.belay.driver.check;

import dev.belay.driver.Instance;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.process.ProcessTarget;
import dev.belay.release.Health;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Takes for dead what its liveness probe says is dead although its process lives, and ends it, so
/// that it is started again like one that died by itself. Without a probe of its own an instance
/// lives as long as its process does, and nothing is asked.
public final class Liveness {
    private final ProcessTarget target;
    private final Wellness wellness;

    public Liveness(ProcessTarget target, RuntimeValues values, ArtifactStore artifacts) {
        this.target = target;
        wellness = new Wellness(values, artifacts);
    }

    /// Asks every running instance of these revisions once. A revision whose release is still under
    /// way is not among them: there a probe that fails turns the release back.
    ///
    /// @return what was ended and why, a sentence each
    public List<String> tick(Scope scope, Collection<Revision> revisions) {
        Map<String, Revision> asked =
                revisions.stream()
                        .filter(revision ->
                                !(revision.launch().liveness().check() instanceof Health.Alive))
                        .collect(
                                Collectors.toMap(
                                        Revision::id, Function.identity(), (first, _) -> first));
        List<String> said = new ArrayList<>();
        if (asked.isEmpty()) {
            return said;
        }
        for (Instance one : target.instances(scope)) {
            Revision revision = asked.get(one.revision());
            if (revision != null
                    && one.state() == Instance.State.RUNNING
                    && wellness.look(scope.environment(), revision, one)
                            instanceof Wellness.Ill(String reason)
                    && target.end(scope, one)) {
                wellness.forget(one);
                said.add("`" + one.id() + "` " + reason + "; it was taken for dead");
            }
        }
        return said;
    }
}
