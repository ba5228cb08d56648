package dev.belay.journal;

import dev.belay.release.Appointment;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// A release as one row: the projection of its journal, for listing and claiming.
///
/// @param version its journal's length
/// @param fence the current lease epoch
/// @param endedAt 0 while it has not ended; times are milliseconds since the epoch
/// @param appointment when it is to begin, where somebody said so
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
        long endedAt,
        @Nullable Appointment appointment) {
    /// Whether it is queued, and its time has not come or has gone: it is in nobody's way.
    public boolean isElsewhen(long moment) {
        return state == ReleaseState.QUEUED && appointment != null && !appointment.holds(moment);
    }
}
