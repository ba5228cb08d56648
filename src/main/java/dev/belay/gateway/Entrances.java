package dev.belay.gateway;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the lines of a table, taken together, say of entrances. Always comes to something, and
/// after a restart to the same. Where lines disagree about an entrance's port, it is at all of
/// these: one line that moves, or goes back, takes no port from the others. Of two that want one
/// port, and about how it speaks, the line that was published last decides. What would contradict
/// is refused before ([#conflict]); this order decides only what is left when a line goes.
final class Entrances {
    private static final Logger LOG = LoggerFactory.getLogger(Entrances.class);

    /// An entrance's name, in its environment.
    record Name(String environment, String name) implements Comparable<Name> {
        @Override
        public int compareTo(Name other) {
            return toString().compareTo(other.toString());
        }

        @Override
        public String toString() {
            return environment + "/" + name;
        }
    }

    private static final Comparator<Table.Entry> LATEST_FIRST =
            Comparator.comparingLong(Table.Entry::published)
                    .reversed()
                    .thenComparing(entry -> entry.route().key());

    /// An entrance as some lines want it: what of it comes true may depend on the others.
    private record Wish(Name name, Entrance entrance) {
        static Set<Wish> of(Table.@Nullable Entry entry) {
            Set<Wish> wishes = new HashSet<>();
            if (entry != null) {
                for (Match match : entry.route().rules().at()) {
                    wishes.add(new Wish(Entrances.name(entry, match), match.entrance()));
                }
            }
            return wishes;
        }

        boolean at(int port) {
            return port == entrance.port() || (port > 0 && port == entrance.redirectFrom());
        }

        boolean rivals(Wish other) {
            return !equals(other)
                    && (name.equals(other.name)
                            || at(other.entrance.port())
                            || at(other.entrance.redirectFrom()));
        }
    }

    /// Where two lines might want the same.
    private record Spot(Name name, String host, String path) {
        private static final String ANY = "*";

        static List<Spot> of(Name name, Match match) {
            var spots = new ArrayList<Spot>();
            for (String host : match.hosts().isEmpty() ? List.of(ANY) : match.hosts()) {
                match.paths().forEach(path -> spots.add(new Spot(name, host, path)));
            }
            return spots;
        }
    }

    /// What is where: follows from all wishes, their order and the lines' own ports.
    ///
    /// @param ports where each entrance serves requests
    private record Places(
            Map<Integer, Entrance> byPort,
            Map<Integer, Name> names,
            Map<Integer, Entrance> redirects,
            Map<Name, List<Integer>> ports) {
        private boolean asksAsMuchAs(int port, Entrance wanted) {
            Entrance here = byPort.get(port);
            return here != null && here.asksAsMuchAs(wanted);
        }

        /// Where the requests are served that a line may have at an entrance.
        List<Integer> of(Name name, Entrance wanted) {
            return ports.getOrDefault(name, List.of()).stream()
                    .filter(port -> asksAsMuchAs(port, wanted))
                    .toList();
        }
    }

    private static final Entrances NONE =
            new Entrances(
                    new Places(Map.of(), Map.of(), Map.of(), Map.of()),
                    PersistentMap.empty(),
                    PersistentMap.empty(),
                    PortMap.empty());

    private final Places places;

    /// By how many lines each is wanted.
    private final PersistentMap<Wish, Integer> wishes;

    private final PersistentMap<Spot, List<PortTable.Way>> spots;
    private final PortMap<PortTable> tables;

    private Entrances(
            Places places,
            PersistentMap<Wish, Integer> wishes,
            PersistentMap<Spot, List<PortTable.Way>> spots,
            PortMap<PortTable> tables) {
        this.places = places;
        this.wishes = wishes;
        this.spots = spots;
        this.tables = tables;
    }

    private static Name name(Table.Entry entry, Match match) {
        return new Name(entry.route().key().environment(), match.entrance().name());
    }

    static Entrances of(Collection<Table.Entry> entries) {
        List<Table.Entry> latestFirst =
                entries.stream()
                        .filter(entry -> !entry.route().rules().at().isEmpty())
                        .sorted(LATEST_FIRST)
                        .toList();
        if (latestFirst.isEmpty()) {
            return NONE;
        }
        Set<Integer> taken = new HashSet<>();
        entries.forEach(entry -> taken.add(entry.route().port()));
        Places places = places(latestFirst, taken);
        var all = new Entrances(places, NONE.wishes, NONE.spots, NONE.tables);
        for (Table.Entry entry : latestFirst) {
            all = all.with(entry);
        }
        PortMap<PortTable> tables = all.tables;
        for (Map.Entry<Integer, Entrance> one : places.redirects().entrySet()) {
            tables = tables.with(one.getKey(), PortTable.leadingTo(one.getValue()));
        }
        return new Entrances(places, all.wishes, all.spots, tables);
    }

