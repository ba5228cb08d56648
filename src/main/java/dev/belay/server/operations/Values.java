package dev.belay.server.operations;

import dev.belay.driver.configuration.EnvironmentFile;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.ValueOrigin;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Variables from the files that the manifest names for an environment, later files first, then
/// from the control plane's own environment.
///
/// The files are read at every question. Which files they are is remembered for a moment, and
/// longer when the manifest has come to be wrong meanwhile: an instance that died is started again
/// all the same.
public final class Values implements ValueProvider {
    private static final Duration REMEMBERED = Duration.ofSeconds(2);

    private final Platform platform;
    private final Map<String, String> own;
    private final ConcurrentHashMap<String, Known> known = new ConcurrentHashMap<>();

    /// For the environments of one platform.
    ///
    /// @param own the control plane's environment variables
    public Values(Platform platform, Map<String, String> own) {
        this.platform = platform;
        this.own = Map.copyOf(own);
    }

    private record Known(List<Path> files, long at) {}

    @Override
    public Optional<ValueOrigin> origin(String environment, String name) {
        for (Path file : files(environment).reversed()) {
            if (read(file).containsKey(name)) {
                return Optional.of(new ValueOrigin(file.toString(), "env-file", "", changed(file)));
            }
        }
        return own.containsKey(name)
                ? Optional.of(new ValueOrigin("Belay's own environment", "environment", "", null))
                : Optional.empty();
    }

    /// That of the file: which of its lines was changed, nobody knows.
    private static @Nullable Instant changed(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException gone) {
            return null;
        }
    }

    private static Map<String, String> read(Path file) {
        try {
            String text = DurableFile.read(file).orElse("");
            return EnvironmentFile.parse(file.toString(), text).values();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read `" + file + "`: " + e.getMessage(), e);
        }
    }

    @Override
    public Optional<Secret> find(String environment, String name) {
        for (Path file : files(environment).reversed()) {
            String value = read(file).get(name);
            if (value != null) {
                return Optional.of(new Secret(value));
            }
        }
        return Optional.ofNullable(own.get(name)).map(Secret::new);
    }

    /// Every variable of an environment, secrets in the clear: for checking, never for showing.
    Map<String, String> all(String environment) {
        var all = new HashMap<>(own);
        for (Path file : files(environment)) {
            try {
                String text = DurableFile.read(file).orElse("");
                all.putAll(EnvironmentFile.parse(file.toString(), text).values());
            } catch (IOException e) {
                throw Denied.failure("cannot read `" + file + "`: " + e.getMessage(), "");
            }
        }
        return all;
    }

    /// Where the environment's variables come from.
    public List<Path> files(String environment) {
        Known before = known.get(environment);
        long now = System.nanoTime();
        if (before != null && now - before.at() < REMEMBERED.toNanos()) {
            return before.files();
        }
        try {
            var view = platform.lately(environment).view();
            List<Path> files =
                    view.environmentFiles().stream().map(view.folder()::resolve).toList();
            known.put(environment, new Known(files, now));
            return files;
        } catch (Denied _) {
            return before == null ? List.of() : before.files();
        }
    }
}
