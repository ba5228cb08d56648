package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// Who gets the requests of one port. Of all that agree with a request, the closest description
/// wins: the host by its name before one by `*.` before any; then the longest prefix of the path;
/// then more headers; then fewer methods. Immutable, as the table that it is part of: with a way
/// more or less it is another one, which shares the rest.
final class PortTable {
    private static final String ROOT = "/";

    /// One description of requests, and whose they are.
    record Way(Match match, Table.Entry entry) {
        private static final Comparator<Way> CLOSEST =
                Comparator.comparingInt((Way way) -> -way.match().headers().size())
                        .thenComparingInt(Way::methods)
                        .thenComparing(way -> way.match().headers().toString())
                        .thenComparing(way -> way.match().methods().toString())
                        .thenComparing(way -> way.entry().route().key());

        private int methods() {
            Set<String> methods = match.methods();
            return methods.isEmpty() ? Integer.MAX_VALUE : methods.size();
        }

        boolean agrees(HttpRequest request) {
            Set<String> methods = match.methods();
            return (methods.isEmpty() || methods.contains(request.method().name()))
                    && agrees(request.headers());
        }

        private boolean agrees(HttpHeaders headers) {
            for (Map.Entry<String, String> wanted : match.headers().entrySet()) {
                if (!headers.getAll(wanted.getKey()).contains(wanted.getValue())) {
                    return false;
                }
            }
            return true;
        }
    }

    /// The ways of one host by the prefix of their paths.
    private static final class Paths {
        static final Paths NONE = new Paths(PersistentMap.empty(), new int[1]);

        private final PersistentMap<String, List<Way>> byPrefix;

        /// How many prefixes there are of so many segments; there is one of the last number, if
        /// any.
        private final int[] ofDepth;

        private Paths(PersistentMap<String, List<Way>> byPrefix, int[] ofDepth) {
            this.byPrefix = byPrefix;
            this.ofDepth = ofDepth;
        }

        /// The counts with one prefix more or less.
        private int[] counted(String prefix, int more) {
            int depth = depth(prefix);
            int[] counts = Arrays.copyOf(ofDepth, Math.max(ofDepth.length, depth + 1));
            counts[depth] += more;
            int length = counts.length;
            while (length > 1 && counts[length - 1] == 0) {
                length--;
            }
            return Arrays.copyOf(counts, length);
        }

        Paths with(String prefix, Way way) {
            var ways = new ArrayList<>(byPrefix.getOrDefault(prefix, List.of()));
            int place = Collections.binarySearch(ways, way, Way.CLOSEST);
            ways.add(place < 0 ? -place - 1 : place, way);
            return new Paths(
                    byPrefix.with(prefix, List.copyOf(ways)),
                    ways.size() == 1 ? counted(prefix, 1) : ofDepth);
        }

        Paths without(String prefix, Way way) {
            var ways = new ArrayList<>(byPrefix.getOrDefault(prefix, List.of()));
            ways.remove(way);
            if (!ways.isEmpty()) {
                return new Paths(byPrefix.with(prefix, List.copyOf(ways)), ofDepth);
            }
            boolean there = byPrefix.containsKey(prefix);
            return there ? new Paths(byPrefix.without(prefix), counted(prefix, -1)) : this;
        }

        boolean hasSome() {
            return !byPrefix.isEmpty();
        }

        private static int depth(String prefix) {
            return prefix.equals(ROOT) ? 0 : (int) prefix.chars().filter(c -> c == '/').count();
        }

        Table.@Nullable Entry find(String path, HttpRequest request) {
            int end = cut(path);
            while (end > 0) {
                Table.Entry found = first(byPrefix.get(path.substring(0, end)), request);
                if (found != null) {
                    return found;
                }
                end = path.lastIndexOf('/', end - 1);
            }
            return first(byPrefix.get(ROOT), request);
        }

        /// Where the path is as deep as the deepest prefix.
        private int cut(String path) {
            int end = 0;
            for (int depth = 0; depth < ofDepth.length - 1 && end < path.length(); depth++) {
                int slash = path.indexOf('/', end + 1);
                end = slash < 0 ? path.length() : slash;
            }
            return end;
        }

        private static Table.@Nullable Entry first(@Nullable List<Way> ways, HttpRequest request) {
            if (ways != null) {
                for (int i = 0; i < ways.size(); i++) {
                    if (ways.get(i).agrees(request)) {
                        return ways.get(i).entry();
                    }
                }
            }
            return null;
        }
    }

    /// How many ways there are, and how many of them look at hosts and at paths.
    private record Kinds(int all, int byHost, int byPath) {
        Kinds plus(Way way, int count) {
            Match match = way.match();
            return new Kinds(
                    all + count,
                    match.hosts().isEmpty() ? byHost : byHost + count,
                    match.named() ? byPath + count : byPath);
        }
    }

    /// An entrance without any way.
    static final PortTable NOBODY =
            new PortTable(
                    new Kinds(0, 0, 0),
                    PersistentMap.empty(),
                    PersistentMap.empty(),
                    Paths.NONE,
                    null,
                    null);

    private final Kinds kinds;
    private final PersistentMap<String, Paths> hosts;
    private final PersistentMap<String, Paths> wildcards;
    private final Paths any;
    private final @Nullable Entrance elsewhere;
    private final Table.@Nullable Entry only;
    private final boolean byHost;
    private final boolean byPath;

