package dev.belay.gateway;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose long-lived connections are to end politely: all of a revision's, or those of some of its
/// members only, as when a revision that keeps its traffic gives instances up.
///
/// @param revision null is every one
/// @param members their ids; none named is all
record Farewell(@Nullable RevisionTraffic revision, Set<String> members) {
    /// The process ends.
    static final Farewell ALL = new Farewell(null, Set.of());

    Farewell {
        members = Set.copyOf(members);
    }

    boolean concerns(@Nullable RevisionTraffic traffic, @Nullable Upstream upstream) {
        boolean named =
                members.isEmpty() || (upstream != null && members.contains(upstream.member().id()));
        return revision == null || (traffic == revision && named);
    }
}
