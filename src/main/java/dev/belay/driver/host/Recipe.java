package dev.belay.driver.host;

import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What of a revision is needed to start it again without the engine: kept on disk. Holds names of
/// secrets, never their values.
public record Recipe(
        String revision,
        String artifact,
        String configuration,
        List<String> command,
        Set<String> required,
        Set<String> secrets,
        boolean port,
        Launch.Stop stop,
        Launch.Limits limits,
        Launch.Listen listen,
        Launch.@Nullable Container container) {
    /// The name of the runner of plain processes.
    public static final String PROCESS = "process";

    /// The name of the runner of containers.
    public static final String DOCKER = "docker";

    public Recipe {
        command = List.copyOf(command);
        required = Set.copyOf(required);
        secrets = Set.copyOf(secrets);
        // Those of before there was a choice say nothing of it.
        listen = Objects.requireNonNullElse(listen, Launch.Listen.PORT);
    }

    public static Recipe of(Revision revision) {
        Launch launch = revision.launch();
        return new Recipe(
                revision.id(),
                revision.artifact().text(),
                revision.configuration(),
                launch.command(),
                launch.required(),
                launch.secrets(),
                launch.port(),
                launch.stop(),
                launch.limits(),
                launch.listen(),
                launch.container());
    }

    /// Another command of the same revision.
    public Recipe with(List<String> other) {
        return new Recipe(
                revision,
                artifact,
                configuration,
                other,
                required,
                secrets,
                port,
                stop,
                limits,
                listen,
                container);
    }

    /// The name of the runner that it is started by.
    String runner() {
        return container == null ? PROCESS : DOCKER;
    }

    /// Whether it needs a port of its own.
    boolean atPort() {
        return port && listen == Launch.Listen.PORT;
    }

    boolean atSocket() {
        return port && listen == Launch.Listen.SOCKET;
    }

    public Digest digest() {
        return new Digest(artifact);
    }

    RuntimeValues.Needs needs(String environment, Map<String, String> given) {
        return new RuntimeValues.Needs(
                environment, configuration, command, required, secrets, given);
    }
}
