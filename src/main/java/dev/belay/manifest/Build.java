package dev.belay.manifest;

import java.time.Duration;
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
/// @param pipeline what is run to try it, in order
/// @param contracts files that say what it promises, relative to `dir`
/// @param workspace whether its inputs are those that the workspace says: its own package and those
///   that it uses
/// @param dockerfile what an engine makes the artifact by, relative to `dir`; empty where there is
///   an `output`
public record Build(
        String dir,
        List<String> run,
        String output,
        List<String> inputs,
        List<Stage> pipeline,
        List<String> contracts,
        boolean workspace,
        String dockerfile) {
    public Build {
        contracts = List.copyOf(contracts);
        pipeline = List.copyOf(pipeline);
        run = List.copyOf(run);
        inputs = List.copyOf(inputs);
    }

    /// One that no engine makes.
    public Build(
            String dir,
            List<String> run,
            String output,
            List<String> inputs,
            List<Stage> pipeline,
            List<String> contracts,
            boolean workspace) {
        this(dir, run, output, inputs, pipeline, contracts, workspace, "");
    }

    /// One of which nothing is tried by itself, and that promises nothing.
    public Build(String dir, List<String> run, String output, List<String> inputs) {
        this(dir, run, output, inputs, List.of(), List.of(), false);
    }

    /// A command that tries what was built, run in `dir`.
    ///
    /// @param kind of the evidence that it wins
    /// @param reports patterns of the files that it writes, relative to `dir`; where there are
    ///   none, how it exits is all that counts
    /// @param within after that long it is ended
    public record Stage(
            String name, String kind, List<String> run, List<String> reports, Duration within) {
        public Stage {
            run = List.copyOf(run);
            reports = List.copyOf(reports);
        }
    }
}
