package dev.belay.driver.host;

import dev.belay.driver.Harm;
import dev.belay.driver.Instance;
import dev.belay.driver.Router;
import dev.belay.driver.Target;
import dev.belay.driver.TargetGround;
import dev.belay.driver.TestProgram;
import dev.belay.driver.WrittenLines;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.process.ProcessTable;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Plain processes of this host.
class HostGround implements TargetGround {
    private static final Duration MOMENT = Duration.ofMillis(500);

    final Host host;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private Redactor redactor = new Redactor();

    HostGround(Host host) {
        this.host = host;
        host.supervision =
                new Supervision(
                        3,
                        Duration.ofMinutes(5),
                        Duration.ofMillis(1),
                        Duration.ofMillis(5),
                        1000,
                        3,
                        1);
    }

    @Override
    public Target target(Router router) {
        var values = host.values();
        redactor = values.redactor();
        return new HostTarget(
                host.state, host.runners(), host.artifacts, values, router, host.supervision);
    }

    @Override
    public Revision revision(String id, TestProgram program, Launch.Stop stop) {
        host.stop = stop;
        host.port = !program.isJob();
        boolean missing = program == TestProgram.IS_MISSING;
        return host.revision(
                id,
                program.script(),
                missing ? List.of("./there-is-none") : List.of("/bin/sh", "main.sh"));
    }

    @Override
    public void secret(String name, String value) {
        host.secrets.put(name, value);
    }

    /// Each start has a session of its own.
    @Override
    public int running() throws Exception {
        return (int) host.processes().stream().map(one -> one.entry().session()).distinct().count();
    }

    @Override
    public Optional<String> ask(Instance instance) throws Exception {
        var where = URI.create("http://127.0.0.1:" + instance.port() + "/");
        try {
            return Optional.of(
                    http.send(
                                    HttpRequest.newBuilder(where).timeout(MOMENT).build(),
                                    HttpResponse.BodyHandlers.ofString())
                            .body());
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    @Override
    public List<String> log(Instance instance) throws Exception {
        return new Logs(host.state, redactor)
                .last(List.of(Host.SCOPE), instance.id(), 100).stream()
                        .map(WrittenLines.Line::text)
                        .toList();
    }

    /// A process is nothing that could be taken away from under its name.
    @Override
    public Set<Harm> harms() {
        return EnumSet.complementOf(EnumSet.of(Harm.REMOVED));
    }

    @Override
    public void harm(Harm harm, Instance instance) throws Exception {
        String signal =
                switch (harm) {
                    case KILLED -> "KILL";
                    case ENDED -> "TERM";
                    case PAUSED -> "STOP";
                    case REMOVED -> throw new AssertionError("no process can be removed");
                };
        host.kill(signal, instance.pid());
    }

    /// A component of the same name, of somebody else's state folder.
    @Override
    public Stranger stranger() throws Exception {
        var builder = new ProcessBuilder("/bin/sh", "-c", TestProgram.WAITS.script());
        var names = new HashMap<>(Names.instance(Path.of("/elsewhere"), Host.SCOPE, "api-1-1"));
        names.putAll(
                Map.of(Names.REVISION, "api-1", Names.NUMBER, "1", Names.RUN, "1", "PORT", "1"));
        builder.environment().putAll(names);
        Process process = builder.start();
        return new Stranger() {
            @Override
            public boolean isUntouched() {
                return process.isAlive() && ProcessTable.find(process.pid()).isPresent();
            }

            @Override
            public void close() {
                process.destroyForcibly();
            }
        };
    }

    /// Processes are known by what no other can have: when they began, and in which folder.
    @Override
    public Optional<Stranger> namesake(Revision revision) throws Exception {
        return Optional.empty();
    }

    @Override
    public Optional<Closeable> takePlace(Instance instance) throws IOException {
        var taken = new ServerSocket();
        taken.bind(new InetSocketAddress(instance.port()));
        return Optional.of(taken);
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        host.close();
    }
}
