package dev.belay.driver.haproxy;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Instance;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import dev.belay.driver.host.Deadline;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// HAProxy as a router. A line is durable before HAProxy hears of it, so that whoever asks later,
/// after whatever end, finds either the line before or this one; and it is answered for when every
/// process that still serves has it, which is read back from them.
public final class HaproxyRouter implements Router {
    private final HaproxyProcess process;
    private final Function<Scope, List<Instance>> recorded;
    private final Function<Scope, List<Instance>> instances;
    private final Members members = new Members();

    /// @param recorded what runs in a scope and has a record, which is quickly known
    /// @param instances all that runs in a scope, for which the whole host is looked through
    public HaproxyRouter(
            HaproxyProcess process,
            Function<Scope, List<Instance>> recorded,
            Function<Scope, List<Instance>> instances) {
        this.process = process;
        this.recorded = recorded;
        this.instances = instances;
    }

    /// Whether a component's requests are decided here.
    public boolean has(Scope scope) {
        try {
            return Lines.read(process.lines()).of(scope).line() != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Answer route(Work.Route work, Order order) {
        Deadline deadline = Deadline.in(order.within());
        try (PathLock _ = lock(deadline)) {
            Lines before = Lines.read(process.lines());
            Entry entry = before.of(order.scope());
            if (entry.refuses(order.token())) {
                return new Answer.Stale(entry.token());
            }
            if (!before.isEmpty()) {
                // Nothing is made durable for somebody who cannot be told.
                process.workers();
            }
            return work.traffic().equals(Traffic.NOWHERE)
                    ? remove(before, order, deadline)
                    : route(before, work, order, deadline);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private PathLock lock(Deadline deadline) throws IOException {
        DurableFile.folder(process.folder());
        return PathLock.acquire(process.lock(), deadline.left())
                .orElseThrow(() -> new IOException("another operation changes HAProxy's lines"));
    }

    private Answer remove(Lines before, Order order, Deadline deadline) throws IOException {
        Entry entry = before.of(order.scope());
        Lines after = before.with(order.scope(), entry.gone(order.token()));
        after.write(process.lines());
        if (entry.line() == null) {
            return new Answer.Done("there is no line");
        }
        String flaw = settle(after, deadline);
        return flaw.isEmpty()
                ? new Answer.Done("the line is gone")
                : new Answer.Failed(flaw, "see the log of HAProxy", true);
    }

    private Answer route(Lines before, Work.Route work, Order order, Deadline deadline)
            throws IOException {
        Scope scope = order.scope();
        Entry entry = before.of(scope);
        var found = members.of(work, recorded.apply(scope));
        if (!found.missing().isEmpty()) {
            // Somebody may have deleted the records: then the looking takes longer.
            found = members.of(work, instances.apply(scope));
        }
        if (!found.missing().isEmpty()) {
            return new Answer.NotYet(found.missing());
        }
        Optional<Answer> no = taken(before, scope, work.traffic().port());
        if (no.isPresent()) {
            return no.get();
        }
        Entry next = Slots.assigned(entry, work, found.members(), order.token());
        Lines after = before.with(scope, next);
        after.write(process.lines());
        if (before.isEmpty()) {
            process.start(Configuration.of(after));
        }
        String flaw = settle(after, deadline);
        if (!flaw.isEmpty()) {
            // The token is used up, and the line of before goes on.
            Lines back = before.with(scope, entry.accepting(order.token()));
            back.write(process.lines());
            process.write(Configuration.of(back));
            return new Answer.Failed(
                    "HAProxy does not take the line: " + flaw, "see the log of HAProxy", false);
        }
        return confirmed(scope, next, deadline);
    }

    private static Optional<Answer> taken(Lines lines, Scope scope, int port) {
        Line own = lines.of(scope).line();
        boolean ours = own != null && own.port() == port;
        if (ours) {
            return Optional.empty();
        }
        boolean free = !lines.ports(scope).contains(port) && isFree(port);
        return free
                ? Optional.empty()
                : Optional.of(
                        new Answer.Failed(
                                "somebody else listens at port " + port,
                                "stop what listens there, or choose another `port`",
                                false));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    /// Brings HAProxy to where the lines are, by commands where those can.
    ///
    /// @return why it went on as it was; empty when it did not
    private String settle(Lines lines, Deadline deadline) throws IOException {
        Configuration configuration = Configuration.of(lines);
        String flaw = process.write(configuration);
        if (!flaw.isEmpty()) {
            return flaw;
        }
        List<Worker> workers = process.workers();
        if (!workers.getFirst().shape().equals(configuration.shape())) {
            String why = process.reload(configuration, deadline);
            if (!why.isEmpty()) {
                return why;
            }
            // Those that only end what they began are led by the new lines, too.
            workers = process.workers();
        }
        for (Map.Entry<String, Entry> one : lines.entries().entrySet()) {
            Line line = one.getValue().line();
            if (line != null) {
                new Change(one.getKey(), one.getValue(), line).bring(workers, deadline);
            }
        }
        return "";
    }

    /// As HAProxy has it, not as it was told.
    private Answer confirmed(Scope scope, Entry wanted, Deadline deadline) throws IOException {
        String key = Lines.key(scope);
        boolean[] same = {false};
        var failure = new IOException[1];
        deadline.await(() -> {
            try {
                same[0] = isInForce(key, wanted);
                return same[0];
            } catch (IOException e) {
                failure[0] = e;
                return true;
            }
        });
        if (failure[0] != null) {
            throw failure[0];
        }
        return same[0]
                ? new Answer.Done("HAProxy has it")
                : new Answer.InDoubt("HAProxy has not taken the line yet");
    }

    private boolean isInForce(String key, Entry wanted) throws IOException {
        Worker now = process.workers().getFirst();
        Line line = wanted.line();
        if (line == null) {
            return now.map(Configuration.map(key)).isEmpty();
        }
        return now.map(Configuration.map(key)).equals(Configuration.rows(key, wanted))
                && members(now.servers(key)).equals(members(line));
    }

    private static SortedMap<String, List<String>> members(Line line) {
        var all = new TreeMap<String, List<String>>();
        for (Line.Share share : line.shares()) {
            all.put(
                    share.revision(),
                    share.members().stream().map(Line.Member::id).sorted().toList());
        }
        all.values().removeIf(List::isEmpty);
        return all;
    }

    private static SortedMap<String, List<String>> members(List<Worker.Server> servers) {
        var all = new TreeMap<String, List<String>>();
        for (Worker.Server server : servers) {
            if (server.takesPart()) {
                String id = Line.Member.id(server.name());
                all.computeIfAbsent(Line.Member.revision(id), _ -> new ArrayList<>()).add(id);
            }
        }
        all.values().forEach(ids -> ids.sort(Comparator.naturalOrder()));
        return all;
    }

    @Override
    public Finding probe(Work.Route work, Order order) {
        Deadline deadline = Deadline.in(order.within());
        try (PathLock _ = lock(deadline)) {
            Lines lines = Lines.read(process.lines());
            Entry entry = lines.of(order.scope());
            if (entry.refuses(order.token())) {
                return new Finding.Stale(entry.token());
            }
            Entry sealed = entry.accepting(Math.max(entry.token(), order.token() - 1));
            lines = lines.with(order.scope(), sealed);
            lines.write(process.lines());
            if (entry.line() == null && work.traffic().equals(Traffic.NOWHERE)) {
                return new Finding.Done("there is no line");
            }
            if (!lines.isEmpty()) {
                // What was durable when somebody died is carried out now or never.
                String flaw = settle(lines, deadline);
                if (!flaw.isEmpty()) {
                    return new Finding.Unknown(flaw);
                }
            }
            return agrees(sealed, work.traffic())
                    ? new Finding.Done("in force")
                    : new Finding.NotDone();
        } catch (IOException e) {
            return new Finding.Unknown(String.valueOf(e.getMessage()));
        }
    }

    private static boolean agrees(Entry entry, Traffic traffic) {
        Line line = entry.line();
        return line != null
                && line.port() == traffic.port()
                && line.shares().size() == traffic.shares().size()
                && traffic.shares().stream()
                        .allMatch(wanted ->
                                line.share(wanted.revision())
                                        .filter(is ->
                                                is.weight() == wanted.weight()
                                                        && is.members().size()
                                                                == wanted.instances())
                                        .isPresent());
    }

    /// A WebSocket is ended, as it never ends by itself. HAProxy knows of an event stream only that
    /// it is an answer: that one has the rest of the drain time, and ends with its instance.
    @Override
    public void closeLongLived(Scope scope, String revision, List<String> instances) {
        try {
            String key = Lines.key(scope);
            for (Worker worker : process.workers()) {
                List<String> servers =
                        worker.servers(key).stream()
                                .map(Worker.Server::name)
                                .filter(name -> instances.contains(Line.Member.id(name)))
                                .toList();
                worker.closeTunnels(key, servers);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Optional<Observed> observe(Scope scope) {
        try {
            Lines lines = Lines.read(process.lines());
            Line line = lines.of(scope).line();
            if (line == null) {
                return Optional.empty();
            }
            return Optional.of(observed(Lines.key(scope), line.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Observed observed(String key, int port) throws IOException {
        List<Worker> workers = process.workers();
        Worker now = workers.getFirst();
        SortedMap<String, String> rows = now.map(Configuration.map(key));
        var weights = new HashMap<String, Integer>();
        var members = new HashMap<String, List<String>>();
        Map<String, List<String>> taking = members(now.servers(key));
        rows.forEach((name, value) -> {
            if (name.startsWith(Configuration.SHARE)) {
                String revision = name.substring(Configuration.SHARE.length());
                weights.put(revision, Integer.parseInt(value.split(",", -1)[0]));
                members.put(revision, taking.getOrDefault(revision, List.of()));
            }
        });
        Map<String, Integer> at = inFlight(workers, key);
        var inFlight = new HashMap<String, Integer>();
        weights.keySet().forEach(revision -> inFlight.put(revision, 0));
        at.forEach((id, count) -> inFlight.merge(Line.Member.revision(id), count, Integer::sum));
        long version = Long.parseLong(rows.getOrDefault(Configuration.TOKEN, "0"));
        return new Observed(version, port, weights, members, inFlight, at);
    }

    /// At every instance, in every process that still serves.
    private static Map<String, Integer> inFlight(List<Worker> workers, String key)
            throws IOException {
        var at = new HashMap<String, Integer>();
        for (Worker worker : workers) {
            for (Worker.Server server : worker.servers(key)) {
                if (server.sessions() > 0) {
                    at.merge(Line.Member.id(server.name()), server.sessions(), Integer::sum);
                }
            }
        }
        return at;
    }

    @Override
    public int inFlightAt(Scope scope, List<String> instances) {
        try {
            if (!process.isUsed()) {
                return 0;
            }
            Map<String, Integer> at = inFlight(process.workers(), Lines.key(scope));
            return instances.stream().mapToInt(id -> at.getOrDefault(id, 0)).sum();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public boolean listens(int port) {
        try {
            Lines lines = Lines.read(process.lines());
            boolean wanted =
                    lines.entries().values().stream()
                            .map(Entry::line)
                            .anyMatch(line -> line != null && line.port() == port);
            return wanted && !process.workers().isEmpty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Optional<Revision> revision(Work.Route work, String id) {
        return work.revisions().stream().filter(one -> one.id().equals(id)).findFirst();
    }
}
