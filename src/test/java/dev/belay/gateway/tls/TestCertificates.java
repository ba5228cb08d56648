package dev.belay.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/// Certificates of one's own making, by `openssl`.
public final class TestCertificates {
    private final Path folder;

    /// @param folder where they go
    public TestCertificates(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    public Path folder() {
        return folder;
    }

    public Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    /// A self-signed pair for 30 days.
    public TestCertificates pair(String name, String... hosts) throws Exception {
        return pairFor(30, name, hosts);
    }

    public TestCertificates pairFor(int days, String name, String... hosts) throws Exception {
        Path made = Files.createTempDirectory(folder.getParent(), "made");
        Path key = made.resolve("key");
        Path certificate = made.resolve("crt");
        request(key, certificate, days, hosts);
        place(key, key(name));
        place(certificate, certificate(name));
        return this;
    }

    /// Makes a pair elsewhere.
    static void request(Path key, Path certificate, int days, String... hosts) throws Exception {
        var command = new ArrayList<String>(List.of("req", "-x509", "-newkey", "ec"));
        command.addAll(List.of("-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"));
        command.addAll(List.of("-keyout", key.toString(), "-out", certificate.toString()));
        command.addAll(List.of("-days", String.valueOf(days), "-subj", "/CN=test"));
        if (hosts.length > 0) {
            command.add("-addext");
            command.add(
                    Arrays.stream(hosts)
                            .map(host ->
                                    host.matches("[0-9.]+|.*:.*") ? "IP:" + host : "DNS:" + host)
                            .collect(Collectors.joining(",", "subjectAltName=", "")));
        }
        openssl(command.toArray(String[]::new));
    }

    /// As one puts a file in its place: it appears as a whole.
    public static void place(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    public static void openssl(String... arguments) throws Exception {
        var command = new ArrayList<String>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        byte[] said = process.getInputStream().readAllBytes();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(new String(said, StandardCharsets.UTF_8)).isZero();
    }

    public X509Certificate x509(String name) throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(certificate(name))) {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    /// What a client has that trusts these certificates and no others.
    public SSLContext trusting(String... names) throws Exception {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null);
        for (String name : names) {
            X509Certificate one = x509(name);
            store.setCertificateEntry(name + one.getSerialNumber(), one);
        }
        TrustManagerFactory trust =
                TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }
}
