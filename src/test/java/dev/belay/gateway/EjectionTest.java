package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Members that fail at requests while their health page says that all is well.
class EjectionTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

    @TempDir private Path folder;

    @Test
    void five_failures_in_a_row_are_enough_and_a_success_between_starts_anew() {
        var ejection = new Ejection();
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 4; i++) {
                assertThat(ejection.failed()).isFalse();
            }
            ejection.succeeded();
        }
        for (int i = 0; i < 4; i++) {
            ejection.failed();
        }
        assertThat(ejection.failed()).isTrue();
    }

    @Test
    void each_time_is_twice_as_long_up_to_half_a_minute_until_it_succeeds() {
        var ejection = new Ejection();
        long now = -5 * SECOND;
        for (long seconds : List.of(1, 2, 4, 8, 16, 30, 30)) {
            ejection.start(now);
            // What was under way may still end well.
            ejection.succeeded();
            assertThat(ejection.out(now + seconds * SECOND - 1)).isTrue();
            assertThat(ejection.out(now + seconds * SECOND)).isFalse();
            now += seconds * SECOND;
        }
        ejection.succeeded();
        ejection.start(now);
        assertThat(ejection.out(now + SECOND)).isFalse();
    }

    private static Table.LiveShare share(int members, Duration slowStart) {
        var key = new RouteKey("test", "web");
        var upstreams = new ArrayList<Upstream>();
        for (int i = 0; i < members; i++) {
            var member = new Route.Member("m" + i, "127.0.0.1", 1 + i);
            var upstream = new Upstream(member, new HealthCheck.None());
            upstream.ready(true);
            upstreams.add(upstream);
        }
        return new Table.LiveShare(1, new RevisionTraffic(key, "v1"), upstreams, null, slowStart);
    }

    private static void fail(Table.LiveShare share, Upstream member) {
        for (int i = 0; i < 10; i++) {
            share.failed(member);
        }
    }

    @Test
    void half_of_the_members_stay_and_always_one() {
        for (int members = 1; members <= 7; members++) {
            Table.LiveShare share = share(members, Duration.ZERO);
            share.members().forEach(member -> fail(share, member));
            long now = System.nanoTime();
            long left = share.members().stream().filter(m -> !m.ejection().out(now)).count();
            assertThat(left).isEqualTo(Math.max(1, Math.ceilDiv(members, 2)));
            assertThat(share.traffic().ejections()).isEqualTo(members - left);
            assertThat(share.traffic().ejectionsRefused()).isPositive();
        }
    }

    @Test
    void half_of_the_members_stay_when_all_fail_on_all_loops_at_once() throws Exception {
        for (int round = 0; round < 100; round++) {
            Table.LiveShare share = share(5, Duration.ZERO);
            // Tables that follow one another share the members.
            var before =
                    new Table.LiveShare(
                            1, share.traffic(), share.members(), null, share.slowStart());
            var start = new CyclicBarrier(10);
            try (var loops = Executors.newFixedThreadPool(10)) {
                var all = new ArrayList<Future<?>>();
                for (int i = 0; i < 10; i++) {
                    Upstream member = share.members().get(i / 2);
                    Table.LiveShare table = i % 2 == 0 ? share : before;
                    all.add(
                            loops.submit(() -> {
                                start.await();
                                fail(table, member);
                                return null;
                            }));
                }
                for (Future<?> one : all) {
                    one.get();
                }
            }
            assertThat(share.members()).filteredOn(member -> !member.ejection().out()).hasSize(3);
            assertThat(share.traffic().ejections()).isEqualTo(2);
        }
    }

    @Test
    void members_that_no_table_names_any_more_are_none_of_those_that_stay() {
        Table.LiveShare before = share(4, Duration.ZERO);
        before.members().get(2).retired(true);
        before.members().get(3).retired(true);
        before.members().forEach(member -> fail(before, member));
        assertThat(before.members().get(0).ejection().out()).isTrue();
        assertThat(before.members().get(1).ejection().out()).isFalse();
    }

    @Test
    void what_fails_while_the_member_is_out_does_not_count_when_it_is_back() {
        var ejection = new Ejection();
        ejection.start(System.nanoTime());
        for (int i = 0; i < 10; i++) {
            assertThat(ejection.failed()).isFalse();
        }
        assertThat(ejection.out(System.nanoTime() + SECOND)).isFalse();
        assertThat(ejection.failed()).isFalse();
    }

    @Test
    void one_that_is_out_is_better_than_none() {
        Table.LiveShare share = share(2, Duration.ZERO);
        Upstream first = share.members().getFirst();
        Upstream second = share.members().getLast();
        fail(share, first);
        for (int i = 0; i < 50; i++) {
            assertThat(share.leastLoaded(List.of())).isSameAs(second);
        }
        second.ready(false);
        assertThat(share.able()).isTrue();
        assertThat(share.leastLoaded(List.of())).isSameAs(first);
    }

    @Test
    void a_member_that_just_became_ready_is_chosen_seldom_and_then_as_often_as_the_others() {
        Table.LiveShare share = share(2, Duration.ofHours(1));
        Upstream old = share.members().getFirst();
        Upstream fresh = share.members().getLast();
        old.readySince(System.nanoTime() - TimeUnit.HOURS.toNanos(2));
        assertThat(chosen(share, fresh)).isBetween(10, 110);
        fresh.readySince(old.readySince());
        assertThat(chosen(share, fresh)).isBetween(350, 650);
        old.ready(false);
        fresh.readySince(System.nanoTime());
        assertThat(chosen(share, fresh)).as("there is nobody else").isEqualTo(1_000);
    }

    private static int chosen(Table.LiveShare share, Upstream who) {
        int count = 0;
        for (int i = 0; i < 1_000; i++) {
            count += who.equals(share.leastLoaded(List.of())) ? 1 : 0;
        }
        return count;
    }

    @Test
    void a_member_that_resets_its_requests_gets_no_more_while_its_port_still_answers()
            throws Exception {
        var seen = new AtomicInteger();
        try (var gateway = new TestGateway(folder);
                var bad =
                        TestMember.behaving((request, _) -> {
                            request.body();
                            seen.incrementAndGet();
                            return false;
                        });
                var good = TestMember.saying("good")) {
            var members = new Route.Members(List.of(bad.member("bad"), good.member("good")));
            gateway.routes(new Route.Share("v1", 1, members));
            for (int i = 0; i < 200 && seen.get() < 5; i++) {
                var body = HttpRequest.BodyPublishers.ofString("x");
                gateway.send(HttpRequest.newBuilder(gateway.uri("/")).POST(body));
            }
            assertThat(seen.get()).isEqualTo(5);
            assertThat(gateway.client.metrics())
                    .containsPattern("ejections_total\\{[^}]*revision=\"v1\"[^}]*} 1\n");
        }
    }
}
