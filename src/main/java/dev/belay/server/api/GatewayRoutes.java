package dev.belay.server.api;

import dev.belay.gateway.GatewayClient;
import dev.belay.server.access.Routes;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import io.javalin.http.Context;
import java.io.IOException;

/// What the gateway counts and keeps, passed on: its own socket is its owner's alone.
final class GatewayRoutes {
    private final GatewayClient gateway;

    GatewayRoutes(GatewayClient gateway) {
        this.gateway = gateway;
    }

    void register(Routes routes) {
        routes.get("/api/v1/gateway/counts", ctx -> Wire.answer(ctx, asked(gateway::counts)));
        routes.get("/api/v1/gateway/metrics", this::metrics);
        routes.get("/api/v1/gateway/log", ctx -> Wire.answer(ctx, asked(gateway::log)));
        routes.put("/api/v1/gateway/log", this::log);
    }

    /// Where Prometheus may look.
    private void metrics(Context ctx) {
        ctx.contentType("text/plain; version=0.0.4; charset=utf-8").result(asked(gateway::metrics));
    }

    private void log(Context ctx) {
        var changes = Wire.json(ctx);
        GatewayClient.LogReply reply = asked(() -> gateway.log(changes));
        if (!reply.problems().isEmpty()) {
            throw new Denied(new No.Problems(reply.problems()));
        }
        Wire.answer(ctx, reply.settings());
    }

    private interface Question<T> {
        T ask() throws IOException;
    }

    private static <T> T asked(Question<T> question) {
        try {
            return question.ask();
        } catch (IOException e) {
            throw new Denied(
                    new No.Failure(
                            "the gateway does not answer: " + e.getMessage(),
                            "`.belay/logs/gateway.log` says more"));
        }
    }
}
