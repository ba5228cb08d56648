package dev.belay.server.api;

import dev.belay.journal.AuditLog;
import dev.belay.server.access.Routes;
import dev.belay.server.operations.Operations;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;

/// The control plane about itself: that it lives, what was done, and its end.
final class SystemRoutes {
    private static final int PAGE = 100;
    private static final int PAGE_MAX = 500;

    private final Operations operations;
    private final String version;
    private final Runnable stop;

    SystemRoutes(Operations operations, String version, Runnable stop) {
        this.operations = operations;
        this.version = version;
        this.stop = stop;
    }

    void register(Routes routes) {
        routes.get("/healthz", ctx -> Wire.answer(ctx, Map.of("ok", true, "version", version)));
        routes.get("/api/v1/audit", this::audit);
        routes.post("/api/v1/shutdown", this::shutdown);
    }

    private void audit(Context ctx) {
        List<AuditLog.Leaf> leaves =
                operations
                        .audit()
                        .leaves(Query.number(ctx, "after", 0), Query.limit(ctx, PAGE, PAGE_MAX));
        if (Query.wantsText(ctx)) {
            var text = new StringBuilder();
            leaves.forEach(leaf -> text.append(line(leaf)).append('\n'));
            ctx.contentType("text/plain; charset=utf-8").result(text.toString());
        } else {
            Wire.answer(ctx, Map.of("leaves", leaves));
        }
    }

    private static String line(AuditLog.Leaf leaf) {
        return leaf.seq()
                + "  "
                + java.time.Instant.ofEpochMilli(leaf.at())
                + "  "
                + leaf.actor()
                + "  "
                + leaf.body();
    }

    private void shutdown(Context ctx) {
        stop.run();
        Wire.answer(ctx.status(HttpStatus.ACCEPTED), Map.of("stopping", true));
    }
}
