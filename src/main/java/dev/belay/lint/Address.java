package dev.belay.lint;

import dev.belay.release.Dependency.Engine;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Where an address leads, without who goes there: two that are equal lead to one place.
///
/// @param kind what is asked there, such as `postgres`
/// @param port 0 when nobody says it
/// @param name of a database, or the path
record Address(String kind, String host, int port, String name) {
    private static final Pattern URL =
            Pattern.compile(
                    "(?:jdbc:)?([a-zA-Z][a-zA-Z0-9+.-]{0,30}):(?://(?:([^@/?#\\s]{0,500})@)?"
                            + "(\\[[0-9a-fA-F:]{2,45}\\]|[^:/?#\\s,]{0,255})(?::([0-9]{1,5}))?)?"
                            + "(/?[^?#\\s]{0,1000})(?:\\?([^#\\s]{0,2000}))?.*");
    private static final Set<String> HERE =
            Set.of("", "localhost", "127.0.0.1", "[::1]", "0.0.0.0");
    private static final Map<String, String> KINDS =
            Map.of(
                    "postgresql", "postgres",
                    "mariadb", "mysql",
                    "rediss", "redis",
                    "mongodb+srv", "mongodb");
    private static final Map<String, Integer> PORTS =
            Map.of(
                    "postgres", 5432,
                    "mysql", 3306,
                    "redis", 6379,
                    "clickhouse", 8123,
                    "mongodb", 27017,
                    "http", 80,
                    "https", 443);
    private static final Set<String> DATABASES =
            Set.of("postgres", "mysql", "sqlite", "mongodb", "sqlserver", "clickhouse");
    private static final Pattern NAMED = Pattern.compile("(?:^|&)(?:database|db)=([^&]{1,200})");

    /// Of a URL; empty where it is none, or is not wholly known.
    static Optional<Address> of(String url) {
        Matcher found = URL.matcher(url);
        if (url.contains("${") || !found.matches()) {
            return Optional.empty();
        }
        String scheme = found.group(1).toLowerCase(Locale.ROOT).replaceFirst("\\+[a-z0-9]+$", "");
        String kind = KINDS.getOrDefault(scheme, scheme);
        String host = text(found.group(3)).toLowerCase(Locale.ROOT);
        int port =
                found.group(4) == null
                        ? PORTS.getOrDefault(kind, 0)
                        : Integer.parseInt(found.group(4));
        String path = text(found.group(5)).replaceFirst("^/", "");
        if (kind.equals("sqlite")) {
            return Optional.of(new Address(kind, "", 0, text(found.group(5))));
        }
        Matcher named = NAMED.matcher(text(found.group(6)));
        String name = path.isEmpty() && named.find() ? named.group(1) : path;
        if (name.isEmpty() && (kind.equals("postgres") || kind.equals("mysql"))) {
            // Who says no name gets the database that has the user's.
            name = text(found.group(2)).replaceFirst(":.*", "");
        }
        boolean here = HERE.contains(host);
        return Optional.of(new Address(kind, here ? "localhost" : host, port, name));
    }

    /// Of a datastore: ClickHouse is asked by HTTP.
    static Optional<Address> of(Engine engine, String url) {
        return of(url).map(address ->
                engine == Engine.CLICKHOUSE
                        ? new Address(
                                "clickhouse",
                                address.host(),
                                address.port(),
                                address.name().isEmpty() ? "default" : address.name())
                        : address);
    }

    /// Whether data are kept there that belong to somebody.
    boolean isDatabase() {
        return DATABASES.contains(kind);
    }

    boolean isHere() {
        return host.equals("localhost");
    }

    private static String text(@org.jspecify.annotations.Nullable String group) {
        return group == null ? "" : group;
    }
}
