package dev.belay.bench;

import dev.belay.gateway.GatewayClient;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// Upgrades the gateway again and again while clients ask without end, and counts what they get;
/// run by `bench/upgrades`. No client repeats a request.
final class UpgradeBench {
    private static final int REQUESTS_A_ROUND = 10_000;
    private static final Duration PULSE = Duration.ofMillis(10);
    private static final Duration PAUSE = Duration.ofMillis(2);
    private static final Duration LAZY = Duration.ofMillis(300);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(60);

    private final Playground playground;
    private final GatewayClient gateway;

    /// While a JVM starts on a small machine, everything else waits for it now and then.
    private final Tally tally = new Tally(Duration.ofSeconds(5));

    private final Percentiles upgrade = new Percentiles("upgrade: start of the process -> serves");
    private final Percentiles drain = new Percentiles("drain: serves -> the old one has ended");
    private final List<Thread> clients = new ArrayList<>();
    private volatile boolean closed;
    private long counted;

    private UpgradeBench(Playground playground) {
        this.playground = playground;
        this.gateway =
                new GatewayClient(
                        playground.folder().resolve(".belay/gateway/gateway.sock"),
                        Duration.ofSeconds(5));
    }

    public static void main(String[] arguments) throws Exception {
        int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 50;
        var playground = new Playground(arguments[0]);
        // However this ends, nothing is left running.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> clear(playground)));
        System.exit(new UpgradeBench(playground).run(rounds) ? 0 : 1);
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
        long before = answers();
        counted = before;
        long began = System.nanoTime();
        begin();
        int done = 0;
        try {
            for (; done < rounds; done++) {
                round(done + 1);
                while (tally.requests() < (long) REQUESTS_A_ROUND * (done + 1)) {
                    Thread.sleep(PULSE);
                }
            }
        } finally {
            closed = true;
            for (Thread client : clients) {
                client.join();
            }
            System.out.printf(
                    "rounds    %d upgrades in %d s%n",
                    done, Duration.ofNanos(System.nanoTime() - began).toSeconds());
            tally.print();
            upgrade.print();
            drain.print();
        }
        long answered = answers() - before;
        System.out.printf("counted   %,d of %,d by the gateways%n", answered, tally.requests());
        return tally.failures() == 0 && answered == tally.requests();
    }

    private void round(int number) throws IOException, InterruptedException {
        tally.during("upgrade " + number);
        JsonNode done = playground.upgradeGateway();
        upgrade.add(done.path("millis").asDouble());
        totals();
        long since = System.nanoTime();
        while (!playground.gateway().path("predecessors").isEmpty()) {
            if (System.nanoTime() - since > ENDS_WITHIN.toNanos()) {
                throw new IOException("the gateway of before does not end");
            }
            totals();
            Thread.sleep(PULSE);
        }
        totals();
        drain.add((System.nanoTime() - since) / 1e6);
    }

    /// They may not go back, whoever has counted.
    private void totals() throws IOException {
        long now = answers();
        if (now < counted) {
            throw new IOException("totals went back from " + counted + " to " + now);
        }
        counted = now;
    }

    private long answers() throws IOException {
        long all = 0;
        for (JsonNode line : gateway.counts().path("revisions")) {
            for (JsonNode count : line.path("answers")) {
                all += count.asLong();
            }
        }
        return all;
    }

    private void begin() {
        begin(6, () -> onKept("keep-alive", Duration.ZERO));
        begin(4, () -> onKept("lazy", LAZY));
        begin(4, this::onNew);
        begin(4, this::onHttp2);
    }

    /// One connection's life.
    private interface Client {
        void run() throws InterruptedException;
    }

    private void begin(int count, Client client) {
        for (int i = 0; i < count; i++) {
            clients.add(
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    while (!closed) {
                                        client.run();
                                    }
                                } catch (InterruptedException _) {
                                    Thread.currentThread().interrupt();
                                }
                            }));
        }
    }

    private void onKept(String kind, Duration pause) throws InterruptedException {
        long asked = Cutover.now();
        try (var wire = new Wire(playground.port())) {
            while (!closed && !wire.ending()) {
                asked = Cutover.now();
                tally.answered(kind, true, wire.ask("GET", "/", ""), asked);
                Thread.sleep(pause);
            }
        } catch (IOException failure) {
            tally.failed(kind, failure, asked);
            Thread.sleep(PAUSE);
        }
    }

    private void onNew() throws InterruptedException {
        long asked = Cutover.now();
        try (var wire = new Wire(playground.port())) {
            tally.answered("new", true, wire.ask("GET", "/", ""), asked);
        } catch (IOException failure) {
            tally.failed("new", failure, asked);
        }
        Thread.sleep(PAUSE);
    }

    private void onHttp2() throws InterruptedException {
        long asked = Cutover.now();
        try (var wire = new H2Wire(playground.port())) {
            while (!closed && !wire.ending()) {
                asked = Cutover.now();
                tally.answered("http/2", true, wire.ask(), asked);
            }
        } catch (IOException failure) {
            tally.failed("http/2", failure, asked);
            Thread.sleep(PAUSE);
        }
    }
}
