package dev.belay.driver.acme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/// Who trusts one authority and comes again and again, each time with a handshake of its own.
final class Visitors {
    private static final String HOST = "app.example.org";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final int port;
    private final Path issuer;
    private final ConcurrentLinkedQueue<String> failures = new ConcurrentLinkedQueue<>();
    private final Thread thread = Thread.ofVirtual().unstarted(this::come);
    private volatile boolean stopped;

    Visitors(int port, Path issuer) {
        this.port = port;
        this.issuer = issuer;
    }

    /// With no session of before: the certificate is shown each time.
    SSLSocket connect() throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        try (var in = Files.newInputStream(issuer)) {
            store.setCertificateEntry(
                    "issuer", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        var trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        var socket =
                (SSLSocket)
                        context.getSocketFactory()
                                .createSocket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setServerNames(List.of(new SNIHostName(HOST)));
        socket.setSSLParameters(parameters);
        return socket;
    }

    static String serial(SSLSocket socket) throws IOException {
        var first = (X509Certificate) socket.getSession().getPeerCertificates()[0];
        return first.getSerialNumber().toString();
    }

    /// Of the certificate that is shown now.
    String serial() throws Exception {
        try (SSLSocket socket = connect()) {
            socket.startHandshake();
            return serial(socket);
        }
    }

    /// Returns when another certificate than this is shown.
    void awaitOther(String serial) throws Exception {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try {
                if (!serial().equals(serial)) {
                    return;
                }
            } catch (IOException e) {
                assertThat(System.nanoTime()).as(e.toString()).isLessThan(end);
            }
            assertThat(System.nanoTime()).as("it stays " + serial).isLessThan(end);
            LockSupport.parkNanos(10_000_000);
        }
    }

    /// The head of the answer.
    static String ask(SSLSocket socket) throws IOException {
        String request = "GET / HTTP/1.1\r\nHost: " + HOST + "\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var in =
                new BufferedReader(
                        new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
        var head = new StringBuilder();
        for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
            head.append(line.toUpperCase(Locale.ROOT)).append('\n');
        }
        return head.toString();
    }

    void start() {
        thread.start();
    }

    private void come() {
        while (!stopped) {
            try (SSLSocket socket = connect()) {
                String head = ask(socket);
                if (!head.startsWith("HTTP/1.1 404")) {
                    failures.add("answered " + head);
                }
            } catch (Exception e) {
                failures.add(e.toString());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    /// Ends it.
    ///
    /// @return what failed
    List<String> stop() throws InterruptedException {
        stopped = true;
        assertThat(thread.join(PATIENCE)).isTrue();
        return List.copyOf(failures);
    }
}
