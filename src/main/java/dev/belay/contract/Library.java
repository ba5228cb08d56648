package dev.belay.contract;

import java.util.Optional;

/// Where the files of one component are found. It answers for what lies below the component's
/// folder and for nothing else.
public interface Library {
    /// The bytes of a file.
    ///
    /// @param path relative to the component's folder, without `..`
    /// @return nothing when there is no such file that may be read
    Optional<byte[]> find(String path);
}
