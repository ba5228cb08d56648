package dev.belay.server.api;

import dev.belay.release.Actor;
import dev.belay.server.Token;
import dev.belay.server.operations.Operations;
import dev.belay.server.web.WebRoutes;
import io.javalin.http.Context;
import java.util.List;
import java.util.function.UnaryOperator;

/// The whole of what is served over HTTP: the API and the status page.
public final class Api implements AutoCloseable {
    private final HttpServer server;
    private final SnapshotStream streams;
    private final LogRoutes logs;

    private Api(HttpServer server, SnapshotStream streams, LogRoutes logs) {
        this.server = server;
        this.streams = streams;
        this.logs = logs;
    }

    /// How it is served.
    ///
    /// @param port 0 for any that is free
    /// @param actor whoever has the token
    /// @param redact masks secrets, should one have come as far as here
    public record Terms(
            int port, Token token, Actor actor, String version, UnaryOperator<String> redact) {}

    /// Listens when it returns.
    ///
    /// @param stop ends the control plane, soon after it was called
    public static Api start(Terms terms, Operations operations, Runnable stop) {
        var streams = new SnapshotStream();
        var environments = new EnvironmentRoutes(operations, terms.actor());
        var logs = new LogRoutes(operations);
        var releases = new ReleaseRoutes(operations, streams, terms.actor());
        var system = new SystemRoutes(operations, terms.version(), stop);
        var gateway = new GatewayRoutes(operations.gateway());
        var upgrade = new UpgradeRoutes(operations.upkeep());
        var doors = new DoorRoutes(operations);
        var backups = new BackupRoutes(operations, terms.actor(), terms.redact());
        var web = new WebRoutes(operations, terms.version());
        HttpServer server =
                HttpServer.start(
                        terms.port(),
                        terms.token(),
                        List.of(
                                system::register,
                                upgrade::register,
                                releases::register,
                                environments::register,
                                logs::register,
                                gateway::register,
                                doors::register,
                                backups::register,
                                web::register,
                                routes -> routes.after(ctx -> mask(ctx, terms.redact()))));
        return new Api(server, streams, logs);
    }

    /// The last door: drivers mask what they write down, and this what is answered all the same.
    private static void mask(Context ctx, UnaryOperator<String> redact) {
        String result = ctx.result();
        if (result != null && !result.isEmpty()) {
            ctx.result(redact.apply(result));
        }
    }

    public int port() {
        return server.port();
    }

    /// Every route, as `GET /healthz`, for the test that tries each of them without a token.
    public List<String> routes() {
        return server.routes();
    }

    /// Streams end by themselves within a moment, requests under way get one too.
    @Override
    public void close() {
        streams.close();
        logs.close();
        server.close();
    }
}
