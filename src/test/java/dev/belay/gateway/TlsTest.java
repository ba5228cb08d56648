package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.gateway.tls.TestCertificates;
import dev.belay.gateway.tls.TlsUse;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Settings;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Ports that speak TLS: what is agreed on, who is shown what, how connections end.
class TlsTest {
    private static final String ASKED = "GET / HTTP/1.1\r\nHost: localhost\r\n";

    @TempDir private Path folder;
    private TestGateway gateway;
    private TestCertificates made;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        made = new TestCertificates(folder.resolve("tls")).pair("a", "localhost", "127.0.0.1");
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
    }

    private TlsUse tls() {
        return TlsUse.folder(made.folder());
    }

    private void serve(TestMember member) {
        gateway.routes(tls(), member.share("v1", 1));
    }

    private URI uri(String path) {
        return URI.create("https://localhost:" + gateway.securePort + path);
    }

    private SSLSocket connect(String name, String... trusted) throws Exception {
        SSLContext context = made.trusting(trusted.length == 0 ? new String[] {"a"} : trusted);
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), gateway.securePort);
        socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
        if (!name.isEmpty()) {
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(name)));
            socket.setSSLParameters(parameters);
        }
        return socket;
    }

    private String raw(String request) throws IOException {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), gateway.securePort)) {
            socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            return TestGateway.readAll(socket.getInputStream());
        }
    }

    private String plainly() throws IOException {
        return raw(ASKED + "Connection: close\r\n\r\n");
    }

    private String curl(String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of("curl", "-sS", "--max-time", "20"));
        command.addAll(List.of("--cacert", made.certificate("a").toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] said = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new String(said, StandardCharsets.ISO_8859_1);
    }

    /// Says how it was asked.
    private static TestMember telling() throws IOException {
        return TestMember.behaving((request, out) -> {
            String how = request.header("x-forwarded-proto") + " " + request.header("forwarded");
            return TestMember.say(request, out, how);
        });
    }

    @Test
    void both_versions_of_http_are_agreed_on_and_members_hear_of_tls() throws Exception {
        try (var member = telling()) {
            serve(member);
            String told =
                    "https for=127.0.0.1;host=\"localhost:" + gateway.securePort + "\";proto=https";
            String url = uri("/").toString();
            assertThat(curl("--http1.1", "-4", "-w", " %{http_version}", url))
                    .isEqualTo(told + " 1.1");
            assertThat(curl("--http2", "-4", "-w", " %{http_version}", url)).isEqualTo(told + " 2");
            assertThat(curl("--no-alpn", "-4", "-w", " %{http_version}", url))
                    .isEqualTo(told + " 1.1");
        }
    }

    @Test
    void the_client_of_the_jdk_speaks_http_2_through_it() throws Exception {
        try (var member = TestMember.saying("hello");
                HttpClient http = HttpClient.newBuilder().sslContext(made.trusting("a")).build()) {
            serve(member);
            for (int i = 0; i < 20; i++) {
                HttpResponse<String> answer =
                        http.send(
                                HttpRequest.newBuilder(uri("/")).build(),
                                HttpResponse.BodyHandlers.ofString());
                assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
                assertThat(answer.body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void who_names_a_host_is_shown_its_certificate() throws Exception {
        made.pair("b", "b.example").pair("w", "*.example");
        try (var member = TestMember.saying("hello")) {
            serve(member);
            assertThat(shown("b.example")).isEqualTo(made.x509("b"));
            assertThat(shown("c.example")).isEqualTo(made.x509("w"));
            assertThat(shown("c.d.example")).isEqualTo(made.x509("a"));
            assertThat(shown("")).isEqualTo(made.x509("a"));
        }
    }

    private X509Certificate shown(String name) throws Exception {
        try (SSLSocket socket = connect(name, "a", "b", "w")) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /// New connections all the time, kept ones, and HTTP/2; while certificates are exchanged.
    @Test
    void certificates_are_exchanged_under_load_without_a_failure() throws Exception {
        try (var member = TestMember.saying("hello");
                HttpClient http =
                        HttpClient.newBuilder().sslContext(Trusting.everybody()).build()) {
            serve(member);
            var stop = new AtomicBoolean();
            var requests = new AtomicInteger();
            var failures = new ArrayList<Throwable>();
            var workers = new ArrayList<Thread>();
            for (int i = 0; i < 3; i++) {
                int kind = i;
                workers.add(
                        Thread.ofVirtual()
                                .start(() -> {
                                    while (!stop.get()) {
                                        try {
                                            switch (kind) {
                                                case 0 -> once();
                                                case 1 -> kept();
                                                default ->
                                                        http.send(
                                                                HttpRequest.newBuilder(uri("/"))
                                                                        .build(),
                                                                HttpResponse.BodyHandlers
                                                                        .discarding());
                                            }
                                            requests.incrementAndGet();
                                        } catch (Exception e) {
                                            synchronized (failures) {
                                                failures.add(e);
                                            }
                                        }
                                    }
                                }));
            }
            for (int i = 0; i < 5; i++) {
                made.pair("a", "localhost");
                X509Certificate fresh = made.x509("a");
                TestGateway.eventually("it is shown", () -> fresh.equals(shownToAll()));
            }
            stop.set(true);
            for (Thread worker : workers) {
                worker.join();
            }
            assertThat(failures).isEmpty();
            assertThat(requests.get()).isGreaterThan(20);
        }
    }

    private SSLSocket trusting() throws Exception {
        var socket =
                (SSLSocket)
                        Trusting.everybody()
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), gateway.securePort);
        socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
        return socket;
    }

    private X509Certificate shownToAll() throws Exception {
        try (SSLSocket socket = trusting()) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private void once() throws Exception {
        try (SSLSocket socket = trusting()) {
            TestMember.write(socket.getOutputStream(), ASKED + "Connection: close\r\n\r\n");
            String answer = TestGateway.readAll(socket.getInputStream());
            if (!answer.endsWith("hello")) {
                throw new IOException("answered " + answer);
            }
        }
    }

    private void kept() throws Exception {
        try (SSLSocket socket = trusting()) {
            for (int i = 0; i < 50; i++) {
                TestMember.write(socket.getOutputStream(), ASKED + "\r\n");
                readAnswer(socket.getInputStream());
            }
        }
    }

    private static String readAnswer(InputStream in) throws IOException {
        int length = 0;
        for (String line = TestMember.line(in); !line.isEmpty(); line = TestMember.line(in)) {
            if (line.toLowerCase(java.util.Locale.ROOT).startsWith("content-length: ")) {
                length = Integer.parseInt(line.substring("content-length: ".length()));
            }
        }
        byte[] body = in.readNBytes(length);
        if (body.length == 0) {
            throw new IOException("no answer");
        }
        return new String(body, StandardCharsets.UTF_8);
    }

    @Test
    void a_broken_new_pair_keeps_the_old_one_and_is_named() throws Exception {
        try (var member = TestMember.saying("hello")) {
            serve(member);
            X509Certificate before = made.x509("a");
            Files.writeString(made.certificate("a"), "oops");
            TestGateway.eventually(
                    "it is named",
                    () ->
                            gateway.client
                                    .certificates()
                                    .path("warnings")
                                    .toString()
                                    .contains("certificate `a`"));
            assertThat(shownToAll()).isEqualTo(before);
        }
    }

    @Test
    void certificates_and_their_ends_are_told_and_keys_are_not() throws Exception {
        try (var member = TestMember.saying("hello")) {
            serve(member);
            var one = gateway.client.certificates().path("certificates").path(0);
            assertThat(one.path("name").asString()).isEqualTo("a");
            assertThat(one.path("hosts").toString()).isEqualTo("[\"127.0.0.1\",\"localhost\"]");
            assertThat(java.time.Instant.parse(one.path("until").asString()))
                    .isEqualTo(made.x509("a").getNotAfter().toInstant());
            String metrics = gateway.client.metrics();
            String line = "belay_gateway_certificate_expiry_seconds{name=\"a\"} ";
            assertThat(metrics).contains(line);
            int from = metrics.indexOf(line) + line.length();
            String left = metrics.substring(from, metrics.indexOf('\n', from));
            assertThat(Long.parseLong(left))
                    .isBetween(Duration.ofDays(29).toSeconds(), Duration.ofDays(31).toSeconds());
            assertThat(gateway.client.routes().toString()).doesNotContain("PRIVATE");
        }
    }

    @Test
    void a_port_without_any_certificate_is_not_published() throws Exception {
        var empty = Files.createDirectories(folder.resolve("empty"));
        try (var member = TestMember.saying("hello")) {
            gateway.routes(member);
            var entrance = new Entrance("secure", gateway.securePort, TlsUse.folder(empty));
            assertThat(gateway.publish(entrance, member.share("v1", 1)))
                    .isEqualTo(
                            new PublishReply.NotReady(
                                    List.of(
                                            new PublishReply.Unready(
                                                    "",
                                                    "",
                                                    "entrance `secure`: there are no certificates"
                                                            + " (`NAME.crt` with `NAME.key`) in "
                                                            + empty))));
            assertThat(gateway.get("/").body()).isEqualTo("hello");
        }
    }

    @Test
    void an_entrance_changes_to_tls_and_back_and_after_a_restart_it_is_as_before()
            throws Exception {
        try (var member = TestMember.saying("hello")) {
            var plain = new Entrance("secure", gateway.securePort);
            gateway.publish(plain, member.share("v1", 1));
            assertThat(plainly()).endsWith("hello");
            serve(member);
            once();
            gateway.restart();
            once();
            gateway.publish(plain, member.share("v1", 1));
            assertThat(plainly()).endsWith("hello");
        }
    }

    @Test
    void who_speaks_plain_http_there_is_told() throws Exception {
        try (var member = TestMember.saying("hello")) {
            serve(member);
            assertThat(plainly())
                    .startsWith("HTTP/1.1 400 Bad Request\r\n")
                    .endsWith("\r\n\r\nThis port speaks https:// and nothing else.\n");
            assertThat(raw("\u0016\u0003\u0001\u0000\u0004abcd")).doesNotContain("hello");
        }
    }

    @Test
    void an_older_version_than_wanted_is_refused() throws Exception {
        try (var member = TestMember.saying("hello")) {
            gateway.routes(tls().atLeast(TlsUse.Minimum.TLS_1_3), member.share("v1", 1));
            try (SSLSocket socket = connect("")) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                assertThatThrownBy(socket::startHandshake).isInstanceOf(SSLException.class);
            }
            String failed = "belay_gateway_tls_handshakes_total{result=\"failed\"} 1\n";
            TestGateway.eventually(
                    "it is counted", () -> gateway.client.metrics().contains(failed));
            once();
            serve(member);
            try (SSLSocket socket = connect("")) {
                socket.setEnabledProtocols(new String[] {"TLSv1.2"});
                socket.startHandshake();
            }
        }
    }

    @Test
    void whose_handshake_does_not_come_is_let_go() throws Exception {
        gateway.close();
        gateway = new TestGateway(folder, TestGateway.limits(Duration.ofMillis(300), 10));
        try (var member = TestMember.saying("hello")) {
            serve(member);
            assertThat(raw("")).isEmpty();
            assertThat(raw("\u0016\u0003\u0001\u0002\u0000\u0001")).isEmpty();
            try (SSLSocket socket = connect("")) {
                socket.startHandshake();
                assertThat(socket.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void the_end_of_an_answer_that_ends_with_its_connection_is_said() throws Exception {
        var cut = new AtomicBoolean();
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(out, "HTTP/1.1 200 OK\r\n\r\nsome");
                    if (cut.get()) {
                        request.socket().setSoLinger(true, 0);
                    }
                    return false;
                })) {
            serve(member);
            String old = "GET / HTTP/1.0\r\nHost: localhost\r\n\r\n";
            try (SSLSocket socket = connect("")) {
                TestMember.write(socket.getOutputStream(), old);
                assertThat(TestGateway.readAll(socket.getInputStream())).endsWith("some");
            }
            cut.set(true);
            try (SSLSocket socket = connect("")) {
                TestMember.write(socket.getOutputStream(), old);
                assertThatThrownBy(() -> TestGateway.readAll(socket.getInputStream()))
                        .isInstanceOf(IOException.class);
            }
        }
    }

    @Test
    void who_says_farewell_amid_an_answer_frees_the_member() throws Exception {
        var gone = new CountDownLatch(1);
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome");
                    if (request.in().read() < 0) {
                        gone.countDown();
                    }
                    return false;
                })) {
            serve(member);
            try (SSLSocket socket = connect("")) {
                TestMember.write(socket.getOutputStream(), ASKED + "\r\n");
                assertThat(TestMember.line(socket.getInputStream())).endsWith("200 OK");
                // Its farewell, and the connection stays open.
                socket.shutdownOutput();
                assertThat(gone.await(10, TimeUnit.SECONDS)).isTrue();
            }
            TestGateway.eventually(
                    "nothing is under way", () -> gateway.inFlight("v1").total() == 0);
        }
    }

    /// The answer is there before the request is; whoever still sends gets to read it.
    @Test
    void a_refusal_reaches_a_client_that_goes_on_sending() throws Exception {
        try (var member = TestMember.saying("hello")) {
            serve(member);
            for (int i = 0; i < 10; i++) {
                try (SSLSocket socket = connect("")) {
                    OutputStream out = socket.getOutputStream();
                    TestMember.write(
                            out,
                            "TRACE / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500000\r\n\r\n");
                    CompletableFuture<String> answer =
                            CompletableFuture.supplyAsync(() -> unchecked(socket));
                    out.write(new byte[500_000]);
                    assertThat(answer.get(10, TimeUnit.SECONDS)).contains("405");
                }
            }
        }
    }

    private static String unchecked(Socket socket) {
        try {
            return TestMember.line(socket.getInputStream());
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /// One side of the other protocol says that it sends no more, and goes on reading.
    @Test
    void a_tunnel_carries_bytes_and_each_ones_end() throws Exception {
        var heard = new CompletableFuture<String>();
        try (var member =
                TestMember.behaving((request, out) -> {
                    TestMember.write(out, "HTTP/1.1 101 Switching Protocols\r\n");
                    TestMember.write(out, "Connection: upgrade\r\nUpgrade: echo\r\n\r\nwelcome\n");
                    out.write(request.in().readNBytes(100_000));
                    out.flush();
                    request.socket().shutdownOutput();
                    heard.complete(new String(request.in().readNBytes(5), StandardCharsets.UTF_8));
                    return false;
                })) {
            serve(member);
            try (SSLSocket socket = connect("")) {
                OutputStream out = socket.getOutputStream();
                InputStream in = socket.getInputStream();
                TestMember.write(out, ASKED + "Connection: upgrade\r\nUpgrade: echo\r\n\r\n");
                assertThat(TestMember.line(in)).contains("101");
                for (String line = TestMember.line(in); !line.isEmpty(); ) {
                    line = TestMember.line(in);
                }
                assertThat(TestMember.line(in)).isEqualTo("welcome");
                byte[] sent = new byte[100_000];
                new Random(1).nextBytes(sent);
                out.write(sent);
                assertThat(in.readAllBytes()).isEqualTo(sent);
                TestMember.write(out, "after");
                assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("after");
            }
        }
        TestGateway.eventually("no tunnel is left", () -> gateway.inFlight("v1").total() == 0);
    }

    @Test
    void files_come_whole_in_parts_and_after_one_another() throws Exception {
        Path root = Files.createDirectories(folder.resolve("site"));
        byte[] large = new byte[5_000_000];
        new Random(1).nextBytes(large);
        Files.write(root.resolve("large"), large);
        Files.writeString(root.resolve("small"), "small");
        gateway.routes(tls(), new Route.Share("v1", 1, new Route.Files(root)));
        for (String version : List.of("--http1.1", "--http2")) {
            Path to = folder.resolve("got");
            Path second = folder.resolve("second");
            String said =
                    curl(
                            version,
                            "-o",
                            to.toString(),
                            uri("/large").toString(),
                            "-o",
                            second.toString(),
                            uri("/small").toString());
            assertThat(said).isEmpty();
            assertThat(Arrays.equals(Files.readAllBytes(to), large)).isTrue();
            assertThat(second).hasContent("small");
            curl(version, "-r", "1000-1999999", "-o", to.toString(), uri("/large").toString());
            byte[] part = Arrays.copyOfRange(large, 1_000, 2_000_000);
            assertThat(Arrays.equals(Files.readAllBytes(to), part)).isTrue();
        }
        TestGateway.eventually("all is over", () -> gateway.inFlight("v1").total() == 0);
    }

    @Test
    void a_file_that_becomes_shorter_is_cut_and_not_ended() throws Exception {
        Path root = Files.createDirectories(folder.resolve("site"));
        Path file = root.resolve("large");
        Files.write(file, new byte[20_000_000]);
        gateway.routes(tls(), new Route.Share("v1", 1, new Route.Files(root)));
        try (SSLSocket socket = connect("")) {
            TestMember.write(
                    socket.getOutputStream(), "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
            InputStream in = socket.getInputStream();
            in.readNBytes(1_000);
            Path shorter = Files.write(root.resolve("shorter"), new byte[10]);
            // In place, as the file is open already.
            try (InputStream from = Files.newInputStream(shorter);
                    OutputStream into = Files.newOutputStream(file)) {
                from.transferTo(into);
            }
            assertThatThrownBy(() -> readAll(in)).isInstanceOf(IOException.class);
        }
        TestGateway.eventually("it is over", () -> gateway.inFlight("v1").total() == 0);
    }

    private static void readAll(InputStream in) throws IOException {
        var out = new ByteArrayOutputStream();
        in.transferTo(out);
        assertThat(out.size()).isLessThan(19_999_000);
    }

    @Test
    void a_scheme_that_is_not_the_connections_own_is_malformed() throws Exception {
        try (var member = TestMember.saying("hello")) {
            gateway.routes(member);
            try (var client = new TestH2Client(gateway.port, Http2Settings.defaultSettings())) {
                var wrong = client.send(TestH2Client.get("/").scheme("https")).whole();
                assertThat(wrong.reset()).isEqualTo(Http2Error.PROTOCOL_ERROR.code());
            }
            serve(member);
            try (SSLSocket socket = connect("")) {
                TestMember.write(
                        socket.getOutputStream(),
                        "GET http://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(TestMember.line(socket.getInputStream())).contains("400");
            }
            try (SSLSocket socket = connect("")) {
                TestMember.write(
                        socket.getOutputStream(),
                        "GET https://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n");
                assertThat(TestMember.line(socket.getInputStream())).contains("200");
            }
        }
    }

    @Test
    void a_visitor_who_came_through_tls_keeps_the_cookie_to_it() throws Exception {
        try (var member = TestMember.saying("hello")) {
            var door = new Entrance("secure", gateway.securePort, tls());
            var rules = new Rules(List.of(Match.all(door)), Duration.ZERO, true);
            Route route = gateway.route(new HealthCheck.None(), member.share("v1", 1));
            assertThat(gateway.client.publish(route.with(rules)))
                    .isInstanceOf(PublishReply.Published.class);
            String cookie = "set-cookie: belay-visitor=\\S+; .*SameSite=Lax";
            for (String version : List.of("--http1.1", "--http2")) {
                assertThat(curl(version, "-i", uri("/").toString()))
                        .containsPattern("(?i)" + cookie + "; Secure\\s");
            }
            assertThat(curl("-i", gateway.uri("/").toString()))
                    .containsPattern("(?i)" + cookie + "\\s");
        }
    }

    @Test
    void who_comes_to_the_plain_port_is_sent_to_the_entrance() throws Exception {
        int plain = TestGateway.freePort();
        try (var member = TestMember.saying("hello")) {
            var door = new Entrance("secure", gateway.securePort, tls()).redirectedFrom(plain);
            Route route = gateway.route(new HealthCheck.None(), member.share("v1", 1));
            var rules = new Rules(List.of(Match.all(door)));
            assertThat(gateway.client.publish(route.with(rules)))
                    .isInstanceOf(PublishReply.Published.class);
            for (String version : List.of("--http1.1", "--http2-prior-knowledge")) {
                String url = "http://localhost:" + plain + "/a?b=c";
                String head = curl(version, "-i", "-X", "POST", "-d", "body", url);
                assertThat(head)
                        .containsPattern("^HTTP/\\S+ 308 ")
                        .containsPattern(
                                "(?i)location: https://localhost:"
                                        + gateway.securePort
                                        + "/a\\?b=c\\s");
                assertThat(curl(version.equals("--http1.1") ? version : "--http2", "-L", url))
                        .isEqualTo("hello");
            }
            gateway.restart();
            String again = "http://localhost:" + plain + "/";
            assertThat(curl("-o", "/dev/null", "-w", "%{http_code}", again)).isEqualTo("308");
            // Another component cannot have it, until nobody leads from there any more.
            var shares = route.shares();
            var other = new RouteKey("test", "other");
            var wish = new Route(other, 1, plain, shares, new HealthCheck.None());
            assertThat(gateway.client.publish(wish)).isInstanceOf(PublishReply.PortTaken.class);
            Route without = gateway.route(new HealthCheck.None(), member.share("v1", 1));
            assertThat(gateway.client.publish(without)).isInstanceOf(PublishReply.Published.class);
            var second = new Route(other, 2, plain, shares, new HealthCheck.None());
            assertThat(gateway.client.publish(second)).isInstanceOf(PublishReply.Published.class);
            assertThat(curl(again)).isEqualTo("hello");
        }
    }

    /// So that a browser, which takes a connection for every host of its certificate, asks anew.
    @Test
    void a_host_that_is_not_served_there_is_misdirected() throws Exception {
        try (var member = TestMember.saying("hello")) {
            var door = new Entrance("secure", gateway.securePort, tls());
            var match =
                    new Match(
                            door,
                            List.of("localhost", "*.example"),
                            List.of("/a"),
                            Set.of(),
                            Map.of());
            Route route = gateway.route(new HealthCheck.None(), member.share("v1", 1));
            assertThat(gateway.client.publish(route.with(new Rules(List.of(match)))))
                    .isInstanceOf(PublishReply.Published.class);
            String status = "%{http_code}";
            String url = uri("/a").toString();
            String[] asking = {"-o", "/dev/null", "-w", status, url, "--http2", "-H"};
            assertThat(curl(with(asking, "Host: localhost"))).isEqualTo("200");
            assertThat(curl(with(asking, "Host: b.example"))).isEqualTo("200");
            assertThat(curl(with(asking, "Host: other.test"))).isEqualTo("421");
            asking[4] = uri("/b").toString();
            assertThat(curl(with(asking, "Host: localhost"))).isEqualTo("404");
        }
    }

    private static String[] with(String[] some, String last) {
        String[] all = Arrays.copyOf(some, some.length + 1);
        all[some.length] = last;
        return all;
    }

    @Test
    void a_pair_is_exchanged_by_hand_one_file_after_the_other() throws Exception {
        try (var member = TestMember.saying("hello")) {
            gateway.routes(
                    TlsUse.pair(made.certificate("a"), made.key("a")), member.share("v1", 1));
            var other = new TestCertificates(folder.resolve("other")).pair("a", "localhost");
            Files.copy(other.key("a"), made.key("a"), StandardCopyOption.REPLACE_EXISTING);
            once();
            Files.copy(
                    other.certificate("a"),
                    made.certificate("a"),
                    StandardCopyOption.REPLACE_EXISTING);
            X509Certificate fresh = other.x509("a");
            TestGateway.eventually("it is shown", () -> fresh.equals(shownToAll()));
        }
    }
}
