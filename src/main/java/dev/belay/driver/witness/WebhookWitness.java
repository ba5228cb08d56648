package dev.belay.driver.witness;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// A web hook, signed as Standard Webhooks says: `webhook-id`, `webhook-timestamp`, and in
/// `webhook-signature` the HMAC-SHA-256 over both and the body. Any answer of 2xx means kept.
public final class WebhookWitness implements Witness {
    private static final String SECRET_PREFIX = "whsec_";

    private final URI address;
    private final String secret;
    private final InstantSource clock;

    /// @param secret `whsec_` and base64
    public WebhookWitness(URI address, String secret, InstantSource clock) {
        this.address = address;
        this.secret = secret;
        this.clock = clock;
    }

    @Override
    public void keep(List<Statement> statements) throws IOException, InterruptedException {
        try (HttpClient client =
                HttpClient.newBuilder()
                        .connectTimeout(Duration.ofSeconds(PATIENCE_SECONDS))
                        .followRedirects(HttpClient.Redirect.NEVER)
                        .build()) {
            for (Statement one : statements) {
                post(client, one);
            }
        }
    }

    @Override
    public long shows() {
        return -1;
    }

    private void post(HttpClient client, Statement one) throws IOException, InterruptedException {
        // The same one again has the same id, by which its receiver knows it.
        String id = "checkpoint_" + one.size();
        String at = Long.toString(clock.instant().getEpochSecond());
        byte[] body = one.body();
        var request =
                HttpRequest.newBuilder(address)
                        .timeout(Duration.ofSeconds(PATIENCE_SECONDS))
                        .header("Content-Type", "application/json")
                        .header("webhook-id", id)
                        .header("webhook-timestamp", at)
                        .header("webhook-signature", "v1," + signature(secret, id, at, body))
                        .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                        .build();
        int status;
        try {
            if (HookHost.isForbidden(address.getHost())) {
                throw new IOException("it leads to where a machine's own keys are given out");
            }
            status = client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            throw new IOException("the web hook of `" + address.getHost() + "` is away: " + e, e);
        }
        if (status < 200 || status > 299) {
            throw new IOException("the web hook of `" + address.getHost() + "` answered " + status);
        }
    }

    /// What a receiver computes, too.
    static String signature(String secret, String id, String at, byte[] body) {
        try {
            byte[] key = Base64.getDecoder().decode(secret.substring(SECRET_PREFIX.length()));
            Mac hmac = Mac.getInstance("HmacSHA256");
            hmac.init(new SecretKeySpec(key, "HmacSHA256"));
            hmac.update((id + "." + at + ".").getBytes(StandardCharsets.UTF_8));
            return Base64.getEncoder().encodeToString(hmac.doFinal(body));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }
}
