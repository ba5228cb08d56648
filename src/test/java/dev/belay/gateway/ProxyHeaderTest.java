package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Whose word is taken for who asks, before the first byte of HTTP.
class ProxyHeaderTest {
    private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    private static final String V1 = "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\r\n";
    private static final String SIGNATURE = "0d0a0d0a000d0a515549540a";
    private static final Network HERE = Network.parse("127.0.0.0/8").orElseThrow();

    @TempDir private Path folder;
    private final LinkedBlockingQueue<TestMember.Request> seen = new LinkedBlockingQueue<>();
    private TestMember member;
    private TestGateway gateway;
    private Entrance door = new Entrance("public", 1);
    private int started;

    @BeforeEach
    void start() throws Exception {
        member =
                TestMember.behaving((request, out) -> {
                    seen.add(request);
                    return TestMember.say(request, out, "reached");
                });
        gateway = behind(Limits.DEFAULT, HERE);
    }

    @AfterEach
    void stop() throws Exception {
        gateway.close();
        member.close();
    }

    private TestGateway behind(Limits limits, Network network) throws IOException {
        var fresh = new TestGateway(folder.resolve("" + ++started), limits);
        door = new Entrance("public", TestGateway.freePort()).behind(List.of(network));
        var none = new HealthCheck.None();
        var route = fresh.route(none, member.share("v1", 1));
        var rules = new Rules(List.of(Match.all(door)));
        assertThat(fresh.client.publish(route.with(rules)))
                .isInstanceOf(PublishReply.Published.class);
        return fresh;
    }

    private Socket connect() throws IOException {
        var socket = new Socket(InetAddress.getLoopbackAddress(), door.port());
        socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
        return socket;
    }

    private String asked(byte[] header, String request) throws IOException {
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(header);
        bytes.writeBytes(request.getBytes(StandardCharsets.ISO_8859_1));
        try (Socket socket = connect()) {
            socket.getOutputStream().write(bytes.toByteArray());
            return TestGateway.readAll(socket.getInputStream());
        } catch (SocketException _) {
            // Closed with bytes that nobody read.
            return "";
        }
    }

    private String asked(String header, String request) throws IOException {
        return asked(header.getBytes(StandardCharsets.ISO_8859_1), request);
    }

    private static byte[] v2(String rest) {
        return HexFormat.of().parseHex(SIGNATURE + rest);
    }

    @Test
    void the_components_own_port_is_spoken_to_as_ever() throws Exception {
        assertThat(gateway.get("/").body()).isEqualTo("reached");
        gateway.restart();
        assertThat(gateway.get("/").body()).isEqualTo("reached");
        assertThat(asked("", REQUEST)).isEmpty();
    }

    @Test
    void version_1_names_the_client() throws Exception {
        assertThat(asked(V1, REQUEST)).endsWith("reached");
        assertThat(seen.take().header("x-forwarded-for")).isEqualTo("203.0.113.7");
    }

    @Test
    void version_2_names_the_client_whatever_else_it_tells() throws Exception {
        // PROXY, TCP over IPv4, 12 bytes of addresses and ports, 8 of an authority.
        String addresses = "cb007107" + "c6336401" + "1267" + "01bb";
        byte[] header = v2("2111" + "0014" + addresses + "02000548656c6c6f");
        assertThat(asked(header, REQUEST)).endsWith("reached");
        assertThat(seen.take().header("x-forwarded-for")).isEqualTo("203.0.113.7");
    }

    @Test
    void version_2_knows_ipv6() throws Exception {
        String source = "20010db8000000000000000000000007";
        byte[] header = v2("2121" + "0024" + source + source + "1267" + "01bb");
        assertThat(asked(header, REQUEST)).endsWith("reached");
        assertThat(seen.take().header("forwarded")).startsWith("for=\"[2001:db8:0:0:0:0:0:7]\"");
    }

    @Test
    void a_proxy_may_speak_for_itself() throws Exception {
        // LOCAL: its own health check.
        assertThat(asked(v2("2000" + "0000"), REQUEST)).endsWith("reached");
        assertThat(seen.take().header("x-forwarded-for")).isEqualTo("127.0.0.1");
        assertThat(asked("PROXY UNKNOWN\r\n", REQUEST)).endsWith("reached");
    }

    @Test
    void whom_a_client_claims_to_be_behind_it_is_not_believed() throws Exception {
        String lie =
                "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Forwarded-For: 1.2.3.4\r\n\r\n";
        assertThat(asked(V1, lie)).endsWith("reached");
        assertThat(seen.take().header("x-forwarded-for")).isEqualTo("203.0.113.7");
        // From the proxy's own host, which is not ours.
        asked("PROXY TCP4 127.0.0.1 198.51.100.1 4711 443\r\n", lie);
        assertThat(seen.take().header("x-forwarded-for")).isEqualTo("127.0.0.1");
    }

    /// Others than we ourselves may have set them, and members read some of them first.
    @Test
    void what_only_proxies_say_is_not_believed_of_a_client() throws Exception {
        List<String> names =
                List.of(
                        "x-forwarded-port",
                        "x-forwarded-prefix",
                        "x-forwarded-ssl",
                        "x-forwarded-server",
                        "x-forwarded-user",
                        "x-real-ip");
        String lies = names.stream().map(name -> name + ": 1\r\n").collect(Collectors.joining());
        String lie = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + lies + "\r\n";
        assertThat(asked(V1, lie)).endsWith("reached");
        assertThat(seen.take().headers().keySet()).doesNotContainAnyElementsOf(names);
        // A proxy on this host says what it knows.
        try (Socket socket = gateway.connect()) {
            TestMember.write(socket.getOutputStream(), lie);
            assertThat(TestGateway.readAll(socket.getInputStream())).endsWith("reached");
        }
        assertThat(seen.take().headers().keySet()).containsAll(names);
    }

