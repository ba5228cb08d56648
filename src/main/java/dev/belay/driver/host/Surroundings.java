package dev.belay.driver.host;

import java.nio.file.Path;
import java.util.Map;

/// Where an instance runs and what it was told. Holds secrets in the clear: for starting processes,
/// never for showing.
public record Surroundings(Path folder, Map<String, String> environment) {
    public Surroundings {
        environment = Map.copyOf(environment);
    }

    @Override
    public String toString() {
        return "Surroundings[" + folder + "]";
    }
}
