package dev.belay.driver.secrets;

import dev.belay.driver.configuration.SecretFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Talks HTTP and JSON with a store: within a time, within a size, to no other host than the named
/// one, and with nothing of what was said in any sentence.
public final class StoreTalk implements AutoCloseable {
    private static final int BYTES_MAX = 4 << 20;
    private static final JsonMapper JSON = JsonMapper.shared();

    private final String who;
    private final URI address;
    private final Duration patience;
    private final HttpClient client;

    /// @param who as people call the store, `Vault`
    /// @param address scheme, host and port
    /// @param authorities PEM of those that are believed; empty for the runtime's
    public StoreTalk(String who, URI address, String authorities, Duration patience) {
        this.who = who;
        this.address = address;
        this.patience = patience;
        HttpClient.Builder builder =
                HttpClient.newBuilder()
                        .version(HttpClient.Version.HTTP_1_1)
                        .connectTimeout(patience)
                        // A redirect would carry the token to a host that nobody named.
                        .followRedirects(HttpClient.Redirect.NEVER);
        if (!authorities.isEmpty()) {
            builder.sslContext(believing(authorities));
        }
        client = builder.build();
    }

    /// What came back.
    public record Answer(int status, JsonNode body) {}

    /// A request to fill in.
    ///
    /// @param path with its query, begins with `/`
    public HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(address.resolve(path)).timeout(patience);
    }

    /// Sends it.
    ///
    /// @throws SecretFailure when nothing comes back in time
    public Answer send(HttpRequest request) {
        String at = address.getHost() + (address.getPort() < 0 ? "" : ":" + address.getPort());
        try {
            HttpResponse<InputStream> response =
                    client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            return new Answer(response.statusCode(), body(response));
        } catch (HttpTimeoutException slow) {
            throw SecretFailure.away(
                    "%s at `%s` did not answer within %d ms"
                            .formatted(who, at, patience.toMillis()),
                    "see to it, or give it more time by `timeout`");
        } catch (SSLException untrusted) {
            throw SecretFailure.refused(
                    "the certificate of %s at `%s` is not believed".formatted(who, at),
                    "name the file of its authority by `ca`; the host must be the one in the"
                            + " certificate");
        } catch (ConnectException nobody) {
            throw SecretFailure.away(
                    "nobody answers for %s at `%s`".formatted(who, at),
                    "start it, or mend `address`");
        } catch (IOException cut) {
            throw SecretFailure.away(
                    "%s at `%s` ended the connection".formatted(who, at), "see to it");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw SecretFailure.away(who + " was not waited for", "try again");
        }
    }

    /// What is no JSON says nothing.
    private JsonNode body(HttpResponse<InputStream> response) throws IOException {
        byte[] bytes;
        // A body that never ends would hold its reader for ever: the timeout is over once it
        // begins.
        try (InputStream in = response.body();
                var watch = new Watch(in, patience)) {
            bytes = watch.read(in);
        }
        if (bytes.length > BYTES_MAX) {
            throw SecretFailure.refused(
                    who + " answered more than 4 MiB", "see whether it is " + who + " at all");
        }
        try {
            return JSON.readTree(new ByteArrayInputStream(bytes));
        } catch (JacksonException e) {
            return JSON.createObjectNode();
        }
    }

    /// Cuts what is read off when it takes too long.
    private static final class Watch implements AutoCloseable {
        private final Thread thread;
        private volatile boolean cut;

        Watch(InputStream in, Duration patience) {
            thread =
                    Thread.ofVirtual()
                            .start(() -> {
                                try {
                                    Thread.sleep(patience);
                                    cut = true;
                                    in.close();
                                } catch (InterruptedException | IOException done) {
                                    Thread.currentThread().interrupt();
                                }
                            });
        }

        byte[] read(InputStream in) throws IOException {
            try {
                return in.readNBytes(BYTES_MAX + 1);
            } catch (IOException e) {
                throw cut ? new HttpTimeoutException("too slow") : e;
            }
        }

        @Override
        public void close() {
            thread.interrupt();
        }
    }

    private static SSLContext believing(String authorities) {
        try {
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            int number = 0;
            var in = new ByteArrayInputStream(authorities.getBytes(StandardCharsets.UTF_8));
            for (Certificate one :
                    CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                store.setCertificateEntry("authority-" + number++, one);
            }
            if (number == 0) {
                throw new GeneralSecurityException("no certificate");
            }
            var factory =
                    TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(store);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, factory.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw SecretFailure.refused(
                    "the authority's certificates are no PEM",
                    "they begin with `-----BEGIN CERTIFICATE-----`");
        }
    }

    /// The text of a file of certificates; empty where none is named.
    public static String authorities(String file) {
        if (file.isEmpty()) {
            return "";
        }
        try {
            return Files.readString(Path.of(file));
        } catch (IOException e) {
            throw SecretFailure.refused(
                    "the certificates `" + file + "` cannot be read", "put them there");
        }
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
