package dev.belay.bench;

import java.io.IOException;
import java.time.Duration;

/// Ships two versions in turn and takes every one back, under mixed traffic, and counts what the
/// clients get; run by `bench/deploys`. Odd rounds end the release and roll it back from cold, even
/// rounds cancel it while it soaks and the old revision is warm.
final class DeployBench {
    private static final int REQUESTS_A_ROUND = 10_000;
    private static final Duration PULSE = Duration.ofMillis(10);
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(5);
    private static final Duration STRAGGLERS = Duration.ofMillis(200);

    private final Playground playground;
    private final Tally tally = new Tally(Duration.ofSeconds(1));
    private final Percentiles healthyToTraffic = new Percentiles("instances healthy -> traffic");
    private final Percentiles deploy = new Percentiles("deploy: request -> all on the new");
    private final Percentiles warm = new Percentiles("warm rollback: request -> all on the old");
    private final Percentiles cold = new Percentiles("cold rollback: request -> all on the old");
    private final Percentiles overlap = new Percentiles("cutover: first new -> last old answer");
    private final Percentiles asked = new Percentiles("cutover: first new -> last asked of old");

    private DeployBench(Playground playground) {
        this.playground = playground;
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 100;
        var playground = new Playground(arguments[0]);
        // However this ends, nothing is left running.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(playground)));
        System.exit(new DeployBench(playground).run(rounds) ? 0 : 1);
    }

    private static void clear(Playground playground) {
        try {
            playground.clear();
        } catch (IOException | InterruptedException e) {
            System.err.println("not everything has ended: " + e);
        }
    }

    private boolean run(int rounds) throws IOException, InterruptedException {
        playground.start();
        playground.version("v1", "0s");
        playground.awaitEnd(playground.deploy(), "completed");
        long began = System.nanoTime();
        var floor = new Floor(playground.folder());
        int done = 0;
        try (var traffic = new Traffic(playground.port(), tally)) {
            traffic.start();
            for (; done < rounds; done++) {
                round(done + 1);
                while (tally.requests() < (long) REQUESTS_A_ROUND * (done + 1)) {
                    Thread.sleep(PULSE);
                }
            }
        } finally {
            floor.close();
            System.out.printf(
                    "rounds    %d deploys, %d rollbacks in %d s%n",
                    done, done, Duration.ofNanos(System.nanoTime() - began).toSeconds());
            print();
            floor.print();
        }
        return tally.failures() == 0;
    }

    private void print() {
        tally.print();
        for (var line : new Percentiles[] {deploy, healthyToTraffic, warm, cold, overlap, asked}) {
            line.print();
        }
    }

    private void round(int number) throws IOException, InterruptedException {
        boolean soaks = number % 2 == 0;
        tally.during("deploy " + number);
        playground.version("v2", soaks ? "1h" : "0s");
        var there = new Cutover("v1", "v2");
        tally.watch(there);
        String release = playground.deploy();
        if (soaks) {
            playground.awaitSoak(release);
        } else {
            playground.awaitEnd(release, "completed");
        }
        seen(there, deploy);
        healthyToTraffic.add(there.healthyToTrafficMillis());

        tally.during((soaks ? "warm" : "cold") + " rollback " + number);
        var back = new Cutover("v2", "v1");
        tally.watch(back);
        if (soaks) {
            playground.cancel(release);
            playground.awaitEnd(release, "rolled-back");
        } else {
            playground.awaitEnd(playground.rollBack(), "completed");
        }
        seen(back, soaks ? warm : cold);
    }

    private void seen(Cutover cutover, Percentiles toAll) throws IOException, InterruptedException {
        long end = System.nanoTime() + SEEN_WITHIN.toNanos();
        while (!cutover.seen()) {
            if (System.nanoTime() > end) {
                throw new IOException("the release has ended, but no client has met its version");
            }
            Thread.sleep(PULSE);
        }
        // Answers of the old version that are still on their way count, too.
        Thread.sleep(STRAGGLERS);
        toAll.add(cutover.decisionToAllMillis());
        overlap.add(cutover.overlapMillis());
        asked.add(cutover.askedOverlapMillis());
    }
}
