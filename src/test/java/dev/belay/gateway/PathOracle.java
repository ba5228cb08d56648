package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.UnaryOperator;

/// What must hold where a path decides who gets a request: a path that is not refused is the same
/// one to each of several readers, as members are, and gets to whom the rule names that a naive
/// search finds. Input is a path and, behind the end of its line, a host.
final class PathOracle {
    private static final List<String> PREFIXES =
            List.of("/", "/a", "/api", "/api/v1", "/api/v1/x", "/admin");
    private static final String HOST = "app.example.org";
    private static final Entrance PUBLIC = new Entrance("public", 8_080);
    private static final PortTable TABLE = table();

    /// How members read a path: each takes it apart in an order of its own. What they have in
    /// common is that none decodes twice.
    private static final List<UnaryOperator<String>> READERS =
            List.of(
                    path -> decoded(withoutParameters(path)),
                    path -> withoutParameters(decoded(path)),
                    path -> collapsed(decoded(withoutParameters(path))),
                    path -> decoded(withoutParameters(path)).replace('\\', '/'),
                    path -> collapsed(withoutParameters(decoded(path).replace('\\', '/'))));

    private PathOracle() {}

    static void check(byte[] data) {
        String[] lines = new String(data, StandardCharsets.ISO_8859_1).split("\n", 2);
        String target = "/" + lines[0];
        if (!target.chars().allMatch(c -> c > ' ' && c < 127 && c != '#')) {
            // RequestRules has refused it.
            return;
        }
        String host = lines.length == 1 || !Authority.valid(lines[1]) ? HOST : lines[1];
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
        request.headers().set("host", host);
        boolean ambiguous = PathRules.ambiguous(target);
        if (ambiguous) {
            assertThat(TABLE.refusal(request)).isNotNull();
        }
        if (TABLE.refusal(request) != null) {
            return;
        }
        assertThat(ambiguous).isFalse();
        String path = Objects.requireNonNull(PathRules.decoded(target));
        assertThat(path).startsWith("/");
        assertThat(path.chars().allMatch(c -> c >= ' ' && c != 127 && c != '\\'))
                .as("a path without control characters: %s", path)
                .isTrue();
        String again = encoded(path);
        assertThat(PathRules.ambiguous(again)).as("another spelling, %s", again).isFalse();
        assertThat(PathRules.decoded(again)).isEqualTo(path);
        Table.Entry found = TABLE.find(request);
        String who = found == null ? "" : found.route().key().component();
        assertThat(who).isEqualTo(naive(host, path));
        assertThat(request.uri()).as("what a member receives").isEqualTo(target);
        read(target, path);
    }

    /// Whoever reads it stays below the same prefixes.
    private static void read(String target, String path) {
        int query = target.indexOf('?');
        String raw = query < 0 ? target : target.substring(0, query);
        for (UnaryOperator<String> reader : READERS) {
            String read = normal(reader.apply(raw));
            for (String prefix : PREFIXES) {
                // A reader that strips parameters last takes an encoded `;` for one.
                boolean cut = below(prefix, withoutParameters(path));
                assertThat(below(prefix, read))
                        .as("`%s` below `%s`, read as `%s`", target, prefix, read)
                        .isIn(below(prefix, path), cut);
            }
        }
    }

    // --- readers --------------------------------------------------------------------------------

    private static String withoutParameters(String path) {
        return path.replaceAll(";[^/]*", "");
    }

    private static String collapsed(String path) {
        return path.replaceAll("/+", "/");
    }

    private static String decoded(String path) {
        var bytes = new ByteArrayOutputStream();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            int octet =
                    c == '%' && i + 2 < path.length() ? octet(path.substring(i + 1, i + 3)) : -1;
            bytes.write(octet < 0 ? c : octet);
            i += octet < 0 ? 0 : 2;
        }
        return bytes.toString(StandardCharsets.ISO_8859_1);
    }

    private static int octet(String digits) {
        return digits.matches("[0-9a-fA-F]{2}") ? Integer.parseInt(digits, 16) : -1;
    }

    /// RFC 3986 §5.2.4: dot segments are taken out, and nothing leads above the root.
    private static String normal(String path) {
        Deque<String> segments = new ArrayDeque<>();
        String[] all = path.split("/", -1);
        for (int i = 1; i < all.length; i++) {
            boolean dots = all[i].equals(".") || all[i].equals("..");
            if (all[i].equals("..")) {
                segments.pollLast();
            }
            if (!dots) {
                segments.addLast(all[i]);
            } else if (i == all.length - 1) {
                segments.addLast("");
            }
        }
        return "/" + String.join("/", segments);
    }

    private static String encoded(String path) {
        var text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            boolean plain = c == '/' || c == 'p' || (c >= '0' && c <= '9');
            text.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
        }
        return text.toString();
    }

    // --- rules ----------------------------------------------------------------------------------

    private static boolean below(String prefix, String path) {
        return prefix.equals("/") || path.equals(prefix) || path.startsWith(prefix + "/");
    }

    /// Components are named after what they are for: a host and a prefix.
    private static PortTable table() {
        var ways = new ArrayList<PortTable.Way>();
        for (String host : List.of(HOST, "*.example.org", "")) {
            for (String prefix : PREFIXES) {
                if (!host.startsWith("*") || !prefix.equals("/")) {
                    List<String> hosts = host.isEmpty() ? List.of() : List.of(host);
                    var match = new Match(PUBLIC, hosts, List.of(prefix), Set.of(), Map.of());
                    ways.add(new PortTable.Way(match, entry(host + prefix, match)));
                }
            }
        }
        return PortTable.of(ways);
    }

    private static Table.Entry entry(String name, Match match) {
        var key = new RouteKey("test", name);
        var route =
                new Route(key, 1, 3_000, List.of(), new HealthCheck.None())
                        .with(new Rules(List.of(match)));
        return new Table.Entry(
                route, 1, 1, List.of(), List.of(), new RevisionTraffic(key, ""), null);
    }

    private static String naive(String authority, String path) {
        String host = authority.toLowerCase(Locale.ROOT).replaceFirst(":[0-9]*$", "");
        String best = longest(path);
        if (host.equals(HOST)) {
            return HOST + best;
        }
        boolean wild = host.matches("[^.]+\\.example\\.org");
        return wild && !best.equals("/") ? "*.example.org" + best : best;
    }

    private static String longest(String path) {
        String best = "";
        for (String prefix : PREFIXES) {
            if (below(prefix, path) && prefix.length() > best.length()) {
                best = prefix;
            }
        }
        return best;
    }
}
