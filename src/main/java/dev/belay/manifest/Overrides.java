package dev.belay.manifest;

import java.util.List;

/// What the command line says on top of the manifest: `components.api.instances=3`, each the text
/// of one `--set`. The value is read as YAML; `null` removes.
public record Overrides(List<String> settings) {
    public static final Overrides NONE = new Overrides(List.of());

    public Overrides {
        settings = List.copyOf(settings);
    }
}
