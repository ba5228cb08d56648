package dev.belay.server.api;

import dev.belay.gate.report.Stated;
import dev.belay.release.Digest;
import dev.belay.release.people.Action;
import dev.belay.release.people.Right;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.evidence.EvidenceStore;
import dev.belay.server.evidence.StoredEvidence;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.EvidenceRegistry;
import dev.belay.server.operations.No;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.Pipelines;
import dev.belay.server.operations.RollbackTrial;
import dev.belay.server.text.EvidenceText;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;

/// Evidence: files first, each by itself, then what they are evidence of.
final class EvidenceRoutes {
    /// A file in base64, and the little JSON around it.
    private static final int UPLOAD_BYTES_MAX = EvidenceStore.FILE_BYTES_MAX / 3 * 4 + 1024;

    /// As many as a stage of a pipeline may write.
    private static final int FILES_MAX = 500;

    private static final String BEFORE = "{\"content\":\"";
    private static final String AFTER = "\"}";

    /// So many files are in memory at once.
    private final Semaphore uploads = new Semaphore(4);

    private final Operations operations;
    private final EvidenceRegistry registry;
    private final Pipelines pipelines;
    private final UnaryOperator<String> redact;

    EvidenceRoutes(Operations operations, UnaryOperator<String> redact) {
        this.operations = operations;
        this.registry = operations.evidence().registry();
        this.pipelines = operations.evidence().pipelines();
        this.redact = redact;
    }

    void register(Routes routes) {
        routes.post("/api/v1/environments/{env}/evidence-files", this::upload);
        routes.post("/api/v1/environments/{env}/evidence", this::add);
        routes.get("/api/v1/evidence", this::list);
        routes.get("/api/v1/evidence/{id}", this::show);
        routes.post("/api/v1/environments/{env}/evidence/{id}/withdraw", this::withdraw);
        routes.get("/api/v1/environments/{env}/evidence/{id}/files/{digest}", this::file);
        routes.post("/api/v1/environments/{env}/pipelines", this::run);
        routes.post("/api/v1/environments/{env}/rollback-trials", this::tryRollback);
    }

    private void upload(Context ctx) throws IOException {
        if (!uploads.tryAcquire()) {
            throw new Denied(
                    new No.Busy("other files are being sent", "send it again in a moment"));
        }
        try {
            Digest digest = registry.upload(content(ctx));
            Wire.answer(ctx, Map.of("digest", digest.text()));
        } finally {
            uploads.release();
        }
    }

    /// `{"content": "BASE64"}`, without a white space: no reader of JSON is to hold it twice.
    private static byte[] content(Context ctx) throws IOException {
        byte[] body;
        try (InputStream in = ctx.req().getInputStream()) {
            body = in.readNBytes(UPLOAD_BYTES_MAX + 1);
        }
        if (body.length > UPLOAD_BYTES_MAX) {
            throw new Rejected(
                    HttpStatus.CONTENT_TOO_LARGE,
                    "the file is too large",
                    "at most %d MiB are taken of one, and it may be packed by gzip"
                            .formatted(EvidenceStore.FILE_BYTES_MAX / 1024 / 1024));
        }
        String text = new String(body, StandardCharsets.ISO_8859_1).strip();
        if (text.startsWith(BEFORE) && text.endsWith(AFTER)) {
            try {
                return Base64.getDecoder()
                        .decode(text.substring(BEFORE.length(), text.length() - AFTER.length()));
            } catch (IllegalArgumentException _) {
                // Said below.
            }
        }
        throw new Denied(
                No.problem(
                        "request/not-json",
                        "the request's body",
                        "it is not `{\"content\":\"…\"}` with a file in base64",
                        ""));
    }

    private void add(Context ctx) throws IOException {
        EvidenceRegistry.Wish wish = Wire.read(ctx, fields -> wish(fields, ctx.pathParam("env")));
        Visit visit = Visit.of(ctx);
        NarratedAnswer.give(
                ctx,
                redact,
                progress -> registry.add(wish, visit.actor(), visit::during, progress));
    }

    private static EvidenceRegistry.Wish wish(Fields fields, String environment) {
        var figures = new TreeMap<String, String>();
        for (String figure : fields.texts("figures")) {
            int equals = figure.indexOf('=');
            if (equals < 1
                    || !figure.substring(0, equals).matches("[A-Za-z][A-Za-z0-9_.-]{0,99}")) {
                fields.wrong(
                        "request/wrong-figure",
                        "figures",
                        "it names no figure and where it stands",
                        "write it as `accuracy=/metrics/accuracy`");
            } else {
                figures.put(figure.substring(0, equals), figure.substring(equals + 1));
            }
        }
        String kind = word(fields, "kind");
        String subject = fields.required("for");
        boolean wonHere = fields.flag("wonHere");
        requireHere(fields, subject, environment);
        return new EvidenceRegistry.Wish(
                subject,
                environment,
                wonHere ? environment : "",
                kind,
                word(fields, "name"),
                files(fields),
                new Stated(kind, fields.text("passesWhen"), figures));
    }

