package dev.belay.driver.vault;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.SecretDocument;
import dev.belay.driver.secrets.SecretReader;
import dev.belay.driver.secrets.StoreTalk;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Secrets of a mounted KV engine of version 2: `GET /v1/MOUNT/data/PATH`.
public final class VaultReader implements SecretReader {
    private final SecretStore.Vault store;
    private final VaultSession session;

    /// Asks nothing yet.
    public VaultReader(SecretStore.Vault store, Keys keys, InstantSource clock) {
        this.store = store;
        var talk =
                new StoreTalk(
                        "Vault",
                        URI.create(store.address()),
                        StoreTalk.authorities(store.authority()),
                        store.patience());
        session = new VaultSession(store, talk, keys, clock);
    }

    @Override
    public String unit(SecretReference what) {
        return path(what) + "@" + what.version();
    }

    private String path(SecretReference what) {
        return what.path().isEmpty() ? store.path() : what.path();
    }

    @Override
    public SecretDocument read(SecretReference what) {
        String path = path(what);
        String said = "`" + store.mount() + "/" + path + "`";
        String version = what.version() == 0 ? "" : "?version=" + what.version();
        StoreTalk.Answer answer =
                session.get(
                        "/v1/%s/data/%s%s"
                                .formatted(escaped(store.mount()), escaped(path), version));
        JsonNode data = answer.body().path("data");
        return switch (answer.status()) {
            case 200 -> document(said, data);
            case 404 -> throw missing(said, what, data, answer);
            case 403 ->
                    throw SecretFailure.refused(
                            "Vault does not let Belay read " + said,
                            "give its token a policy with `path \"%s/data/%s\" { capabilities = [\"read\"] }`"
                                    .formatted(store.mount(), path));
            default -> throw VaultFailures.of(answer);
        };
    }

    private SecretDocument document(String said, JsonNode data) {
        if (!data.path("data").isObject() || !data.path("metadata").has("version")) {
            throw notVersioned();
        }
        Map<String, Secret> values = new HashMap<>();
        data.path("data")
                .properties()
                .forEach(one -> values.put(one.getKey(), new Secret(text(one.getValue()))));
        JsonNode metadata = data.path("metadata");
        return SecretDocument.of(
                said,
                values,
                metadata.path("version").asString(),
                instant(metadata.path("created_time").asString("")));
    }

    private SecretFailure notVersioned() {
        return SecretFailure.refused(
                "`%s` is no engine of KV version 2".formatted(store.mount()),
                "`vault kv enable-versioning %s`, or name another `mount`"
                        .formatted(store.mount()));
    }

    /// Numbers and lists are text as JSON writes them, as `vault kv get -field` prints them.
    private static String text(JsonNode value) {
        return value.isString() ? value.asString() : value.isNull() ? "" : value.toString();
    }

    private static @Nullable Instant instant(String text) {
        try {
            return text.isEmpty() ? null : Instant.parse(text);
        } catch (DateTimeException e) {
            return null;
        }
    }

    /// With its metadata a version was there once; without, the mount is asked what it is.
    private SecretFailure missing(
            String said, SecretReference what, JsonNode data, StoreTalk.Answer answer) {
        JsonNode metadata = data.path("metadata");
        if (metadata.has("version")) {
            String version = metadata.path("version").asString();
            return metadata.path("destroyed").asBoolean(false)
                    ? SecretFailure.missing(
                            "version %s of %s was destroyed".formatted(version, said),
                            "write a new one: nobody can bring that one back")
                    : SecretFailure.missing(
                            "version %s of %s was deleted".formatted(version, said),
                            "`vault kv undelete -mount=%s -versions=%s %s`, or write a new one"
                                    .formatted(store.mount(), version, path(what)));
        }
        if (VaultFailures.says(answer, "no handler for route")) {
            return noMount();
        }
        StoreTalk.Answer mount =
                session.get("/v1/sys/internal/ui/mounts/" + escaped(store.mount()));
        JsonNode found = mount.body().path("data");
        if (mount.status() == 200 && found.has("type")) {
            boolean versioned =
                    found.path("type").asString().equals("kv")
                            && found.path("options").path("version").asString("1").equals("2");
            if (!versioned) {
                return notVersioned();
            }
        }
        return what.version() == 0
                ? SecretFailure.missing(
                        "Vault has no secret " + said,
                        "write it: `vault kv put -mount=%s %s %s=…`"
                                .formatted(store.mount(), path(what), what.key()))
                : SecretFailure.missing(
                        "Vault has no version %d of %s".formatted(what.version(), said),
                        "name one that it has, or leave `version` out");
    }

    private SecretFailure noMount() {
        return SecretFailure.refused(
                "Vault has nothing mounted at `" + store.mount() + "`",
                "mend `mount`; `vault secrets list` shows what is mounted");
    }

    /// Each part by itself, as the slashes between them are the path's own.
    static String escaped(String path) {
        return Arrays.stream(path.split("/", -1))
                .map(part -> URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20"))
                .collect(Collectors.joining("/"));
    }

    @Override
    public void tend() {
        session.tend();
    }

    @Override
    public void close() {
        session.close();
    }
}
