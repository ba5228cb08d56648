package dev.belay.server.api;

import dev.belay.journal.JournalException;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.problem.ProblemRecord;
import dev.belay.release.people.Right;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import dev.belay.server.people.NotAllowed;
import dev.belay.server.people.NotKnown;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The one place where a "no" becomes a status and a body.
final class Errors {
    private static final Logger LOG = LoggerFactory.getLogger(Errors.class);

    private Errors() {}

    static void register(RoutesConfig routes) {
        routes.exception(
                Rejected.class,
                (e, ctx) -> answer(ctx, e.status(), "refusal", e.reason(), e.wayOut()));
        routes.exception(BrokenOff.class, (_, ctx) -> BrokenOff.cut(ctx));
        routes.exception(Denied.class, (e, ctx) -> answer(ctx, e.no()));
        routes.exception(
                HttpResponseException.class,
                (e, ctx) -> answer(ctx, HttpStatus.forStatus(e.getStatus()), "refusal", "", ""));
        routes.exception(NotAllowed.class, (e, ctx) -> forbidden(e, ctx));
        routes.exception(
                NotKnown.class,
                (_, ctx) ->
                        answer(
                                ctx,
                                HttpStatus.UNAUTHORIZED,
                                "refusal",
                                "the token is not valid any more",
                                "ask who administers people"));
        // What it says is written for people: the disk is full, the file is another version's.
        routes.exception(
                JournalException.class,
                (e, ctx) ->
                        answer(
                                ctx,
                                HttpStatus.BAD_GATEWAY,
                                "failure",
                                String.valueOf(e.getMessage()),
                                ""));
        routes.exception(Exception.class, Errors::bug);
    }

    static void answer(Context ctx, No no) {
        switch (no) {
            case No.Problems(var problems) ->
                    problems(ctx, HttpStatus.UNPROCESSABLE_CONTENT, problems);
            case No.Unknown(Problem problem) ->
                    problems(ctx, HttpStatus.NOT_FOUND, List.of(problem));
            case No.Refusal(String reason, String wayOut) ->
                    answer(ctx, HttpStatus.CONFLICT, "refusal", reason, wayOut);
            case No.Failure(String reason, String hint) ->
                    answer(ctx, HttpStatus.BAD_GATEWAY, "failure", reason, hint);
            case No.Busy(String reason, String wayOut) ->
                    answer(ctx, HttpStatus.SERVICE_UNAVAILABLE, "refusal", reason, wayOut);
        }
    }

    /// Says what is needed, and nothing of what is there: the answer is the same when there is
    /// nothing.
    private static void forbidden(NotAllowed no, Context ctx) {
        String person = no.visitor().person();
        String needed = no.needed().stream().map(Right::words).collect(Collectors.joining(" and "));
        String reason = "`" + person + "` may not " + needed;
        String wayOut = GuardedRoutes.wayOut(person, no.needed());
        var problem =
                new Problem(
                        "access/not-allowed",
                        new Place.Named(ctx.method() + " " + ctx.endpoint().path),
                        reason,
                        wayOut);
        write(
                ctx,
                HttpStatus.FORBIDDEN,
                new ErrorBody("refusal", List.of(ProblemRecord.of(problem)), reason, wayOut));
    }

    private static void problems(Context ctx, HttpStatus status, List<Problem> problems) {
        var records = problems.stream().map(ProblemRecord::of).toList();
        write(ctx, status, new ErrorBody("problem", records, "", ""));
    }

    /// The log says what happened, the answer only where in the log to look: what a bug says was
    /// written for nobody.
    private static void bug(Exception e, Context ctx) {
        String mark = UUID.randomUUID().toString();
        LOG.error("bug {} at {} {}", mark, ctx.method(), ctx.endpoint().path, e);
        answer(
                ctx,
                HttpStatus.INTERNAL_SERVER_ERROR,
                "bug",
                "this is a bug in Belay, not in what you did",
                "`.belay/logs/server.log` says more at `" + mark + "`");
    }

    private static void answer(
            Context ctx, HttpStatus status, String kind, String reason, String wayOut) {
        String said = reason.isEmpty() ? usual(status) : reason;
        write(ctx, status, new ErrorBody(kind, List.of(), said, wayOut));
    }

    private static String usual(HttpStatus status) {
        return switch (status) {
            case NOT_FOUND -> "there is nothing at this address";
            case METHOD_NOT_ALLOWED -> "this address does not take that method";
            case CONTENT_TOO_LARGE -> "the request's body is too large";
            default -> status.getMessage();
        };
    }

    private static void write(Context ctx, HttpStatus status, ErrorBody body) {
        if (!BrokenOff.cut(ctx)) {
            ctx.status(status);
            Wire.answer(ctx, body);
        }
    }
}