    private static Places places(List<Table.Entry> latestFirst, Set<Integer> taken) {
        Map<Integer, Entrance> byPort = new TreeMap<>();
        Map<Integer, Name> names = new TreeMap<>();
        for (Table.Entry entry : latestFirst) {
            for (Match match : entry.route().rules().at()) {
                Entrance entrance = match.entrance();
                Name name = name(entry, match);
                if (taken.add(entrance.port())) {
                    byPort.put(entrance.port(), entrance);
                    names.put(entrance.port(), name);
                } else if (!name.equals(names.get(entrance.port()))) {
                    LOG.warn("entrance {}: port {} is taken", name, entrance.port());
                }
            }
        }
        Map<Name, List<Integer>> ports = new HashMap<>();
        names.forEach(
                (port, name) -> ports.computeIfAbsent(name, _ -> new ArrayList<>()).add(port));
        Map<Integer, Entrance> redirects = redirects(latestFirst, names, taken);
        return new Places(
                Collections.unmodifiableMap(byPort),
                Collections.unmodifiableMap(names),
                Collections.unmodifiableMap(redirects),
                Collections.unmodifiableMap(ports));
    }

    /// After all ports that serve something: of these none goes to one that only points elsewhere.
    private static Map<Integer, Entrance> redirects(
            List<Table.Entry> entries, Map<Integer, Name> names, Set<Integer> taken) {
        Map<Integer, Entrance> redirects = new TreeMap<>();
        for (Table.Entry entry : entries) {
            for (Match match : entry.route().rules().at()) {
                int port = match.entrance().redirectFrom();
                if (port > 0 && taken.add(port)) {
                    redirects.put(port, match.entrance());
                    names.put(port, name(entry, match));
                }
            }
        }
        return redirects;
    }

    // --- one line at a time ---------------------------------------------------------------------

    /// What is said when one of the lines is another one, is new (`before` is null), or is gone
    /// (`after` is). Of thousands of lines only this one is looked at, unless it may move an
    /// entrance.
    ///
    /// @param all the lines with the change
    Entrances changed(
            Table.@Nullable Entry before,
            Table.@Nullable Entry after,
            Collection<Table.Entry> all) {
        if (movesSome(before, after)) {
            return of(all);
        }
        Entrances less = before == null ? this : without(before);
        return after == null ? less : less.with(after);
    }

    /// Whether something may be elsewhere after the change. Not where every entrance of the line is
    /// there before and after, and nobody wants it otherwise: then no order decides anything.
    private boolean movesSome(Table.@Nullable Entry before, Table.@Nullable Entry after) {
        Set<Wish> old = Wish.of(before);
        Set<Wish> now = Wish.of(after);
        int oldPort = before == null ? 0 : before.route().port();
        int port = after == null ? 0 : after.route().port();
        Set<Wish> own = new HashSet<>(old);
        own.addAll(now);
        for (Wish wish : own) {
            int others = wishes.getOrDefault(wish, 0) - (old.contains(wish) ? 1 : 0);
            if (others + (now.contains(wish) ? 1 : 0) == 0 || !wishes.containsKey(wish)) {
                return true;
            }
        }
        if (own.isEmpty() && oldPort == port) {
            return false;
        }
        for (Wish wish : wishes.keySet()) {
            boolean taken = oldPort != port && (wish.at(oldPort) || wish.at(port));
            if (taken || own.stream().anyMatch(wish::rivals)) {
                return true;
            }
        }
        return false;
    }

    private Entrances with(Table.Entry entry) {
        return counted(entry, 1, PortTable::with, Entrances::plus);
    }

    private Entrances without(Table.Entry entry) {
        return counted(entry, -1, PortTable::without, Entrances::minus);
    }

    private Entrances counted(
            Table.Entry entry,
            int count,
            BiFunction<PortTable, PortTable.Way, PortTable> atPort,
            BiFunction<List<PortTable.Way>, PortTable.Way, List<PortTable.Way>> atSpot) {
        PersistentMap<Wish, Integer> wanted = wishes;
        for (Wish wish : Wish.of(entry)) {
            int lines = wanted.getOrDefault(wish, 0) + count;
            wanted = lines == 0 ? wanted.without(wish) : wanted.with(wish, lines);
        }
        PersistentMap<Spot, List<PortTable.Way>> asked = spots;
        PortMap<PortTable> served = tables;
        for (Match match : entry.route().rules().at()) {
            Name name = name(entry, match);
            var way = new PortTable.Way(match, entry);
            for (Spot spot : Spot.of(name, match)) {
                List<PortTable.Way> here = atSpot.apply(asked.getOrDefault(spot, List.of()), way);
                asked = here.isEmpty() ? asked.without(spot) : asked.with(spot, here);
            }
            for (int port : places.of(name, match.entrance())) {
                PortTable here = served.at(port);
                PortTable changed = atPort.apply(here == null ? PortTable.NOBODY : here, way);
                served = served.with(port, changed);
            }
        }
        return new Entrances(places, wanted, asked, served);
    }

