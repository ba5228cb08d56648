package dev.belay.gateway;

import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which requests of an entrance are for a component: those that agree with every part. Kept in one
/// spelling, whatever order it was written in.
///
/// @param hosts names, or `*.` and a name for everything with one label more; none is any host
/// @param paths prefixes that end where a segment does: `/api` is for `/api` and `/api/users`, and
///   not for `/apis`; none is any path
/// @param methods none is any method
/// @param headers name to the whole value that one header of that name has
public record Match(
        Entrance entrance,
        List<String> hosts,
        List<String> paths,
        Set<String> methods,
        Map<String, String> headers) {
    private static final String ROOT = "/";

    public Match {
        hosts =
                hosts.stream()
                        .map(host -> host.toLowerCase(Locale.ROOT))
                        .distinct()
                        .sorted()
                        .toList();
        paths = paths.stream().map(Match::prefix).distinct().sorted().toList();
        if (paths.isEmpty()) {
            paths = List.of(ROOT);
        }
        methods = Collections.unmodifiableSet(new TreeSet<>(methods));
        var byName = new TreeMap<String, String>();
        headers.forEach((name, value) -> byName.put(name.toLowerCase(Locale.ROOT), value));
        headers = Collections.unmodifiableMap(byName);
    }

    /// Everything that comes to the entrance.
    public static Match all(Entrance entrance) {
        return new Match(entrance, List.of(), List.of(), Set.of(), Map.of());
    }

    /// `/api/` and `/api` are one prefix.
    private static String prefix(String path) {
        int end = path.length();
        while (end > 1 && path.charAt(end - 1) == '/') {
            end--;
        }
        return path.substring(0, end);
    }

    /// Whether some paths are not meant.
    boolean named() {
        return !paths.equals(List.of(ROOT));
    }

    /// Whether everything is meant.
    boolean unconditional() {
        return hosts.isEmpty() && !named() && methods.isEmpty() && headers.isEmpty();
    }
}
