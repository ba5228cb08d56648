package dev.belay.driver.kubernetes;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.SecretDocument;
import dev.belay.driver.secrets.SecretReader;
import dev.belay.driver.secrets.StoreTalk;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// Secrets of a Kubernetes cluster: `GET /api/v1/namespaces/NAMESPACE/secrets/NAME`. How one gets
/// in is read anew each time: the cluster exchanges tokens of service accounts all the time.
public final class KubernetesReader implements SecretReader {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final SecretStore.Kubernetes store;
    private final Keys keys;
    private final Map<String, String> environment;

    /// @param environment the control plane's own variables
    public KubernetesReader(
            SecretStore.Kubernetes store, Keys keys, Map<String, String> environment) {
        this.store = store;
        this.keys = keys;
        this.environment = Map.copyOf(environment);
    }

    @Override
    public String unit(SecretReference what) {
        return name(what);
    }

    private String name(SecretReference what) {
        return what.path().isEmpty() ? store.name() : what.path();
    }

    @Override
    public SecretDocument read(SecretReference what) {
        ClusterAccess access = ClusterAccess.of(store, environment);
        keys.learnt().accept(access.token());
        String namespace =
                Stream.of(store.namespace(), access.namespace(), "default")
                        .filter(one -> !one.isEmpty())
                        .findFirst()
                        .orElseThrow();
        String said = "the Secret `" + namespace + "/" + name(what) + "`";
        String below = access.server().getPath() == null ? "" : access.server().getPath();
        String path =
                "%s/api/v1/namespaces/%s/secrets/%s"
                        .formatted(
                                below.replaceFirst("/$", ""),
                                escaped(namespace),
                                escaped(name(what)));
        try (var talk =
                new StoreTalk("Kubernetes", access.server(), access.authorities(), PATIENCE)) {
            StoreTalk.Answer answer =
                    talk.send(
                            access.token()
                                    .use(token ->
                                            talk.request(path)
                                                    .header("Authorization", "Bearer " + token)
                                                    .header("Accept", "application/json")
                                                    .GET()
                                                    .build()));
            if (answer.status() != 200) {
                throw failure(said, namespace, answer.status());
            }
            return document(said, answer.body());
        } catch (IllegalArgumentException e) {
            throw SecretFailure.refused(
                    "the token or name holds characters that it cannot hold",
                    "give the token alone, in one line");
        }
    }

    private static String escaped(String name) {
        return URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static SecretFailure failure(String said, String namespace, int status) {
        return switch (status) {
            case 401 ->
                    SecretFailure.refused(
                            "Kubernetes does not know the token, or it has ended",
                            "make another: `kubectl create token`");
            case 403 ->
                    SecretFailure.refused(
                            "Kubernetes does not let Belay read " + said,
                            "give its account a Role with `get` on `secrets` in `%s`"
                                    .formatted(namespace));
            case 404 ->
                    SecretFailure.missing(
                            "Kubernetes does not have " + said, "make it, or name another");
            default ->
                    status >= 500 || status == 429
                            ? SecretFailure.away(
                                    "Kubernetes failed (status " + status + ")",
                                    "see to its API server")
                            : SecretFailure.refused(
                                    "Kubernetes answered with status " + status,
                                    "see whether it is its API that listens there");
        };
    }

    private static SecretDocument document(String said, JsonNode body) {
        Map<String, Secret> values = new HashMap<>();
        for (Map.Entry<String, JsonNode> one : body.path("data").properties()) {
            text(one.getValue().asString(""))
                    .ifPresent(text -> values.put(one.getKey(), new Secret(text)));
        }
        JsonNode metadata = body.path("metadata");
        Instant changed =
                Stream.concat(
                                Stream.of(metadata.path("creationTimestamp")),
                                StreamSupport.stream(
                                                metadata.path("managedFields").spliterator(), false)
                                        .map(field -> field.path("time")))
                        .flatMap(time -> instant(time.asString("")).stream())
                        .max(Comparator.naturalOrder())
                        .orElse(null);
        return SecretDocument.of(
                said, values, metadata.path("resourceVersion").asString(""), changed);
    }

    /// What is no text has no place in a variable.
    private static Optional<String> text(String base64) {
        try {
            byte[] bytes = Base64.getDecoder().decode(base64);
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> instant(String text) {
        try {
            return text.isEmpty() ? Optional.empty() : Optional.of(Instant.parse(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
