package dev.belay.gateway;

import io.netty.channel.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Asks every member of the table from time to time whether it is well, on an event loop beside
/// those of the requests: thousands of members are hundreds of questions a second.
final class Prober {
    private static final Duration TICK = Duration.ofMillis(50);
    private static final Duration WELL = Duration.ofSeconds(2);
    private static final Duration UNWELL = Duration.ofMillis(250);

    /// A success younger than this needs no second one before a cutover. As long as a member that
    /// is well is left in peace, and a little longer: going back to a warm revision asks nobody.
    private static final Duration FRESH = WELL.plusMillis(500);

    private static final int FAILURES = 2;

    private record Watched(Table.LiveShare share, Upstream upstream) {}

    private final EventLoop loop;
    private final Transport transport;
    private final Map<RouteKey, List<Watched>> watched = new ConcurrentHashMap<>();

    Prober(Loops loops) {
        this.loop = loops.aside();
        this.transport = loops.transport();
        long millis = TICK.toMillis();
        var _ = loop.scheduleAtFixedRate(this::tick, millis, millis, TimeUnit.MILLISECONDS);
    }

    /// From now on these members are asked, and no others.
    void watch(Table table) {
        watched.keySet().retainAll(table.entries().keySet());
        table.entries().forEach(this::watch);
    }

    /// From now on these members of a component are asked.
    ///
    /// @param entry null when it has none any more
    void watch(RouteKey key, Table.@Nullable Entry entry) {
        if (entry == null) {
            watched.remove(key);
            return;
        }
        var next = new ArrayList<Watched>();
        for (Table.LiveShare share : entry.shares()) {
            share.members().forEach(member -> next.add(new Watched(share, member)));
        }
        watched.put(key, List.copyOf(next));
    }

    /// Asks these at once, unless they answered a moment ago; done when all have an answer.
    CompletableFuture<Void> ask(Collection<Upstream> upstreams) {
        long fresh = System.nanoTime() - FRESH.toNanos();
        var asked = new ArrayList<CompletableFuture<?>>();
        for (Upstream upstream : upstreams) {
            if (!upstream.succeededSince(fresh)) {
                HealthCheck check = upstream.health();
                asked.add(
                        Probe.ask(upstream, loop, transport)
                                .thenAccept(outcome -> first(upstream, check, outcome)));
            }
        }
        return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new));
    }

    private static void first(Upstream upstream, HealthCheck check, Probe.Outcome outcome) {
        if (outcome.well()) {
            upstream.succeeded(check, System.nanoTime());
        } else {
            upstream.failed(outcome.why());
        }
    }

    /// It was just seen to fail: the next question comes at once.
    void soon(Upstream upstream) {
        loop.execute(() -> {
            upstream.failures = FAILURES;
            upstream.nextProbe = System.nanoTime();
        });
    }

    private void tick() {
        long now = System.nanoTime();
        for (List<Watched> members : watched.values()) {
            for (int i = 0; i < members.size(); i++) {
                if (now - members.get(i).upstream().nextProbe >= 0) {
                    ask(members.get(i), now);
                }
            }
        }
    }

    private void ask(Watched one, long now) {
        // No second question while the first is open.
        Duration open = one.upstream().health().timeout().plus(WELL);
        one.upstream().nextProbe = now + open.toNanos();
        HealthCheck check = one.upstream().health();
        var _ =
                Probe.ask(one.upstream(), loop, transport)
                        .thenAccept(out -> heard(one, check, out));
    }

    private void heard(Watched one, HealthCheck check, Probe.Outcome outcome) {
        Upstream upstream = one.upstream();
        if (!check.equals(upstream.health())) {
            // A line with another question was published meanwhile.
            upstream.nextProbe = System.nanoTime();
            return;
        }
        if (outcome.well()) {
            upstream.failures = 0;
            upstream.succeeded(check, System.nanoTime());
        } else {
            upstream.failures++;
            upstream.failed(outcome.why());
            if (upstream.ready() && upstream.failures >= FAILURES) {
                one.share().eject(upstream);
            }
        }
        Duration pause = upstream.ready() && outcome.well() ? WELL : UNWELL;
        long nanos = pause.toNanos();
        long jitter = ThreadLocalRandom.current().nextLong(nanos / 4);
        upstream.nextProbe = System.nanoTime() + nanos - jitter;
    }
}
