package dev.belay.driver.prometheus;

import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.StoreTalk;
import dev.belay.release.Credential;
import dev.belay.release.Prometheus;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/// Asks the HTTP API of a Prometheus, within a time and a size, and follows nobody elsewhere: a
/// token would go there, too.
final class PrometheusTalk implements AutoCloseable {
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int REDIRECT = 300;
    private static final int REFUSAL = 400;

    private final Prometheus source;
    private final Keys keys;
    private final StoreTalk talk;
    private final Redactor redactor = new Redactor();

    /// @throws SecretFailure when its authorities cannot be read
    PrometheusTalk(Prometheus source, Keys keys) {
        this.source = source;
        this.keys = keys;
        this.talk =
                new StoreTalk(
                        "Prometheus",
                        URI.create(source.url()),
                        StoreTalk.authorities(source.authority()),
                        source.patience());
    }

    /// What it does not give.
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;
        private final String hint;

        Refused(String reason, String hint) {
            super(reason);
            this.hint = hint;
        }

        String reason() {
            return String.valueOf(getMessage());
        }

        String hint() {
            return hint;
        }
    }

    /// What an expression comes to now, by its own clock.
    JsonNode query(String expression) throws Refused {
        String form =
                form(Map.of("query", expression, "timeout", source.patience().toMillis() + "ms"));
        return send(
                request("/api/v1/query")
                        .header("Content-Type", FORM)
                        .POST(HttpRequest.BodyPublishers.ofString(form)));
    }

    /// A list of names.
    ///
    /// @param path below `/api/v1`
    List<String> names(String path, Map<String, String> parameters) throws Refused {
        JsonNode body = send(request("/api/v1" + path + "?" + form(parameters)).GET());
        var names = new ArrayList<String>();
        body.path("data").forEach(one -> names.add(one.asString("")));
        return names;
    }

    /// What it says, without the token that it was told.
    String masked(String said) {
        return redactor.redact(said);
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request =
                talk.request(URI.create(source.url()).getRawPath() + path)
                        .header("Accept", "application/json");
        Credential token = source.token();
        if (token != null) {
            Secret secret = keys.of(token);
            redactor.register(secret);
            secret.use(text -> request.header("Authorization", "Bearer " + text));
        }
        return request;
    }

    private static String form(Map<String, String> parameters) {
        return parameters.entrySet().stream()
                .map(one -> encoded(one.getKey()) + "=" + encoded(one.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private JsonNode send(HttpRequest.Builder request) throws Refused {
        StoreTalk.Answer answer;
        try {
            answer = talk.send(request.build());
        } catch (SecretFailure e) {
            throw new Refused(e.reason(), hint(e));
        }
        if (answer.status() == 200) {
            return answer.body();
        }
        throw refusal(answer);
    }

    private static String hint(SecretFailure failure) {
        return failure.isAway()
                ? "see to it, or mend `url`"
                : failure.hint().replace("`address`", "`url`");
    }

    private Refused refusal(StoreTalk.Answer answer) {
        String said = Snapshot.text(masked(answer.body().path("error").asString("")));
        String at = "Prometheus at `" + source.host() + "` ";
        int status = answer.status();
        if (status >= REDIRECT && status < REFUSAL) {
            return new Refused(
                    at + "sends elsewhere (status " + status + ")",
                    "name by `url` where it sends to: nothing follows it there");
        }
        return switch (status) {
            case 400, 422 ->
                    new Refused(at + "does not take the question: " + said, "mend the selectors");
            case 401, 403 ->
                    new Refused(
                            at + "lets nobody read with that token (status " + status + ")",
                            "name by `token` where one lies that may");
            case 404 ->
                    new Refused(
                            at + "has no API there (status 404)",
                            "`url` is what stands before `/api/v1`");
            default ->
                    new Refused(
                            at
                                    + "answered with status "
                                    + status
                                    + (said.isEmpty() ? "" : ": " + said),
                            "see to it");
        };
    }

    @Override
    public void close() {
        talk.close();
    }
}
