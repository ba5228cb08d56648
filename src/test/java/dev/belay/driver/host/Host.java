package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.ToldRouter;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.process.ProcessRunner;
import dev.belay.driver.process.ProcessTable;
import dev.belay.driver.process.Signals;
import dev.belay.release.Digest;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// This host with one component `local/api`, real processes, and a router whose table a test
/// writes.
final class Host implements AutoCloseable {
    static final Scope SCOPE = Scope.component("local", "api");
    static final Duration PATIENCE = Duration.ofSeconds(20);
    static final String SLEEPS = "exec sleep 1000";

    final Path state;
    final ArtifactStore artifacts;
    final ConfigurationStore configurations;
    final Map<String, String> secrets = new HashMap<>();
    final Map<String, String> plain = new HashMap<>();
    final ToldRouter table = new ToldRouter();
    private final Path sources;
    private final AtomicLong tokens = new AtomicLong();
    HostTarget target;

    Launch.Stop stop = new Launch.Stop("TERM", Duration.ofSeconds(10), Duration.ofSeconds(5));
    Launch.Limits limits = Launch.Limits.NONE;
    boolean port = true;
    Launch.Listen listen = Launch.Listen.PORT;
    Supervision supervision = Supervision.DEFAULT;
    Launch.@Nullable Container container;
    private final List<Runner> more;

    Host(Path folder) {
        this(folder, path -> List.of());
    }

    /// @param more makes other runners for the state folder
    Host(Path folder, Function<Path, List<Runner>> more) {
        state = folder.resolve("state");
        this.more = more.apply(state);
        sources = folder.resolve("sources");
        artifacts = new ArtifactStore(state.resolve("artifacts"));
        configurations = new ConfigurationStore(state.resolve("configuration"));
        target = newTarget();
    }

    /// What a restarted control plane would be.
    HostTarget newTarget() {
        return new HostTarget(state, runners(), artifacts, values(), table, supervision);
    }

    Runners runners() {
        var all = new ArrayList<Runner>(List.of(new ProcessRunner(state, artifacts)));
        all.addAll(more);
        return new Runners(all);
    }

    RuntimeValues values() {
        return new RuntimeValues(
                configurations,
                (_, name) -> Optional.ofNullable(secrets.get(name)).map(Secret::new),
                new Redactor());
    }

    /// A revision whose command is the shell script.
    Revision revision(String id, String script) {
        return revision(id, script, List.of("/bin/sh", "main.sh"));
    }

    Revision revision(String id, String script, List<String> command) {
        try {
            Path folder = Files.createDirectories(sources.resolve(id));
            Files.writeString(folder.resolve("main.sh"), script + "\n");
            Files.writeString(folder.resolve("index.html"), id);
            Digest artifact = artifacts.put(folder, List.of());
            return new Revision(id, "api", artifact, configurations.keep(plain), launch(command));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Launch launch(List<String> command) {
        var well =
                new Health(
                        new Health.Alive(),
                        1,
                        Duration.ZERO,
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(5));
        return new Launch(
                command,
                Set.of(),
                Set.copyOf(secrets.keySet()),
                port,
                stop,
                limits,
                well,
                well,
                Launch.Protocol.HTTP1,
                listen,
                container);
    }

    Order order() {
        return order(tokens.incrementAndGet());
    }

    Order order(long token) {
        return new Order(SCOPE, token, "r-1", 3, PATIENCE);
    }

    Answer scale(Revision revision, int instances) {
        return target.scale(new Work.Scale(revision, instances), order());
    }

    void scaled(Revision revision, int instances) {
        assertThat(scale(revision, instances)).isInstanceOf(Answer.Done.class);
    }

    Finding probe(Work.Effect work) {
        return target.probe(work, order());
    }

    List<Instance> instances() {
        return target.instances(SCOPE);
    }

    Instance only() {
        assertThat(instances()).hasSize(1);
        return instances().getFirst();
    }

    String log(Instance instance) throws IOException {
        return Files.readString(folder(instance).log());
    }

    InstanceFolder folder(Instance instance) {
        return new Records(state, runners())
                .of(SCOPE)
                .instance(instance.revision(), instance.number());
    }

    /// All living processes that this host's instances are made of.
    List<ProcessTable.Tagged> processes() {
        return ProcessTable.tagged(Map.of(Names.STATE, state.toString()));
    }

    /// On a thread of its own: the common pool of a small machine has only one, and our calls wait.
    static <T> CompletableFuture<T> async(Supplier<T> call) {
        return CompletableFuture.supplyAsync(call, work -> Thread.ofVirtual().start(work));
    }

    void kill(String signal, long pid) throws IOException {
        Signals.send(signal, List.of(pid));
    }

    static void await(String what, BooleanSupplier condition) {
        assertThat(Deadline.in(PATIENCE).await(condition)).as(what).isTrue();
    }

    static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (Path file : files.toList().reversed()) {
                Files.delete(file);
            }
        }
    }

    static boolean lives(long pid) {
        return ProcessTable.find(pid).isPresent();
    }

    @Override
    public void close() throws IOException {
        assertThat(
                        Signals.exterminate(
                                Map.of(Names.STATE, state.toString()),
                                Set.of(),
                                Deadline.in(PATIENCE)))
                .isTrue();
    }
}
