package dev.belay.gateway;

import static dev.belay.gateway.TestGateway.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.gateway.tls.TestCertificates;
import dev.belay.gateway.tls.TlsUse;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A port whose certificate is ordered: before it is there, and while it is being proved whose the
/// host is.
@Timeout(60)
class ProofTest {
    private static final String HOST = "app.example.org";
    private static final String PROOF = "acme-tls/1";

    @TempDir private Path folder;
    private TestGateway gateway;
    private TestMember member;
    private TestCertificates made;
    private Path ordered;

    @BeforeEach
    void start() throws Exception {
        gateway = new TestGateway(folder);
        member = TestMember.saying("v1");
        made = new TestCertificates(folder.resolve("made")).pair("proof", HOST).pair("real", HOST);
        ordered = Files.createDirectory(folder.resolve("ordered"));
        gateway.routes(TlsUse.ordered(ordered), member.share("v1", 1));
    }

    @AfterEach
    void stop() throws IOException {
        gateway.close();
        member.close();
    }

    private GatewayClient.Proof proof(String name) throws IOException {
        return new GatewayClient.Proof(
                Files.readString(made.certificate(name)), Files.readString(made.key(name)));
    }

    private void come() throws IOException {
        Files.copy(made.key("real"), ordered.resolve("local.public.key"));
        Files.copy(made.certificate("real"), ordered.resolve("local.public.crt"));
    }

    private SSLSocket connect(String trusted, String host, String... protocols) throws Exception {
        var socket =
                (SSLSocket)
                        made.trusting(trusted)
                                .getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), gateway.securePort);
        socket.setSoTimeout((int) TestGateway.PATIENCE.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(host)));
        parameters.setApplicationProtocols(protocols);
        socket.setSSLParameters(parameters);
        return socket;
    }

    private String shown(String trusted, String host, String... protocols) throws Exception {
        try (SSLSocket socket = connect(trusted, host, protocols)) {
            socket.startHandshake();
            var first = (X509Certificate) socket.getSession().getPeerCertificates()[0];
            for (String name : List.of("proof", "real")) {
                if (first.getSerialNumber().equals(made.x509(name).getSerialNumber())) {
                    return name;
                }
            }
            return first.toString();
        }
    }

    private String get() throws Exception {
        try (SSLSocket socket = connect("real", HOST, "http/1.1")) {
            String request = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return TestGateway.readAll(socket.getInputStream());
        }
    }

    @Test
    void is_open_before_there_is_a_certificate_and_serves_once_it_comes() throws Exception {
        assertThatThrownBy(this::get)
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("unrecognized_name");
        assertThat(gateway.get("/").body()).as("the plain port").isEqualTo("v1");
        gateway.client.challenges(Map.of("one", "one.print"), Map.of());
        assertThat(gateway.get("/.well-known/acme-challenge/one").body()).isEqualTo("one.print\n");
        assertThat(gateway.client.certificates().path("warnings")).isEmpty();
        assertThat(gateway.client.certificates().path("ordered").path(0).asString())
                .isEqualTo(ordered.toString());
        gateway.restart();
        come();
        eventually(
                "it is shown",
                () -> gateway.client.certificates().path("certificates").size() == 1);
        assertThat(get()).startsWith("HTTP/1.1 200 OK").endsWith("v1");
        gateway.routes(member);
        assertThat(gateway.client.certificates().path("ordered")).isEmpty();
    }

    @Test
    void opens_with_files_that_cannot_be_used_as_better_ones_are_on_their_way() throws Exception {
        Path broken = Files.createDirectory(folder.resolve("broken"));
        Files.writeString(broken.resolve("local.public.crt"), "no certificate");
        Files.writeString(broken.resolve("local.public.key"), "no key");
        gateway.routes(TlsUse.ordered(broken), member.share("v1", 1));
        assertThat(gateway.client.certificates().path("warnings")).hasSize(1);
        assertThatThrownBy(this::get).isInstanceOf(SSLException.class);
    }

    @Test
    void shows_its_proof_to_whoever_asks_for_nothing_else_and_says_nothing_more() throws Exception {
        gateway.client.challenges(Map.of(), Map.of(HOST, proof("proof")));
        try (SSLSocket socket = connect("proof", HOST, PROOF)) {
            socket.startHandshake();
            assertThat(socket.getApplicationProtocol()).isEqualTo(PROOF);
            assertThat(socket.getInputStream().read()).as("its farewell").isEqualTo(-1);
        }
        come();
        eventually(
                "it is shown",
                () -> gateway.client.certificates().path("certificates").size() == 1);
        assertThat(shown("proof", HOST, PROOF)).isEqualTo("proof");
        assertThat(shown("real", HOST, "h2", "http/1.1")).isEqualTo("real");
        assertThat(shown("real", HOST, PROOF, "http/1.1")).isEqualTo("real");
        assertThat(shown("real", "other.example.org", PROOF)).isEqualTo("real");
        assertThat(get()).endsWith("v1");

        gateway.client.challenges(Map.of(), Map.of());
        assertThat(shown("real", HOST, PROOF)).isEqualTo("real");
        assertThat(gateway.get("/").body()).isEqualTo("v1");
    }

    @Test
    void takes_no_proof_that_no_authority_could_use_and_keeps_the_one_before() throws Exception {
        made.pair("two", HOST, "b.example.org");
        gateway.client.challenges(Map.of(), Map.of(HOST, proof("proof")));
        var mixed = new GatewayClient.Proof(proof("proof").certificate(), proof("real").key());
        for (var bad :
                Map.of(
                                "b.example.org",
                                proof("proof"),
                                HOST,
                                proof("two"),
                                "App.example.org",
                                proof("proof"),
                                "c.example.org",
                                mixed)
                        .entrySet()) {
            assertThatThrownBy(() ->
                            gateway.client.challenges(
                                    Map.of(), Map.of(bad.getKey(), bad.getValue())))
                    .as(bad.getKey())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("422")
                    .hasMessageNotContaining("BEGIN");
        }
        assertThat(shown("proof", HOST, PROOF)).isEqualTo("proof");
    }
}
