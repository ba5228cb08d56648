package dev.belay.gateway;

import dev.belay.gateway.tls.TestCertificates;
import dev.belay.gateway.tls.TlsUse;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A gateway process that is used for long, in rounds: traffic of every kind while the table
/// changes, instances start anew and one gateway hands over to the next; then rest, in which
/// everything that was taken must have been given back. Netty's leak detector watches every buffer.
/// Run by `bench/soak`.
final class Soak implements AutoCloseable {
    /// How much of it.
    ///
    /// @param handOver after so many rounds another gateway takes over, amid the next
    record Course(int rounds, Duration round, int handOver, Duration pause) {}

    private static final RouteKey WEB = new RouteKey("soak", "web");
    private static final RouteKey CALLS = new RouteKey("soak", "calls");
    private static final RouteKey SITE = new RouteKey("soak", "site");
    private static final String LEAK = "LEAK:";
    private static final int DRAIN_SECONDS = 30;
    private static final int FAILURES_A_THOUSAND = 10;

    /// Every buffer is followed, with where it was last touched.
    private static final List<String> WATCHED =
            List.of(
                    "-Dio.netty.leakDetection.level=paranoid",
                    "-Dio.netty.leakDetection.targetRecords=8",
                    "-Dlogback.configurationFile=src/main/resources/logback.xml");

    private final Course course;
    private final Path folder;
    private final GatewayClient client;
    private final SoakTraffic.Ports ports;
    private final Entrance secure;
    private final SoakTraffic traffic;
    private final TestH2Member calls = TestH2Member.behaving(SoakMember::call);
    private final List<TestMember> members = new ArrayList<>();
    private final List<String> complaints = new ArrayList<>();
    private final List<RunningGateway> gateways = new ArrayList<>();
    private @Nullable SoakFigures first;
    private long token;

    /// @param folder for the gateway's state, certificates and files
    Soak(Course course, Path folder) throws Exception {
        this.course = course;
        this.folder = folder;
        var certificates = new TestCertificates(folder.resolve("tls")).pair("soak", "localhost");
        int port = TestGateway.freePort();
        secure = new Entrance("secure", port, TlsUse.folder(certificates.folder()));
        ports =
                new SoakTraffic.Ports(
                        TestGateway.freePort(),
                        TestGateway.freePort(),
                        TestGateway.freePort(),
                        port);
        traffic = new SoakTraffic(ports, certificates.trusting("soak"), course.pause());
        client = new GatewayClient(state().resolve("gateway.sock"), TestGateway.PATIENCE);
        members.add(TestMember.behaving(SoakMember::answer));
        members.add(TestMember.behaving(SoakMember::answer));
        Path site = Files.createDirectories(folder.resolve("files/site"));
        Files.writeString(site.resolve("index.html"), "<h1>soak</h1>");
        Files.write(site.resolve("large.bin"), new byte[2 * SoakMember.LARGE]);
    }

