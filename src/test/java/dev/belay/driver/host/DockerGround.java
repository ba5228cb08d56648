package dev.belay.driver.host;

import dev.belay.driver.Harm;
import dev.belay.driver.Instance;
import dev.belay.driver.docker.ContainerRunner;
import dev.belay.driver.docker.DockerHost;
import dev.belay.driver.docker.OwnEngine;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Containers of a real Docker Engine.
final class DockerGround extends HostGround {
    private final OwnEngine engine;

    private DockerGround(Host host, OwnEngine engine) {
        super(host);
        this.engine = engine;
    }

    /// One whose state is in the folder; skips the test where there can be no Docker Engine.
    static DockerGround in(Path folder) throws Exception {
        OwnEngine engine = OwnEngine.started();
        var where = DockerHost.of(Map.of("DOCKER_HOST", engine.host()));
        Host host = new Host(folder, state -> List.of(new ContainerRunner(state, where)));
        host.container = new Launch.Container(OwnEngine.IMAGE, engine.image());
        return new DockerGround(host, engine);
    }

    private String docker(String... arguments) throws IOException {
        try {
            return engine.docker(arguments);
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private String state() {
        return "label=belay.state=" + host.state.toAbsolutePath().normalize();
    }

    String container(Instance instance) throws IOException {
        String label = "label=belay.instance=" + instance.id();
        return docker("ps", "-aq", "--filter", state(), "--filter", label);
    }

    @Override
    public int running() throws Exception {
        return (int) docker("ps", "-q", "--filter", state()).lines().count();
    }

    @Override
    public Set<Harm> harms() {
        return EnumSet.allOf(Harm.class);
    }

    @Override
    public void harm(Harm harm, Instance instance) throws Exception {
        String container = container(instance);
        switch (harm) {
            case KILLED -> docker("kill", container);
            case ENDED -> docker("stop", container);
            case PAUSED -> docker("pause", container);
            case REMOVED -> docker("rm", "-f", container);
        }
    }

    /// All labels of ours, of somebody else's state folder.
    @Override
    public Stranger stranger() throws Exception {
        return new Other(
                List.of(
                        "--label", "belay.state=/elsewhere",
                        "--label", "belay.scope=" + Host.SCOPE,
                        "--label", "belay.instance=api-1-1",
                        "--label", "belay.revision=api-1",
                        "--label", "belay.number=1",
                        "--label", "belay.run=1"));
    }

    /// The name of a container counts the starts of its instance, of which there was one.
    @Override
    public Optional<Stranger> namesake(Revision revision) throws Exception {
        String name =
                "belay-%s-%s-%s-1-2"
                        .formatted(
                                Digest.of(host.state.toAbsolutePath().normalize().toString())
                                        .brief(),
                                Host.SCOPE.environment(),
                                revision.id());
        return Optional.of(new Other(List.of("--name", name)));
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(40);
    }

    @Override
    public Duration brief() {
        return Duration.ofSeconds(5);
    }

    @Override
    public void close() throws IOException {
        remove(docker("ps", "-aq", "--filter", state()), "rm", "-f");
        // An engine has addresses for some thirty of them.
        remove(docker("network", "ls", "-q", "--filter", state()), "network", "rm");
        super.close();
    }

    private void remove(String ids, String... how) throws IOException {
        if (!ids.isEmpty()) {
            var command = new ArrayList<>(List.of(how));
            command.addAll(ids.lines().toList());
            docker(command.toArray(String[]::new));
        }
    }

    /// A container of somebody else.
    private final class Other implements Stranger {
        private final String id;

        Other(List<String> how) throws IOException {
            var command = new ArrayList<>(List.of("run", "-d", "--network", "none"));
            command.addAll(how);
            command.addAll(List.of(OwnEngine.IMAGE, "/bin/busybox", "sleep", "1000"));
            id = docker(command.toArray(String[]::new));
        }

        @Override
        public boolean isUntouched() throws Exception {
            return docker("inspect", "-f", "{{.State.Status}} {{.RestartCount}}", id)
                    .equals("running 0");
        }

        @Override
        public void close() throws IOException {
            docker("rm", "-f", id);
        }
    }
}
