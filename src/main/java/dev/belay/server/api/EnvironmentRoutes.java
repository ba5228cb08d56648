package dev.belay.server.api;

import dev.belay.judge.History;
import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Scope;
import dev.belay.release.people.Action;
import dev.belay.release.people.Right;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.contracts.ContractsView;
import dev.belay.server.operations.Adopting;
import dev.belay.server.operations.Canaries;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.ParityView;
import dev.belay.server.operations.SchemaView;
import dev.belay.server.operations.WhyView;
import dev.belay.server.rollout.CalibrationView;
import dev.belay.server.text.CalibrationText;
import dev.belay.server.text.ContractsText;
import dev.belay.server.text.ParityText;
import dev.belay.server.text.SchemaText;
import dev.belay.server.text.StatusText;
import dev.belay.server.text.WhyText;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What an environment runs, why it waits, and its local datastores.
final class EnvironmentRoutes {
    private final Operations operations;

    EnvironmentRoutes(Operations operations) {
        this.operations = operations;
    }

    void register(Routes routes) {
        routes.get("/api/v1/environments", this::list);
        routes.get("/api/v1/environments/{env}/status", this::status);
        routes.get("/api/v1/environments/{env}/why", this::why);
        routes.get("/api/v1/environments/{env}/migrations", this::migrations);
        routes.post("/api/v1/environments/{env}/adoptions", this::adopt);
        routes.get("/api/v1/environments/{env}/parity", this::parity);
        routes.get("/api/v1/environments/{env}/contracts/{component}", this::contracts);
        routes.get("/api/v1/environments/{env}/calibration", this::calibration);
        routes.get("/api/v1/environments/{env}/promotion", this::promotion);
        routes.post("/api/v1/environments/{env}/promotion", this::steer);
        routes.post("/api/v1/environments/{env}/up", this::up);
        routes.post("/api/v1/environments/{env}/down", this::down);
    }

    private void list(Context ctx) {
        var manifest = operations.platform().manifest();
        Wire.answer(
                ctx,
                Map.of(
                        "platform",
                        manifest.platform(),
                        "environments",
                        manifest.environments().stream().filter(Visit.of(ctx)::sees).toList()));
    }

    private EnvironmentView view(Context ctx) {
        return operations.platform().lately(ctx.pathParam("env")).view();
    }

    private void status(Context ctx) {
        var status = operations.status().of(view(ctx));
        if (Query.wantsText(ctx)) {
            text(ctx)
                    .result(
                            StatusText.of(
                                    status, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, status);
        }
    }

    private void why(Context ctx) {
        WhyView why = operations.why().ofEnvironment(view(ctx).environment());
        if (Query.wantsText(ctx)) {
            text(ctx).result(WhyText.of(why, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, why);
        }
    }

    private void migrations(Context ctx) {
        List<SchemaView> schemas = operations.data().schemas().of(view(ctx));
        if (Query.wantsText(ctx)) {
            text(ctx).result(SchemaText.of(schemas, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("schemas", schemas));
        }
    }

    private void adopt(Context ctx) throws IOException {
        Adopting.Wish wish =
                Wire.read(ctx, fields -> Bodies.adoption(fields, Visit.of(ctx).actor()));
        // What is wrong in the manifest now is no reason to write what stood there before.
        EnvironmentView view = operations.platform().in(ctx.pathParam("env"), List.of()).view();
        Wire.answer(ctx, operations.data().adopting().adopt(view, wish));
    }

    private void parity(Context ctx) {
        EnvironmentView view = view(ctx);
        String with = Query.text(ctx, "with");
        String other = with.isEmpty() ? view.gates().promotedFrom() : with;
        if (!other.isEmpty()) {
            // Which one it is without `with` only the manifest says.
            Visit.of(ctx).demand(List.of(new Right(Action.READ, other)));
        }
        ParityView parity = operations.between().parity().of(view, other);
        if (Query.wantsText(ctx)) {
            text(ctx).result(ParityText.of(parity, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, parity);
        }
    }

    private void contracts(Context ctx) {
        EnvironmentView view = view(ctx);
        String below = view.gates().promotedFrom();
        if (!below.isEmpty()) {
            Visit.of(ctx).demand(List.of(new Right(Action.READ, below)));
        }
        ContractsView contracts =
                operations.between().contracts().of(view, ctx.pathParam("component"));
        if (Query.wantsText(ctx)) {
            text(ctx).result(ContractsText.of(contracts, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, contracts);
        }
    }

    private void calibration(Context ctx) throws IOException {
        EnvironmentView view = view(ctx);
        var all = new ArrayList<CalibrationView>();
        for (String name : Canaries.of(view)) {
            Scope scope = Scope.component(view.environment(), name);
            History history = operations.evidence().rollouts().histories().of(scope);
            all.add(CalibrationView.of(name, view.canary(), history));
        }
        if (Query.wantsText(ctx)) {
            text(ctx).result(CalibrationText.of(all, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("components", all));
        }
    }

    private void promotion(Context ctx) {
        Wire.answer(ctx, operations.between().promotion().state(view(ctx)));
    }

    private void steer(Context ctx) throws IOException {
        Bodies.Steering body = Wire.read(ctx, Bodies.Steering::read);
        Visit visit = Visit.of(ctx);
        EnvironmentView view = view(ctx);
        Wire.answer(
                ctx,
                visit.during(() ->
                        operations
                                .between()
                                .promotion()
                                .say(view, body.hold(), body.reason(), visit.actor())));
    }

    private void up(Context ctx) throws IOException {
        Wire.read(ctx, _ -> "");
        String environment = view(ctx).environment();
        LinesAnswer.give(ctx, progress -> operations.local().up(environment, progress));
    }

    private void down(Context ctx) throws IOException {
        Bodies.Down body = Wire.read(ctx, Bodies.Down::read);
        String environment = view(ctx).environment();
        LinesAnswer.give(
                ctx, progress -> operations.local().down(environment, body.wipe(), progress));
    }

    private static Context text(Context ctx) {
        ctx.res().setContentType("text/plain; charset=utf-8");
        return ctx.contentType("text/plain; charset=utf-8");
    }
}
