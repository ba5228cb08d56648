package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.Launch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Whether the folders, files and programs that a manifest names are there. It looks and runs
/// nothing, so what a command will make cannot be known: about that it is silent.
public final class FolderCheck {
    private final EnvironmentView view;
    private final String path;
    private final Complaints wrong = new Complaints();
    private final Complaints doubtful = new Complaints();
    private final Set<String> asked = new HashSet<>();

    private FolderCheck(EnvironmentView view, String path) {
        this.view = view;
        this.path = path;
    }

    /// What was found.
    ///
    /// @param wrong what is missing and made by nothing that the manifest tells of
    /// @param doubtful programs that this machine does not have; another one may
    public record Found(List<Problem> wrong, List<Problem> doubtful) {
        public Found {
            wrong = List.copyOf(wrong);
            doubtful = List.copyOf(doubtful);
        }
    }

    /// Looks around for one environment.
    ///
    /// @param path the folders that programs are looked for in, as `$PATH` has them
    public static Found check(EnvironmentView view, String path) {
        var check = new FolderCheck(view, path);
        view.components().values().forEach(check::component);
        check.signatures();
        view.prepare()
                .forEach(command ->
                        check.program(command, check.home(), view.source().at("prepare"), true));
        return new Found(check.wrong.inOrder(), check.doubtful.inOrder());
    }

    private Path home() {
        return view.folder();
    }

    private void component(Component component) {
        Build build = component.build();
        Source source = component.source();
        boolean contract = component.kind() instanceof Component.Contract;
        Path dir = home().resolve(build.dir()).normalize();
        boolean prepared = !view.prepare().isEmpty();
        boolean elsewhere = prepared || isMadeByAnother(component, build.dir());
        if (!contract && !elsewhere && !Files.isDirectory(dir)) {
            missing(source.at("dir"), "there is no folder `" + build.dir() + "`", component);
            return;
        }
        if (!build.dockerfile().isEmpty()) {
            // What is in the image, and whether its command is, is for the engine to say.
            Path file = dir.resolve(build.dockerfile());
            if (!elsewhere && build.run().isEmpty() && !Files.isRegularFile(file)) {
                missing(
                        source.at("build", "dockerfile"),
                        "there is no `" + build.dockerfile() + "` in `" + build.dir() + "`",
                        component);
            }
            return;
        }
        boolean made =
                elsewhere || !build.run().isEmpty() || isMadeByAnother(component, build.output());
        Path output = home().resolve(build.output()).normalize();
        if (!contract && !made && !isThere(component, output)) {
            missing(
                    isStatic(component) ? source.at("static") : source.at("build", "output"),
                    "there is no `" + build.output() + "`, and nothing builds it",
                    component);
            return;
        }
        if (!build.run().isEmpty()) {
            program(build.run(), dir, source.at("build", "run"), prepared);
        }
        if (!component.variables().values().containsKey("PATH") && !isContained(component)) {
            Path folder = Files.isRegularFile(output) ? output.resolveSibling(".") : output;
            program(Commands.of(component), folder.normalize(), source.at("run"), made);
            Commands.deploying(component)
                    .forEach((key, command) ->
                            program(command, folder.normalize(), source.at("commands", key), made));
            if (component.migrations() instanceof MigrationTool tool) {
                tool.byKey()
                        .forEach((key, command) ->
                                program(
                                        command,
                                        folder.normalize(),
                                        source.at("migrations", key),
                                        made));
            }
        }
    }

    /// Its programs are those of an image.
    private static boolean isContained(Component component) {
        Launch launch = Component.launchOf(component.kind());
        return launch != null && launch.container() != null;
    }

    /// A key that is not there would keep every release out.
    private void signatures() {
        SignatureDemand demand = view.gates().signatures();
        for (String file : demand.keys()) {
            trusted(file, "keys");
        }
        for (String file : demand.root()) {
            trusted(file, "trust-root");
        }
    }

    private void trusted(String file, String key) {
        if (!Files.isRegularFile(home().resolve(file))) {
            wrong.add(
                    Code.PATH_MISSING,
                    view.source().at("gates", "signatures", key),
                    "there is no file `" + file + "`",
                    "paths are relative to the manifest's folder; keys are public, and belong into"
                            + " the repository");
        }
    }

    private void missing(Place place, String what, Component component) {
        wrong.add(
                Code.PATH_MISSING,
                place,
                what,
                isStatic(component) || component.build().run().isEmpty()
                        ? "paths are relative to the manifest's folder and the component's `dir`;"
                                + " what makes it belongs in `build: {run: …}` or `prepare`"
                        : "paths are relative to the manifest's folder");
    }

    private static boolean isStatic(Component component) {
        return component.kind() instanceof Component.Frontend;
    }

    /// The gateway serves folders only.
    private static boolean isThere(Component component, Path output) {
        return isStatic(component) ? Files.isDirectory(output) : Files.exists(output);
    }

    /// Whether it lies in what another component builds, or around it.
    private boolean isMadeByAnother(Component component, String path) {
        Path wanted = Path.of(path).normalize();
        return view.components().values().stream()
                .filter(other -> !other.equals(component) && !other.build().run().isEmpty())
                .map(other -> Path.of(other.build().output()).normalize())
                .anyMatch(output -> wanted.startsWith(output) || output.startsWith(wanted));
    }

    /// @param folder where the command is started
    /// @param made whether that folder's files come from a command
    private void program(List<String> command, Path folder, Place place, boolean made) {
        String program = command.isEmpty() ? "" : command.getFirst();
        // What comes with Belay is there.
        if (program.isEmpty() || program.contains("$") || program.startsWith("@")) {
            return;
        }
        if (program.contains("/")) {
            boolean absolute = program.startsWith("/");
            if ((absolute || !made) && !Files.isRegularFile(folder.resolve(program))) {
                tell(program, place, "there is no `" + program + "` to run");
            }
        } else if (!isOnPath(program)) {
            tell(program, place, "`" + program + "` is not among the programs of this machine");
        }
    }

    private void tell(String program, Place place, String message) {
        if (asked.add(program)) {
            doubtful.add(
                    Code.PROGRAM_MISSING,
                    place,
                    message,
                    "install it, or deploy where it is; `requires:` asks for it by version");
        }
    }

    private boolean isOnPath(String program) {
        for (String folder : path.split(":", -1)) {
            if (!folder.isEmpty() && Files.isExecutable(Path.of(folder, program))) {
                return true;
            }
        }
        return false;
    }
}
