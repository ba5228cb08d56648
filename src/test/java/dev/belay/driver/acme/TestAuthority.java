package dev.belay.driver.acme;

import dev.belay.FreePort;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/// Pebble, the authority that Let's Encrypt wrote for tests, with a name server that says of every
/// host that it is here. It throws away many of its own nonces.
public final class TestAuthority implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final List<Process> processes = new ArrayList<>();
    private final Path folder;
    private final int port = freePort();
    private final int management = freePort();

    /// @param httpPort where it looks for a text
    /// @param tlsPort where it looks for a certificate
    public TestAuthority(Path folder, int httpPort, int tlsPort)
            throws IOException, InterruptedException {
        this.folder = Files.createDirectories(folder);
        int names = freePort();
        ownCertificate();
        Files.writeString(
                folder.resolve("config.json"),
                """
                {"pebble": {
                  "listenAddress": "127.0.0.1:%d", "managementListenAddress": "127.0.0.1:%d",
                  "certificate": "own.crt", "privateKey": "own.key",
                  "httpPort": %d, "tlsPort": %d,
                  "ocspResponderURL": "", "externalAccountBindingRequired": false}}
                """
                        .formatted(port, management, httpPort, tlsPort));
        try {
            start(
                    Map.of(),
                    "pebble-challtestsrv",
                    "-dns01",
                    "127.0.0.1:" + names,
                    "-defaultIPv4",
                    "127.0.0.1",
                    "-defaultIPv6",
                    "",
                    "-management",
                    "127.0.0.1:" + freePort(),
                    "-http01",
                    "",
                    "-https01",
                    "",
                    "-tlsalpn01",
                    "");
            awaitListening(names);
            start(
                    Map.of("PEBBLE_VA_NOSLEEP", "1", "PEBBLE_WFE_NONCEREJECT", "30"),
                    "pebble",
                    "-config",
                    "config.json",
                    "-dnsserver",
                    "127.0.0.1:" + names);
            awaitListening(port);
            awaitListening(management);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    public static int freePort() {
        return FreePort.choose();
    }

    public URI directory() {
        return URI.create("https://localhost:" + port + "/dir");
    }

    /// What vouches for its own server, not for what it signs.
    public Path roots() {
        return folder.resolve("own.crt");
    }

    /// What vouches for the certificates that it signs.
    public Path issuer() throws IOException, InterruptedException {
        Path file = folder.resolve("issuer.pem");
        if (!Files.exists(file)) {
            Process asked =
                    start(
                            Map.of(),
                            "curl",
                            "-sS",
                            "--cacert",
                            roots().toString(),
                            "-o",
                            file.toString(),
                            "https://localhost:" + management + "/roots/0");
            if (asked.waitFor() != 0) {
                throw new IOException(Files.readString(folder.resolve("curl.log")));
            }
        }
        return file;
    }

    public String log() throws IOException {
        return Files.readString(folder.resolve("pebble.log"));
    }

    private void ownCertificate() throws IOException, InterruptedException {
        Process made =
                start(
                        Map.of(),
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-days",
                        "2",
                        "-subj",
                        "/CN=localhost",
                        "-addext",
                        "subjectAltName=DNS:localhost,IP:127.0.0.1",
                        "-keyout",
                        "own.key",
                        "-out",
                        "own.crt");
        if (made.waitFor() != 0) {
            throw new IOException(Files.readString(folder.resolve("openssl.log")));
        }
    }

    private Process start(Map<String, String> environment, String... command) throws IOException {
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(folder.resolve(command[0] + ".log").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private void awaitListening(int at) throws IOException {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            try (var socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 1_000);
                return;
            } catch (IOException e) {
                if (System.nanoTime() > end || !processes.getLast().isAlive()) {
                    throw e;
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    /// They keep nothing, so nothing is lost.
    @Override
    public void close() {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
    }
}
