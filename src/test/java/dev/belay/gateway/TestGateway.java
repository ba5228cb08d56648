package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.FreePort;
import dev.belay.gateway.tls.TlsUse;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/// A gateway on real sockets with one component, `test/web`, and hands to talk to it.
final class TestGateway implements AutoCloseable {
    static final RouteKey KEY = new RouteKey("test", "web");
    static final Duration PATIENCE = Duration.ofSeconds(10);

    final int port = freePort();

    /// That of an entrance, where there is one.
    final int securePort = freePort();

    final GatewayClient client;
    private final GatewayOptions options;
    private HttpClient http = newClient();
    private Gateway gateway;
    private long token;

    TestGateway(Path folder) throws IOException {
        this(folder, Limits.DEFAULT);
    }

    TestGateway(Path folder, Limits limits) throws IOException {
        this(folder, limits, 2);
    }

    TestGateway(Path folder, Limits limits, int loops) throws IOException {
        options =
                new GatewayOptions(
                        folder.resolve("gw"), List.of("127.0.0.1", "::1"), loops, limits, true);
        gateway = Gateway.start(options);
        client = new GatewayClient(options.socket(), PATIENCE);
    }

    private static HttpClient newClient() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    /// Limits with one time for every phase of a request, and small sizes.
    static Limits limits(Duration phase, int connections) {
        Limits.Times usual = Limits.Times.DEFAULT;
        return Limits.DEFAULT
                .with(
                        new Limits.Times(
                                phase,
                                phase,
                                phase,
                                usual.connect(),
                                phase,
                                usual.responseBody(),
                                usual.tunnel(),
                                usual.halfClosed(),
                                Duration.ofSeconds(1)))
                .with(
                        new Limits.Sizes(
                                1_024, 4_096, Long.MAX_VALUE, connections, connections, 10_000));
    }

    static Limits.Rates rates(Limits.Rate requests) {
        return new Limits.Rates(
                requests, Limits.Rates.DEFAULT.body(), Limits.Rates.DEFAULT.answer());
    }

    /// As a stop of the process and its next start would. With a new client: the JDK's gives up on
    /// an address whose connections were closed under it a few times.
    void restart() throws IOException {
        gateway.close();
        http.shutdownNow();
        http = newClient();
        gateway = Gateway.start(options);
    }

    GatewayOptions options() {
        return options;
    }

    void stop() throws IOException {
        gateway.close();
    }

    long nextToken() {
        return ++token;
    }

    Route route(HealthCheck health, Route.Share... shares) {
        return new Route(KEY, nextToken(), port, List.of(shares), health);
    }

    PublishReply publish(Route.Share... shares) {
        return client.publish(route(new HealthCheck.Tcp(Duration.ofSeconds(2)), shares));
    }

    void routes(Route.Share... shares) {
        assertThat(publish(shares)).isInstanceOf(PublishReply.Published.class);
    }

    /// Everything to one member.
    void routes(TestMember member) {
        routes(member.share("v1", 1));
    }

    /// Everything to one member, through an entrance that speaks TLS.
    void routes(TlsUse tls, Route.Share share) {
        assertThat(publish(new Entrance("secure", securePort, tls), share))
                .isInstanceOf(PublishReply.Published.class);
    }

    PublishReply publish(Entrance entrance, Route.Share share) {
        Route route = route(new HealthCheck.None(), share);
        return client.publish(route.with(new Rules(List.of(Match.all(entrance)))));
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(HttpRequest.newBuilder(uri(path)));
    }

    HttpResponse<String> send(HttpRequest.Builder request)
            throws IOException, InterruptedException {
        return http.send(request.timeout(PATIENCE).build(), HttpResponse.BodyHandlers.ofString());
    }

    HttpClient http() {
        return http;
    }

    /// A connection of one's own, for what no well-behaved client would send.
    Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        return socket;
    }

    /// Sends bytes and reads until the gateway closes.
    String raw(String request) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return readAll(socket.getInputStream());
        }
    }

    static String readAll(InputStream in) throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    GatewayClient.InFlight inFlight(String revision) throws IOException {
        return client.inFlight(KEY).stream()
                .filter(one -> one.revision().equals(revision))
                .findFirst()
                .orElse(new GatewayClient.InFlight(revision, 0, 0, List.of()));
    }

    /// Waits until it is so, and fails with the sentence when it does not become so in time.
    static void eventually(String what, Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("never happened: " + what);
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    static int freePort() throws IOException {
        return FreePort.choose();
    }

    @Override
    public void close() throws IOException {
        http.shutdownNow();
        gateway.close();
    }
}