    public static void main(String[] words) throws Exception {
        int minutes = words.length > 0 ? Integer.parseInt(words[0]) : 60;
        int handOver = words.length > 1 ? Integer.parseInt(words[1]) : 10;
        Path folder = Files.createTempDirectory("soak");
        var course = new Course(minutes, Duration.ofSeconds(60), handOver, Duration.ofMillis(150));
        List<String> complaints;
        try (var soak = new Soak(course, folder)) {
            complaints = soak.run();
        } finally {
            delete(folder);
        }
        complaints.forEach(System.out::println);
        if (complaints.isEmpty()) {
            System.out.println("everything that was taken was given back");
        }
        System.exit(complaints.isEmpty() ? 0 : 1);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path one : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(one);
            }
        }
    }

    private Path state() {
        return folder.resolve("gw");
    }

    private RunningGateway present() {
        return gateways.getLast();
    }

    /// Gives what was not as it should be; nothing when all was.
    List<String> run() throws Exception {
        gateways.add(RunningGateway.with(WATCHED, state()));
        publish("r0");
        publish(new Route(CALLS, ++token, ports.calls(), List.of(calls.share()), none()));
        var files = new Route.Share("v1", 1, new Route.Files(folder.resolve("files")));
        publish(at(new Route(SITE, ++token, ports.site(), List.of(files), none()), "/site"));
        System.out.println("round   answers  failed " + SoakFigures.heads());
        for (int round = 1; round <= course.rounds(); round++) {
            traffic.begin(round);
            boolean handOver = round > 1 && (round - 1) % course.handOver() == 0;
            amid(handOver);
            traffic.end();
            rest(round, handOver);
        }
        verdict();
        return complaints;
    }

    /// What else happens while there is traffic.
    private void amid(boolean handOver) throws Exception {
        int steps = 10;
        for (int step = 0; step < steps; step++) {
            LockSupport.parkNanos(course.round().toNanos() / steps);
            publish("r" + token);
            if (step == 3) {
                again(0);
            }
            if (step == 5 && handOver) {
                handOver();
            }
        }
    }

    private void handOver() throws Exception {
        RunningGateway before = present();
        gateways.add(
                RunningGateway.with(
                        WATCHED,
                        state(),
                        "--take-over",
                        "--drain",
                        Integer.toString(DRAIN_SECONDS)));
        if (!before.endsWithin(2 * DRAIN_SECONDS)) {
            complaints.add("gateway " + before.pid() + " did not end after it had handed over");
            before.kill();
        } else if (before.process().exitValue() != 0) {
            complaints.add("gateway " + before.pid() + " ended with an error: " + before.said());
        }
    }

    /// A new revision of the same members, who stay for two revisions.
    private void publish(String revision) {
        var list = new ArrayList<Route.Member>();
        for (TestMember one : members) {
            list.add(one.member("m" + list.size()));
        }
        var share = new Route.Share(revision, 1, new Route.Members(list));
        var check = new HealthCheck.Http("/health", 200, 299, Map.of(), "", Duration.ofSeconds(2));
        publish(at(new Route(WEB, ++token, ports.web(), List.of(share), check), "/"));
    }

    private static HealthCheck none() {
        return new HealthCheck.None();
    }

    private Route at(Route route, String path) {
        var match = new Match(secure, List.of(), List.of(path), Set.of(), Map.of());
        return route.with(new Rules(List.of(match)));
    }

    private void publish(Route route) {
        PublishReply reply = client.publish(route);
        if (!(reply instanceof PublishReply.Published)) {
            complaints.add("a table was not taken: " + reply);
        }
    }

    /// As an instance that is started again where it was.
    private void again(int member) throws Exception {
        int port = members.get(member).port();
        members.get(member).close();
        TestGateway.eventually("the port is free again", () -> open(member, port));
    }

    /// Whoever waits for connections there may still be on its way out.
    private boolean open(int member, int port) throws IOException {
        try {
            members.set(member, TestMember.at(port, SoakMember::answer));
            return true;
        } catch (BindException _) {
            return false;
        }
    }

    /// Waits until nothing is under way, and looks.
    private void rest(int round, boolean fresh) throws Exception {
        for (int i = 0; i < members.size(); i++) {
            // Ends the connections that the gateway keeps to it.
            again(i);
        }
        SoakFigures now = figures();
        long deadline = System.nanoTime() + TestGateway.PATIENCE.toNanos();
        while (!settled(now, fresh) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
            now = figures();
        }
        if (first == null || fresh) {
            first = now;
        }
        now.more(first).forEach(one -> complaints.add("round " + round + ": " + one));
        System.out.printf(
                "%5d %9d %7d %s%n", round, sum(traffic.done()), sum(traffic.failed()), now);
    }

    private boolean settled(SoakFigures now, boolean fresh) {
        SoakFigures before = fresh || first == null ? now : first;
        return now.more(before).isEmpty();
    }

    private SoakFigures figures() throws Exception {
        String jcmd = Path.of(System.getProperty("java.home"), "bin", "jcmd").toString();
        String pid = Long.toString(present().pid());
        Process collect =
                new ProcessBuilder(jcmd, pid, "GC.run")
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (collect.waitFor() != 0) {
            throw new IOException("`jcmd " + pid + " GC.run` failed");
        }
        return SoakFigures.of(present().pid(), client);
    }

    private static int sum(Map<String, Integer> counts) {
        return counts.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void verdict() {
        for (RunningGateway one : gateways) {
            one.said()
                    .lines()
                    .filter(line -> line.contains(LEAK))
                    .limit(3)
                    .forEach(line -> complaints.add("gateway " + one.pid() + " says: " + line));
        }
        System.out.println("done      " + traffic.done());
        System.out.println("failed    " + traffic.failed());
        traffic.examples().forEach(one -> System.out.println("  " + one));
        int failed = sum(traffic.failed());
        if (failed * 1_000L > (long) FAILURES_A_THOUSAND * sum(traffic.done())) {
            complaints.add(failed + " clients of " + sum(traffic.done()) + " were not served well");
        }
        traffic.failed().keySet().stream()
                .filter(kind -> !traffic.done().containsKey(kind))
                .forEach(kind -> complaints.add("no client of the kind " + kind + " was served"));
    }

    @Override
    public void close() throws IOException {
        gateways.forEach(RunningGateway::close);
        calls.close();
        for (TestMember one : members) {
            one.close();
        }
    }
}
