package dev.belay.manifest;

import java.util.List;

/// How a component's artifact comes to be. In a manifest, paths are relative to the component's
/// `dir`, which is where `run` is started; here they are resolved, and relative to the manifest's
/// folder, without `..`.
///
/// @param dir where `run` is started
/// @param run command, or empty when `output` is there already
/// @param output folder or file that is the artifact
/// @param inputs patterns (`services/api/**`) of the files that `run` reads: unchanged inputs need
///   no new build; empty when nobody can say
public record Build(String dir, List<String> run, String output, List<String> inputs) {
    public Build {
        run = List.copyOf(run);
        inputs = List.copyOf(inputs);
    }
}
