package dev.belay.driver.artifact;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// How an artifact comes to be.
///
/// @param component for messages
/// @param root the platform's folder; `output` and `inputs` are below it
/// @param folder where the command is started
/// @param command program and arguments; empty when the output is there already
/// @param output folder or file that is the artifact
/// @param inputs patterns (`services/api/**`) of the files that the command reads, relative to
///   `root`; each must go with a file. Empty when nobody can say, and then it is run every time
/// @param keptBack files and folders below `root` that never get into an artifact: what holds
///   secrets, and what says how to run it rather than what it is
/// @param environment for the command, on top of the few variables that are passed on
/// @param within after that long the command is killed
/// @param image what the artifact is made by after the command, in place of an output; null where
///   there is one
public record BuildOrder(
        String component,
        Path root,
        Path folder,
        List<String> command,
        String output,
        List<String> inputs,
        Set<Path> keptBack,
        Map<String, String> environment,
        Duration within,
        @Nullable Image image) {
    private static final Pattern DOTENV = Pattern.compile("\\.env(\\..*)?");
    private static final Pattern SAMPLE = Pattern.compile(".*\\.(example|sample|template|dist)");

    /// An image by a Dockerfile.
    ///
    /// @param environment whose registries its base may come from
    /// @param dockerfile relative to the folder
    public record Image(String environment, String dockerfile) {}

    /// One whose artifact is its output.
    public BuildOrder(
            String component,
            Path root,
            Path folder,
            List<String> command,
            String output,
            List<String> inputs,
            Set<Path> keptBack,
            Map<String, String> environment,
            Duration within) {
        this(component, root, folder, command, output, inputs, keptBack, environment, within, null);
    }

    public BuildOrder {
        root = root.toAbsolutePath().normalize();
        folder = root.resolve(folder).normalize();
        command = List.copyOf(command);
        inputs = List.copyOf(inputs);
        Path home = root;
        keptBack =
                keptBack.stream()
                        .map(file -> home.resolve(file).normalize())
                        .collect(Collectors.toUnmodifiableSet());
        environment = Map.copyOf(environment);
    }

    /// Whether anything has to be done to make it.
    boolean isMade() {
        return !command.isEmpty() || image != null;
    }

    /// What is named so, and whatever has the name of a file that instances get as variables.
    boolean keepsBack(Path file) {
        return keptBack.contains(file) || isDotenv(file);
    }

    /// Whether it has the name of a file that holds values, and is no sample of one.
    public static boolean isDotenv(Path file) {
        String name = String.valueOf(file.getFileName());
        return DOTENV.matcher(name).matches() && !SAMPLE.matcher(name).matches();
    }
}
