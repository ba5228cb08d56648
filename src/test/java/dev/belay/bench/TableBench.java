package dev.belay.bench;

import com.sun.net.httpserver.HttpServer;
import dev.belay.gateway.Entrance;
import dev.belay.gateway.HealthCheck;
import dev.belay.gateway.Match;
import dev.belay.gateway.PublishReply;
import dev.belay.gateway.Route;
import dev.belay.gateway.RouteKey;
import dev.belay.gateway.Rules;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;

/// `TableBench [ROUTES] [CHANGES] [ports|paths]`: how long a change of a large routing table takes,
/// from the call to the answer that every event loop uses it, and what of that the gateway says its
/// parts took; how long the gateway's threads stand still meanwhile; and how long requests take, at
/// 500 a second, one after the other on four connections. Routes have ports of their own alone, or
/// paths of one entrance, too.
final class TableBench {
    private static final int ASKING = 4;
    private static final int FIRST_PORT = 20_000;
    private static final Duration BETWEEN = Duration.ofMillis(8);
    private static final Duration STILL = Duration.ofSeconds(10);
    private static final Duration MOST = Duration.ofMinutes(2);

    private final Subject gateway;
    private final int member;

    /// The last one is the entrance's.
    private final List<Integer> ports;

    private final boolean paths;
    private volatile boolean over;

    private TableBench(Subject gateway, int member, List<Integer> ports, boolean paths) {
        this.gateway = gateway;
        this.member = member;
        this.ports = ports;
        this.paths = paths;
    }

    public static void main(String[] args) throws Exception {
        int routes = args.length > 0 ? Integer.parseInt(args[0]) : 5_000;
        int changes = args.length > 1 ? Integer.parseInt(args[1]) : 500;
        boolean paths = args.length > 2 && args[2].equals("paths");
        Path folder = Files.createTempDirectory("belay-bench");
        Path stops = folder.resolve("stops.log");
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
        try (Subject gateway =
                        Subject.start(
                                folder.resolve("gateway"),
                                Stops.option(stops),
                                // As in production: the tests' own says less.
                                "-Dlogback.configurationFile=logback.xml");
                Floor floor = new Floor(folder)) {
            int member = server.getAddress().getPort();
            var bench = new TableBench(gateway, member, freePorts(routes + 1), paths);
            bench.run(changes, folder.resolve("gateway.log"), stops);
            floor.print();
            System.out.println("resident: " + gateway.residentMib() + " MiB");
        } finally {
            server.stop(0);
        }
    }

    private int routes() {
        return ports.size() - 1;
    }

    private void run(int changes, Path log, Path stops) throws Exception {
        for (int i = 0; i < routes(); i++) {
            publish(i, 1);
        }
        System.out.println(routes() + " routes");
        // Their members answer the first probes of the table meanwhile.
        long start = System.nanoTime();
        var still = requests(STILL, "request, no change");
        long begin = System.nanoTime();
        var answered = new ArrayList<Double>();
        Thread changing =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int i = 0; i < changes; i++) {
                                long before = System.nanoTime();
                                publish(i % routes(), 2 + i / routes());
                                answered.add((System.nanoTime() - before) / 1e6);
                            }
                            over = true;
                        });
        var during = requests(MOST, "request, amid changes");
        changing.join();
        long end = System.nanoTime();
        new ChangeFigures(log, answered).print();
        Stops.in(stops, start, begin).print("threads stopped, no change");
        Stops.in(stops, begin, end).print("threads stopped, amid changes");
        still.print();
        during.print();
    }

    private void publish(int number, long token) {
        var members = List.of(new Route.Member("a", "127.0.0.1", member));
        var share = new Route.Share("v1", 1, new Route.Members(members));
        var check = new HealthCheck.Tcp(Duration.ofSeconds(2));
        var key = new RouteKey("bench", "web-" + number);
        var route = new Route(key, token, ports.get(number), List.of(share), check);
        if (paths) {
            var entrance = new Entrance("public", ports.getLast());
            var path = List.of(path(number));
            var match = new Match(entrance, List.of("bench"), path, Set.of(), Map.of());
            route = route.with(new Rules(List.of(match)));
        }
        PublishReply reply = gateway.client().publish(route);
        if (!(reply instanceof PublishReply.Published)) {
            throw new IllegalStateException(reply.toString());
        }
    }

    private static String path(int number) {
        return "/web-" + number;
    }

    /// Until all changes are made, or the time is over.
    private Percentiles requests(Duration most, String name) throws InterruptedException {
        var times = new Percentiles(name);
        long end = System.nanoTime() + most.toNanos();
        Thread[] asking = new Thread[ASKING];
        for (int i = 0; i < ASKING; i++) {
            int number = routes() - 1 - i;
            asking[i] = Thread.ofPlatform().start(() -> ask(number, end, times));
        }
        for (Thread one : asking) {
            one.join();
        }
        return times;
    }

    private void ask(int number, long end, Percentiles times) {
        try (Wire wire = new Wire(paths ? ports.getLast() : ports.get(number))) {
            while (!over && System.nanoTime() < end) {
                long before = System.nanoTime();
                wire.ask("GET", path(number), "");
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
