package dev.belay.journal;

import dev.belay.release.Baseline;
import dev.belay.release.Scope;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// A release to be queued.
///
/// @param scopes all that it will own while it is active, at least one
/// @param baseline what each scope ran when this was planned; if that is no longer so when the
///   release could start, it is rejected instead
/// @param plan canonical JSON, opaque here, never changed afterwards
/// @param engine the version of the engine that understands the plan
/// @param commit at which the manifest's folder stands, as [Fact.Submitted] has it; may be empty
public record NewRelease(
        String environment,
        String title,
        Set<Scope> scopes,
        Map<Scope, Baseline> baseline,
        String plan,
        String planDigest,
        String manifestDigest,
        int engine,
        String commit) {
    /// Of which no commit is known.
    public NewRelease(
            String environment,
            String title,
            Set<Scope> scopes,
            Map<Scope, Baseline> baseline,
            String plan,
            String planDigest,
            String manifestDigest,
            int engine) {
        this(environment, title, scopes, baseline, plan, planDigest, manifestDigest, engine, "");
    }

    public NewRelease {
        scopes = Collections.unmodifiableSet(new TreeSet<>(scopes));
        baseline = Collections.unmodifiableMap(new TreeMap<>(baseline));
        if (scopes.isEmpty()) {
            throw new IllegalArgumentException("a release owns at least one scope");
        }
    }
}
