package dev.belay.server.api;

import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.Freezes;
import dev.belay.server.operations.Operations;
import io.javalin.http.Context;
import java.util.List;
import java.util.Map;

/// Keeping environments from releases for a while, and letting them have some again.
final class FreezeRoutes {
    private final Operations operations;
    private final Freezes freezes;

    FreezeRoutes(Operations operations) {
        this.operations = operations;
        this.freezes = operations.between().freezes();
    }

    void register(Routes routes) {
        routes.get("/api/v1/freezes", this::list);
        routes.post("/api/v1/environments/{env}/freeze", this::freeze);
        routes.post("/api/v1/environments/{env}/thaw", this::thaw);
    }

    private void list(Context ctx) {
        Visit visit = Visit.of(ctx);
        List<Freezes.Freeze> seen =
                freezes.all().stream().filter(freeze -> visit.sees(freeze.environment())).toList();
        if (Query.wantsText(ctx)) {
            List<String> lines = seen.stream().map(Freezes.Freeze::text).toList();
            text(ctx, lines.isEmpty() ? "nothing is frozen" : String.join("\n", lines));
        } else {
            Wire.answer(ctx, Map.of("freezes", seen));
        }
    }

    private void freeze(Context ctx) {
        Freezes.Wish wish =
                Wire.read(
                        ctx,
                        fields ->
                                new Freezes.Wish(
                                        fields.instant("until"),
                                        fields.flag("rollbacksToo"),
                                        fields.text("reason")));
        Visit visit = Visit.of(ctx);
        String environment = known(ctx);
        Freezes.Freeze freeze =
                visit.during(() -> freezes.freeze(environment, wish, visit.actor()));
        answer(ctx, freeze, freeze.text());
    }

    private void thaw(Context ctx) {
        String reason = Wire.read(ctx, fields -> fields.text("reason"));
        Visit visit = Visit.of(ctx);
        String environment = known(ctx);
        Freezes.Freeze freeze =
                visit.during(() -> freezes.thaw(environment, reason, visit.actor()));
        answer(ctx, freeze, "`%s` is not frozen any more".formatted(environment));
    }

    private static void answer(Context ctx, Freezes.Freeze freeze, String text) {
        if (Query.wantsText(ctx)) {
            text(ctx, text);
        } else {
            Wire.answer(ctx, freeze);
        }
    }

    private static void text(Context ctx, String text) {
        ctx.contentType("text/plain; charset=utf-8").result(text + "\n");
    }

    private String known(Context ctx) {
        return operations.platform().lately(ctx.pathParam("env")).view().environment();
    }
}
