package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Visitors who stay with the revision that they once got.
class StickyTest {
    private static final int VISITORS = 4_000;
    private static final String OURS = "abcdefghijklmnopqrstuv";

    @TempDir private Path folder;

    private static Table.Entry entry(int... weights) {
        var key = new RouteKey("test", "web");
        var shares = new ArrayList<Table.LiveShare>();
        for (int i = 0; i < weights.length; i++) {
            var member = new Upstream(new Route.Member("m", "::1", 1), new HealthCheck.None());
            member.ready(true);
            var traffic = new RevisionTraffic(key, "web@v" + i);
            shares.add(
                    new Table.LiveShare(weights[i], traffic, List.of(member), null, Duration.ZERO));
        }
        var route = new Route(key, 1, 1, List.of(), new HealthCheck.None());
        return new Table.Entry(route, 0, 0, shares, List.of(), new RevisionTraffic(key, ""), null);
    }

    private static String revision(Table.Entry entry, Visit visit) {
        return Objects.requireNonNull(entry.choose(visit)).traffic().revision();
    }

    private static Visit somebody() {
        return Visit.of(new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/"));
    }

    @Test
    void each_revision_gets_its_share_of_the_visitors() {
        Choices.forAll(
                10,
                choices -> {
                    int[] weights = {
                        choices.between(1, 9), choices.between(1, 9), choices.between(0, 9)
                    };
                    Table.Entry entry = entry(weights);
                    Map<String, Integer> counts = new HashMap<>();
                    for (int i = 0; i < VISITORS; i++) {
                        counts.merge(revision(entry, somebody()), 1, Integer::sum);
                    }
                    double total = weights[0] + weights[1] + weights[2];
                    for (int i = 0; i < weights.length; i++) {
                        double share = counts.getOrDefault("web@v" + i, 0) / (double) VISITORS;
                        assertThat(share)
                                .isBetween(weights[i] / total - 0.05, weights[i] / total + 0.05);
                    }
                });
    }

    @Test
    void a_weight_that_is_raised_moves_only_visitors_who_come_to_it() {
        Table.Entry few = entry(90, 10);
        Table.Entry half = entry(50, 50);
        for (int i = 0; i < VISITORS; i++) {
            Visit visit = somebody();
            if (revision(few, visit).equals("web@v1")) {
                assertThat(revision(half, visit)).isEqualTo("web@v1");
            }
        }
    }

    @Test
    void visitors_of_a_revision_that_cannot_answer_go_elsewhere_and_come_back() {
        Table.Entry entry = entry(50, 50);
        for (int i = 0; i < 200; i++) {
            Visit visit = somebody();
            String home = revision(entry, visit);
            for (Table.LiveShare share : entry.shares()) {
                share.members().getFirst().ready(!share.traffic().revision().equals(home));
            }
            assertThat(revision(entry, visit)).isNotEqualTo(home);
            entry.shares().forEach(share -> share.members().getFirst().ready(true));
            assertThat(revision(entry, visit)).isEqualTo(home);
        }
    }

    @Test
    void a_visitor_stays_across_tables_and_restarts_and_others_get_a_cookie() throws Exception {
        try (var gateway = new TestGateway(folder);
                var one = TestMember.saying("v1");
                var two = TestMember.saying("v2")) {
            publish(gateway, one.share("v1", 50), two.share("v2", 50));
            var first = gateway.get("/");
            String cookie = first.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie)
                    .matches("belay-visitor=[\\w-]{22}; Path=/; .*HttpOnly; SameSite=Lax");
            var again =
                    HttpRequest.newBuilder(gateway.uri("/"))
                            .header("Cookie", "a=b; " + cookie.substring(0, cookie.indexOf(';')));
            for (int i = 0; i < 20; i++) {
                var answer = gateway.send(again);
                assertThat(answer.body()).isEqualTo(first.body());
                assertThat(answer.headers().firstValue("Set-Cookie")).isEmpty();
            }
            publish(gateway, two.share("v2", 500), one.share("v1", 500));
            gateway.restart();
            assertThat(gateway.send(again).body()).isEqualTo(first.body());
            for (String bad :
                    List.of("belay-visitor=", "belay-visitor=short", "xbelay-visitor=a")) {
                var request = HttpRequest.newBuilder(gateway.uri("/")).header("Cookie", bad);
                assertThat(gateway.send(request).headers().firstValue("Set-Cookie")).isPresent();
            }
        }
    }

    private static Visit with(String... cookies) {
        var request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
        for (String cookie : cookies) {
            request.headers().add("Cookie", cookie);
        }
        return Visit.of(request);
    }

    @Test
    void a_visitor_is_found_among_cookies_of_others_in_one_line_or_several() {
        String ours = "belay-visitor=" + OURS;
        long number = with(ours).number();
        String huge = "x=" + "y".repeat(30_000) + ";".repeat(1_000);
        for (String[] cookies :
                List.of(
                        new String[] {"a=b; " + ours + "; c=d"},
                        new String[] {"a=b;" + ours + " ;c=d"},
                        new String[] {"a=b", ours},
                        new String[] {"belay-visitor=; " + ours},
                        new String[] {"belay-visitor=\u00ff\u00fe; belay-visitor; " + ours},
                        new String[] {";;=;" + ours + ";"},
                        new String[] {ours + "; belay-visitor=zzzzzzzzzzzzzzzzzzzzzz"},
                        new String[] {huge + ours})) {
            Visit visit = with(cookies);
            assertThat(visit.number()).isEqualTo(number);
            assertThat(visit.cookie()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ";",
                "belay-visitor",
                "belay-visitor=",
                "belay-visitor=abcdefghijklmnopqrstu",
                "belay-visitor=abcdefghijklmnopqrstuvw",
                "belay-visitor=\"abcdefghijklmnopqrst\"",
                "belay-visitor=abcdefghijklmnopqrst=u",
                "belay-visitor=abcdefghijk mnopqrstuv",
                "Belay-Visitor=abcdefghijklmnopqrstuv",
                "x-belay-visitor=abcdefghijklmnopqrstuv",
                "a=belay-visitor=abcdefghijklmnopqrstuv",
                "belay-visitor =abcdefghijklmnopqrstuv",
            })
    void what_is_no_cookie_of_ours_is_somebody_new(String cookie) {
        assertThat(with(cookie).cookie()).hasSize(22);
        assertThat(with(cookie).number()).isNotEqualTo(with(cookie).number());
    }

    @Test
    void an_answer_for_everybody_makes_nobody_a_visitor() {
        for (String caching : List.of("public, max-age=9", "S-MaxAge=1", "max-age=1, PUBLIC")) {
            var answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.OK);
            answer.headers().set("Cache-Control", caching);
            somebody().tell(answer, false);
            assertThat(answer.headers().contains("Set-Cookie")).isFalse();
        }
    }

