package dev.belay.server.api;

import dev.belay.server.access.Routes;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.Map;

/// The control plane about itself: that it lives, and its end.
final class SystemRoutes {
    private final String version;
    private final Runnable stop;

    SystemRoutes(String version, Runnable stop) {
        this.version = version;
        this.stop = stop;
    }

    void register(Routes routes) {
        routes.get("/healthz", ctx -> Wire.answer(ctx, Map.of("ok", true, "version", version)));
        routes.post("/api/v1/shutdown", this::shutdown);
    }

    private void shutdown(Context ctx) {
        stop.run();
        Wire.answer(ctx.status(HttpStatus.ACCEPTED), Map.of("stopping", true));
    }
}
