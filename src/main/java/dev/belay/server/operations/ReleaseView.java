package dev.belay.server.operations;

import java.util.List;

/// A release with everything that a person may want to know of it.
///
/// @param version the length of its journal: grows with every change
/// @param kind `deploy` or `rollback`
/// @param reason why it was asked for
/// @param commit at which the manifest's folder stood, with a `+` when its files were others; empty
///   when nobody could say
/// @param because why it turned back, is held or ended; empty otherwise
/// @param heldCode stable, `held/undo-failed`; empty when it is not held
/// @param heldStep the step it is about, or 0
/// @param changes what each component runs before and after
/// @param pointOfNoReturn the step after which the only way is forward, or 0
/// @param overrides what was left out or agreed to, by whom and why
/// @param next the commands that make sense now
public record ReleaseView(
        ReleaseLine release,
        long version,
        String kind,
        String reason,
        String commit,
        String because,
        String heldCode,
        int heldStep,
        long startedAt,
        Times times,
        List<Change> changes,
        int pointOfNoReturn,
        List<StepView> steps,
        List<String> warnings,
        List<String> overrides,
        List<String> next) {
    public ReleaseView {
        changes = List.copyOf(changes);
        steps = List.copyOf(steps);
        warnings = List.copyOf(warnings);
        overrides = List.copyOf(overrides);
        next = List.copyOf(next);
    }

    /// What one component runs before and after.
    ///
    /// @param from revision, `""` for none
    /// @param to revision, `""` when it is taken away
    public record Change(String component, String from, String to) {}
}