    private static Table.LiveShare members(Duration slowStart) {
        var members = new ArrayList<Upstream>();
        for (int i = 0; i < 4; i++) {
            members.add(new Upstream(new Route.Member("m" + i, "::1", 1), new HealthCheck.None()));
        }
        members.forEach(member -> member.ready(true));
        var traffic = new RevisionTraffic(new RouteKey("test", "web"), "v1");
        return new Table.LiveShare(1, traffic, members, null, slowStart);
    }

    @Test
    void a_visitor_stays_at_an_instance_and_only_those_of_one_that_goes_move() {
        Table.LiveShare share = members(Duration.ZERO);
        Upstream gone = share.members().getFirst();
        Map<Upstream, Integer> counts = new HashMap<>();
        for (int i = 0; i < VISITORS; i++) {
            Visit visit = somebody();
            Upstream home = Objects.requireNonNull(share.home(List.of(), visit));
            counts.merge(home, 1, Integer::sum);
            gone.ready(false);
            Upstream meanwhile = share.home(List.of(), visit);
            assertThat(meanwhile).isNotSameAs(gone);
            assertThat(home.equals(gone) || home.equals(meanwhile)).isTrue();
            assertThat(share.home(List.of(meanwhile), visit)).isNotSameAs(meanwhile).isNotNull();
            gone.ready(true);
            assertThat(share.home(List.of(), visit)).isSameAs(home);
        }
        assertThat(counts.values()).hasSize(4).allMatch(n -> n > VISITORS / 5 && n < VISITORS / 3);
    }

    @Test
    void who_came_to_an_instance_that_starts_slowly_stays_there_while_it_grows() {
        Table.LiveShare share = members(Duration.ofHours(1));
        long now = System.nanoTime();
        Upstream fresh = share.members().getFirst();
        share.members().forEach(member -> member.readySince(now - Duration.ofHours(2).toNanos()));
        int before = 0;
        List<Visit> visits = Stream.generate(StickyTest::somebody).limit(1_000).toList();
        Set<Visit> there = new HashSet<>();
        for (int minutes : List.of(0, 15, 30, 61)) {
            fresh.readySince(now - Duration.ofMinutes(minutes).toNanos());
            for (Visit visit : visits) {
                boolean here = fresh.equals(share.home(List.of(), visit));
                assertThat(here || !there.contains(visit)).isTrue();
                if (here) {
                    there.add(visit);
                }
            }
            assertThat(there.size()).isGreaterThan(before);
            before = there.size();
        }
        assertThat(before).isBetween(170, 330);
    }

    /// A cohort of a tenth while lines are published, instances replaced and gateways started.
    @Test
    void a_cohort_keeps_its_share_and_nobody_flips_over_many_tables() throws Exception {
        Map<String, String> homes = new HashMap<>();
        try (var gateway = new TestGateway(folder);
                var old = TestMember.saying("old");
                var young = TestMember.saying("young");
                var another = TestMember.saying("young")) {
            publish(gateway, old.share("v1", 90), young.share("v2", 10));
            for (int i = 0; i < 2_000; i++) {
                var answer = gateway.get("/");
                String cookie = answer.headers().firstValue("Set-Cookie").orElseThrow();
                homes.put(cookie.substring(0, cookie.indexOf(';')), answer.body());
            }
            List<String> cookies = List.copyOf(homes.keySet());
            assertThat(cookies).hasSize(2_000);
            long cohort = homes.values().stream().filter("young"::equals).count();
            // Six times what chance would make of it.
            assertThat(cohort).isBetween(120L, 280L);
            for (int table = 0; table < 30; table++) {
                TestMember now = table % 2 == 0 ? another : young;
                int times = 1 + table % 5;
                var one = old.share("v1", 90 * times);
                var two = now.share("v2", 10 * times);
                if (table % 3 == 0) {
                    publish(gateway, two, one);
                } else {
                    publish(gateway, one, two);
                }
                if (table == 15) {
                    gateway.restart();
                }
                for (int i = 0; i < 100; i++) {
                    String cookie = cookies.get((table * 67 + i) % cookies.size());
                    var again = HttpRequest.newBuilder(gateway.uri("/")).header("Cookie", cookie);
                    assertThat(gateway.send(again).body()).isEqualTo(homes.get(cookie));
                }
            }
        }
    }

    private static void publish(TestGateway gateway, Route.Share... shares) {
        var rules = new Rules(List.of(), Duration.ZERO, true);
        Route route = gateway.route(new HealthCheck.None(), shares).with(rules);
        assertThat(gateway.client.publish(route)).isInstanceOf(PublishReply.Published.class);
    }
}
