package dev.belay.driver.artifact;

import dev.belay.release.Digest;
import java.util.List;

/// What became of a build.
public sealed interface BuildResult {
    /// The artifact is in the store.
    ///
    /// @param reused whether the same inputs had been built before, so that nothing was run
    record Built(Digest artifact, boolean reused) implements BuildResult {}

    /// Nothing was run: these `inputs` name no file, so that nobody could say when to build again.
    record Unmatched(List<String> inputs) implements BuildResult {
        public Unmatched {
            inputs = List.copyOf(inputs);
        }
    }

    /// There is no artifact.
    ///
    /// @param lastLines what the command wrote last
    record BuildFailed(String reason, String hint, List<String> lastLines) implements BuildResult {
        public BuildFailed {
            lastLines = List.copyOf(lastLines);
        }
    }
}
