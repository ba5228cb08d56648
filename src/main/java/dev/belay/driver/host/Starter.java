package dev.belay.driver.host;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Starts single instances. Whoever calls holds the scope's lock and knows that the instance does
/// not live.
final class Starter {
    private static final Duration PORTS_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLEAR_WITHIN = Duration.ofSeconds(5);

    private final Records records;
    private final Preparation preparation;
    private final SocketFiles sockets;

    Starter(Records records, Preparation preparation) {
        this.records = records;
        this.preparation = preparation;
        sockets = new SocketFiles(records.state());
    }

    /// Starts it, on the port that it had when that one is free. Empty when it was started; else
    /// why it cannot be, and nothing was.
    ///
    /// @param refused ports not to try again
    Optional<Preparation.Refused> start(
            ScopeFolder scope, InstanceFolder instance, Wanted wanted, Set<Integer> refused)
            throws IOException {
        InstanceRecord before = instance.read();
        if (before.run() > 0 && !instance.run(before).revoke()) {
            clear(instance, before);
        }
        DurableFile.folder(records.state());
        String socket = "";
        if (wanted.recipe().atSocket()) {
            Path file = sockets.of(scope.scope(), instance.id());
            Optional<Preparation.Refused> fault = sockets.fault(file);
            if (fault.isPresent()) {
                return fault;
            }
            sockets.clear(file);
            socket = file.toString();
        }
        PathLock ports =
                PathLock.acquire(records.state().resolve("ports.lock"), PORTS_WITHIN)
                        .orElseThrow(() -> new IOException("`ports.lock` stays locked"));
        try (ports) {
            int port = wanted.recipe().atPort() ? port(before, refused) : 0;
            InstanceRecord record =
                    before.nextRun(
                            wanted.recipe().runner(), port, socket, wanted.token(), Instant.now());
            Preparation.Result prepared =
                    preparation.prepare(
                            scope.scope().environment(),
                            wanted.recipe(),
                            given(scope.scope(), instance, wanted, record));
            return switch (prepared) {
                case Preparation.Refused no -> Optional.of(no);
                case Preparation.Prepared ready -> {
                    launch(instance, record, ready, wanted);
                    yield Optional.empty();
                }
            };
        }
    }

    private void launch(
            InstanceFolder instance,
            InstanceRecord record,
            Preparation.Prepared ready,
            Wanted wanted)
            throws IOException {
        instance.write(record);
        Program run = instance.newRun(record);
        long pid = run.start(instance.log(), wanted.recipe(), ready);
        instance.write(record.withLauncher(pid));
    }

    /// What an instance that died left behind holds its port and works on without it.
    private static void clear(InstanceFolder instance, InstanceRecord before) throws IOException {
        if (!instance.run(before).exterminate(Deadline.in(CLEAR_WITHIN))) {
            throw new IOException("processes of `" + instance.id() + "` cannot be killed");
        }
    }

    private int port(InstanceRecord before, Set<Integer> refused) throws IOException {
        boolean again = before.port() > 0 && !refused.contains(before.port());
        if (again && PortChoice.isFree(before.port())) {
            return before.port();
        }
        Set<Integer> taken = new HashSet<>(refused);
        for (ScopeFolder scope : records.components()) {
            for (InstanceFolder instance : scope.instances()) {
                taken.add(instance.read().port());
            }
        }
        return PortChoice.choose(taken);
    }

    /// What Belay itself puts into an instance's environment.
    Map<String, String> given(
            Scope scope, InstanceFolder instance, Wanted wanted, InstanceRecord record) {
        Map<String, String> given =
                new HashMap<>(Names.instance(records.state(), scope, instance.id()));
        given.put(Names.TOKEN, Long.toString(wanted.token()));
        given.put(Names.RELEASE, wanted.release());
        given.put(Names.REVISION, instance.revision());
        given.put(Names.NUMBER, Integer.toString(instance.number()));
        given.put(Names.RUN, Integer.toString(record.run()));
        if (record.port() > 0) {
            given.put(Names.PORT, Integer.toString(record.port()));
        }
        if (!record.socket().isEmpty()) {
            given.put(Names.SOCKET, record.socket());
        }
        return given;
    }
}
