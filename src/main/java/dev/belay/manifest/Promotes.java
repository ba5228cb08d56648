package dev.belay.manifest;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where an environment's artifacts and schemas come from.
///
/// @param from the environment in which they soaked; empty where they are built
/// @param automatically whether what soaked there is released without being asked for
/// @param differs what may differ from that environment, as `api.instances` or `*.env.*`; null
///   where everything may that is not looser
public record Promotes(String from, boolean automatically, @Nullable List<String> differs) {
    /// Everything is built for the environment itself.
    public static final Promotes NOTHING = new Promotes("", false, null);

    public Promotes {
        differs = differs == null ? null : List.copyOf(differs);
    }
}
