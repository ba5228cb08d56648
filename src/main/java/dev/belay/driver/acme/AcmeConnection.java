package dev.belay.driver.acme;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// Signed requests to one authority, one after the other; each carries the nonce of the answer
/// before it. For one order, on one thread.
final class AcmeConnection {
    private static final String BAD_NONCE = "urn:ietf:params:acme:error:badNonce";
    private static final String NONCE = "Replay-Nonce";
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);
    private static final int BODY_MAX = 256 * 1024;

    /// An authority may throw away nonces as it likes, but not for ever.
    private static final int NONCES_MAX = 10;

    private final HttpClient http;
    private final SigningKey key;
    private final URI directory;
    private JsonNode services = Jws.MAPPER.createObjectNode();
    private @Nullable URI account;
    private @Nullable String nonce;

    AcmeConnection(HttpClient http, SigningKey key, URI directory) {
        this.http = http;
        this.key = key;
        this.directory = directory;
    }

    /// An answer that is no error.
    ///
    /// @param location what was made by the request
    record Answer(String body, @Nullable URI location, @Nullable Duration retryAfter) {
        JsonNode json() throws AcmeFailure {
            try {
                return Jws.MAPPER.readTree(body);
            } catch (JacksonException _) {
                throw new AcmeFailure("the authority's answer is not JSON");
            }
        }
    }

    /// Asks for the authority's services; the first thing to do.
    void open() throws AcmeFailure, InterruptedException {
        URI address = url(directory.toString(), URI.create(""));
        HttpResponse<String> response = send(request(address).GET());
        if (response.statusCode() != 200) {
            throw failure(response);
        }
        services = answer(response).json();
    }

    /// Where one of the authority's services is.
    URI service(String name) throws AcmeFailure {
        return url(services, name);
    }

    /// From now on the account's address stands for the key.
    void signIn(URI address) {
        account = address;
    }

    /// Asks for what is at the address.
    Answer get(URI url) throws AcmeFailure, InterruptedException {
        return post(url, "");
    }

    Answer post(URI url, String payload) throws AcmeFailure, InterruptedException {
        for (int i = 0; i < NONCES_MAX; i++) {
            String message = Jws.of(key, account, nonce(), url, payload);
            HttpResponse<String> response =
                    send(
                            request(url)
                                    .header("Content-Type", "application/jose+json")
                                    .POST(HttpRequest.BodyPublishers.ofString(message)));
            if (response.statusCode() < 300) {
                return answer(response);
            }
            // The refusal itself brought the nonce for the next try (RFC 8555 §6.5).
            if (!problem(response).path("type").asString("").equals(BAD_NONCE)) {
                throw failure(response);
            }
        }
        throw new AcmeFailure("the authority refused " + NONCES_MAX + " of its own nonces");
    }

    private String nonce() throws AcmeFailure, InterruptedException {
        if (nonce == null) {
            send(request(service("newNonce")).method("HEAD", HttpRequest.BodyPublishers.noBody()));
        }
        String next = nonce;
        nonce = null;
        if (next == null) {
            throw new AcmeFailure("the authority gives no nonces: its answer has no " + NONCE);
        }
        return next;
    }

    private static HttpRequest.Builder request(URI url) {
        return HttpRequest.newBuilder(url)
                .timeout(ANSWER_WITHIN)
                .header("User-Agent", "belay")
                .header("Accept-Language", "en");
    }

    private HttpResponse<String> send(HttpRequest.Builder builder)
            throws AcmeFailure, InterruptedException {
        HttpRequest request = builder.build();
        try {
            HttpResponse<String> response =
                    http.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), BODY_MAX));
            nonce = response.headers().firstValue(NONCE).orElse(null);
            return response;
        } catch (IOException e) {
            throw new AcmeFailure("no answer from " + request.uri().getAuthority() + ": " + why(e));
        }
    }

    private static String why(Throwable e) {
        String message = e.getMessage();
        Throwable cause = e.getCause();
        if (message != null) {
            return message;
        }
        if (e instanceof ConnectException) {
            // The JDK's client says no more.
            return cause != null && cause.getCause() instanceof UnresolvedAddressException
                    ? "no such host is known"
                    : "nobody accepts connections there";
        }
        return cause == null ? e.getClass().getSimpleName() : why(cause);
    }

    private static Answer answer(HttpResponse<String> response) throws AcmeFailure {
        Optional<String> location = response.headers().firstValue("Location");
        return new Answer(
                response.body(),
                location.isEmpty() ? null : url(location.get(), response.uri()),
                retryAfter(response));
    }

    private static @Nullable Duration retryAfter(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Retry-After")
                .flatMap(AcmeConnection::pause)
                .orElse(null);
    }

    /// Seconds, or a date.
    static Optional<Duration> pause(String value) {
        if (value.matches("[0-9]{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(value)));
        }
        try {
            var date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
            Duration left = Duration.between(Instant.now(), date.toInstant());
            return Optional.of(left.isNegative() ? Duration.ZERO : left);
        } catch (DateTimeParseException _) {
            return Optional.empty();
        }
    }

    private static JsonNode problem(HttpResponse<String> response) {
        try {
            return Jws.MAPPER.readTree(response.body());
        } catch (JacksonException _) {
            return Jws.MAPPER.createObjectNode();
        }
    }

    private static AcmeFailure failure(HttpResponse<String> response) {
        String said = said(problem(response));
        return new AcmeFailure(
                said.isEmpty()
                        ? "the authority answered %s with status %d"
                                .formatted(response.uri(), response.statusCode())
                        : "the authority refused: " + said,
                retryAfter(response));
    }

    /// A problem document in words, that of each host included; empty when it says nothing.
    static String said(JsonNode problem) {
        var words = new StringBuilder(problem.path("detail").asString(""));
        for (JsonNode part : problem.path("subproblems")) {
            words.append(words.isEmpty() ? "" : "; ")
                    .append(part.path("identifier").path("value").asString(""))
                    .append(": ")
                    .append(part.path("detail").asString(""));
        }
        String type = problem.path("type").asString("");
        if (!type.isEmpty()) {
            words.append(" (").append(type.substring(type.lastIndexOf(':') + 1)).append(')');
        }
        return words.toString().strip();
    }

    /// The address that a member of an answer holds.
    static URI url(JsonNode object, String name) throws AcmeFailure {
        JsonNode value = object.path(name);
        if (!value.isString()) {
            throw new AcmeFailure("the authority names no `" + name + "`");
        }
        return url(value.asString(), URI.create(""));
    }

    static URI url(String text, URI base) throws AcmeFailure {
        try {
            URI url = base.resolve(text);
            if ("https".equals(url.getScheme()) && url.getHost() != null) {
                return url;
            }
        } catch (IllegalArgumentException _) {
            // Refused below, as every other address is.
        }
        throw new AcmeFailure("the authority names `" + text + "`, which is no https address");
    }
}
