package dev.belay.plan;

/// The parts of a release, in order. Each can be empty, and skipped by name.
public enum Phase {
    PREFLIGHT,
    SECRETS,
    PROMOTION,
    POLICY,
    EVIDENCE,
    CONTRACTS,
    INFRASTRUCTURE,
    DEPENDENCIES,
    CONFIG,
    BACKUP,
    REHEARSE,
    APPROVE,
    WINDOW,
    MIGRATE,
    SERVICES,
    FRONTENDS,
    AI,
    OBSERVABILITY,
    VERIFY,
    TRAFFIC,
    SOAK,
    RETIRE;

    /// Whether leaving it out is an exception from what the environment asks for, not merely less
    /// work.
    public boolean safeguards() {
        return switch (this) {
            case PREFLIGHT,
                    SECRETS,
                    PROMOTION,
                    POLICY,
                    EVIDENCE,
                    CONTRACTS,
                    DEPENDENCIES,
                    BACKUP,
                    REHEARSE,
                    APPROVE,
                    WINDOW,
                    VERIFY,
                    SOAK ->
                    true;
            case INFRASTRUCTURE,
                    CONFIG,
                    MIGRATE,
                    SERVICES,
                    FRONTENDS,
                    AI,
                    OBSERVABILITY,
                    TRAFFIC,
                    RETIRE ->
                    false;
        };
    }
}