    /// Who may do something in one environment says nothing of another one.
    static void requireHere(Fields fields, String subject, String environment) {
        if (subject.indexOf('@') >= 0 && !subject.endsWith("@" + environment)) {
            fields.wrong(
                    "request/other-environment",
                    "for",
                    "it names another environment than the address, `%s`".formatted(environment),
                    "ask at the address of that one");
        }
    }

    private static String word(Fields fields, String name) {
        String word = fields.text(name);
        if (!word.isEmpty() && !word.matches("[a-z][a-z0-9-]{0,39}")) {
            fields.wrong(
                    "request/wrong-name",
                    name,
                    "it must be small letters, digits and `-`",
                    "such as `tests`");
            return "";
        }
        return word;
    }

    /// `DIGEST NAME`, one each.
    private static List<StoredEvidence.Kept> files(Fields fields) {
        var files = new ArrayList<StoredEvidence.Kept>();
        for (String file : fields.texts("files")) {
            if (file.matches("sha256:[0-9a-f]{64} [^\\n]{1,300}")) {
                String digest = file.substring(0, file.indexOf(' '));
                files.add(new StoredEvidence.Kept(digest, file.substring(digest.length() + 1)));
            } else {
                fields.wrong(
                        "request/wrong-file",
                        "files",
                        "it is no digest with a name behind it",
                        "`evidence-files` answers with the digest");
            }
        }
        if (files.isEmpty()) {
            fields.wrong("request/missing-field", "files", "there is no file", "name one");
        }
        // They are read again whenever a rule is held against them.
        if (files.size() > FILES_MAX) {
            fields.wrong(
                    "request/too-many-files",
                    "files",
                    "there are more than " + FILES_MAX,
                    "let the tool write one report, or add them under several names");
        }
        return files;
    }

    private void list(Context ctx) {
        List<StoredEvidence> all =
                registry
                        .list(
                                Query.text(ctx, "component"),
                                Query.text(ctx, "environment"),
                                Query.text(ctx, "artifact"))
                        .stream()
                        .filter(one -> sees(ctx, one))
                        .toList();
        if (Query.wantsText(ctx)) {
            text(ctx, EvidenceText.of(all, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, Map.of("evidence", all));
        }
    }

    private void show(Context ctx) {
        StoredEvidence one = registry.show(ctx.pathParam("id"), Visit.of(ctx)::sees);
        if (Query.wantsText(ctx)) {
            text(ctx, EvidenceText.of(one, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, one);
        }
    }

    /// As it came: nothing of it is masked.
    private void file(Context ctx) {
        byte[] content =
                registry.file(ctx.pathParam("id"), ctx.pathParam("env"), ctx.pathParam("digest"));
        ctx.contentType("application/octet-stream").result(content);
    }

    private void withdraw(Context ctx) {
        String why = Wire.read(ctx, fields -> fields.required("reason"));
        Visit visit = Visit.of(ctx);
        StoredEvidence meant = registry.show(ctx.pathParam("id"), visit::sees);
        String from = meant.environment();
        if (!from.isEmpty() && !from.equals(ctx.pathParam("env"))) {
            throw Denied.refusal(
                    "`%s` is from another environment".formatted(meant.id()),
                    "ask at the address of that one");
        }
        EvidenceRegistry.Withdrawn withdrawn =
                visit.during(() -> registry.withdraw(meant.id(), why, visit.actor(), visit::sees));
        if (Query.wantsText(ctx)) {
            var text = new StringBuilder(withdrawn.evidence().lost()).append('\n');
            withdrawn
                    .relied()
                    .forEach(one -> text.append("relied on by ").append(one).append('\n'));
            text(ctx, text.toString());
        } else {
            Wire.answer(ctx, withdrawn);
        }
    }

    private void run(Context ctx) throws IOException {
        Pipelines.Wish wish =
                Wire.read(
                        ctx,
                        fields ->
                                new Pipelines.Wish(
                                        ctx.pathParam("env"),
                                        fields.required("component"),
                                        fields.texts("only")));
        Visit visit = Visit.of(ctx);
        NarratedAnswer.give(
                ctx,
                redact,
                progress -> pipelines.run(wish, visit.actor(), visit::during, progress));
    }

    private void tryRollback(Context ctx) throws IOException {
        RollbackTrial.Wish wish =
                Wire.read(
                        ctx,
                        fields ->
                                new RollbackTrial.Wish(
                                        ctx.pathParam("env"),
                                        fields.required("of"),
                                        fields.texts("components")));
        Visit visit = Visit.of(ctx);
        visit.demand(List.of(new Right(Action.READ, wish.of())));
        NarratedAnswer.give(
                ctx,
                redact,
                progress ->
                        operations
                                .evidence()
                                .rollbacks()
                                .run(wish, visit.actor(), visit::during, progress));
    }

    /// What was won nowhere in particular is everybody's.
    private static boolean sees(Context ctx, StoredEvidence one) {
        return one.environment().isEmpty() || Visit.of(ctx).sees(one.environment());
    }

    private static void text(Context ctx, String text) {
        ctx.contentType("text/plain; charset=utf-8").result(text);
    }
}
