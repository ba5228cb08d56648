package dev.belay.driver.kubernetes;

import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.Secret;
import dev.belay.release.ImageName;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.http.HttpClient;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.WebSocket;
import io.fabric8.kubernetes.client.http.WebSocketHandshakeException;
import io.fabric8.kubernetes.client.jdkhttp.JdkHttpClientFactory;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.InterruptedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/// An API server over fabric8's client: what it knows better than anybody is how one gets in - a
/// kubeconfig with certificates, tokens and programs that give out tokens, the account of the pod
/// that the control plane runs in - and how such a thing is renewed.
final class FabricWire implements Wire {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(20);

    private static final int NORMAL = 1000;
    private static final int GOING_AWAY = 1001;

    private final String server;
    private final Config config;
    private final HttpClient client;
    private final Redactor opens = new Redactor();

    /// @param kubeconfig empty for what `KUBECONFIG` names, or the account of the pod
    /// @param context of it; empty for its current one
    static FabricWire to(String kubeconfig, String context) throws IOException {
        try {
            Config config = config(kubeconfig, context);
            demandPrivacy(config.getMasterUrl(), kubeconfig);
            return new FabricWire(config);
        } catch (RuntimeException e) {
            throw new IOException(
                    "no way into the cluster: "
                            + (kubeconfig.isEmpty() ? "" : "`" + kubeconfig + "`: ")
                            + e.getMessage(),
                    e);
        }
    }

    /// What opens the cluster, and values of secrets, are in what is sent.
    private static void demandPrivacy(String server, String kubeconfig) throws NoWayIn {
        URI address = URI.create(server);
        boolean plain = "http".equalsIgnoreCase(address.getScheme());
        if (plain && !ImageName.isLoopback(String.valueOf(address.getHost()))) {
            throw new NoWayIn(
                    "%s names `http://%s`: tokens and secrets would be sent there for anybody to read"
                            .formatted(
                                    kubeconfig.isEmpty()
                                            ? "the kubeconfig"
                                            : "`" + kubeconfig + "`",
                                    address.getHost()),
                    "write `https://` as its `server`; without it only this machine is asked, such as"
                            + " `http://127.0.0.1:8001` of `kubectl proxy`");
        }
    }

    private static Config config(String kubeconfig, String context) throws IOException {
        String wanted = context.isEmpty() ? null : context;
        if (kubeconfig.isEmpty()) {
            return Config.autoConfigure(wanted);
        }
        File file = new File(kubeconfig);
        if (!file.canRead()) {
            throw new IOException("`" + kubeconfig + "` cannot be read");
        }
        Config config = Config.fromKubeconfig(file);
        if (wanted == null) {
            return config;
        }
        if (config.getContexts().stream().noneMatch(one -> one.getName().equals(wanted))) {
            throw new IOException("`" + kubeconfig + "` has no context `" + wanted + "`");
        }
        return config.refresh();
    }

    private FabricWire(Config found) {
        config =
                new ConfigBuilder(found)
                        .withRequestRetryBackoffLimit(0)
                        .withConnectionTimeout((int) CONNECT_WITHIN.toMillis())
                        .withRequestTimeout((int) ANSWER_WITHIN.toMillis())
                        .withUserAgent("belay")
                        .build();
        server = config.getMasterUrl().replaceFirst("/$", "");
        // By the tag alone it hears that nothing is to be sent twice.
        client =
                new JdkHttpClientFactory()
                        .newBuilder(config)
                        .tag(config.getRequestConfig())
                        .build();
    }

    @Override
    public Reply send(Ask ask, Duration within) throws IOException {
        HttpRequest.Builder request = client.newHttpRequestBuilder().uri(server + ask.path());
        if (ask.body().isEmpty()) {
            request.method(ask.method(), null, null);
        } else {
            request.method(ask.method(), ask.type(), ask.body());
        }
        request.setHeader("Accept", "application/json");
        HttpResponse<String> answer = got(client.sendAsync(request.build(), String.class), within);
        Reply reply = new Reply(answer.code(), answer.body(), retryAfter(answer));
        return reply.isGood()
                ? reply
                : new Reply(reply.status(), masked(reply.body()), reply.retryAfter());
    }

