package dev.belay.driver.artifact;

import dev.belay.release.Digest;
import java.util.List;

/// What became of a build.
public sealed interface BuildResult {
    /// The artifact is in the store.
    ///
    /// @param reused whether the same inputs had been built before, so that nothing was run
    record Built(Digest artifact, boolean reused) implements BuildResult {}

    /// There is no artifact.
    ///
    /// @param lastLines what the command wrote last
    record BuildFailed(String reason, String hint, List<String> lastLines) implements BuildResult {
        public BuildFailed {
            lastLines = List.copyOf(lastLines);
        }
    }
}
