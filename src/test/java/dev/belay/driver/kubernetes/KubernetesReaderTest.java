package dev.belay.driver.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.FoundSecret;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.TestTls;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Against a server that answers as the API of Kubernetes does: no token 401, another account 403.
class KubernetesReaderTest {
    private static final String CANARY = "canary-4711-of-kubernetes";
    private static final String TOKEN = "eyJ.canary.account";

    @TempDir private Path folder;
    private TestTls tls;
    private HttpsServer server;
    private final List<String> learnt = new ArrayList<>();
    private final Map<String, String> secrets = new HashMap<>();
    private int broken;

    @BeforeEach
    void start() throws Exception {
        tls = TestTls.in(folder);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls.context()));
        server.createContext("/", this::answer);
        server.start();
        secrets.put(
                "shop/api",
                """
                {"kind": "Secret", "metadata": {"name": "api", "resourceVersion": "815",
                  "creationTimestamp": "2026-11-01T00:00:00Z",
                  "managedFields": [{"manager": "kubectl", "time": "2026-11-30T12:00:00Z"}]},
                 "data": {"jwt": "%s", "binary": "/w=="}}
                """
                        .formatted(
                                Base64.getEncoder()
                                        .encodeToString(CANARY.getBytes(StandardCharsets.UTF_8))));
        config("token: " + TOKEN);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String bearer = exchange.getRequestHeaders().getFirst("Authorization");
        String[] path = exchange.getRequestURI().getPath().split("/", -1);
        boolean secret =
                path.length == 7 && path[3].equals("namespaces") && path[5].equals("secrets");
        String body = secret ? secrets.get(path[4] + "/" + path[6]) : null;
        int status =
                broken != 0
                        ? broken
                        : !("Bearer " + TOKEN).equals(bearer)
                                ? 401
                                : secret && !path[4].equals("shop")
                                        ? 403
                                        : body == null ? 404 : 200;
        byte[] text =
                (status == 200 && body != null
                                ? body
                                : "{\"kind\":\"Status\",\"code\":%d,\"message\":\"%s\"}"
                                        .formatted(status, bearer))
                        .getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }

    private Path config(String user) throws IOException {
        Path config =
                Files.writeString(
                        folder.resolve("config"),
                        """
                        apiVersion: v1
                        current-context: here
                        contexts:
                        - {name: here, context: {cluster: c, user: u, namespace: shop}}
                        clusters:
                        - {name: c, cluster: {server: "https://127.0.0.1:%d", certificate-authority: ca.pem}}
                        users:
                        - name: u
                          user: {%s}
                        """
                                .formatted(server.getAddress().getPort(), user));
        return Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-------"));
    }

    private FoundSecret find(String namespace, String name, String key) {
        var store =
                new SecretStore.Kubernetes(
                        folder.resolve("config").toString(), "", namespace, name, Duration.ZERO);
        var keys = new Keys(_ -> Optional.empty(), secret -> learnt.add(secret.use(text -> text)));
        var reader = new KubernetesReader(store, keys, Map.of());
        return reader.read(new SecretReference(key)).find(key);
    }

    private SecretFailure fails(String namespace, String name, String key) {
        var failure = catchThrowableOfType(SecretFailure.class, () -> find(namespace, name, key));
        assertThat(failure).isNotNull();
        assertThat(failure.reason() + failure.hint() + failure).doesNotContain(CANARY, TOKEN);
        assertThat(failure.hint()).isNotBlank();
        return failure;
    }

    @Test
    void a_secret_is_read_with_its_version_and_when_it_was_written() {
        FoundSecret found = find("", "api", "jwt");
        assertThat(found.value().<String>use(text -> text)).isEqualTo(CANARY);
        assertThat(found.version()).isEqualTo("815");
        assertThat(found.changed()).isEqualTo("2026-11-30T12:00:00Z");
        assertThat(learnt).contains(TOKEN);
    }

    @Test
    void what_is_denied_missing_or_broken_is_told_apart() throws IOException {
        assertThat(fails("other", "api", "jwt").reason())
                .isEqualTo("Kubernetes does not let Belay read the Secret `other/api`");
        assertThat(fails("shop", "none", "jwt").kind()).isEqualTo(SecretFailure.Kind.MISSING);
        assertThat(fails("shop", "api", "jwtt").hint()).isEqualTo("did you mean `jwt`?");
        assertThat(fails("shop", "api", "binary").kind()).isEqualTo(SecretFailure.Kind.MISSING);
        broken = 503;
        assertThat(fails("shop", "api", "jwt").isAway()).isTrue();
        broken = 0;
        config("token: another");
        assertThat(fails("shop", "api", "jwt").reason())
                .isEqualTo("Kubernetes does not know the token, or it has ended");
        server.stop(0);
        assertThat(fails("shop", "api", "jwt").isAway()).isTrue();
    }

    @Test
    void a_kubeconfig_that_opens_nothing_here_says_what_it_lacks() throws IOException {
        Path config = config("client-certificate: u.crt");
        assertThat(fails("", "api", "jwt").reason())
                .isEqualTo("the user of `" + config + "` has no bearer token");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace(
                                "certificate-authority: ca.pem", "insecure-skip-tls-verify: true"));
        assertThat(fails("", "api", "jwt").reason()).contains("believes any certificate");
        config("token: " + TOKEN);
        Files.writeString(
                config, Files.readString(config).replace(", certificate-authority: ca.pem", ""));
        assertThat(fails("", "api", "jwt").reason()).contains("is not believed");
        Files.setPosixFilePermissions(config, PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(fails("", "api", "jwt").hint()).isEqualTo("`chmod 600 " + config + "`");
    }

    @Test
    void in_a_cluster_the_account_that_it_mounts_is_used() throws IOException {
        Path account = Files.createDirectory(folder.resolve("account"));
        Files.writeString(account.resolve("token"), TOKEN + "\n");
        Files.copy(tls.authority(), account.resolve("ca.crt"));
        Files.writeString(account.resolve("namespace"), "shop");
        var access =
                ClusterAccess.ofAccount(
                        account,
                        Map.of(
                                "KUBERNETES_SERVICE_HOST",
                                "10.0.0.1",
                                "KUBERNETES_SERVICE_PORT",
                                "6443"));
        assertThat(access.server()).hasToString("https://10.0.0.1:6443");
        assertThat(access.namespace()).isEqualTo("shop");
        assertThat(access.token().<String>use(text -> text)).isEqualTo(TOKEN);
        var outside =
                catchThrowableOfType(
                        SecretFailure.class, () -> ClusterAccess.ofAccount(account, Map.of()));
        assertThat(outside).hasMessage("the control plane does not run in a cluster");
    }
}
