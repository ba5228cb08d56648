package dev.belay.gateway;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// The routing table: immutable, published by one reference, read once per request.
final class Table {
    static final Table EMPTY = new Table(0, Map.of());

    private final long version;
    private final PersistentMap<RouteKey, Entry> entries;

    /// The components' own ports; no entrance is at one of them.
    private final PortMap<PortTable> own;

    private final Entrances entrances;

    Table(long version, Map<RouteKey, Entry> entries) {
        this.version = version;
        this.entries = PersistentMap.copyOf(entries);
        PortMap<PortTable> ports = PortMap.empty();
        for (Entry entry : entries.values()) {
            ports = ports.with(entry.route().port(), PortTable.of(entry));
        }
        this.own = ports;
        this.entrances = Entrances.of(entries.values());
    }

    private Table(
            long version,
            PersistentMap<RouteKey, Entry> entries,
            PortMap<PortTable> own,
            Entrances entrances) {
        this.version = version;
        this.entries = entries;
        this.own = own;
        this.entrances = entrances;
    }

    /// The next version: the same, but for one component's line. It shares all others, of which
    /// there may be thousands.
    ///
    /// @param entry null for no line
    Table with(RouteKey key, @Nullable Entry entry) {
        Entry before = entries.get(key);
        PersistentMap<RouteKey, Entry> lines =
                entry == null ? entries.without(key) : entries.with(key, entry);
        PortMap<PortTable> ports = own;
        if (before != null) {
            ports = ports.with(before.route().port(), null);
        }
        if (entry != null) {
            ports = ports.with(entry.route().port(), PortTable.of(entry));
        }
        Entrances others = entrances.changed(before, entry, lines.values());
        return new Table(version + 1, lines, ports, others);
    }

    long version() {
        return version;
    }

    Map<RouteKey, Entry> entries() {
        return entries;
    }

    Collection<Entry> all() {
        return entries.values();
    }

    Entrances entrances() {
        return entrances;
    }

    /// Why a line cannot stand beside the others, or null.
    @Nullable PublishReply conflict(Route route) {
        return entrances.conflict(route, own);
    }

    /// Everything that is to be listened on.
    Set<Integer> ports() {
        var ports = new HashSet<Integer>();
        own.each(ports::add);
        entrances.tables().each(ports::add);
        return ports;
    }

    /// Those ports at which requests are dealt with in another way than by the other table, or only
    /// by this one.
    Set<Integer> portsUnlike(Table other) {
        var ports = new HashSet<Integer>();
        own.eachUnlike(other.own, ports::add);
        entrances.tables().eachUnlike(other.entrances.tables(), ports::add);
        return ports;
    }

    /// Those ports that nothing is at any more by another table.
    Set<Integer> portsGone(Table after) {
        Set<Integer> gone = portsUnlike(after);
        gone.removeIf(port -> after.at(port) != null);
        return gone;
    }

    /// What a port speaks.
    PortUse use(int port) {
        Entrance entrance = entrances.at(port);
        Entrance elsewhere = entrances.redirects().get(port);
        return entrance != null
                ? entrance.use()
                : elsewhere != null ? elsewhere.redirectUse() : PortUse.PLAIN;
    }

    @Nullable PortTable at(int port) {
        PortTable table = own.at(port);
        return table == null ? entrances.tables().at(port) : table;
    }

    /// A line of the table.
    ///
    /// @param published by which version of the table: of several lines the latest decides what an
    ///   entrance is
    /// @param since when it was published, in whole seconds, and later than the entry before: the
    ///   time from which a frontend's files count as modified
    /// @param former folders and texts that were routed before, the latest first
    /// @param unrouted counts requests that no share could take
    /// @param door null when it is open, as it usually is
    record Entry(
            Route route,
            long published,
            long since,
            List<LiveShare> shares,
            List<Route.Files> former,
            RevisionTraffic unrouted,
            @Nullable Door door) {
        Entry {
            shares = List.copyOf(shares);
            former = List.copyOf(former);
        }

        /// Whether folders of frontends are served for either.
        static boolean haveFolders(@Nullable Entry one, @Nullable Entry other) {
            return (one != null && one.hasFolders()) || (other != null && other.hasFolders());
        }

        private boolean hasFolders() {
            return !former.isEmpty() || shares.stream().anyMatch(share -> share.root() != null);
        }

        Entry publishedBy(long version) {
            return new Entry(route, version, since, shares, former, unrouted, door);
        }

        /// The same line, and another door before it.
        Entry behind(@Nullable Door other) {
            return new Entry(route, published, since, shares, former, unrouted, other);
        }

        /// Draws a share by weight among those that can answer; null when none can.
        @Nullable LiveShare choose() {
            int total = 0;
            LiveShare only = null;
            int able = 0;
            for (LiveShare share : shares) {
                if (share.weight() > 0 && share.able()) {
                    total += share.weight();
                    only = share;
                    able++;
                }
            }
            return able < 2 ? only : draw(ThreadLocalRandom.current().nextInt(total));
        }

        /// The share of a visitor among those that can answer; null when none can.
        @Nullable LiveShare choose(Visit visit) {
            LiveShare best = null;
            double highest = 0;
            for (LiveShare share : shares) {
                if (share.weight() > 0 && share.able()) {
                    double lot = visit.lot(share.traffic().hash(), share.weight());
                    if (best == null || lot > highest) {
                        best = share;
                        highest = lot;
                    }
                }
            }
            return best;
        }

        /// The drawn share if it has a member that was not tried yet, else another weighted one.
        @Nullable LiveShare untried(@Nullable LiveShare drawn, Collection<Upstream> tried) {
            if (tried.isEmpty() || (drawn != null && drawn.leastLoaded(tried) != null)) {
                return drawn;
            }
            for (LiveShare share : shares) {
                if (share.weight() > 0 && share.leastLoaded(tried) != null) {
                    return share;
                }
            }
            return null;
        }

        private @Nullable LiveShare draw(int drawn) {
            int left = drawn;
            LiveShare last = null;
            for (LiveShare share : shares) {
                // A member may have been ejected since the weights were added up.
                if (share.weight() > 0 && share.able()) {
                    last = share;
                    left -= share.weight();
                    if (left < 0) {
                        return share;
                    }
                }
            }
            return last;
        }
    }

