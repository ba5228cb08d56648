package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// A table is changed line by line and shares what stays. It must be the table that somebody makes
/// who reads all lines anew, as a restart does.
class TableTest {
    private static final Entrance PUBLIC = new Entrance("public", 80);
    private static final List<Entrance> ENTRANCES =
            List.of(
                    PUBLIC,
                    PUBLIC,
                    PUBLIC,
                    PUBLIC,
                    new Entrance("public", 81),
                    PUBLIC.redirectedFrom(82),
                    PUBLIC.behind(List.of(network("10.0.0.0/8"))),
                    new Entrance("other", 83).redirectedFrom(82),
                    new Entrance("other", 83),
                    // Where lines have ports of their own, too.
                    new Entrance("other", 2),
                    new Entrance("other", 3));
    private static final List<String> HOSTS = List.of("a.org", "b.a.org", "*.a.org", "*.b.a.org");
    private static final List<String> PATHS = List.of("/", "/x", "/x/y", "/x/y/z", "/y");
    private static final int PORTS = 7;

    private static Network network(String text) {
        return Network.parse(text).orElseThrow();
    }

    @Test
    void a_table_changed_line_by_line_is_the_one_that_is_made_of_all_its_lines() {
        var seen = new TreeSet<String>();
        Choices.forAll(
                1_500,
                choices -> {
                    Table table = Table.EMPTY;
                    var lines = new HashMap<RouteKey, Table.Entry>();
                    // Mostly one entrance as everybody wants it, as in life.
                    boolean plain = choices.chance(50);
                    for (int i = choices.between(1, 25); i > 0; i--) {
                        Table before = table;
                        Table old = new Table(before.version(), lines);
                        RouteKey key = key(choices);
                        Table.Entry entry = next(choices, key, table, plain);
                        boolean refused =
                                entry != null && refused(entry.route(), before, old, seen);
                        if (refused) {
                            continue;
                        }
                        table = table.with(key, entry);
                        if (entry == null) {
                            lines.remove(key);
                        } else {
                            lines.put(key, entry);
                        }
                        var whole = new Table(table.version(), lines);
                        assertSame(choices, table, whole);
                        assertSame(choices, before, old);
                        assertDifference(before, table);
                        seen.add(entry == null ? "gone" : "there");
                    }
                    seen.add(table.entrances().redirects().isEmpty() ? "straight" : "led");
                });
        assertThat(seen)
                .contains("gone", "there", "led", "straight", "PortTaken", "RouteTaken", "free");
    }

    @Test
    void a_line_of_many_changes_without_a_look_at_the_others() {
        var web = new RouteKey("test", "web");
        Table table = Table.EMPTY;
        for (String name : List.of("api", "web")) {
            table = table.with(new RouteKey("test", name), line(name, 1));
        }
        Table changed = table.with(web, line("web", 2)).with(web, line("web", 3));
        // Nothing is where it was only if all lines were read anew.
        assertThat(changed.entrances().byPort()).isSameAs(table.entrances().byPort());
        assertThat(changed.portsUnlike(table)).containsExactlyInAnyOrder(80, 1_003);
        Table without = changed.with(web, null);
        assertThat(without.entrances().byPort()).isSameAs(table.entrances().byPort());
        assertThat(without.portsUnlike(changed)).containsExactly(80);
        assertThat(changed.portsGone(without)).containsExactly(1_003);
    }

    @Test
    void an_entrance_gets_the_port_that_a_line_without_one_leaves() {
        Table table = Table.EMPTY;
        table = table.with(new RouteKey("test", "web"), at("web", 1, 1_002, PUBLIC));
        table = table.with(new RouteKey("test", "api"), at("api", 2, 80));
        assertThat(table.entrances().byPort()).isEmpty();
        Table moved = table.with(new RouteKey("test", "api"), at("api", 3, 1_003));
        assertThat(moved.entrances().byPort()).containsOnlyKeys(80);
        Table gone = table.with(new RouteKey("test", "api"), null);
        assertThat(gone.entrances().byPort()).containsOnlyKeys(80);
        assertThat(moved.with(new RouteKey("test", "new"), at("new", 4, 80)).entrances().byPort())
                .isEmpty();
    }

    private static Table.Entry line(String name, long version) {
        return at(name, version, name.equals("web") ? 1_003 : 1_002, PUBLIC);
    }

    private static Table.Entry at(String name, long version, int port, Entrance... entrances) {
        var key = new RouteKey("test", name);
        var matches = new ArrayList<Match>();
        for (Entrance entrance : entrances) {
            matches.add(new Match(entrance, List.of(name + ".org"), List.of(), Set.of(), Map.of()));
        }
        var route =
                new Route(key, version, port, List.of(), new HealthCheck.None())
                        .with(new Rules(matches));
        return new Table.Entry(
                route, version, 1, List.of(), List.of(), new RevisionTraffic(key, ""), null);
    }

