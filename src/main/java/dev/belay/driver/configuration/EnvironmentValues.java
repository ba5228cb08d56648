package dev.belay.driver.configuration;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// The provider that needs nothing: the environment's file, read anew each time, then the control
/// plane's own environment.
public final class EnvironmentValues implements ValueProvider {
    private final Function<String, Path> files;
    private final Map<String, String> own;

    /// @param files environment to its file, which need not exist
    /// @param own the control plane's environment variables
    public EnvironmentValues(Function<String, Path> files, Map<String, String> own) {
        this.files = files;
        this.own = Map.copyOf(own);
    }

    @Override
    public Optional<Secret> find(String environment, String name) {
        String value = file(environment).values().get(name);
        if (value == null) {
            value = own.get(name);
        }
        return Optional.ofNullable(value).map(Secret::new);
    }

    private EnvironmentFile file(String environment) {
        Path file = files.apply(environment);
        try {
            return EnvironmentFile.parse(file.toString(), DurableFile.read(file).orElse(""));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + file + "`: " + e.getMessage(), e);
        }
    }
}
