package dev.belay.driver.probe;

import dev.belay.release.Dependency.Engine;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A dependency's address, taken apart. Its text form and every failure of parsing it leave the
/// password out, even when the password is what stood in the way.
///
/// @param hosts at least one; several where clients take a list
/// @param user decoded, or empty
/// @param password decoded, or empty
/// @param path without its leading slash, decoded: database, virtual host; or empty
/// @param target path and query as written, for HTTP
/// @param options the query, decoded, names in lower case
public record DependencyUrl(
        boolean tls,
        List<Host> hosts,
        String user,
        String password,
        String path,
        String target,
        Map<String, String> options) {
    /// One place to connect to.
    public record Host(String name, int port) {
        @Override
        public String toString() {
            return (name.contains(":") ? "[" + name + "]" : name) + ":" + port;
        }
    }

    private record Scheme(String name, int port, boolean tls) {}

    public DependencyUrl {
        hosts = List.copyOf(hosts);
        options = Map.copyOf(options);
    }

    /// Takes `text` apart as clients of `engine` do.
    public static DependencyUrl parse(Engine engine, String text) throws ProbeFailure {
        if (text.isBlank()) {
            throw bad("the address is empty", "set the variable that `url` names");
        }
        if (text.contains("${")) {
            throw bad("the address holds a variable without a value", "set the variable");
        }
        if (text.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw bad("the address holds a blank or a control character", ENCODE);
        }
        Scheme scheme = scheme(engine, text);
        int start = text.indexOf("://");
        var url = new Parts(text.substring(start < 0 ? 0 : start + 3), scheme).url();
        return engine == Engine.NATS && url.password.isEmpty() ? url.withUserAsToken() : url;
    }

    /// NATS' own clients read `nats://word@host` as a token: a secret, not a name.
    private DependencyUrl withUserAsToken() {
        return new DependencyUrl(tls, hosts, "", user, path, target, options);
    }

    /// The option `name`, or `otherwise`.
    public String option(String name, String otherwise) {
        return options.getOrDefault(name, otherwise);
    }

    /// What must not be shown, in every spelling that a message may hold.
    Collection<String> secrets() {
        var secrets = new ArrayList<String>();
        for (String secret : List.of(password, option("password", ""), option("token", ""))) {
            secrets.add(secret);
            secrets.add(java.net.URLEncoder.encode(secret, StandardCharsets.UTF_8));
        }
        return secrets;
    }

    @Override
    public String toString() {
        String secret = password.isEmpty() ? "" : ":***";
        String who = user.isEmpty() && secret.isEmpty() ? "" : user + secret + "@";
        return who + String.join(",", hosts.stream().map(Host::toString).toList()) + "/" + path;
    }

    private static final String ENCODE =
            "percent-encode special characters of the user and the password";

    private static Scheme scheme(Engine engine, String text) throws ProbeFailure {
        List<Scheme> allowed = schemes(engine);
        int end = text.indexOf("://");
        if (end < 0 && engine == Engine.KAFKA) {
            return allowed.getFirst();
        }
        String name = end < 0 ? "" : text.substring(0, end).toLowerCase(Locale.ROOT);
        for (Scheme scheme : allowed) {
            if (scheme.name.equals(name)) {
                return scheme;
            }
        }
        throw bad(
                "the address does not begin as one of " + engine.name().toLowerCase(Locale.ROOT),
                "begin it with `" + allowed.getFirst().name + "://`");
    }

    private static List<Scheme> schemes(Engine engine) {
        return switch (engine) {
            case POSTGRES ->
                    List.of(
                            new Scheme("postgresql", 5432, false),
                            new Scheme("postgres", 5432, false),
                            new Scheme("jdbc:postgresql", 5432, false));
            case MYSQL ->
                    List.of(
                            new Scheme("mysql", 3306, false),
                            new Scheme("mariadb", 3306, false),
                            new Scheme("jdbc:mysql", 3306, false),
                            new Scheme("jdbc:mariadb", 3306, false));
            case REDIS ->
                    List.of(new Scheme("redis", 6379, false), new Scheme("rediss", 6379, true));
            case CLICKHOUSE ->
                    List.of(
                            new Scheme("http", 8123, false),
                            new Scheme("https", 8443, true),
                            new Scheme("clickhouse", 8123, false),
                            new Scheme("jdbc:clickhouse", 8123, false));
            case NATS -> List.of(new Scheme("nats", 4222, false), new Scheme("tls", 4222, true));
            case RABBITMQ ->
                    List.of(new Scheme("amqp", 5672, false), new Scheme("amqps", 5671, true));
            case KAFKA ->
                    List.of(new Scheme("kafka", 9092, false), new Scheme("kafka+ssl", 9092, true));
            case HTTP -> List.of(new Scheme("http", 80, false), new Scheme("https", 443, true));
            case SQLITE -> List.of(new Scheme("sqlite", 0, false));
        };
    }

    private static ProbeFailure bad(String reason, String hint) {
        return new ProbeFailure(Phase.ADDRESS, reason, hint);
    }

    /// `user:password@host:port,host:port/path?query#ignored`
    private record Parts(String text, Scheme scheme) {
        DependencyUrl url() throws ProbeFailure {
            int authorityEnd = firstOf("/?#", 0);
            String authority = text.substring(0, authorityEnd);
            int pathEnd = firstOf("?#", authorityEnd);
            int queryEnd = firstOf("#", pathEnd);
            String query = pathEnd == queryEnd ? "" : text.substring(pathEnd + 1, queryEnd);
            String target = text.substring(authorityEnd, queryEnd);
            int at = authority.lastIndexOf('@');
            // `user:pa/ss@host`: what looks like a port is then half of a password.
            if (at < 0 && text.substring(authorityEnd).matches("[^=]*@.*")) {
                throw bad("the address has a `/`, `?` or `#` before its `@`", ENCODE);
            }
            var options = options(query);
            String info = at < 0 ? "" : authority.substring(0, at);
            int colon = info.indexOf(':');
            String user = decoded(colon < 0 ? info : info.substring(0, colon));
            String password = colon < 0 ? "" : decoded(info.substring(colon + 1));
            return new DependencyUrl(
                    scheme.tls,
                    hosts(authority.substring(at + 1)),
                    user.isEmpty() ? options.getOrDefault("user", "") : user,
                    password.isEmpty() ? options.getOrDefault("password", "") : password,
                    decodedPath(text.substring(authorityEnd, pathEnd)),
                    target.startsWith("/") ? target : "/" + target,
                    options);
        }

        private int firstOf(String characters, int from) {
            for (int i = from; i < text.length(); i++) {
                if (characters.indexOf(text.charAt(i)) >= 0) {
                    return i;
                }
            }
            return text.length();
        }

        private List<Host> hosts(String list) throws ProbeFailure {
            var hosts = new ArrayList<Host>();
            for (String one : list.split(",", -1)) {
                hosts.add(host(one));
            }
            return hosts;
        }

        private Host host(String text) throws ProbeFailure {
            int bracket = text.lastIndexOf(']');
            int colon = text.indexOf(':', bracket + 1);
            String name = colon < 0 ? text : text.substring(0, colon);
            if (name.startsWith("[") && name.endsWith("]")) {
                name = name.substring(1, name.length() - 1);
            }
            if (name.isEmpty()) {
                throw bad("the address names no host", "write `user:password@host:port`");
            }
            return new Host(name, colon < 0 ? scheme.port : port(text.substring(colon + 1)));
        }

        /// The text is not shown: after a slip of the pen it may be half of a password.
        private static int port(String text) throws ProbeFailure {
            if (text.matches("[0-9]{1,5}")) {
                int port = Integer.parseInt(text);
                if (port >= 1 && port <= 65535) {
                    return port;
                }
            }
            throw bad("the port is not a number from 1 to 65535", ENCODE);
        }

        private static String decodedPath(String path) throws ProbeFailure {
            return path.isEmpty() ? "" : decoded(path.substring(1));
        }

        private static Map<String, String> options(String query) throws ProbeFailure {
            var options = new HashMap<String, String>();
            for (String pair : query.split("&", -1)) {
                int equals = pair.indexOf('=');
                if (equals > 0) {
                    options.put(
                            pair.substring(0, equals).toLowerCase(Locale.ROOT),
                            decoded(pair.substring(equals + 1)));
                }
            }
            return options;
        }

        /// Percent-decoding only: a `+` in a password is a plus.
        private static String decoded(String text) throws ProbeFailure {
            try {
                String decoded =
                        URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
                if (decoded.indexOf('\0') < 0) {
                    return decoded;
                }
            } catch (IllegalArgumentException malformed) {
                // Said below, without the text: the exception repeats it.
            }
            throw bad(
                    "the address has a `%` that is not followed by two digits of a character",
                    ENCODE);
        }
    }
}
