package dev.belay.cli;

import java.nio.file.Path;
import java.util.Map;

/// What a command has from outside: handed in, so that tests hand in another.
///
/// @param folder where the command was typed
/// @param environment the shell's variables
public record Context(Terminal terminal, Path folder, Map<String, String> environment) {
    public Context {
        environment = Map.copyOf(environment);
    }

    /// This process's own.
    public static Context system() {
        return new Context(Terminal.system(), Path.of("").toAbsolutePath(), System.getenv());
    }
}
