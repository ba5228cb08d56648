package dev.belay.bench;

import com.sun.net.httpserver.HttpServer;
import dev.belay.gateway.HealthCheck;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.Route;
import dev.belay.gateway.RouteKey;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/// `TableBench [ROUTES] [CHANGES]`: how long a change of a large routing table takes, from the call
/// to the answer that every event loop uses it, the sync of the disk included; and how long
/// requests take meanwhile, at 500 a second, one after the other on four connections.
final class TableBench {
    private static final int ASKING = 4;
    private static final int FIRST_PORT = 20_000;
    private static final Duration BETWEEN = Duration.ofMillis(8);

    private final Subject gateway;
    private final int member;
    private final List<Integer> ports;
    private volatile boolean over;

    private TableBench(Subject gateway, int member, List<Integer> ports) {
        this.gateway = gateway;
        this.member = member;
        this.ports = ports;
    }

    public static void main(String[] args) throws Exception {
        int routes = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
        int changes = args.length > 1 ? Integer.parseInt(args[1]) : 500;
        Path folder = Files.createTempDirectory("belay-bench");
        HttpServer server =
                HttpServer.create(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 4_096);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext(
                "/",
                exchange -> {
                    exchange.sendResponseHeaders(200, -1);
                    exchange.close();
                });
        server.start();
        try (Subject gateway = Subject.start(folder.resolve("gateway"));
                Floor floor = new Floor(folder)) {
            int member = server.getAddress().getPort();
            var bench = new TableBench(gateway, member, freePorts(routes));
            bench.run(changes);
            floor.print();
            System.out.println("resident: " + gateway.residentMib() + " MiB");
        } finally {
            server.stop(0);
        }
    }

    private void run(int changes) throws Exception {
        for (int i = 0; i < ports.size(); i++) {
            publish(i, 1);
        }
        System.out.println(ports.size() + " routes");
        // Their members answer the first probes of the table meanwhile.
        var still = requests(Duration.ofSeconds(10), "request, no change");
        still.print();
        var change = new Percentiles("change, to the answer");
        Thread changing =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < changes; i++) {
                                long before = System.nanoTime();
                                publish(i % ports.size(), 2 + i / ports.size());
                                change.add((System.nanoTime() - before) / 1e6);
                            }
                            over = true;
                        });
        var during = requests(Duration.ofMinutes(2), "request, amid changes");
        changing.join();
        during.print();
        change.print();
    }

    private void publish(int number, long token) {
        var members = List.of(new Route.Member("a", "127.0.0.1", member));
        var share = new Route.Share("v1", 1, new Route.Members(members));
        var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
        var key = new RouteKey("bench", "web-" + number);
        var route = new Route(key, token, ports.get(number), List.of(share), check);
        PublishReply reply = gateway.client().publish(route);
        if (!(reply instanceof PublishReply.Published)) {
            throw new IllegalStateException(reply.toString());
        }
    }

    /// Until all changes are made, or the time is over.
    private Percentiles requests(Duration most, String name) throws InterruptedException {
        var times = new Percentiles(name);
        long end = System.nanoTime() + most.toNanos();
        Thread[] asking = new Thread[ASKING];
        for (int i = 0; i < ASKING; i++) {
            int port = ports.get(ports.size() - 1 - i);
            asking[i] = Thread.ofPlatform().start(() -> ask(port, end, times));
        }
        for (Thread one : asking) {
            one.join();
        }
        return times;
    }

    private void ask(int port, long end, Percentiles times) {
        try (Wire wire = new Wire(port)) {
            while (!over && System.nanoTime() < end) {
                long before = System.nanoTime();
                wire.ask("GET", "/", "");
                double millis = (System.nanoTime() - before) / 1e6;
                synchronized (times) {
                    times.add(millis);
                }
                Thread.sleep(BETWEEN);
            }
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Below those that the system gives to connections, which would take them in between.
    private static List<Integer> freePorts(int count) {
        var ports = new ArrayList<Integer>();
        for (int port = FIRST_PORT; ports.size() < count; port++) {
            try (var _ = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                ports.add(port);
            } catch (IOException _) {
                // Somebody else's.
            }
        }
        return ports;
    }
}