    private static RouteKey key(Choices choices) {
        return new RouteKey(
                choices.oneOf(List.of("test", "test", "prod")), "c" + choices.between(1, 6));
    }

    /// Another line, the same behind a door, or none.
    private static Table.@Nullable Entry next(
            Choices choices, RouteKey key, Table table, boolean plain) {
        Table.Entry present = table.entries().get(key);
        if (choices.chance(15)) {
            return null;
        }
        if (present != null && choices.chance(20)) {
            return present.behind(
                    present.door() == null ? new Door.Hold(1, 1, 1, Duration.ofSeconds(1)) : null);
        }
        var at = new ArrayList<Match>();
        for (int i = choices.between(0, 3); i > 0; i--) {
            Entrance entrance = plain ? PUBLIC : choices.oneOf(ENTRANCES);
            at.add(match(choices, entrance));
        }
        int port =
                present != null && choices.chance(70)
                        ? present.route().port()
                        : choices.between(1, PORTS);
        var route = new Route(key, 1, port, List.of(), new HealthCheck.None()).with(new Rules(at));
        long version = table.version() + 1;
        return new Table.Entry(
                route, version, 1, List.of(), List.of(), new RevisionTraffic(key, ""), null);
    }

    private static Match match(Choices choices, Entrance entrance) {
        return new Match(
                entrance,
                some(choices, HOSTS),
                some(choices, PATHS),
                Set.copyOf(some(choices, List.of("GET", "POST"))),
                choices.chance(30) ? Map.of("x-a", choices.oneOf(List.of("1", "2"))) : Map.of());
    }

    private static List<String> some(Choices choices, List<String> all) {
        var some = new TreeSet<String>();
        for (int i = choices.between(0, 2); i > 0; i--) {
            some.add(choices.oneOf(all));
        }
        return List.copyOf(some);
    }

    private static boolean refused(Route route, Table table, Table whole, Set<String> seen) {
        PublishReply reply = table.conflict(route);
        PublishReply other = whole.conflict(route);
        seen.add(reply == null ? "free" : reply.getClass().getSimpleName());
        // Of several reasons each may name another.
        assertThat(reply == null).isEqualTo(other == null);
        return reply != null;
    }

    private static void assertSame(Choices choices, Table table, Table whole) {
        assertThat(table.version()).isEqualTo(whole.version());
        assertThat(new HashMap<>(table.entries())).isEqualTo(new HashMap<>(whole.entries()));
        assertThat(table.ports()).isEqualTo(whole.ports());
        assertThat(table.entrances().byPort()).isEqualTo(whole.entrances().byPort());
        assertThat(table.entrances().redirects()).isEqualTo(whole.entrances().redirects());
        for (int port : whole.ports()) {
            assertThat(table.use(port)).isEqualTo(whole.use(port));
            PortTable one = Objects.requireNonNull(table.at(port));
            PortTable other = Objects.requireNonNull(whole.at(port));
            assertThat(one.elsewhere()).isEqualTo(other.elsewhere());
            for (int i = 0; i < 6; i++) {
                HttpRequest request = request(choices);
                assertThat(one.refusal(request)).isEqualTo(other.refusal(request));
                assertThat(one.foreign(request)).isEqualTo(other.foreign(request));
                assertThat(one.find(request))
                        .as("%s at %s", request, port)
                        .isSameAs(other.find(request));
            }
        }
    }

    /// Ports to be opened, closed or spoken at in another way are all found without looking at all.
    private static void assertDifference(Table before, Table after) {
        var gone = new TreeSet<>(before.ports());
        gone.removeAll(after.ports());
        assertThat(new TreeSet<>(before.portsGone(after))).isEqualTo(gone);
        for (int port : after.ports()) {
            boolean same = before.at(port) != null && before.use(port).equals(after.use(port));
            assertThat(same || after.portsUnlike(before).contains(port)).isTrue();
        }
    }

    private static HttpRequest request(Choices choices) {
        String path = "/";
        for (int i = choices.between(0, 4); i > 0; i--) {
            path += choices.oneOf(List.of("x", "y", "z", "..", "%78")) + (i > 1 ? "/" : "");
        }
        HttpMethod method = choices.oneOf(List.of(HttpMethod.GET, HttpMethod.POST));
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, path);
        String host = choices.oneOf(List.of("a.org", "B.a.org", "c.b.a.org", "d.org", "a.org."));
        request.headers().set("Host", host);
        if (choices.chance(50)) {
            request.headers().set("X-A", choices.oneOf(List.of("1", "2")));
        }
        return request;
    }
}
