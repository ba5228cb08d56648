package dev.belay.manifest;

import java.util.List;

/// The words that a component's instances are started with.
final class Commands {
    private Commands() {}

    /// Empty for a component that has no instances.
    static List<String> of(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.launch().command();
            case Component.Worker worker -> worker.launch().command();
            case Component.Job job -> job.launch().command();
            case Component.Frontend _, Component.Contract _ -> List.of();
        };
    }
}
