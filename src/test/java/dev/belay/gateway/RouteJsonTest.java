package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteJsonTest {
    private static final RouteKey KEY = new RouteKey("local", "api");

    @Test
    void every_kind_of_route_comes_back_as_it_was() {
        Duration second = Duration.ofSeconds(1);
        var http = new HealthCheck.Http("/health", 200, 204, Map.of("X-Well", "yes"), "ok", second);
        var members =
                new Route.Members(
                        List.of(
                                new Route.Member("a", "127.0.0.1", 1),
                                new Route.Member("b", "::1", 2),
                                new Route.Member(
                                        "c",
                                        new Route.SocketFile(Path.of("/run/c.sock")),
                                        Route.Protocol.HTTP2)));
        var files = new Route.Files(Path.of("/srv/site"));
        var none = new Route.Members(List.of());
        var shares =
                List.of(
                        new Route.Share("v1", 9, members, http),
                        new Route.Share("v2", 1, files),
                        new Route.Share("v3", 0, none, new HealthCheck.None()));
        var site = new Route.Site(true, List.of("/assets/"));
        for (HealthCheck health :
                List.of(http, new HealthCheck.Tcp(second), new HealthCheck.None())) {
            var route = new Route(KEY, 7, 3_017, shares, health, site);
            assertThat(RouteJson.read(KEY, RouteJson.write(route)).route()).isEqualTo(route);
        }
    }

    @Test
    void rules_come_back_as_they_were_and_a_route_without_any_has_no_key_for_them() {
        var door = new Entrance("public", 8_080);
        var narrow =
                new Match(
                        door,
                        List.of("App.example.org", "*.example.org"),
                        List.of("/api/", "/x"),
                        Set.of("GET", "HEAD"),
                        Map.of("X-Beta", "1"));
        var route = new Route(KEY, 7, 3_017, List.of(), new HealthCheck.None());
        var ruled = route.with(new Rules(List.of(narrow, Match.all(door))));
        assertThat(RouteJson.read(KEY, RouteJson.write(ruled)).route()).isEqualTo(ruled);
        assertThat(RouteJson.write(route).has("at")).isFalse();
        assertThat(RouteJson.write(route).has("sticky")).isFalse();
        assertThat(RouteJson.write(route).has("slowStartMillis")).isFalse();
        var tenYears = route.with(new Rules(List.of(), Duration.ofDays(3_660), true));
        assertThat(RouteJson.read(KEY, RouteJson.write(tenYears)).route()).isEqualTo(tenYears);
        String plain = RouteJson.write(ruled).toString();
        assertThat(plain).doesNotContain("proxies");
        var behind = List.of("10.0.0.0/8", "2001:db8:0:0:0:0:0:0/32", "192.0.2.1/32");
        List<Network> proxies = behind.stream().flatMap(n -> Network.parse(n).stream()).toList();
        var told =
                route.with(
                        new Rules(
                                List.of(
                                        Match.all(
                                                new Entrance("public", 80)
                                                        .behind(proxies)
                                                        .redirectedFrom(79)))));
        assertThat(RouteJson.read(KEY, RouteJson.write(told)).route()).isEqualTo(told);
        assertThat(proxies).extracting(Network::toString).isEqualTo(behind);
    }

    @ParameterizedTest
    @CsvSource({"107, true", "108, false"})
    void a_socket_has_a_path_that_the_kernel_takes(int bytes, boolean fits) {
        // Two bytes each: characters do not count.
        String path = "/" + "é".repeat(bytes / 2 - 1) + "s".repeat(1 + bytes % 2);
        assertThat(path.getBytes(StandardCharsets.UTF_8)).hasSize(bytes);
        var at = new Route.Member("a", new Route.SocketFile(Path.of(path)), Route.Protocol.HTTP1);
        var share = new Route.Share("v1", 1, new Route.Members(List.of(at)));
        var route = new Route(KEY, 7, 3_017, List.of(share), new HealthCheck.None());
        var read = RouteJson.read(KEY, RouteJson.write(route));
        assertThat(read.route()).isEqualTo(fits ? route : null);
        assertThat(read.problems()).hasSize(fits ? 0 : 1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "null",
                "7",
                "{'token': '1', 'port': 1, 'shares': []}",
                "{'token': 1.5, 'port': 1, 'shares': []}",
                "{'token': 1e99, 'port': 1, 'shares': []}",
                "{'token': 1, 'port': 0, 'shares': []}",
                "{'token': 1, 'port': 1, 'shares': {}}",
                "{'token': 1, 'port': 1, 'shares': [7]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 1}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a\\n', 'weight': 0, 'members': []}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'root': '../x'}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': 's'}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': ''}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': 7}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': null}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': '/a\\u0000b'}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': '/s', 'port': 1}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a', 'socket': '/s', 'host': 'h'}]}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [{'id': 'a'}]}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'health': {'kind': 'magic'}}",
                "{'token': 1, 'port': 1, 'shares': [], 'health': 'http'}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [], 'health': 7}]}",
                "{'token': 1, 'port': 1, 'shares': [{'revision': 'a', 'weight': 0, 'members': [], 'health': {'kind': 'magic'}}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'health': {'kind': 'http', 'path': 'x'}}",
                "{'token': 1, 'port': 1, 'shares': [], 'health': {'kind': 'tcp', 'timeoutMillis': 0}}",
                "{'token': 1, 'port': 1, 'shares': [], 'site': {'immutable': ['assets']}}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': 7}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 1, 'proxies': ['10.0.0.1/8']}}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [7]}",
                "{'token': 1, 'port': 1, 'shares': [], 'sticky': 'yes'}",
                "{'token': 1, 'port': 1, 'shares': [], 'sticky': null}",
                "{'token': 1, 'port': 1, 'shares': [], 'slowStartMillis': -1}",
                "{'token': 1, 'port': 1, 'shares': [], 'slowStartMillis': 1.5}",
                "{'token': 1, 'port': 1, 'shares': [], 'slowStartMillis': '1s'}",
                "{'token': 1, 'port': 1, 'shares': [], 'slowStartMillis': 9223372036854775807}",
                "{'token': 1, 'port': 1, 'shares': [], 'slowStartMillis': 1e99}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 0}}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': '', 'port': 1}}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'hosts': ['a..b']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'hosts': ['a.*.b']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'hosts': ['a.b.']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'hosts': ['a:80']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'paths': ['a']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'paths': ['']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'paths': ['/a/../b']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'paths': ['/%61']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'paths': [7]}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'methods': ['G T']}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'headers': {'a b': '1'}}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'headers': {'a': ''}}]}",
                "{'token': 1, 'port': 1, 'shares': [], 'at': [{'entrance': {'name': 'a', 'port': 2}, 'headers': []}]}",
            })
    void what_is_no_route_is_a_list_of_problems(String json) {
        var reading = RouteJson.read(KEY, RouteJson.MAPPER.readTree(json.replace('\'', '"')));
        assertThat(reading.route()).isNull();
        assertThat(reading.problems()).isNotEmpty();
        assertThat(reading.problems())
                .allSatisfy(problem -> assertThat(problem.code()).startsWith("gateway/"));
    }

    @Test
    void a_name_that_would_break_a_path_or_a_label_is_a_problem() {
        var key = new RouteKey("local", "a\"b");
        var route = new Route(key, 1, 1, List.of(), new HealthCheck.None());
        assertThat(RouteJson.read(key, RouteJson.write(route)).problems()).hasSize(1);
    }
}
