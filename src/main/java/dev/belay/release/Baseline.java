package dev.belay.release;

/// What a scope ran when something was planned for it. A plan fits only as long as that is so: it
/// also says what to go back to.
///
/// @param revision its id; empty for a scope that ran nothing
/// @param deployment the digest of the deployment as the journal keeps it, which also covers the
///   number of instances, routes and smoke tests; empty when it is not known, as in plans of format
///   1
public record Baseline(String revision, String deployment) {
    public static final Baseline NOTHING = new Baseline("", "");

    /// Whether a scope that now runs `now` still runs what was planned on.
    public boolean covers(Baseline now) {
        return revision.equals(now.revision)
                && (deployment.isEmpty() || deployment.equals(now.deployment));
    }
}
