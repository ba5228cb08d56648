package dev.belay.server.api;

import dev.belay.server.access.Access;
import dev.belay.server.access.Routes;
import dev.belay.server.people.People;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/// Listens on this machine alone. Everything that a stranger could use up has a limit: connections,
/// requests at once, headers, body, and how long a connection may be silent.
public final class HttpServer implements AutoCloseable {
    private static final int CONNECTIONS_MAX = 512;
    private static final int TASKS_MAX = 600;
    private static final int HEADER_BYTES_MAX = 16 * 1024;
    private static final Duration IDLE = Duration.ofSeconds(60);
    private static final Duration STOP_WITHIN = Duration.ofSeconds(2);

    /// What a page of ours may do in a browser: nothing that is not ours, no script in the page.
    private static final Map<String, String> HEADERS =
            Map.of(
                    "Content-Security-Policy",
                    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                            + "img-src 'self'; base-uri 'none'; form-action 'none'; "
                            + "frame-ancestors 'none'",
                    "X-Content-Type-Options",
                    "nosniff",
                    "X-Frame-Options",
                    "DENY",
                    "Referrer-Policy",
                    "no-referrer",
                    "Cross-Origin-Resource-Policy",
                    "same-origin",
                    "Cross-Origin-Opener-Policy",
                    "same-origin",
                    "Cache-Control",
                    "no-store");

    private final Javalin javalin;

    private HttpServer(Javalin javalin) {
        this.javalin = javalin;
    }

    /// How it is served.
    ///
    /// @param port 0 for any that is free
    /// @param people who may come
    /// @param access what every endpoint needs
    /// @param redact masks secrets, should one have come as far as here
    public record Terms(int port, People people, Access access, UnaryOperator<String> redact) {}

    /// Listens when it returns.
    ///
    /// @throws RuntimeException when the port cannot be had
    /// @throws IllegalStateException when an endpoint has no line in the table of access
    public static HttpServer start(Terms terms, List<Consumer<Routes>> routes) {
        var self = new HttpServer[1];
        Javalin javalin =
                Javalin.create(config -> {
                    configure(config, terms.port());
                    var guard = new Guard(terms.people(), () -> self[0].port());
                    config.routes.before(ctx -> HEADERS.forEach(ctx::header));
                    config.routes.before(guard);
                    Errors.register(config.routes);
                    var guarded = new GuardedRoutes(config.routes, terms.access());
                    routes.forEach(part -> part.accept(guarded));
                    config.routes.after(ctx -> mask(ctx, terms.redact()));
                });
        self[0] = new HttpServer(javalin);
        terms.access().requireExactly(self[0].routes());
        javalin.start();
        return self[0];
    }

    /// The last door: drivers mask what they write down, and this what is answered all the same.
    private static void mask(Context ctx, UnaryOperator<String> redact) {
        String result = ctx.result();
        if (result != null && !result.isEmpty()) {
            ctx.result(redact.apply(result));
        }
    }

    private static void configure(JavalinConfig config, int port) {
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.concurrency.useVirtualThreads = true;
        config.http.prefer405over404 = true;
        config.http.maxRequestSize = Wire.BODY_BYTES_MAX;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.jetty.threadPool = new VirtualThreadPool(TASKS_MAX);
        config.jetty.modifyHttpConfiguration(HttpServer::quiet);
        config.jetty.modifyServer(server -> {
            server.setStopTimeout(STOP_WITHIN.toMillis());
            server.addBean(new NetworkConnectionLimit(CONNECTIONS_MAX, server));
        });
        config.jetty.addConnector((server, http) -> connector(server, http, port));
    }

    private static void quiet(HttpConfiguration http) {
        http.setSendServerVersion(false);
        http.setSendXPoweredBy(false);
        http.setRequestHeaderSize(HEADER_BYTES_MAX);
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, int port) {
        var connector = new ServerConnector(server, 1, 1, new HttpConnectionFactory(http));
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        connector.setPort(port);
        connector.setIdleTimeout(IDLE.toMillis());
        return connector;
    }

    public int port() {
        return javalin.port();
    }

    /// Every route, `GET /healthz`, for the test that tries each of them without a token.
    List<String> routes() {
        return javalin.unsafe.internalRouter.allHttpHandlers().stream()
                .map(parsed -> parsed.endpoint)
                .filter(endpoint -> endpoint.method.isHttpMethod())
                .map(endpoint -> endpoint.method + " " + endpoint.path)
                .toList();
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
