package dev.belay.driver.docker;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where the Docker Engine of this host is asked.
///
/// @param written what stands in `DOCKER_HOST`, for people
/// @param socket its Unix socket; absent when another way to it is written, which this version has
///   not
public record DockerHost(String written, Optional<Path> socket) {
    private static final String UNIX = "unix://";
    private static final String USUAL = "unix:///var/run/docker.sock";

    /// As `DOCKER_HOST` says, else where an engine usually is.
    public static DockerHost of(Map<String, String> environment) {
        String written = environment.getOrDefault("DOCKER_HOST", "");
        String host = written.isEmpty() ? USUAL : written;
        return new DockerHost(
                host,
                host.startsWith(UNIX)
                        ? Optional.of(Path.of(host.substring(UNIX.length())))
                        : Optional.empty());
    }

    Engine engine() throws EngineFailure {
        return new Engine(
                socket.orElseThrow(() ->
                        new EngineFailure(
                                0,
                                "`DOCKER_HOST` is `%s`, and this version asks an engine only at a"
                                                .formatted(written)
                                        + " `unix://` socket")));
    }
}
