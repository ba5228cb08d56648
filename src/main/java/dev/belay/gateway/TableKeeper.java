package dev.belay.gateway;

import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The only writer of the routing table. A wish is checked (token, members, port), written to disk,
/// published, and answered once every event loop uses it and no crash can take it back. Members are
/// probed before the lock is taken: a slow one delays its own component only.
final class TableKeeper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TableKeeper.class);
    private static final Duration REOPEN = Duration.ofSeconds(1);
    private static final int REVISIONS = 50;
    private static final String HANDING_OVER = "the gateway is just handing over to its successor";

    private final Proxy proxy;
    private final Prober prober;
    private final Listeners listeners;
    private final TableStore store;
    private final Predecessors predecessors;
    private volatile boolean closed;

    /// Whether a thread tries to open what could not be opened; the lock guards it.
    private boolean reopening;

    /// Whether a change was broken off by a bug of ours: what is listened on may not be what the
    /// table says. The lock guards it.
    private boolean astray;

    /// Whether a thread is about to write a new generation; the lock guards it.
    private boolean renewing;

    /// Whether a successor is taking over: nothing changes then.
    private boolean frozen;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<RouteKey, Long> lastTokens = new HashMap<>();

    /// Per component in the order of their first appearance; read by metrics at any time.
    private final Map<RouteKey, Map<String, RevisionTraffic>> traffic = new ConcurrentHashMap<>();

    /// A component's last seen token, and its line if it has one.
    record Sealed(long last, @Nullable Route route) {}

    TableKeeper(
            Proxy proxy,
            Prober prober,
            Listeners listeners,
            TableStore store,
            Predecessors predecessors) {
        this.proxy = proxy;
        this.prober = prober;
        this.listeners = listeners;
        this.store = store;
        this.predecessors = predecessors;
    }

    // --- changing it ----------------------------------------------------------------------------

    PublishReply publish(Route route) {
        Table.Entry candidate;
        lock.lock();
        try {
            PublishReply refusal = refusal(route);
            if (refusal != null) {
                return refusal;
            }
            candidate = live(route, proxy.table().entries().get(route.key()));
        } finally {
            lock.unlock();
        }
        List<PublishReply.Unready> unready = unready(candidate);
        if (!unready.isEmpty()) {
            forget(candidate);
            return new PublishReply.NotReady(unready);
        }
        lock.lock();
        try {
            PublishReply refusal = refusal(route);
            return refusal != null ? refusal : exchange(route.key(), route.token(), candidate);
        } finally {
            lock.unlock();
        }
    }

    PublishReply remove(RouteKey key, long token) {
        lock.lock();
        try {
            if (frozen) {
                return new PublishReply.Unreachable(HANDING_OVER);
            }
            long last = lastTokens.getOrDefault(key, 0L);
            return token <= last ? new PublishReply.Stale(last) : exchange(key, token, null);
        } finally {
            lock.unlock();
        }
    }

    /// Raises the last seen token, durably, and says what stands.
    Sealed seal(RouteKey key, long token) throws IOException {
        lock.lock();
        try {
            if (frozen) {
                throw new IOException(HANDING_OVER);
            }
            long last = lastTokens.getOrDefault(key, 0L);
            if (token > last) {
                save(proxy.table(), key, token);
                last = token;
            }
            store.settle();
            predecessors.follow(
                    proxy.table().version(),
                    () -> write().toString(),
                    counts -> Counts.inherit(this, proxy, counts));
            Table.Entry entry = proxy.table().entries().get(key);
            return new Sealed(last, entry == null ? null : entry.route());
        } finally {
            lock.unlock();
        }
    }

    /// Shuts a component's door, or opens it. New lines keep what their component has.
    PublishReply door(RouteKey key, DoorWish wish) {
        lock.lock();
        try {
            Table before = proxy.table();
            Table.Entry entry = before.entries().get(key);
            if (frozen) {
                return new PublishReply.Unreachable(HANDING_OVER);
            }
            long last = lastTokens.getOrDefault(key, 0L);
            if (wish.ofRelease() && wish.token() <= last) {
                return new PublishReply.Stale(last);
            }
            if (entry == null) {
                String why = "`" + key + "` has no line in the gateway's table";
                return new PublishReply.Malformed(List.of(RouteJson.malformed("component", why)));
            }
            var laps = new ChangeLaps();
            Door door = wish.after(entry.door());
            Table after = before.with(key, entry.behind(door));
            laps.made();
            save(after, key, Math.max(last, wish.token()));
            laps.written();
            proxy.publish(after, false);
            String trouble = confirmed(laps);
            if (!trouble.isEmpty()) {
                return new PublishReply.Unreachable(trouble);
            }
            String word = Door.word(door);
            LOG.info("table {}: the door of {} is {}, {}", after.version(), key, word, laps);
            return new PublishReply.Published(after.version());
        } catch (IOException e) {
            return new PublishReply.Unreachable("the table cannot be written: " + e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private @Nullable PublishReply refusal(Route route) {
        if (frozen) {
            return new PublishReply.Unreachable(HANDING_OVER);
        }
        long last = lastTokens.getOrDefault(route.key(), 0L);
        if (route.token() <= last) {
            return new PublishReply.Stale(last);
        }
        return proxy.table().conflict(route);
    }

    private List<PublishReply.Unready> unready(Table.Entry candidate) {
        var asked = new ArrayList<Upstream>();
        for (Table.LiveShare share : candidate.shares()) {
            if (share.weight() > 0) {
                asked.addAll(share.members());
            }
        }
        prober.ask(asked).join();
        var unready = new ArrayList<PublishReply.Unready>();
        for (Table.LiveShare share : candidate.shares()) {
            if (share.weight() > 0) {
                String revision = share.traffic().revision();
                Path root = share.root();
                if (root != null && !java.nio.file.Files.isDirectory(root)) {
                    unready.add(new PublishReply.Unready(revision, "", root + " is no folder"));
                }
                for (Upstream member : share.members()) {
                    if (!member.well()) {
                        String id = member.member().id();
                        String why = member.lastFailure();
                        unready.add(new PublishReply.Unready(revision, id, why));
                    }
                }
            }
        }
        return unready;
    }

    /// Port, disk, table, confirmation; in this order, so that a port or a disk that fails leaves
    /// the old table. That the file's new name outlives a crash is waited for last: until the
    /// answer, a crash may bring either table back, and traffic need not wait for it.
    private PublishReply exchange(RouteKey key, long token, Table.@Nullable Entry entry) {
        boolean all = astray;
        astray = true;
        PublishReply reply = exchange(key, token, entry, all);
        astray = false;
        return reply;
    }

    /// @param all whether every port is looked at, not those alone that this line changes
    private PublishReply exchange(
            RouteKey key, long token, Table.@Nullable Entry entry, boolean all) {
        var laps = new ChangeLaps();
        Table before = proxy.table();
        Table.Entry present = before.entries().get(key);
        if (entry != null) {
            // Its door may have been shut or opened while its members were asked.
            Door door = present == null ? null : present.door();
            entry = entry.publishedBy(before.version() + 1).behind(door);
        }
        Table after = before.with(key, entry);
        laps.made();
        try {
            if (entry != null) {
                String trouble = trouble(entry.route(), after);
                if (!trouble.isEmpty()) {
                    listeners.closeAllBut(before.ports());
                    var port = new PublishReply.Unready("", "", trouble);
                    return new PublishReply.NotReady(List.of(port));
                }
                openOwn(entry.route(), after);
            }
            laps.opened();
            save(after, key, token);
        } catch (BindException e) {
            openAll(before, before.ports());
            listeners.closeAllBut(before.ports());
            return new PublishReply.PortTaken(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            openAll(before, before.ports());
            listeners.closeAllBut(before.ports());
            return new PublishReply.Unreachable("the table cannot be written: " + e.getMessage());
        }
        laps.written();
        proxy.publish(after, Table.Entry.haveFolders(present, entry));
        prober.watch(key, entry);
        String trouble = confirmed(laps);
        if (all) {
            listeners.closeAllBut(after.ports());
            retireAll(after);
        } else {
            listeners.close(before.portsGone(after));
            retire(key, entry);
        }
        reopen(after, all ? after.ports() : after.portsUnlike(before));
        if (!trouble.isEmpty()) {
            return new PublishReply.Unreachable(trouble);
        }
        LOG.info("table {}: {} by token {}, {}", after.version(), key, token, laps);
        return new PublishReply.Published(after.version());
    }

    /// Brings one line to the disk, or all where there are none yet. The token is known after that.
    private void save(Table table, RouteKey key, long token) throws IOException {
        if (store.needsGeneration()) {
            var tokens = new TreeMap<>(lastTokens);
            tokens.put(key, token);
            store.generation(TableJson.parts(table, tokens));
        } else {
            ObjectNode line = RouteJson.MAPPER.createObjectNode();
            line.put("version", table.version());
            store.change(TableJson.write(line, table, key, token).toString());
        }
        lastTokens.put(key, token);
        if (store.wantsGeneration() && !renewing) {
            renewing = true;
            Thread.startVirtualThread(this::renew);
        }
    }

    /// Writes all lines anew, as their changes have become many. Not as a part of any change, which
    /// would wait for thousands of lines: it gets the lock when the present one is answered.
    private void renew() {
        lock.lock();
        try {
            renewing = false;
            if (!closed && !frozen) {
                store.generation(TableJson.parts(proxy.table(), new TreeMap<>(lastTokens)));
                store.settle();
            }
        } catch (IOException e) {
            LOG.warn("the table goes on as it was written, with many changes: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /// Waits until every loop uses the table, those of predecessors included, and it outlives a
    /// crash; what is in the way, if anything.
    private String confirmed(ChangeLaps laps) {
        try {
            // First those who wait for the table: it is in use, whatever becomes of the disk.
            proxy.loops().onEach(loop -> laps.timing(loop::look));
            laps.used();
            store.settle();
            predecessors.follow(
                    proxy.table().version(),
                    () -> write().toString(),
                    counts -> Counts.inherit(this, proxy, counts));
            laps.settled();
            return "";
        } catch (IOException e) {
            return "the table is not in use everywhere: " + e.getMessage();
        } catch (TimeoutException e) {
            return String.valueOf(e.getMessage());
        }
    }

    // --- what lives longer than a table ---------------------------------------------------------

    private Table.Entry live(Route route, Table.@Nullable Entry before) {
        Map<String, RevisionTraffic> revisions = revisions(route.key());
        var shares = new ArrayList<Table.LiveShare>();
        for (Route.Share share : route.shares()) {
            RevisionTraffic counts = counts(revisions, route.key(), share.revision());
            List<Upstream> members = new ArrayList<>();
            Path root = null;
            switch (share.backend()) {
                case Route.Files files -> root = files.root();
                case Route.Members named -> {
                    HealthCheck health = route.health(share);
                    for (Route.Member member : named.members()) {
                        Upstream upstream = counts.upstream(member, health);
                        upstream.health(health);
                        members.add(upstream);
                    }
                }
            }
            shares.add(
                    new Table.LiveShare(
                            share.weight(), counts, members, root, route.rules().slowStart()));
        }
        long now = System.currentTimeMillis() / 1_000;
        long since = before == null ? now : Math.max(now, before.since() + 1);
        return new Table.Entry(
                route,
                0,
                since,
                shares,
                FormerFiles.of(route, before),
                counts(revisions, route.key(), ""),
                before == null ? null : before.door());
    }

    private Map<String, RevisionTraffic> revisions(RouteKey key) {
        return traffic.computeIfAbsent(key, _ -> new ConcurrentHashMap<>());
    }

    private static RevisionTraffic counts(
            Map<String, RevisionTraffic> revisions, RouteKey key, String revision) {
        return revisions.computeIfAbsent(revision, name -> new RevisionTraffic(key, name));
    }

    private void retire(RouteKey key, Table.@Nullable Entry entry) {
        Map<RevisionTraffic, List<Upstream>> named = new HashMap<>();
        if (entry != null) {
            entry.shares().forEach(share -> named.put(share.traffic(), share.members()));
        }
        Map<String, RevisionTraffic> revisions = revisions(key);
        for (RevisionTraffic one : List.copyOf(revisions.values())) {
            one.retireAllBut(named.getOrDefault(one, List.of()));
            boolean idle = one.inFlight() == 0 && !named.containsKey(one);
            if (revisions.size() > REVISIONS && idle && !one.revision().isEmpty()) {
                revisions.remove(one.revision());
            }
        }
    }

    /// A refused wish leaves no members behind that nobody will ask about.
    private void forget(Table.Entry candidate) {
        lock.lock();
        try {
            retire(candidate.route().key(), proxy.table().entries().get(candidate.route().key()));
        } finally {
            lock.unlock();
        }
    }

    // --- reading it -----------------------------------------------------------------------------

    Collection<RevisionTraffic> traffic(RouteKey key) {
        return new TreeMap<>(traffic.getOrDefault(key, Map.of())).values();
    }

    Set<RouteKey> keys() {
        return Set.copyOf(traffic.keySet());
    }

    /// The whole table as it stands on disk: lines, tokens, version.
    ObjectNode write() {
        lock.lock();
        try {
            return TableJson.write(proxy.table(), lastTokens);
        } finally {
            lock.unlock();
        }
    }

    /// Brings the table of the last run back: members are asked before anybody is sent to them, and
    /// ports open after that.
    ///
    /// @throws IOException when there is a table that cannot be used; serving none instead would
    ///   turn everybody away
    void restore() throws IOException {
        var saved = store.load();
        if (saved.isEmpty()) {
            return;
        }
        serve(prepare(saved.get()));
    }

    /// Reads a table and asks its members, and changes nothing yet.
    Table prepare(String text) throws IOException {
        return prepare(new TableStore.Saved(text, List.of()));
    }

    private Table prepare(TableStore.Saved saved) throws IOException {
        Table table = readLocked(saved);
        prober.ask(members(table)).join();
        return table;
    }

    /// Reads a table that another gateway serves by, and takes its word for the members: one that
    /// was never asked here has answered there, and where all have failed since, it goes on with
    /// them, as no member at all is certainly wrong.
    Table trusted(String text) throws IOException {
        Table table = readLocked(new TableStore.Saved(text, List.of()));
        trust(table);
        return table;
    }

    static void trust(Table table) {
        for (Table.Entry entry : table.all()) {
            for (Table.LiveShare share : entry.shares()) {
                if (share.weight() > 0) {
                    boolean none = share.members().stream().noneMatch(Upstream::ready);
                    share.members().stream()
                            .filter(member -> none || !member.asked())
                            .forEach(member -> member.ready(true));
                }
            }
        }
    }

    private Table readLocked(TableStore.Saved saved) throws IOException {
        lock.lock();
        try {
            return read(saved);
        } catch (JacksonException e) {
            throw new IOException("the routing table is not JSON: " + e.getOriginalMessage(), e);
        } finally {
            lock.unlock();
        }
    }

    /// The ports that a line brings itself: when one cannot be had, the line cannot.
    private void openOwn(Route route, Table table) throws BindException {
        listeners.open(route.port(), PortUse.PLAIN);
        for (Match match : route.rules().at()) {
            for (int port : List.of(match.entrance().port(), match.entrance().redirectFrom())) {
                if (port > 0 && table.at(port) != null) {
                    listeners.open(port, table.use(port));
                }
            }
        }
    }

    /// Why nobody could be served where a line wants to be; empty when all is well.
    private String trouble(Route route, Table table) {
        for (Match match : route.rules().at()) {
            int port = match.entrance().port();
            String trouble = listeners.trouble(table.use(port));
            if (!trouble.isEmpty()) {
                return "entrance `" + match.entrance().name() + "`: " + trouble;
            }
        }
        return "";
    }

    private void reopen(Table table, Set<Integer> ports) {
        if (!openAll(table, ports) && !reopening) {
            reopening = true;
            Thread.startVirtualThread(this::keepOpening);
        }
    }

    private static List<Upstream> members(Table table) {
        var members = new ArrayList<Upstream>();
        for (Table.Entry entry : table.all()) {
            entry.shares().forEach(share -> members.addAll(share.members()));
        }
        return members;
    }

    /// Whether all that get requests by this table answered when they were last asked.
    static boolean well(Table table) {
        for (Table.Entry entry : table.all()) {
            for (Table.LiveShare share : entry.shares()) {
                if (share.weight() > 0 && !share.members().stream().allMatch(Upstream::well)) {
                    return false;
                }
            }
        }
        return true;
    }

    /// Puts a prepared table in use and opens its ports.
    void serve(Table table) {
        lock.lock();
        try {
            proxy.publish(table);
            prober.watch(table);
            retireAll(table);
            reopen(table, table.ports());
            LOG.info("table {} restored, {} routes", table.version(), table.all().size());
        } finally {
            lock.unlock();
        }
    }

    // --- with a successor -----------------------------------------------------------------------

    /// Nothing is under way that changes the table when this returns, until [#thaw].
    void freeze() {
        frozen(true);
    }

    void thaw() {
        frozen(false);
    }

    private void frozen(boolean now) {
        lock.lock();
        try {
            frozen = now;
        } finally {
            lock.unlock();
        }
    }

    /// A successor has ports and disk: nothing is opened or written after this.
    void leave() throws IOException {
        lock.lock();
        try {
            closed = true;
            listeners.stopAccepting();
            store.close();
        } finally {
            lock.unlock();
        }
    }

    /// Uses a successor's table for the connections that are still here; ports and disk are the
    /// successor's.
    void follow(String text) throws IOException, TimeoutException {
        Table table = trusted(text);
        lock.lock();
        try {
            if (table.version() > proxy.table().version()) {
                proxy.publish(table);
                prober.watch(table);
                proxy.loops().onEach(Loop::look);
                retireAll(table);
            }
        } finally {
            lock.unlock();
        }
    }

    private void retireAll(Table table) {
        traffic.keySet().forEach(key -> retire(key, table.entries().get(key)));
    }

    RevisionTraffic counted(RouteKey key, String revision) {
        return counts(revisions(key), key, revision);
    }

    // --- restoring ------------------------------------------------------------------------------

    /// One taken port must not keep the others closed.
    private boolean openAll(Table table, Set<Integer> ports) {
        boolean all = true;
        for (int port : ports) {
            try {
                listeners.open(port, table.use(port));
            } catch (BindException e) {
                all = false;
                LOG.error("nobody is served there until it is free: {}", e.getMessage());
            }
        }
        return all;
    }

    private void keepOpening() {
        boolean all = false;
        while (!all && !closed) {
            LockSupport.parkNanos(REOPEN.toNanos());
            lock.lock();
            try {
                all = closed || (!frozen && openAll(proxy.table(), proxy.table().ports()));
                reopening = !all;
            } finally {
                lock.unlock();
            }
        }
    }

    /// Nothing is opened after this.
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            listeners.close();
            store.close();
        } catch (IOException e) {
            LOG.warn("the table's file was not closed cleanly: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    /// Every component's latest line counts.
    private Table read(TableStore.Saved saved) throws IOException {
        JsonNode json = RouteJson.MAPPER.readTree(saved.generation());
        long version = TableJson.version(json);
        Map<RouteKey, JsonNode> lines = new HashMap<>();
        TableJson.lines(json).forEach(line -> lines.put(TableJson.key(line), line));
        for (String change : saved.changes()) {
            JsonNode line = RouteJson.MAPPER.readTree(change);
            version = TableJson.version(line);
            lines.put(TableJson.key(line), line);
        }
        Map<RouteKey, Table.Entry> entries = new HashMap<>();
        for (var one : lines.entrySet()) {
            RouteKey key = one.getKey();
            JsonNode line = one.getValue();
            lastTokens.put(key, line.path("last").asLong(0));
            if (line.has("route")) {
                Table.Entry entry = live(TableJson.route(key, line), null);
                entries.put(key, TableJson.restored(entry, line));
            }
        }
        return new Table(version, entries);
    }
}
