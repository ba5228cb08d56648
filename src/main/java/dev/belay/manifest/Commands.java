package dev.belay.manifest;

import dev.belay.release.DeployCommands;
import dev.belay.release.Launch;
import java.util.List;
import java.util.Map;

/// The words of commands that a component has.
final class Commands {
    private Commands() {}

    /// What brings it to where it runs, by key; empty for what Belay starts.
    static Map<String, List<String>> deploying(Component component) {
        Launch launch = Component.launchOf(component.kind());
        DeployCommands commands = launch == null ? null : launch.commands();
        return commands == null ? Map.of() : commands.byKey();
    }

    /// What its instances are started with; empty for a component that has none.
    static List<String> of(Component component) {
        return switch (component.kind()) {
            case Component.Service service -> service.launch().command();
            case Component.Worker worker -> worker.launch().command();
            case Component.Job job -> job.launch().command();
            case Component.Frontend _, Component.Contract _ -> List.of();
        };
    }
}
