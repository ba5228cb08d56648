package dev.belay.server.operations;

import dev.belay.manifest.Build;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.problem.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// What a component is built of, as patterns below the manifest's folder.
public final class WorkspaceInputs {
    private WorkspaceInputs() {}

    /// What its build reads; empty when nobody can say.
    ///
    /// @throws Denied when it says that the workspace does, and that says nothing
    public static List<String> of(EnvironmentView view, Component component) {
        Build build = component.build();
        if (!build.workspace()) {
            return build.inputs();
        }
        try {
            PackageGraph graph =
                    PackageGraph.read(view.folder())
                            .orElseThrow(() ->
                                    denied(
                                            component,
                                            "build/no-workspace",
                                            "there is no workspace in the manifest's folder",
                                            "a workspace has `packages` in `pnpm-workspace.yaml`, or"
                                                    + " `workspaces` in `package.json`; else list the inputs"));
            List<String> folders = graph.folders(build.dir());
            if (folders.isEmpty()) {
                throw denied(
                        component,
                        "build/no-package",
                        "`%s` is in no package of the workspace".formatted(build.dir()),
                        "let `dir` be a package's folder, with a `package.json`, that the workspace"
                                + " names; else list the inputs");
            }
            var inputs = new ArrayList<String>();
            folders.forEach(folder -> inputs.add(folder + "/**"));
            inputs.addAll(graph.shared());
            return inputs;
        } catch (IOException e) {
            throw denied(
                    component,
                    "build/no-workspace",
                    "the workspace cannot be read: " + e.getMessage(),
                    "");
        }
    }

    /// All that a change of makes another artifact or another contract: where nobody says what a
    /// build reads, its folder.
    public static List<String> sources(EnvironmentView view, Component component) {
        Build build = component.build();
        var sources = new ArrayList<>(of(view, component));
        if (sources.isEmpty()) {
            sources.add(all(view.folder(), build.dir()));
        }
        if (build.run().isEmpty()) {
            sources.add(all(view.folder(), build.output()));
        }
        build.contracts()
                .forEach(file ->
                        sources.add(build.dir().equals(".") ? file : build.dir() + "/" + file));
        return sources.stream().distinct().toList();
    }

    private static String all(Path root, String path) {
        return path.equals(".") || path.isEmpty()
                ? "**"
                : Files.isRegularFile(root.resolve(path)) ? path : path + "/**";
    }

    private static Denied denied(Component component, String code, String what, String hint) {
        return new Denied(
                new No.Problems(
                        List.of(
                                new Problem(
                                        code,
                                        component.source().at("build", "inputs"),
                                        what,
                                        hint))));
    }
}
