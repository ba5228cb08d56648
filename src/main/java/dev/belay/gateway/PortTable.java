package dev.belay.gateway;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Who gets the requests of one port. Of all that agree with a request, the closest description
/// wins: the host by its name before one by `*.` before any; then the longest prefix of the path;
/// then more headers; then fewer methods. Immutable, as the table that it is part of.
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
        private final Map<String, List<Way>> byPrefix = new HashMap<>();
        private int deepest;

        void add(String prefix, Way way) {
            byPrefix.computeIfAbsent(prefix, _ -> new ArrayList<>()).add(way);
            deepest = Math.max(deepest, prefix.equals(ROOT) ? 0 : segments(prefix));
        }

        boolean hasSome() {
            return !byPrefix.isEmpty();
        }

        void sort() {
            byPrefix.values().forEach(ways -> ways.sort(Way.CLOSEST));
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
            for (int depth = 0; depth < deepest && end < path.length(); depth++) {
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

        private static int segments(String prefix) {
            return (int) prefix.chars().filter(c -> c == '/').count();
        }
    }

    private final @Nullable Entrance elsewhere;
    private final Table.@Nullable Entry only;
    private final Map<String, Paths> hosts = new HashMap<>();
    private final Map<String, Paths> wildcards = new HashMap<>();
    private final Paths any = new Paths();
    private final boolean byHost;
    private final boolean byPath;

    private PortTable(@Nullable Entrance elsewhere, Table.@Nullable Entry only, List<Way> ways) {
        this.elsewhere = elsewhere;
        this.only = only;
        this.byHost = ways.stream().anyMatch(way -> !way.match().hosts().isEmpty());
        this.byPath = ways.stream().anyMatch(way -> way.match().named());
        for (Way way : ways) {
            for (String path : way.match().paths()) {
                way.match().hosts().forEach(host -> paths(host).add(path, way));
                if (way.match().hosts().isEmpty()) {
                    any.add(path, way);
                }
            }
        }
        hosts.values().forEach(Paths::sort);
        wildcards.values().forEach(Paths::sort);
        any.sort();
    }

    private Paths paths(String host) {
        return host.startsWith("*.")
                ? wildcards.computeIfAbsent(host.substring(1), _ -> new Paths())
                : hosts.computeIfAbsent(host, _ -> new Paths());
    }

    /// A component's own port: every request is its.
    static PortTable of(Table.Entry entry) {
        return new PortTable(null, entry, List.of());
    }

    /// A port at which everybody hears to ask elsewhere.
    static PortTable leadingTo(Entrance entrance) {
        return new PortTable(entrance, null, List.of());
    }

    /// Where everybody should ask; null where requests are served.
    @Nullable Entrance elsewhere() {
        return elsewhere;
    }

    /// An entrance.
    static PortTable of(List<Way> ways) {
        boolean one = ways.size() == 1 && ways.getFirst().match().unconditional();
        return one ? of(ways.getFirst().entry()) : new PortTable(null, null, ways);
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
