package dev.belay.journal;

import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.Set;

/// A release as one row: the projection of its journal, for listing and claiming.
///
/// @param version its journal's length
/// @param fence the current lease epoch
/// @param endedAt 0 while it has not ended; times are milliseconds since the epoch
public record ReleaseRow(
        String id,
        String environment,
        String title,
        long ordinal,
        Set<Scope> scopes,
        ReleaseState state,
        boolean soaking,
        String plan,
        String planDigest,
        String manifestDigest,
        int engine,
        long version,
        long fence,
        String createdBy,
        long createdAt,
        long endedAt) {}