    /// A share with its state.
    ///
    /// @param root the folder of a frontend; null when members answer
    /// @param slowStart how long a member that became ready is chosen less often
    record LiveShare(
            int weight,
            RevisionTraffic traffic,
            List<Upstream> members,
            @Nullable Path root,
            Duration slowStart) {
        private static final double LEAST_CHANCE = 0.1;

        LiveShare {
            members = List.copyOf(members);
        }

        boolean able() {
            if (root != null) {
                return true;
            }
            for (int i = 0; i < members.size(); i++) {
                if (members.get(i).ready()) {
                    return true;
                }
            }
            return false;
        }

        /// The ready member with the least in flight that was not tried yet; ties are drawn, so
        /// that an idle system does not send everything to the first. One that is ejected, or that
        /// starts slowly and has bad luck, is taken where there is no other.
        @Nullable Upstream leastLoaded(Collection<Upstream> tried) {
            Upstream best = leastLoaded(tried, false);
            return best == null ? leastLoaded(tried, true) : best;
        }

        private @Nullable Upstream leastLoaded(Collection<Upstream> tried, boolean anyReady) {
            Upstream best = null;
            int least = Integer.MAX_VALUE;
            int size = members.size();
            int start = size > 1 ? ThreadLocalRandom.current().nextInt(size) : 0;
            for (int i = 0; i < size; i++) {
                Upstream member = members.get((start + i) % size);
                int inFlight = member.inFlight();
                if (member.ready()
                        && inFlight < least
                        && !tried.contains(member)
                        && (anyReady || wanted(member, null))) {
                    best = member;
                    least = inFlight;
                }
            }
            return best;
        }

        /// The member for a visitor among those that can be chosen: the same as long as it can be.
        @Nullable Upstream home(Collection<Upstream> tried, @Nullable Visit visit) {
            if (visit == null) {
                return leastLoaded(tried);
            }
            Upstream best = home(tried, visit, false);
            return best == null ? home(tried, visit, true) : best;
        }

        private @Nullable Upstream home(Collection<Upstream> tried, Visit visit, boolean anyReady) {
            Upstream best = null;
            double highest = 0;
            for (Upstream member : members) {
                double lot = visit.lot(member.hash(), 1);
                if (member.ready()
                        && (best == null || lot > highest)
                        && !tried.contains(member)
                        && (anyReady || wanted(member, visit))) {
                    best = member;
                    highest = lot;
                }
            }
            return best;
        }

        private boolean wanted(Upstream member, @Nullable Visit visit) {
            if (member.ejection().out()) {
                return false;
            }
            if (slowStart.isZero()) {
                return true;
            }
            long slow = slowStart.toNanos();
            long age = System.nanoTime() - member.readySince();
            if (age >= slow) {
                return true;
            }
            // A visitor's luck is always the same: who came to the member stays while it grows.
            double luck =
                    visit == null
                            ? ThreadLocalRandom.current().nextDouble()
                            : visit.luck(member.hash());
            return luck < Math.max(LEAST_CHANCE, (double) age / slow);
        }

        /// A request failed at the member. After some in a row it is left out for a while, unless
        /// that left fewer than half of all: then it is rather the requests, or what all of them
        /// stand on.
        void failed(Upstream member) {
            if (!member.ejection().failed() || !members.contains(member)) {
                return;
            }
            // One at a time for all tables: each must see whom the others sent out.
            synchronized (traffic) {
                long now = System.nanoTime();
                if (member.retired() || member.ejection().out(now)) {
                    return;
                }
                int all = 0;
                int left = 0;
                for (Upstream one : members) {
                    // A request may come from a table before, whose members are not all there now.
                    all += one.retired() ? 0 : 1;
                    boolean chosen = one.ready() && !one.retired() && !one.ejection().out(now);
                    left += chosen && one != member ? 1 : 0;
                }
                if (left >= Math.ceilDiv(all, 2)) {
                    member.ejection().start(now);
                    traffic.ejected();
                } else {
                    traffic.ejectionRefused();
                }
            }
        }

        /// Takes a member out of the choice, but never the last one: a failing probe may lie, and
        /// no member at all is certainly wrong.
        boolean eject(Upstream member) {
            synchronized (traffic) {
                boolean another = members.stream().anyMatch(m -> m != member && m.ready());
                if (another) {
                    if (member.ready()) {
                        traffic.ejected();
                    }
                    member.ready(false);
                }
                return another;
            }
        }
    }
}
