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

    private final Map<Integer, Entrance> byPort;
    private final Map<Integer, Name> names;
    private final Map<Integer, List<PortTable.Way>> ways;
    private final Map<Integer, Entrance> redirects;

    private Entrances(
            Map<Integer, Entrance> byPort,
            Map<Integer, Name> names,
            Map<Integer, List<PortTable.Way>> ways,
            Map<Integer, Entrance> redirects) {
        this.redirects = Collections.unmodifiableMap(redirects);
        this.byPort = Collections.unmodifiableMap(byPort);
        this.names = Collections.unmodifiableMap(names);
        this.ways = Collections.unmodifiableMap(ways);
    }

    static Entrances of(Collection<Table.Entry> entries) {
        List<Table.Entry> latestFirst =
                entries.stream()
                        .filter(entry -> !entry.route().rules().at().isEmpty())
                        .sorted(LATEST_FIRST)
                        .toList();
        if (latestFirst.isEmpty()) {
            return new Entrances(Map.of(), Map.of(), Map.of(), Map.of());
        }
        Set<Integer> taken = new HashSet<>();
        entries.forEach(entry -> taken.add(entry.route().port()));
        Map<Integer, Entrance> byPort = new TreeMap<>();
        Map<Integer, Name> names = new TreeMap<>();
        for (Table.Entry entry : latestFirst) {
            for (Match match : entry.route().rules().at()) {
                Entrance entrance = match.entrance();
                var name = new Name(entry.route().key().environment(), entrance.name());
                if (taken.add(entrance.port())) {
                    byPort.put(entrance.port(), entrance);
                    names.put(entrance.port(), name);
                } else if (!name.equals(names.get(entrance.port()))) {
                    LOG.warn("entrance {}: port {} is taken", name, entrance.port());
                }
            }
        }
        var ways = ways(latestFirst, names, byPort);
        return new Entrances(byPort, names, ways, redirects(latestFirst, names, taken));
    }

    /// After all ports that serve something: of these none goes to one that only points elsewhere.
    private static Map<Integer, Entrance> redirects(
            List<Table.Entry> entries, Map<Integer, Name> names, Set<Integer> taken) {
        Map<Integer, Entrance> redirects = new TreeMap<>();
        for (Table.Entry entry : entries) {
            for (Match match : entry.route().rules().at()) {
                Entrance entrance = match.entrance();
                int port = entrance.redirectFrom();
                if (port > 0 && taken.add(port)) {
                    redirects.put(port, entrance);
                    var name = new Name(entry.route().key().environment(), entrance.name());
                    names.put(port, name);
                }
            }
        }
        return redirects;
    }

    private static Map<Integer, List<PortTable.Way>> ways(
            List<Table.Entry> entries, Map<Integer, Name> names, Map<Integer, Entrance> byPort) {
        Map<Name, List<Integer>> ports = new HashMap<>();
        names.forEach(
                (port, name) -> ports.computeIfAbsent(name, _ -> new ArrayList<>()).add(port));
        Map<Integer, List<PortTable.Way>> ways = new HashMap<>();
        for (Table.Entry entry : entries) {
            for (Match match : entry.route().rules().at()) {
                var name = new Name(entry.route().key().environment(), match.entrance().name());
                for (int port : ports.getOrDefault(name, List.of())) {
                    Entrance here = byPort.get(port);
                    if (here == null || !here.asksAsMuchAs(match.entrance())) {
                        continue;
                    }
                    ways.computeIfAbsent(port, _ -> new ArrayList<>())
                            .add(new PortTable.Way(match, entry));
                }
            }
        }
        return ways;
    }

    /// The entrance that listens there.
    @Nullable Entrance at(int port) {
        return byPort.get(port);
    }

    /// Where those ports lead at which nobody is served.
    Map<Integer, Entrance> redirects() {
        return redirects;
    }

    /// Those that are listened on, by their port.
    Map<Integer, Entrance> byPort() {
        return byPort;
    }

    /// Whose the requests of each entrance's port are.
    Map<Integer, List<PortTable.Way>> ways() {
        return ways;
    }

    // --- before a line is published -------------------------------------------------------------

    /// One kind of request of an entrance, as a line names it.
    private record Claim(Match match, String host, String path) {
        static Set<Claim> of(Match match) {
            var claims = new HashSet<Claim>();
            var rest =
                    new Match(
                            new Entrance(match.entrance().name(), 0),
                            List.of(),
                            List.of(),
                            match.methods(),
                            match.headers());
            for (String host : match.hosts().isEmpty() ? List.of("*") : match.hosts()) {
                match.paths().forEach(path -> claims.add(new Claim(rest, host, path)));
            }
            return claims;
        }

        String words() {
            String methods = match.methods().isEmpty() ? "" : String.join(",", match.methods());
            String headers = match.headers().isEmpty() ? "" : " with " + match.headers();
            return (methods + " " + host + path + headers).strip();
        }
    }

    /// Why a line cannot stand beside the others, or null.
    @Nullable PublishReply conflict(Route route, Collection<Table.Entry> entries) {
        Set<Name> own = new HashSet<>();
        Map<Integer, Name> ports = new HashMap<>();
        Map<Integer, Name> redirects = new HashMap<>();
        Set<Claim> claims = new HashSet<>();
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
            claims.addAll(Claim.of(match));
        }
        for (Map.Entry<Integer, Name> redirect : redirects.entrySet()) {
            if (ports.put(redirect.getKey(), redirect.getValue()) != null) {
                return taken(redirect.getKey(), "cannot lead to an entrance and be one");
            }
        }
        if (ports.containsKey(route.port())) {
            return taken(route.port(), "is the component's own and an entrance's");
        }
        for (Map.Entry<Integer, Name> entry : names.entrySet()) {
            int port = entry.getKey();
            boolean moved = own.contains(entry.getValue());
            if (!moved && (port == route.port() || ports.containsKey(port))) {
                return taken(port, "belongs to the entrance `" + entry.getValue() + "`");
            }
        }
        for (Table.Entry entry : entries) {
            PublishReply reply = conflict(route, entry.route(), ports.keySet(), claims);
            if (reply != null) {
                return reply;
            }
        }
        return null;
    }

    private static @Nullable PublishReply conflict(
            Route route, Route other, Set<Integer> ports, Set<Claim> claims) {
        if (other.key().equals(route.key())) {
            return null;
        }
        if (other.port() == route.port() || ports.contains(other.port())) {
            return taken(other.port(), "belongs to `" + other.key() + "`");
        }
        if (!claims.isEmpty() && other.key().environment().equals(route.key().environment())) {
            for (Match match : other.rules().at()) {
                for (Claim claim : Claim.of(match)) {
                    if (claims.contains(claim)) {
                        return new PublishReply.RouteTaken(
                                "`%s` of entrance `%s` belongs to `%s`"
                                        .formatted(
                                                claim.words(),
                                                match.entrance().name(),
                                                other.key()));
                    }
                }
            }
        }
        return null;
    }

    private static PublishReply taken(int port, String why) {
        return new PublishReply.PortTaken("port " + port + " " + why);
    }
}
