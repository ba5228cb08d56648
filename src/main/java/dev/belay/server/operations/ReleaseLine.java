package dev.belay.server.operations;

import dev.belay.journal.ReleaseRow;
import java.util.List;

/// A release in a list.
///
/// @param state as in [dev.belay.release.ReleaseState], in lower case with hyphens
/// @param scopes the names of what it owns or owned
/// @param createdAt milliseconds since the epoch
/// @param endedAt 0 while it has not ended
public record ReleaseLine(
        String id,
        String environment,
        String title,
        String state,
        boolean soaking,
        List<String> scopes,
        long ordinal,
        String planDigest,
        String createdBy,
        long createdAt,
        long endedAt) {
    static ReleaseLine of(ReleaseRow row) {
        return new ReleaseLine(
                row.id(),
                row.environment(),
                row.title(),
                StepView.word(row.state()),
                row.soaking(),
                row.scopes().stream().map(scope -> scope.name()).sorted().toList(),
                row.ordinal(),
                row.planDigest(),
                row.createdBy(),
                row.createdAt(),
                row.endedAt());
    }
}
