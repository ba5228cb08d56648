package dev.belay.driver.secrets;

import dev.belay.driver.configuration.EnvironmentFile;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.release.SecretReference;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/// A file of `NAME=value` lines that only its owner can read.
public final class DotenvReader implements SecretReader {
    private final Path file;

    public DotenvReader(Path file) {
        this.file = file;
    }

    @Override
    public String unit(SecretReference what) {
        return "";
    }

    @Override
    public SecretDocument read(SecretReference what) {
        PrivateFile read = PrivateFile.read(file);
        EnvironmentFile parsed = EnvironmentFile.parse(file.toString(), read.text());
        if (!parsed.problems().isEmpty()) {
            var first = parsed.problems().getFirst();
            throw SecretFailure.refused("`%s`: %s".formatted(file, first.message()), first.hint());
        }
        Map<String, Secret> values = new HashMap<>();
        parsed.values().forEach((name, value) -> values.put(name, new Secret(value)));
        return SecretDocument.of("`" + file + "`", values, "", read.changed());
    }
}
