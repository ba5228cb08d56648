package dev.belay.release;

import java.util.List;

/// The files that say what a component promises, as they are kept with what runs.
///
/// @param files of the archive that they are kept in, those that they refer to included
/// @param paths of the contracts in it, as the manifest names them
public record ContractFiles(Digest files, List<String> paths) {
    public ContractFiles {
        paths = List.copyOf(paths);
    }
}
