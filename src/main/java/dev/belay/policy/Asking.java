package dev.belay.policy;

import java.util.List;

/// How a release was asked for, where its plan does not say it.
///
/// @param overrides keys of the manifest that the command line changes
public record Asking(String submitter, List<String> overrides) {
    public Asking {
        overrides = List.copyOf(overrides);
    }
}