    private PortTable(
            Kinds kinds,
            PersistentMap<String, Paths> hosts,
            PersistentMap<String, Paths> wildcards,
            Paths any,
            @Nullable Entrance elsewhere,
            Table.@Nullable Entry only) {
        this.kinds = kinds;
        this.hosts = hosts;
        this.wildcards = wildcards;
        this.any = any;
        this.elsewhere = elsewhere;
        this.only = only;
        this.byHost = kinds.byHost() > 0;
        this.byPath = kinds.byPath() > 0;
    }

    private static PortTable of(
            Kinds kinds,
            PersistentMap<String, Paths> hosts,
            PersistentMap<String, Paths> wildcards,
            Paths any) {
        List<Way> all = any.byPrefix.getOrDefault(ROOT, List.of());
        boolean one = kinds.all() == 1 && !all.isEmpty() && all.getFirst().match().unconditional();
        Table.Entry only = one ? all.getFirst().entry() : null;
        return new PortTable(kinds, hosts, wildcards, any, null, only);
    }

    /// A component's own port: every request is its.
    static PortTable of(Table.Entry entry) {
        return new PortTable(NOBODY.kinds, NOBODY.hosts, NOBODY.wildcards, NOBODY.any, null, entry);
    }

    /// A port at which everybody hears to ask elsewhere.
    static PortTable leadingTo(Entrance entrance) {
        return new PortTable(
                NOBODY.kinds, NOBODY.hosts, NOBODY.wildcards, NOBODY.any, entrance, null);
    }

    /// An entrance.
    static PortTable of(List<Way> ways) {
        PortTable table = NOBODY;
        for (Way way : ways) {
            table = table.with(way);
        }
        return table;
    }

    /// An entrance with one way more. Shares all that is not on it.
    PortTable with(Way way) {
        return changed(way, 1, (paths, prefix) -> paths.with(prefix, way));
    }

    /// An entrance with one of its ways less.
    PortTable without(Way way) {
        return changed(way, -1, (paths, prefix) -> paths.without(prefix, way));
    }

    private PortTable changed(Way way, int count, BiFunction<Paths, String, Paths> change) {
        PersistentMap<String, Paths> named = hosts;
        PersistentMap<String, Paths> wild = wildcards;
        Paths rest = any;
        Match match = way.match();
        for (String path : match.paths()) {
            for (String host : match.hosts()) {
                if (host.startsWith("*.")) {
                    wild = changed(wild, host.substring(1), path, change);
                } else {
                    named = changed(named, host, path, change);
                }
            }
            if (match.hosts().isEmpty()) {
                rest = change.apply(rest, path);
            }
        }
        return of(kinds.plus(way, count), named, wild, rest);
    }

    private static PersistentMap<String, Paths> changed(
            PersistentMap<String, Paths> hosts,
            String host,
            String path,
            BiFunction<Paths, String, Paths> change) {
        Paths paths = change.apply(hosts.getOrDefault(host, Paths.NONE), path);
        return paths.hasSome() ? hosts.with(host, paths) : hosts.without(host);
    }

    /// Whose all requests here are; null where it depends on the request.
    Table.@Nullable Entry only() {
        return only;
    }

    /// Where everybody should ask; null where requests are served.
    @Nullable Entrance elsewhere() {
        return elsewhere;
    }

    /// Why a request cannot be assigned with certainty, or null.
    @Nullable HttpResponseStatus refusal(HttpRequest request) {
        boolean vague =
                (byPath && PathRules.ambiguous(request.uri()))
                        || (byHost && vague(request.headers().get(HttpHeaderNames.HOST, "")));
        return vague ? HttpResponseStatus.BAD_REQUEST : null;
    }

    private static boolean vague(String authority) {
        return authority.indexOf('%') >= 0 || Authority.host(authority).endsWith(".");
    }

    /// Whether nobody here is for the host that a request names, whatever else it says.
    boolean foreign(HttpRequest request) {
        if (only != null || !byHost || any.hasSome()) {
            return false;
        }
        String authority = request.headers().get(HttpHeaderNames.HOST, "");
        String host = Authority.host(authority).toLowerCase(Locale.ROOT);
        int dot = host.indexOf('.');
        boolean wild = dot > 0 && wildcards.containsKey(host.substring(dot));
        return !wild && !hosts.containsKey(host);
    }

    /// Who gets a request that is not refused; null when nobody wants it.
    Table.@Nullable Entry find(HttpRequest request) {
        if (only != null) {
            return only;
        }
        String path = byPath ? PathRules.decoded(request.uri()) : ROOT;
        return path == null ? null : find(path, request);
    }

    private Table.@Nullable Entry find(String path, HttpRequest request) {
        Table.Entry found = null;
        if (byHost) {
            String authority = request.headers().get(HttpHeaderNames.HOST, "");
            String host = Authority.host(authority).toLowerCase(Locale.ROOT);
            found = find(hosts.get(host), path, request);
            int dot = host.indexOf('.');
            if (found == null && dot > 0) {
                found = find(wildcards.get(host.substring(dot)), path, request);
            }
        }
        return found == null ? any.find(path, request) : found;
    }

    private static Table.@Nullable Entry find(
            @Nullable Paths paths, String path, HttpRequest request) {
        return paths == null ? null : paths.find(path, request);
    }
}
