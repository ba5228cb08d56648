package dev.belay.cli.client;

import dev.belay.cli.Stop;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/// The platform that a command is about: the folder of its `belay.yaml`, and where Belay keeps the
/// state for it.
///
/// @param login as whom commands ask
public record Workspace(Path folder, Path state, Login login) {
    public static final String MANIFEST = "belay.yaml";
    static final String STATE_VARIABLE = "BELAY_STATE";

    /// Looks in `from` and upwards, as git does.
    ///
    /// @param state where the state is instead of beside the manifest, or empty
    public static Workspace find(Path from, String state, Map<String, String> environment) {
        String elsewhere = state.isEmpty() ? environment.getOrDefault(STATE_VARIABLE, "") : state;
        Path start = from.toAbsolutePath().normalize();
        for (Path folder = start; folder != null; folder = folder.getParent()) {
            if (Files.isRegularFile(folder.resolve(MANIFEST))) {
                Path kept =
                        elsewhere.isEmpty()
                                ? folder.resolve(".belay")
                                : start.resolve(elsewhere).normalize();
                return new Workspace(folder, kept, Login.of(start, environment));
            }
        }
        throw Stop.problem(
                new Problem(
                        "cli/no-manifest",
                        new Place.Named("`" + start + "`"),
                        "there is no `belay.yaml` here or in a folder above",
                        "go to your platform's folder, or write a manifest with `belay init`"));
    }

    public Path manifest() {
        return folder.resolve(MANIFEST);
    }

    public Path logs() {
        return state.resolve("logs");
    }
}
