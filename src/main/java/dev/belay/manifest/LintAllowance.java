package dev.belay.manifest;

import java.time.LocalDate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Something that a rule of `belay lint` finds and that is meant to be so.
///
/// @param path pattern of files below the manifest's folder, or empty when `of` says it
/// @param of components and datastores that a finding must all be about; empty when `path` says it
/// @param reason why, for whoever reads it later
/// @param until the last day on which it counts; null is for ever
public record LintAllowance(
        LintRule rule,
        String path,
        List<String> of,
        String reason,
        @Nullable LocalDate until,
        Source source) {
    public LintAllowance {
        of = List.copyOf(of);
    }

    /// Whether it still counts.
    public boolean counts(LocalDate today) {
        return until == null || !today.isAfter(until);
    }
}
