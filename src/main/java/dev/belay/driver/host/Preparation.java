package dev.belay.driver.host;

import dev.belay.driver.artifact.ArtifactException;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.release.Launch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that a program needs before it can be started: files, values, the program itself.
public final class Preparation {
    private final ArtifactStore artifacts;
    private final RuntimeValues values;
    private final Runners runners;

    Preparation(ArtifactStore artifacts, RuntimeValues values, Runners runners) {
        this.runners = runners;
        this.artifacts = artifacts;
        this.values = values;
    }

    /// Whether it can be started.
    public sealed interface Result {}

    /// Ready to be started. Holds secrets in the clear: never to be shown.
    public record Prepared(Path folder, List<String> command, Map<String, String> environment)
            implements Result {
        public Prepared {
            command = List.copyOf(command);
            environment = Map.copyOf(environment);
        }

        @Override
        public String toString() {
            return "Prepared[" + folder + "]";
        }
    }

    /// Something is missing.
    public record Refused(String reason, String hint) implements Result {}

    /// @param given what Belay itself puts into the environment
    Result prepare(String environment, Recipe recipe, Map<String, String> given)
            throws IOException {
        Path folder = artifacts.unpacked(recipe.digest());
        Launch.Container container = recipe.container();
        try {
            // Nobody needs the files of an image but its engine, and it has them.
            if (container == null || !container.consistsOfArtifact()) {
                artifacts.unpack(recipe.digest());
            }
        } catch (ArtifactException e) {
            return new Refused(
                    String.valueOf(e.getMessage()), "build the artifact again: `belay deploy`");
        }
        return switch (values.resolve(recipe.needs(environment, given))) {
            case RuntimeValues.Unresolved(String reason, String hint) -> new Refused(reason, hint);
            case RuntimeValues.Resolved(List<String> command, Map<String, String> own) ->
                    check(recipe, folder, command, own);
        };
    }

    private Result check(Recipe recipe, Path folder, List<String> command, Map<String, String> own)
            throws IOException {
        Runner runner = runners.of(recipe);
        var ready = new Prepared(folder, command, runner.environment(own));
        return runner.fault(recipe, ready).<Result>map(fault -> fault).orElse(ready);
    }

    /// What a command needs that is run beside an instance.
    ///
    /// @param given what Belay itself put into the instance's environment
    Optional<Surroundings> surroundings(
            String environment, Recipe recipe, Map<String, String> given) {
        return values.resolve(recipe.needs(environment, given))
                        instanceof RuntimeValues.Resolved(List<String> _, Map<String, String> own)
                ? Optional.of(
                        new Surroundings(
                                artifacts.unpacked(recipe.digest()),
                                runners.of(recipe).environment(own)))
                : Optional.empty();
    }

    /// From now on [#redact] masks the revision's secrets.
    ///
    /// @return whether that is so for all of them
    boolean learnSecrets(String environment, Recipe recipe) {
        return values.learn(environment, recipe.secrets());
    }

    /// The text without any secret that was ever resolved here.
    String redact(String text) {
        return values.redactor().redact(text);
    }
}
