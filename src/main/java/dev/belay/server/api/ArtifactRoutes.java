package dev.belay.server.api;

import dev.belay.server.access.Routes;
import dev.belay.server.operations.ArtifactDesk;
import dev.belay.server.operations.Operations;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;

/// Archives of artifacts: first which one, then its bytes.
final class ArtifactRoutes {
    private final ArtifactDesk desk;
    private final UnaryOperator<String> redact;

    ArtifactRoutes(Operations operations, UnaryOperator<String> redact) {
        this.desk = operations.evidence().artifacts();
        this.redact = redact;
    }

    void register(Routes routes) {
        routes.post("/api/v1/environments/{env}/artifacts", this::name);
        routes.get("/api/v1/environments/{env}/artifacts/{digest}", this::give);
    }

    private void name(Context ctx) throws IOException {
        String environment = ctx.pathParam("env");
        String subject =
                Wire.read(
                        ctx,
                        fields -> {
                            String named = fields.required("for");
                            EvidenceRoutes.requireHere(fields, named, environment);
                            return named;
                        });
        NarratedAnswer.give(ctx, redact, progress -> desk.name(subject, environment, progress));
    }

    /// As it lies on the disk: nothing masks secrets in it, and it says what it is by its digest.
    private void give(Context ctx) throws IOException {
        Path archive =
                desk.archive(ctx.pathParam("env"), ctx.pathParam("digest").replace("sha256:", ""));
        try (InputStream in = Files.newInputStream(archive)) {
            ctx.res().setContentType("application/x-tar");
            ctx.res().setContentLengthLong(Files.size(archive));
            in.transferTo(ctx.res().getOutputStream());
        }
    }
}
