package dev.belay.server.api;

import dev.belay.server.access.Visit;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/// The answer to something that takes long: a JSON object a line, `{"progress": "…"}` as often as
/// there is something to say, and at the end `{"result": …}` or `{"failed": {"reason", "hint"}}`.
/// An answer that ends with neither was cut off. What is refused before the first line has its own
/// status.
final class NarratedAnswer {
    static final String TYPE = "application/x-ndjson";

    private final Context ctx;
    private final Visit visit;
    private final UnaryOperator<String> redact;

    private NarratedAnswer(Context ctx, UnaryOperator<String> redact) {
        this.ctx = ctx;
        this.visit = Visit.of(ctx);
        this.redact = redact;
    }

    /// Answers with what the work comes to.
    ///
    /// @param redact masks secrets: what is streamed passes no other door
    static void give(
            Context ctx, UnaryOperator<String> redact, Function<Consumer<String>, Object> work)
            throws IOException {
        new NarratedAnswer(ctx, redact).give(work);
    }

    private void give(Function<Consumer<String>, Object> work) throws IOException {
        ctx.res().setContentType(TYPE);
        ctx.contentType(TYPE);
        ServletOutputStream out = ctx.res().getOutputStream();
        try {
            Object result = work.apply(line -> send(out, Map.of("progress", line)));
            send(out, Map.of("result", result));
        } catch (Denied denied) {
            if (!ctx.res().isCommitted()) {
                throw denied;
            }
            send(out, Map.of("failed", failure(denied.no())));
        } catch (Gone gone) {
            // Whoever followed has left; what he asked for goes on.
            return;
        }
        out.flush();
    }

    /// There is nobody to tell any more.
    private static final class Gone extends RuntimeException {
        Gone(IOException cause) {
            super(cause.getMessage(), cause, false, false);
        }
    }

    private static Map<String, String> failure(No no) {
        return switch (no) {
            case No.Failure(String reason, String hint) -> said(reason, hint);
            case No.Refusal(String reason, String wayOut) -> said(reason, wayOut);
            case No.Busy(String reason, String wayOut) -> said(reason, wayOut);
            case No.Unknown(var problem) -> said(problem.message(), problem.hint());
            case No.Problems(var problems) ->
                    said(problems.getFirst().message(), problems.getFirst().hint());
        };
    }

    private static Map<String, String> said(String reason, String hint) {
        return Map.of("reason", reason, "hint", hint);
    }

    private void send(ServletOutputStream out, Object line) {
        try {
            if (!visit.goesOn()) {
                throw new IOException("whoever asked may not hear of it any more");
            }
            out.write((redact.apply(Wire.text(line)) + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new Gone(e);
        }
    }
}
