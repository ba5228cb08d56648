package dev.belay.server.api;

import dev.belay.server.access.Routes;
import dev.belay.server.operations.GatewayUpkeep;
import io.javalin.http.Context;

/// The gateway as a process: which one runs, and its upgrade.
final class UpgradeRoutes {
    private final GatewayUpkeep gateway;

    UpgradeRoutes(GatewayUpkeep gateway) {
        this.gateway = gateway;
    }

    void register(Routes routes) {
        routes.get("/api/v1/gateway", ctx -> Wire.answer(ctx, gateway.view()));
        routes.post("/api/v1/gateway/upgrade", this::upgrade);
    }

    private void upgrade(Context ctx) {
        // It takes no fields, and says so of any.
        Wire.read(ctx, _ -> true);
        GatewayUpkeep.Upgrade done = gateway.upgrade();
        if (Query.wantsText(ctx)) {
            ctx.contentType("text/plain; charset=utf-8").result(text(done));
        } else {
            Wire.answer(ctx, done);
        }
    }

    private static String text(GatewayUpkeep.Upgrade done) {
        String now =
                "the gateway is process %d now, build %s; it took the ports over in %d ms%n"
                        .formatted(done.after().pid(), done.after().build(), done.millis());
        return done.before().pid() == 0
                ? now
                : now
                        + "process %d, build %s, serves what it had and ends then%n"
                                .formatted(done.before().pid(), done.before().build());
    }
}