    @Test
    void it_may_come_byte_by_byte() throws Exception {
        try (Socket socket = connect()) {
            socket.setTcpNoDelay(true);
            for (byte one : (V1 + REQUEST).getBytes(StandardCharsets.US_ASCII)) {
                socket.getOutputStream().write(one);
            }
            assertThat(TestGateway.readAll(socket.getInputStream())).endsWith("reached");
        }
        assertThat(seen.take().header("x-forwarded-for")).isEqualTo("203.0.113.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "PROXY TCP4 203.0.113.7 198.51.100.1 4711\r\n",
                "PROXY TCP4 203.0.113.7 198.51.100.1 4711 70000\r\n",
                "PROXY TCP4 203.0.113 198.51.100.1 4711 443\r\n",
                "PROXY TCP4 evil.example 198.51.100.1 4711 443\r\n",
                "PROXY UDP4 203.0.113.7 198.51.100.1 4711 443\r\n",
                "proxy TCP4 203.0.113.7 198.51.100.1 4711 443\r\n",
                "PROXY TCP4 203.0.113.7 198.51.100.1 4711 443\n",
                "PROXY TCP4 203.0.113.7                                                      "
                        + "                                                198.51.100.1 1 2\r\n",
            })
    void without_a_good_one_nothing_is_read(String header) throws Exception {
        assertThat(asked(header, REQUEST)).isEmpty();
        assertThat(seen).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // No version 2, no known command, addresses that are missing.
                "3111000ccb007107c6336401126701bb",
                "2211000ccb007107c6336401126701bb",
                "21110004cb007107",
            })
    void nor_without_a_good_one_of_version_2(String rest) throws Exception {
        assertThat(asked(v2(rest), REQUEST)).isEmpty();
        assertThat(seen).isEmpty();
    }

    @Test
    void nor_with_more_beside_it_than_anybody_tells() throws Exception {
        assertThat(asked(v2("2111" + "ffff" + "00".repeat(3_000)), "")).isEmpty();
        assertThat(seen).isEmpty();
    }

    @Test
    void only_the_first_header_counts() throws Exception {
        String second = "PROXY TCP4 192.0.2.1 198.51.100.1 4711 443\r\n";
        assertThat(asked(V1 + second, REQUEST)).startsWith("HTTP/1.1 400 ");
        assertThat(seen).isEmpty();
    }

    @Test
    void who_never_says_it_is_not_kept() throws Exception {
        gateway.close();
        gateway = behind(TestGateway.limits(Duration.ofMillis(300), 100), HERE);
        try (Socket socket = connect()) {
            TestMember.write(socket.getOutputStream(), "PROXY TCP4 203");
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void from_elsewhere_nobody_may_connect() throws Exception {
        gateway.close();
        gateway = behind(Limits.DEFAULT, Network.parse("10.0.0.0/9").orElseThrow());
        try (Socket socket = connect()) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void connections_are_counted_by_whom_the_proxy_names() throws Exception {
        gateway.close();
        var sizes = new Limits.Sizes(1_024, 4_096, Long.MAX_VALUE, 100, 2, 100);
        gateway = behind(Limits.DEFAULT.with(sizes), HERE);
        try (Socket one = connect();
                Socket two = connect();
                Socket three = connect()) {
            ask(one, "203.0.113.7");
            ask(two, "203.0.113.7");
            TestMember.write(three.getOutputStream(), V1);
            assertThat(three.getInputStream().read()).isEqualTo(-1);
            try (Socket other = connect()) {
                ask(other, "203.0.113.8");
            }
            assertThat(gateway.client.metrics())
                    .contains("belay_gateway_refused_total{limit=\"client_connections\"} 1\n");
            two.shutdownOutput();
            TestGateway.eventually("there is room again", () -> comesIn("203.0.113.7"));
        }
    }

    private boolean comesIn(String client) throws IOException {
        try (Socket socket = connect()) {
            ask(socket, client);
            return true;
        } catch (AssertionError _) {
            return false;
        }
    }

    private static void ask(Socket socket, String client) throws IOException {
        String header = "PROXY TCP4 " + client + " 198.51.100.1 4711 443\r\n";
        TestMember.write(socket.getOutputStream(), header + "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        assertThat(socket.getInputStream().readNBytes(12)).asString().endsWith("200");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/8, 10.255.0.1, true",
        "10.0.0.0/8, 11.0.0.1, false",
        "10.0.0.0/9, 10.128.0.1, false",
        "203.0.113.7, 203.0.113.7, true",
        "203.0.113.7/32, 203.0.113.6, false",
        "0.0.0.0/0, 203.0.113.7, true",
        "0.0.0.0/0, 2001:db8::1, false",
        "2001:db8::/33, 2001:db8:7fff::1, true",
        "2001:db8::/33, 2001:db8:8000::1, false",
    })
    void a_network_holds_what_shares_its_prefix(String network, String address, boolean held)
            throws Exception {
        assertThat(Network.parse(network).orElseThrow().contains(InetAddress.getByName(address)))
                .isEqualTo(held);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "10.0.0.1/8",
                "10.0.0.0/33",
                "10.0.0.0/-1",
                "10.0.0.0/08",
                "10.0.0/8",
                "fe80::1%eth0",
                "::/129",
                "10.0.0.0/",
                "10.0.0.0/8/8"
            })
    void what_is_no_network_is_none(String text) {
        assertThat(Network.parse(text)).isEmpty();
    }
}
