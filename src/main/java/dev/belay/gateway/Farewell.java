package dev.belay.gateway;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose long-lived connections are to end politely: all of a revision's, or those of some of its
/// members only, as when a revision that keeps its traffic gives instances up.
///
/// @param members their ids; none named is all
record Farewell(RevisionTraffic revision, Set<String> members) {
    Farewell {
        members = Set.copyOf(members);
    }

    boolean concerns(@Nullable RevisionTraffic traffic, @Nullable Upstream upstream) {
        boolean named =
                members.isEmpty() || (upstream != null && members.contains(upstream.member().id()));
        return traffic == revision && named;
    }
}
