package dev.belay.driver.process;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/// Says before a start what would be wrong with the program, because a shell says it badly.
final class Programs {
    private Programs() {}

    /// What is wrong with the program, in one sentence; empty when it can be executed.
    static Optional<String> flaw(String program, Path folder, String searched) {
        try {
            return program.contains("/")
                    ? flawOf(folder.resolve(program), program)
                    : flawInPath(program, folder, searched);
        } catch (InvalidPathException _) {
            return Optional.of("`" + program + "` cannot be the name of a program");
        }
    }

    private static Optional<String> flawOf(Path file, String program) {
        if (!Files.exists(file)) {
            return Optional.of("the program `" + program + "` does not exist");
        }
        if (Files.isDirectory(file)) {
            return Optional.of("`" + program + "` is a folder, not a program");
        }
        return Files.isExecutable(file)
                ? Optional.empty()
                : Optional.of("`" + program + "` is not executable");
    }

    private static Optional<String> flawInPath(String program, Path folder, String searched) {
        for (String place : searched.split(":", -1)) {
            Path file = folder.resolve(place).resolve(program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return Optional.empty();
            }
        }
        return Optional.of("there is no program `" + program + "` in `" + searched + "`");
    }
}