    /// Without what opens the cluster: somebody in between may repeat all that he was told, and it
    /// is shown. Tokens are renewed, so what counts is asked each time.
    private String masked(String said) {
        Stream.of(config.getOauthToken(), config.getAutoOAuthToken(), config.getPassword())
                .filter(one -> one != null && !one.isBlank())
                .map(Secret::new)
                .forEach(opens::register);
        return opens.redact(said);
    }

    private static Duration retryAfter(HttpResponse<String> answer) {
        List<String> said = answer.headers("Retry-After");
        return said.isEmpty() || !said.getFirst().matches("[0-9]{1,5}")
                ? Duration.ZERO
                : Duration.ofSeconds(Long.parseLong(said.getFirst()));
    }

    @Override
    public BufferedReader stream(String path) throws IOException {
        HttpRequest request =
                client.newHttpRequestBuilder()
                        .uri(server + path)
                        .setHeader("Accept", "application/json")
                        .forStreaming()
                        .build();
        HttpResponse<InputStream> answer =
                got(client.sendAsync(request, InputStream.class), ANSWER_WITHIN);
        var lines =
                new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8));
        if (answer.code() != 200) {
            try (lines) {
                String body = masked(String.join("\n", lines.readAllLines()));
                throw ClusterFailure.of(new Reply(answer.code(), body, Duration.ZERO));
            }
        }
        return lines;
    }

    @Override
    public Tunnel tunnel(String path, String protocol, Ear ear) throws IOException {
        CompletableFuture<WebSocket> opening =
                client.newWebSocketBuilder()
                        .uri(URI.create(server + path))
                        .subprotocol(protocol)
                        .buildAsync(new Listening(ear));
        try {
            return new Socket(opening.get(CONNECT_WITHIN.toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the cluster was asked");
        } catch (TimeoutException e) {
            opening.cancel(true);
            throw new IOException("the cluster opened no connection in time", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof WebSocketHandshakeException refused) {
                HttpResponse<?> answer = refused.getResponse();
                String body = masked(String.valueOf(answer.bodyString()));
                throw ClusterFailure.of(new Reply(answer.code(), body, Duration.ZERO));
            }
            throw new IOException("the cluster opens no connection: " + e.getCause(), e);
        }
    }

    /// Hands messages on one by one: the next is asked for when the last was heard.
    private record Listening(Ear ear) implements WebSocket.Listener {
        @Override
        public void onMessage(WebSocket socket, ByteBuffer bytes) {
            try {
                ear.hear(bytes);
                socket.request();
            } catch (IOException e) {
                socket.sendClose(GOING_AWAY, "");
            }
        }

        @Override
        public void onClose(WebSocket socket, int code, String reason) {
            ear.over();
        }

        @Override
        public void onError(WebSocket socket, Throwable error) {
            ear.over();
        }
    }

    private record Socket(WebSocket socket) implements Tunnel {
        @Override
        public void send(ByteBuffer message) throws IOException {
            if (!socket.send(message)) {
                throw new IOException("the cluster has closed the connection");
            }
        }

        @Override
        public void close() {
            socket.sendClose(NORMAL, "");
        }
    }

    private static <T> T got(CompletableFuture<T> future, Duration within) throws IOException {
        try {
            return future.get(within.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the cluster was asked");
        } catch (TimeoutException e) {
            future.cancel(true);
            throw new IOException("the cluster did not answer in " + within.toMillis() + " ms", e);
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "the cluster does not answer: "
                            + (cause.getMessage() == null
                                    ? cause.getClass().getSimpleName()
                                    : cause.getMessage()),
                    cause);
        }
    }

    @Override
    public String where() {
        return server;
    }

    @Override
    public void close() {
        client.close();
    }
}
