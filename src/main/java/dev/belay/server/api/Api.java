package dev.belay.server.api;

import dev.belay.server.operations.Operations;
import dev.belay.server.web.WebRoutes;
import java.util.List;

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

    /// Listens when it returns.
    ///
    /// @param stop ends the control plane, soon after it was called
    public static Api start(
            HttpServer.Terms terms, Operations operations, String version, Runnable stop) {
        var streams = new SnapshotStream();
        var environments = new EnvironmentRoutes(operations);
        var logs = new LogRoutes(operations);
        var releases = new ReleaseRoutes(operations, streams);
        var system = new SystemRoutes(version, stop);
        var audit = new AuditRoutes(operations);
        var gateway = new GatewayRoutes(operations.gateway());
        var upgrade = new UpgradeRoutes(operations.upkeep());
        var doors = new DoorRoutes(operations);
        var freezes = new FreezeRoutes(operations);
        var backups = new BackupRoutes(operations, terms.redact());
        var people = new PeopleRoutes(terms.people(), operations.platform());
        var evidence = new EvidenceRoutes(operations, terms.redact());
        var artifacts = new ArtifactRoutes(operations, terms.redact());
        var web = new WebRoutes(operations, version);
        HttpServer server =
                HttpServer.start(
                        terms,
                        List.of(
                                system::register,
                                audit::register,
                                upgrade::register,
                                releases::register,
                                environments::register,
                                logs::register,
                                gateway::register,
                                doors::register,
                                freezes::register,
                                backups::register,
                                people::register,
                                evidence::register,
                                artifacts::register,
                                web::register));
        return new Api(server, streams, logs);
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