    private static List<PortTable.Way> plus(List<PortTable.Way> ways, PortTable.Way way) {
        return Stream.concat(ways.stream(), Stream.of(way)).toList();
    }

    private static List<PortTable.Way> minus(List<PortTable.Way> ways, PortTable.Way way) {
        var left = new ArrayList<>(ways);
        left.remove(way);
        return List.copyOf(left);
    }

    // --- what they say --------------------------------------------------------------------------

    /// The entrance that listens there.
    @Nullable Entrance at(int port) {
        return places.byPort().get(port);
    }

    /// Where those ports lead at which nobody is served.
    Map<Integer, Entrance> redirects() {
        return places.redirects();
    }

    /// Those that are listened on, by their port.
    Map<Integer, Entrance> byPort() {
        return places.byPort();
    }

    /// Who gets the requests of each port.
    PortMap<PortTable> tables() {
        return tables;
    }

    // --- before a line is published -------------------------------------------------------------

    /// Why a line cannot stand beside the others, or null.
    ///
    /// @param owners who has each of the lines' own ports
    @Nullable PublishReply conflict(Route route, PortMap<PortTable> owners) {
        Set<Name> own = new HashSet<>();
        Map<Integer, Name> ports = new HashMap<>();
        Map<Integer, Name> redirects = new HashMap<>();
        for (Match match : route.rules().at()) {
            var name = new Name(route.key().environment(), match.entrance().name());
            own.add(name);
            Name other = ports.putIfAbsent(match.entrance().port(), name);
            if (other != null && !other.equals(name)) {
                return taken(match.entrance().port(), "is that of two entrances");
            }
            int redirect = match.entrance().redirectFrom();
            Name before = redirect == 0 ? null : redirects.putIfAbsent(redirect, name);
            if (before != null && !before.equals(name)) {
                return taken(redirect, "is that of two entrances");
            }
        }
        for (Map.Entry<Integer, Name> redirect : redirects.entrySet()) {
            if (ports.put(redirect.getKey(), redirect.getValue()) != null) {
                return taken(redirect.getKey(), "cannot lead to an entrance and be one");
            }
        }
        if (ports.containsKey(route.port())) {
            return taken(route.port(), "is the component's own and an entrance's");
        }
        Set<Integer> wanted = new HashSet<>(ports.keySet());
        wanted.add(route.port());
        for (int port : wanted) {
            Name name = places.names().get(port);
            if (name != null && !own.contains(name)) {
                return taken(port, "belongs to the entrance `" + name + "`");
            }
            PortTable table = owners.at(port);
            Table.Entry owner = table == null ? null : table.only();
            if (owner != null && !owner.route().key().equals(route.key())) {
                return taken(port, "belongs to `" + owner.route().key() + "`");
            }
        }
        return overlap(route);
    }

    /// Whether somebody has the same requests already.
    private @Nullable PublishReply overlap(Route route) {
        for (Match match : route.rules().at()) {
            var name = new Name(route.key().environment(), match.entrance().name());
            for (Spot spot : Spot.of(name, match)) {
                for (PortTable.Way way : spots.getOrDefault(spot, List.of())) {
                    RouteKey other = way.entry().route().key();
                    if (!other.equals(route.key()) && alike(match, way.match())) {
                        String what = words(match, spot);
                        return new PublishReply.RouteTaken(
                                "`%s` of entrance `%s` belongs to `%s`"
                                        .formatted(what, name.name(), other));
                    }
                }
            }
        }
        return null;
    }

    private static boolean alike(Match one, Match other) {
        return one.methods().equals(other.methods()) && one.headers().equals(other.headers());
    }

    private static String words(Match match, Spot spot) {
        String methods = match.methods().isEmpty() ? "" : String.join(",", match.methods());
        String headers = match.headers().isEmpty() ? "" : " with " + match.headers();
        return (methods + " " + spot.host() + spot.path() + headers).strip();
    }

    private static PublishReply taken(int port, String why) {
        return new PublishReply.PortTaken("port " + port + " " + why);
    }
}
