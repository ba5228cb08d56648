package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Who gets a request that comes to an entrance.
class PortTableTest {
    private static final Entrance PUBLIC = new Entrance("public", 8_080);

    private static Table.Entry entry(String name, Match... at) {
        var key = new RouteKey("test", name);
        var route =
                new Route(key, 1, 3_000, List.of(), new HealthCheck.None())
                        .with(new Rules(List.of(at)));
        return new Table.Entry(
                route, 1, 1, List.of(), List.of(), new RevisionTraffic(key, ""), null);
    }

    private static Match match(List<String> hosts, List<String> paths) {
        return new Match(PUBLIC, hosts, paths, Set.of(), Map.of());
    }

    private static PortTable table(Table.Entry... entries) {
        var ways = new ArrayList<PortTable.Way>();
        for (Table.Entry entry : entries) {
            entry.route().rules().at().forEach(m -> ways.add(new PortTable.Way(m, entry)));
        }
        return PortTable.of(ways);
    }

    private static HttpRequest get(String host, String target) {
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, target);
        request.headers().set("Host", host);
        return request;
    }

    private static @Nullable String name(Table.@Nullable Entry entry) {
        return entry == null ? null : entry.route().key().component();
    }

    @ParameterizedTest
    @CsvSource({
        "app.example.org, /, app",
        "APP.Example.ORG:8080, /x, app",
        "app.example.org, /api, api",
        "app.example.org, /api?q, api",
        "app.example.org, /api/users/7, api",
        "app.example.org, /%61pi/users, api",
        "app.example.org, /api;v=2/users, api",
        "app.example.org, /apis, app",
        "app.example.org, /API, app",
        "eu.example.org, /, wild",
        "eu.example.org, /api, wild",
        "a.eu.example.org, /, rest",
        "example.org, /, rest",
        "[::1]:80, /, rest",
        "127.0.0.1, /, rest",
        "elsewhere.net, /deep/er, deep",
        "app.example.org, /deep/er, app",
    })
    void the_closest_description_gets_the_request(String host, String target, String who) {
        PortTable table =
                table(
                        entry("app", match(List.of("app.example.org"), List.of())),
                        entry("api", match(List.of("app.example.org"), List.of("/api/"))),
                        entry("wild", match(List.of("*.example.org"), List.of())),
                        entry("deep", match(List.of(), List.of("/deep"))),
                        entry("rest", match(List.of(), List.of("/"))));
        assertThat(table.refusal(get(host, target))).isNull();
        assertThat(name(table.find(get(host, target)))).isEqualTo(who);
    }

    @Test
    void headers_and_methods_decide_under_one_path() {
        var read = new Match(PUBLIC, List.of(), List.of(), Set.of("GET", "HEAD"), Map.of());
        var beta = new Match(PUBLIC, List.of(), List.of(), Set.of(), Map.of("X-Beta", "1"));
        PortTable table =
                table(entry("all", Match.all(PUBLIC)), entry("read", read), entry("beta", beta));
        HttpRequest get = get("h", "/");
        assertThat(name(table.find(get))).isEqualTo("read");
        assertThat(name(table.find(get("h", "/").setMethod(HttpMethod.POST)))).isEqualTo("all");
        get.headers().add("x-beta", "0").add("x-beta", "1");
        assertThat(name(table.find(get))).isEqualTo("beta");
        get.headers().set("x-beta", "1, 2");
        assertThat(name(table.find(get))).isEqualTo("read");
    }

    @Test
    void nobody_gets_what_nobody_named() {
        PortTable table = table(entry("app", match(List.of("app.example.org"), List.of("/x"))));
        assertThat(table.find(get("app.example.org", "/"))).isNull();
        assertThat(table.find(get("other.example.org", "/x"))).isNull();
        assertThat(table.find(get("", "/x"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a/../b", "/a%2fb", "//", "/a\\b", "/%00", "/%"})
    void an_ambiguous_path_is_refused_where_paths_decide_and_only_there(String target) {
        PortTable byPath = table(entry("a", match(List.of(), List.of("/a"))));
        PortTable byHost = table(entry("a", match(List.of("app.example.org"), List.of())));
        PortTable own = PortTable.of(entry("a"));
        assertThat(byPath.refusal(get("app.example.org", target))).isNotNull();
        assertThat(byHost.refusal(get("app.example.org", target))).isNull();
        assertThat(own.refusal(get("app.example.org", target))).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.example.org.", "app.example.org.:80", "%61pp.example.org"})
    void a_host_with_two_spellings_is_refused_where_hosts_decide(String host) {
        assertThat(table(entry("a", match(List.of("a.org"), List.of()))).refusal(get(host, "/")))
                .isNotNull();
        assertThat(table(entry("a", Match.all(PUBLIC))).refusal(get(host, "/"))).isNull();
    }

    @Test
    void a_table_finds_what_somebody_who_looks_at_every_line_finds() {
        Choices.forAll(
                2_000,
                choices -> {
                    var entries = new ArrayList<Table.Entry>();
                    for (int i = choices.between(1, 8); i > 0; i--) {
                        var at = new Match[choices.between(1, 3)];
                        for (int m = 0; m < at.length; m++) {
                            at[m] = anyMatch(choices);
                        }
                        entries.add(entry("c" + i, at));
                    }
                    PortTable table = table(entries.toArray(Table.Entry[]::new));
                    for (int i = 0; i < 20; i++) {
                        HttpRequest request = anyRequest(choices);
                        Table.Entry found = table.find(request);
                        Naive best = naive(entries, request);
                        if (best == null) {
                            assertThat(found).as(request.toString()).isNull();
                        } else {
                            // Of equally close ones the table has an order of its own.
                            assertThat(found).as(request + " of " + entries).isNotNull();
                            assertThat(naive(List.of(Objects.requireNonNull(found)), request))
                                    .usingComparator(Naive.CLOSEST)
                                    .isEqualTo(best);
                        }
                    }
                });
    }

    private static final List<String> HOSTS = List.of("a.org", "b.a.org", "*.a.org", "*.b.a.org");
    private static final List<String> PATHS = List.of("/", "/x", "/x/y", "/x/y/z", "/xy", "/y");

    private static Match anyMatch(Choices choices) {
        return new Match(
                PUBLIC,
                some(choices, HOSTS),
                some(choices, PATHS),
                new HashSet<>(some(choices, List.of("GET", "POST"))),
                choices.chance(30) ? Map.of("x-a", choices.oneOf(List.of("1", "2"))) : Map.of());
    }

    private static List<String> some(Choices choices, List<String> all) {
        var some = new ArrayList<String>();
        for (int i = choices.between(0, 2); i > 0; i--) {
            some.add(choices.oneOf(all));
        }
        return some;
    }

    private static HttpRequest anyRequest(Choices choices) {
        String path = "/";
        for (int i = choices.between(0, 4); i > 0; i--) {
            path += choices.oneOf(List.of("x", "y", "z", "xy", "%78")) + (i > 1 ? "/" : "");
        }
        String host = choices.oneOf(List.of("a.org", "B.a.org", "c.b.a.org", "d.org", "org"));
        HttpRequest request = get(host, path);
        request.setMethod(choices.oneOf(List.of(HttpMethod.GET, HttpMethod.POST)));
        if (choices.chance(50)) {
            request.headers().set("X-A", choices.oneOf(List.of("1", "2")));
        }
        return request;
    }

    /// How closely one description fits, the parts in the order in which they count.
    private record Naive(int host, int path, int headers, int methods) {
        static final Comparator<Naive> CLOSEST =
                Comparator.comparingInt(Naive::host)
                        .thenComparingInt(Naive::path)
                        .thenComparingInt(Naive::headers)
                        .thenComparingInt(Naive::methods);
    }

    private static @Nullable Naive naive(List<Table.Entry> entries, HttpRequest request) {
        Naive best = null;
        for (Table.Entry entry : entries) {
            for (Match match : entry.route().rules().at()) {
                Naive fit = fit(match, request);
                if (fit != null && (best == null || Naive.CLOSEST.compare(fit, best) > 0)) {
                    best = fit;
                }
            }
        }
        return best;
    }

    private static @Nullable Naive fit(Match match, HttpRequest request) {
        String host = request.headers().get("Host").toLowerCase(Locale.ROOT);
        int byHost = match.hosts().isEmpty() ? 0 : -1;
        for (String wanted : match.hosts()) {
            if (wanted.equals(host)) {
                byHost = 2;
            } else if (wanted.startsWith("*.")
                    && host.endsWith(wanted.substring(1))
                    && host.indexOf('.') == host.length() - wanted.length() + 1) {
                byHost = Math.max(byHost, 1);
            }
        }
        String path = request.uri().replace("%78", "x");
        int byPath = -1;
        for (String wanted : match.paths()) {
            boolean fits =
                    wanted.equals("/") || path.equals(wanted) || path.startsWith(wanted + "/");
            byPath = fits ? Math.max(byPath, wanted.length()) : byPath;
        }
        boolean method =
                match.methods().isEmpty() || match.methods().contains(request.method().name());
        var headers = new HashMap<>(match.headers());
        request.headers()
                .forEach(header ->
                        headers.remove(
                                header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
        int methods = match.methods().isEmpty() ? -9 : -match.methods().size();
        return byHost < 0 || byPath < 0 || !method || !headers.isEmpty()
                ? null
                : new Naive(byHost, byPath, match.headers().size(), methods);
    }
}
