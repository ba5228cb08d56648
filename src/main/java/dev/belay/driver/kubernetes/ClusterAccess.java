package dev.belay.driver.kubernetes;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.PrivateFile;
import dev.belay.driver.secrets.StoreTalk;
import dev.belay.release.SecretStore;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/// Where a cluster's API is and with what one gets in: the service account that the control plane
/// runs as, or a kubeconfig with a bearer token.
///
/// @param authorities PEM of those that are believed; empty for the runtime's
record ClusterAccess(URI server, String authorities, Secret token, String namespace) {
    private static final Path ACCOUNT = Path.of("/var/run/secrets/kubernetes.io/serviceaccount");

    /// @param environment the control plane's own variables
    static ClusterAccess of(SecretStore.Kubernetes store, Map<String, String> environment) {
        return store.kubeconfig().isEmpty()
                ? ofAccount(ACCOUNT, environment)
                : ofConfig(store.kubeconfig(), store.context());
    }

    /// @param folder that the cluster mounts into every container
    static ClusterAccess ofAccount(Path folder, Map<String, String> environment) {
        String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
        if (host.isEmpty()) {
            throw SecretFailure.refused(
                    "the control plane does not run in a cluster", "name a `kubeconfig`");
        }
        String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
        String named = host.contains(":") ? "[" + host + "]" : host;
        return new ClusterAccess(
                URI.create("https://" + named + ":" + port),
                PrivateFile.readShared(folder.resolve("ca.crt")).text(),
                new Secret(PrivateFile.readShared(folder.resolve("token")).text().strip()),
                PrivateFile.readShared(folder.resolve("namespace")).text().strip());
    }

    static ClusterAccess ofConfig(String file, String wanted) {
        Map<?, ?> config = parsed(file);
        String context = wanted.isEmpty() ? text(config.get("current-context")) : wanted;
        Map<?, ?> chosen = named(file, config, "contexts", "context", context);
        Map<?, ?> cluster = named(file, config, "clusters", "cluster", text(chosen.get("cluster")));
        Map<?, ?> user = named(file, config, "users", "user", text(chosen.get("user")));
        String server = text(cluster.get("server"));
        if (!server.startsWith("https://")) {
            throw SecretFailure.refused(
                    "the `server` of `%s` is none of `https`".formatted(file),
                    "a token is sent to no other");
        }
        if ("true".equals(text(cluster.get("insecure-skip-tls-verify")))) {
            throw SecretFailure.refused(
                    "`%s` believes any certificate".formatted(file),
                    "name `certificate-authority` in place of `insecure-skip-tls-verify`");
        }
        return new ClusterAccess(
                URI.create(server),
                authorities(file, cluster),
                token(file, user),
                text(chosen.get("namespace")));
    }

    private static Map<?, ?> parsed(String file) {
        try {
            var load = new Load(LoadSettings.builder().setLabel(file).build());
            return load.loadFromString(PrivateFile.read(Path.of(file)).text())
                            instanceof Map<?, ?> map
                    ? map
                    : Map.of();
        } catch (YamlEngineException e) {
            throw SecretFailure.refused("`" + file + "` is no kubeconfig", "it is not YAML");
        }
    }

    private static Map<?, ?> named(
            String file, Map<?, ?> config, String list, String what, String name) {
        if (config.get(list) instanceof List<?> all) {
            Optional<Map<?, ?>> found =
                    all.stream()
                            .filter(Map.class::isInstance)
                            .<Map<?, ?>>map(one -> (Map<?, ?>) one)
                            .filter(one -> text(one.get("name")).equals(name))
                            .findFirst();
            if (found.isPresent() && found.get().get(what) instanceof Map<?, ?> inner) {
                return inner;
            }
        }
        throw SecretFailure.refused(
                "`%s` has no %s `%s`".formatted(file, what, name),
                "name one by `context`, or mend the kubeconfig");
    }

    private static String authorities(String file, Map<?, ?> cluster) {
        String path = text(cluster.get("certificate-authority"));
        if (!path.isEmpty()) {
            return StoreTalk.authorities(beside(file, path).toString());
        }
        try {
            byte[] pem =
                    Base64.getDecoder().decode(text(cluster.get("certificate-authority-data")));
            return new String(pem, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw SecretFailure.refused(
                    "`certificate-authority-data` of `%s` is no base64".formatted(file), "mend it");
        }
    }

    private static Secret token(String file, Map<?, ?> user) {
        String token = text(user.get("token"));
        String path = text(user.get("tokenFile"));
        if (token.isEmpty() && !path.isEmpty()) {
            token = PrivateFile.read(beside(file, path)).text().strip();
        }
        if (token.isEmpty()) {
            throw SecretFailure.refused(
                    "the user of `%s` has no bearer token".formatted(file),
                    "give it one by `token` or `tokenFile`: client certificates and `exec` are not"
                            + " known here");
        }
        return new Secret(token);
    }

    private static Path beside(String file, String path) {
        return Path.of(file).resolveSibling(path);
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : String.valueOf(value);
    }
}
