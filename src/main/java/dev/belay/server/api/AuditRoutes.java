package dev.belay.server.api;

import dev.belay.journal.AuditLog;
import dev.belay.journal.AuditReport;
import dev.belay.journal.AuditSearch;
import dev.belay.journal.AuditTree;
import dev.belay.journal.ReleaseRow;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.audit.AuditDesk;
import dev.belay.server.audit.WitnessView;
import dev.belay.server.operations.Operations;
import dev.belay.server.text.AuditText;
import io.javalin.http.Context;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The audit log: what was done, and what shows that nothing of it was changed.
final class AuditRoutes {
    private static final int PAGE = 100;
    private static final int PAGE_MAX = 500;
    private static final String TEXT = "text/plain; charset=utf-8";

    private final Operations operations;

    AuditRoutes(Operations operations) {
        this.operations = operations;
    }

    void register(Routes routes) {
        routes.get("/api/v1/audit", this::search);
        routes.get("/api/v1/audit/key", this::key);
        routes.get("/api/v1/audit/checkpoint", this::checkpoint);
        routes.get("/api/v1/audit/proof", this::proof);
        routes.get("/api/v1/audit/verification", this::verify);
        routes.get("/api/v1/audit/witnesses", this::witnesses);
        routes.post("/api/v1/audit/witnesses", this::addWitness);
        routes.post("/api/v1/audit/witnesses/remove", this::removeWitness);
        routes.get("/api/v1/releases/{id}/evidence", this::export);
    }

    private AuditDesk desk() {
        return operations.audit();
    }

    private void search(Context ctx) {
        int limit = Query.limit(ctx, PAGE, PAGE_MAX);
        boolean newest = Query.flag(ctx, "newest");
        var range =
                new AuditSearch.Range(
                        Query.number(ctx, "after", 0),
                        Query.number(ctx, "before", 0),
                        Query.number(ctx, "since", 0),
                        Query.number(ctx, "until", 0),
                        newest,
                        limit);
        List<AuditLog.Leaf> leaves =
                desk().search(
                                new AuditSearch(
                                        Query.text(ctx, "release"),
                                        Query.text(ctx, "actor"),
                                        Query.text(ctx, "action"),
                                        Query.text(ctx, "environment"),
                                        Query.text(ctx, "text"),
                                        range));
        if (Query.wantsText(ctx)) {
            ctx.contentType(TEXT).result(AuditText.entries(leaves, Query.flag(ctx, "colour")));
            return;
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("leaves", leaves);
        if (leaves.size() == limit) {
            answer.put(newest ? "before" : "after", leaves.getLast().seq());
        }
        Wire.answer(ctx, answer);
    }

    private void key(Context ctx) {
        String key = desk().checkpoints().key().written();
        if (Query.wantsText(ctx)) {
            ctx.contentType(TEXT).result(key + "\n");
        } else {
            Wire.answer(ctx, Map.of("key", key));
        }
    }

    private void checkpoint(Context ctx) {
        AuditTree.Kept kept = desk().checkpoint();
        if (Query.wantsText(ctx)) {
            ctx.contentType(TEXT).result(kept.note());
        } else {
            Wire.answer(ctx, kept);
        }
    }

    private void proof(Context ctx) {
        long to = Query.number(ctx, "to", 0);
        boolean whole = ctx.queryParam("from") != null;
        Wire.answer(
                ctx,
                whole
                        ? desk().consistency(Query.number(ctx, "from", 0), to)
                        : desk().inclusion(Query.number(ctx, "entry", 0)));
    }

    private void verify(Context ctx) {
        AuditReport report = desk().verify();
        ctx.header("Belay-Well", Boolean.toString(report.isWell()));
        String key = desk().checkpoints().key().written();
        if (Query.wantsText(ctx)) {
            ctx.contentType(TEXT).result(AuditText.of(report, key, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("report", report, "key", key, "well", report.isWell()));
        }
    }

    private void witnesses(Context ctx) {
        List<WitnessView> all = desk().witnesses().list();
        if (Query.wantsText(ctx)) {
            ctx.contentType(TEXT)
                    .result(
                            AuditText.witnesses(
                                    all, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("witnesses", all));
        }
    }

    private void addWitness(Context ctx) {
        record Body(String where, String name) {}
        Body body =
                Wire.read(ctx, fields -> new Body(fields.required("where"), fields.text("name")));
        // Signed first, so that there is something to tell it.
        desk().checkpoint();
        Wire.answer(
                ctx,
                desk().witnesses().add(body.where(), body.name(), Visit.of(ctx).actor().subject()));
    }

    private void removeWitness(Context ctx) {
        String name = Wire.read(ctx, fields -> fields.required("name"));
        desk().witnesses().remove(name, Visit.of(ctx).actor().subject());
        Wire.answer(ctx, Map.of("witnesses", desk().witnesses().list()));
    }

    /// Past the last door, which masks what is answered: a masked entry would prove nothing. What
    /// is written into the journal was masked then.
    private void export(Context ctx) throws IOException {
        ReleaseRow release = operations.reader().row(ctx.pathParam("id"));
        desk().checkpoint();
        ctx.res().setContentType("application/x-ndjson");
        ctx.contentType("application/x-ndjson");
        var out = new BufferedOutputStream(ctx.res().getOutputStream(), 1 << 16);
        desk().export(release, out, Visit.of(ctx)::goesOn);
        out.flush();
    }
}
