package dev.belay.server.api;

import dev.belay.manifest.EnvironmentView;
import dev.belay.release.Actor;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.ArchiveView;
import dev.belay.server.operations.BackupView;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.Vault;
import dev.belay.server.text.BackupText;
import io.javalin.http.Context;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// Backups, what they are good for, and rehearsals on them.
final class BackupRoutes {
    private final Operations operations;
    private final UnaryOperator<String> redact;

    BackupRoutes(Operations operations, UnaryOperator<String> redact) {
        this.operations = operations;
        this.redact = redact;
    }

    void register(Routes routes) {
        routes.get("/api/v1/environments/{env}/backups", this::list);
        routes.post("/api/v1/environments/{env}/backups", this::make);
        routes.post("/api/v1/environments/{env}/drills", this::drill);
        routes.post("/api/v1/environments/{env}/rehearsals", this::rehearse);
        routes.post("/api/v1/environments/{env}/restores", this::restore);
        routes.post("/api/v1/environments/{env}/restores/give-up", this::giveUp);
    }

    private EnvironmentView view(Context ctx) {
        return operations.platform().lately(ctx.pathParam("env")).view();
    }

    private void list(Context ctx) {
        EnvironmentView view = view(ctx);
        String datastore = Query.text(ctx, "datastore");
        List<BackupView> all = operations.data().vault().list(view, datastore);
        List<ArchiveView> archives = operations.data().vault().archives(view, datastore);
        if (Query.wantsText(ctx)) {
            ctx.contentType("text/plain; charset=utf-8")
                    .result(
                            BackupText.of(
                                    all,
                                    archives,
                                    operations.journal().now(),
                                    Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("backups", all, "archives", archives));
        }
    }

    private void make(Context ctx) throws IOException {
        Actor actor = Visit.of(ctx).actor();
        Bodies.NewBackup body = Wire.read(ctx, Bodies.NewBackup::read);
        EnvironmentView view = view(ctx);
        Vault vault = operations.data().vault();
        Instant at = body.at();
        NarratedAnswer.give(
                ctx,
                redact,
                progress ->
                        at == null
                                ? vault.make(view, body.datastore(), actor, progress)
                                : vault.make(view, body.datastore(), at, actor, progress));
    }

    private void drill(Context ctx) throws IOException {
        Actor actor = Visit.of(ctx).actor();
        Bodies.OfBackup body = Wire.read(ctx, Bodies.OfBackup::read);
        EnvironmentView view = view(ctx);
        NarratedAnswer.give(
                ctx,
                redact,
                progress ->
                        operations
                                .data()
                                .vault()
                                .drill(view, body.datastore(), body.backup(), actor, progress));
    }

    private void rehearse(Context ctx) throws IOException {
        Actor actor = Visit.of(ctx).actor();
        Wire.read(ctx, _ -> "");
        // What is wrong in the manifest now is no reason to rehearse what stood there before.
        EnvironmentView view = operations.platform().in(ctx.pathParam("env"), List.of()).view();
        NarratedAnswer.give(
                ctx, redact, progress -> operations.data().planning().plan(view, actor, progress));
    }

    private void giveUp(Context ctx) throws IOException {
        Actor actor = Visit.of(ctx).actor();
        String datastore = Wire.read(ctx, fields -> fields.required("datastore"));
        EnvironmentView view = view(ctx);
        NarratedAnswer.give(
                ctx,
                redact,
                progress -> operations.data().restoring().giveUp(view, datastore, actor, progress));
    }

    private void restore(Context ctx) throws IOException {
        Actor actor = Visit.of(ctx).actor();
        Bodies.Restore body = Wire.read(ctx, Bodies.Restore::read);
        EnvironmentView view = view(ctx);
        NarratedAnswer.give(
                ctx,
                redact,
                progress ->
                        operations.data().restoring().restore(view, body.wish(), actor, progress));
    }
}
