package dev.belay.server.api;

import dev.belay.server.access.Visit;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/// The answer to something that takes a while: a line for people as often as there is one. What is
/// refused before the first line has its own status; what fails after it is said in a last line,
/// and the answer breaks off there, so that nobody takes it for whole.
final class LinesAnswer {
    private LinesAnswer() {}

    static void give(Context ctx, Consumer<Consumer<String>> work) throws IOException {
        ctx.res().setContentType("text/plain; charset=utf-8");
        ctx.contentType("text/plain; charset=utf-8");
        // Else who wants the connection closed after it takes any end for the end.
        ctx.res().setHeader("Transfer-Encoding", "chunked");
        ServletOutputStream out = ctx.res().getOutputStream();
        Visit visit = Visit.of(ctx);
        try {
            work.accept(line -> {
                if (visit.goesOn()) {
                    send(out, line);
                }
            });
        } catch (Denied denied) {
            if (!ctx.res().isCommitted()) {
                throw denied;
            }
            send(out, said(denied.no()));
            throw new BrokenOff(denied);
        }
        out.flush();
    }

    private static String said(No no) {
        String why =
                switch (no) {
                    case No.Failure(String reason, String hint) -> reason + " " + hint;
                    case No.Refusal(String reason, String wayOut) -> reason + " " + wayOut;
                    case No.Busy(String reason, String wayOut) -> reason + " " + wayOut;
                    case No.Unknown(var problem) -> problem.message() + " " + problem.hint();
                    case No.Problems(var problems) -> problems.getFirst().message();
                };
        return "failed: " + why.strip();
    }

    private static void send(ServletOutputStream out, String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
