package dev.belay.bench;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/// Ships a version that fails half of its requests as a canary, beside one that fails a hundredth,
/// and says how long clients meet it and how many requests fail; run by `bench/judged`.
final class JudgedBench implements AutoCloseable {
    private static final int RATE = 50;
    private static final int PERCENT = 10;
    private static final String GOOD = "v1 1";
    private static final String BAD = "v2 50";
    private static final Duration AFTERWARDS = Duration.ofSeconds(3);

    private final Playground playground;
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final ConcurrentLinkedQueue<Wire> free = new ConcurrentLinkedQueue<>();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong answered = new AtomicLong();
    private final AtomicLong firstBad = new AtomicLong();
    private final AtomicLong lastBad = new AtomicLong();

    private JudgedBench(Playground playground) {
        this.playground = playground;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
        int minutes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 0;
        var playground = new Playground(arguments[0]);
        // However this ends, nothing is left running.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(playground)));
        try (var bench = new JudgedBench(playground)) {
            bench.run(rounds, minutes);
        }
        System.exit(0);
    }

    private static void clear(Playground playground) {
        try {
            playground.clear();
        } catch (IOException | InterruptedException e) {
            System.err.println("not everything has ended: " + e);
        }
    }

    private void run(int rounds, int minutes) throws IOException, InterruptedException {
        playground.start();
        playground.canary(GOOD, PERCENT);
        playground.awaitEnd(playground.deploy(), "completed");
        ScheduledFuture<?> asking =
                clock.scheduleAtFixedRate(
                        () -> Thread.ofVirtual().start(this::ask),
                        0,
                        TimeUnit.SECONDS.toNanos(1) / RATE,
                        TimeUnit.NANOSECONDS);
        // Where its slow answers are has to be known; and, with minutes, how they hang together.
        Thread.sleep(Duration.ofSeconds(10).plusMinutes(minutes));
        System.out.printf(
                "%d requests a second, %d %% to a canary that fails 50 %% of them beside 1 %%;"
                        + " %d minutes of history%n",
                RATE, PERCENT, minutes);
        for (int round = 1; round <= rounds; round++) {
            round(round);
        }
        asking.cancel(false);
    }

    private void round(int number) throws IOException, InterruptedException {
        firstBad.set(0);
        lastBad.set(0);
        long failedBefore = failed.get();
        long answeredBefore = answered.get();
        playground.canary(BAD, PERCENT);
        String release = playground.deploy();
        playground.awaitEnd(release, "rolled-back");
        Thread.sleep(AFTERWARDS);
        System.out.printf(
                "round %d: the canary answered for %.1f s; %d of %d requests failed, from the deploy"
                        + " to 3 s after its end%n",
                number,
                (lastBad.get() - firstBad.get()) / 1e9,
                failed.get() - failedBefore,
                answered.get() - answeredBefore);
    }

    private void ask() {
        Wire kept = free.poll();
        try {
            Wire wire = kept == null ? new Wire(playground.port()) : kept;
            kept = wire;
            String body = wire.ask("GET", "/", "");
            if (body.startsWith("v2 ")) {
                long now = System.nanoTime();
                firstBad.compareAndSet(0, now);
                lastBad.accumulateAndGet(now, Math::max);
            }
            if (wire.ending()) {
                wire.close();
            } else {
                free.add(wire);
            }
        } catch (IOException _) {
            failed.incrementAndGet();
            close(kept);
        }
        answered.incrementAndGet();
    }

    private static void close(@org.jspecify.annotations.Nullable Wire wire) {
        if (wire != null) {
            try {
                wire.close();
            } catch (IOException _) {
                // It had failed before.
            }
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        free.forEach(JudgedBench::close);
    }
}
