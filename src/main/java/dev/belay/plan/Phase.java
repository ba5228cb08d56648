package dev.belay.plan;

/// The parts of a release, in order. Each can be empty, and skipped by name.
public enum Phase {
    PREFLIGHT,
    PROMOTION,
    INFRASTRUCTURE,
    DEPENDENCIES,
    CONFIG,
    BACKUP,
    REHEARSE,
    APPROVE,
    MIGRATE,
    SERVICES,
    FRONTENDS,
    AI,
    OBSERVABILITY,
    VERIFY,
    TRAFFIC,
    SOAK,
    RETIRE
}
