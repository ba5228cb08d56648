package dev.belay.server.api;

import dev.belay.execution.Command;
import dev.belay.execution.Verdict;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Beside;
import dev.belay.plan.PlanJson;
import dev.belay.plan.Submission;
import dev.belay.release.Appointment;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.people.Action;
import dev.belay.release.people.Right;
import dev.belay.server.access.Routes;
import dev.belay.server.access.Visit;
import dev.belay.server.operations.Appointments;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.Operations;
import dev.belay.server.operations.ReleaseLine;
import dev.belay.server.operations.ReleaseView;
import dev.belay.server.operations.Releases;
import dev.belay.server.operations.Wish;
import dev.belay.server.people.ConsentView;
import dev.belay.server.rollout.Rollouts;
import dev.belay.server.text.ConsentText;
import dev.belay.server.text.JournalText;
import dev.belay.server.text.ReleaseText;
import dev.belay.server.text.RolloutText;
import dev.belay.server.text.WhyText;
import dev.belay.server.web.RolloutPage;
import io.javalin.http.Context;
import io.javalin.http.HttpStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Plans, releases, and what can be asked of them.
public final class ReleaseRoutes {
    private static final Logger LOG = LoggerFactory.getLogger(ReleaseRoutes.class);
    private static final int PAGE = 50;
    private static final int PAGE_MAX = 500;
    private static final int ENTRIES_MAX = 5_000;
    private static final Map<String, ReleaseState> STATES =
            Arrays.stream(ReleaseState.values())
                    .collect(
                            Collectors.toMap(
                                    s -> s.name().toLowerCase(Locale.ROOT).replace('_', '-'),
                                    s -> s));

    private final Operations operations;
    private final SnapshotStream streams;

    ReleaseRoutes(Operations operations, SnapshotStream streams) {
        this.operations = operations;
        this.streams = streams;
    }

    void register(Routes routes) {
        routes.post("/api/v1/check", this::check);
        routes.post("/api/v1/plans", this::plan);
        routes.post("/api/v1/releases", this::deploy);
        routes.post("/api/v1/rollbacks", this::rollBack);
        routes.get("/api/v1/releases", this::list);
        routes.get("/api/v1/releases/{id}", this::show);
        routes.get("/api/v1/releases/{id}/plan", this::planOf);
        routes.get("/api/v1/releases/{id}/journal", this::journal);
        routes.get("/api/v1/releases/{id}/why", this::why);
        routes.get("/api/v1/releases/{id}/rollouts", this::rollouts);
        routes.get("/api/v1/releases/{id}/events", this::events);
        routes.post("/api/v1/releases/{id}/commands", this::command);
        routes.post("/api/v1/releases/{id}/schedule", this::schedule);
        routes.get("/api/v1/releases/{id}/consent", this::consent);
        routes.post("/api/v1/releases/{id}/approvals", this::approve);
        routes.post("/api/v1/releases/{id}/checklist", this::checkOff);
    }

    /// What `POST /check` answers when everything is in order.
    record Checked(List<String> environments) {}

    private void check(Context ctx) {
        Bodies.Check body = Wire.read(ctx, Bodies.Check::read);
        Wire.answer(ctx, new Checked(operations.checks().check(body.environment(), body.set())));
    }

    private void plan(Context ctx) {
        Wish wish = Wire.read(ctx, Bodies::plan);
        Submission submission =
                operations
                        .releases()
                        .plan(wish, Visit.of(ctx).actor().subject(), ReleaseRoutes::progress);
        if (Query.wantsText(ctx)) {
            Beside beside = operations.obstacles().beside(submission);
            text(ctx, operations.faces().planText(submission, wish, Query.width(ctx), beside));
        } else if (Query.accepts(ctx, "text/markdown")) {
            ctx.contentType("text/markdown; charset=utf-8")
                    .result(operations.faces().planDocument(submission, wish));
        } else {
            Beside beside = operations.obstacles().beside(submission);
            ctx.contentType("application/json; charset=utf-8")
                    .result(PlanJson.encode(submission, beside));
        }
    }

    private static void progress(String line) {
        LOG.info("{}", line);
    }

    private void deploy(Context ctx) {
        Bodies.Deploy body = Wire.read(ctx, Bodies.Deploy::read);
        Visit visit = Visit.of(ctx);
        if (body.at() == null && body.within() != 0) {
            throw new Denied(
                    dev.belay.server.operations.No.problem(
                            "request/missing-field",
                            "at",
                            "`within` is of a time that is not said",
                            "say `at`, too"));
        }
        var terms =
                new Releases.Terms(
                        body.plan(),
                        body.requestKey(),
                        digest("deploy", body),
                        body.supersede(),
                        body.at() == null
                                ? null
                                : operations.orders().appointments().at(body.at(), body.within()),
                        visit.actor(),
                        visit::during);
        Wire.answer(
                ctx.status(HttpStatus.ACCEPTED),
                operations.releases().deploy(body.wish(), terms, ReleaseRoutes::progress));
    }

    /// Of the request, to tell a repetition from another request with the same key.
    private static String digest(String what, Record body) {
        return Digest.of(what + Wire.text(body)).hex();
    }

    /// @param releases that were begun
    /// @param cancelled that were told to go back: the fast way, while they are under way or soak
    record RolledBack(
            List<String> releases, List<String> cancelled, Map<String, String> unchanged) {}

    private void rollBack(Context ctx) {
        Bodies.RollBack body = Wire.read(ctx, Bodies.RollBack::read);
        Visit visit = Visit.of(ctx);
        List<String> cancelled =
                body.to().isEmpty()
                        ? operations.releases().alone(body.environment(), () -> goBack(body, visit))
                        : List.of();
        if (!cancelled.isEmpty()) {
            operations.nudge().run();
            Wire.answer(
                    ctx.status(HttpStatus.ACCEPTED),
                    new RolledBack(List.of(), cancelled, Map.of()));
            return;
        }
        var terms =
                new Releases.Terms(
                        "",
                        body.requestKey(),
                        digest("roll-back", body),
                        false,
                        null,
                        visit.actor(),
                        visit::during);
        Releases.Submitted made =
                operations
                        .releases()
                        .rollBack(
                                new Releases.Return(
                                        body.environment(),
                                        body.components(),
                                        body.schema(),
                                        body.to().isEmpty()
                                                ? null
                                                : operations
                                                        .releases()
                                                        .asOf(body.environment(), body.to()),
                                        body.reason()),
                                terms);
        Wire.answer(
                ctx.status(HttpStatus.ACCEPTED),
                new RolledBack(made.releases(), List.of(), made.unchanged()));
    }

    /// Tells whatever is under way with the components to go back.
    private List<String> goBack(Bodies.RollBack body, Visit visit) {
        var told = new ArrayList<String>();
        var cancel = new Command.Cancel(Fact.Cancel.ROLL_BACK, body.reason());
        for (ReleaseRow row : operations.releases().under(body.environment(), body.components())) {
            switch (told(visit, row.id(), cancel)) {
                case Verdict.Accepted _ -> told.add(row.id());
                case Verdict.Refused no ->
                        throw Denied.refusal(row.id() + ": " + no.reason(), no.wayOut());
            }
        }
        return told;
    }

    /// @param next what to ask `before` with for the next page; 0 when there is none
    record Page(List<ReleaseLine> releases, long next) {}

    private void list(Context ctx) {
        int limit = Query.limit(ctx, PAGE, PAGE_MAX);
        String environment = Query.text(ctx, "environment");
        List<ReleaseLine> lines = seen(Visit.of(ctx), environment, states(ctx), before(ctx), limit);
        if (lines.isEmpty() && !environment.isEmpty()) {
            demandKnown(environment);
        }
        if (Query.wantsText(ctx)) {
            text(
                    ctx,
                    ReleaseText.list(lines, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            long next = lines.size() < limit ? 0 : lines.getLast().ordinal();
            Wire.answer(ctx, new Page(lines, next));
        }
    }

    /// Of all environments those that the visitor may see.
    private List<ReleaseLine> seen(
            Visit visit, String environment, Set<ReleaseState> states, long before, int limit) {
        if (!environment.isEmpty() || visit.seesEverything()) {
            return operations.reader().list(environment, states, before, limit);
        }
        return visit.seen().stream()
                .flatMap(one -> operations.reader().list(one, states, before, limit).stream())
                .sorted(Comparator.comparingLong(ReleaseLine::ordinal).reversed())
                .limit(limit)
                .toList();
    }

    /// One that had releases is known, also when the manifest has it no more.
    private void demandKnown(String environment) {
        var any = EnumSet.allOf(ReleaseState.class);
        if (operations.reader().list(environment, any, Long.MAX_VALUE, 1).isEmpty()) {
            operations.platform().lately(environment);
        }
    }

    /// A release's id, or its number alone.
    private long before(Context ctx) {
        String before = Query.text(ctx, "before");
        if (before.isEmpty() || before.matches("[0-9]+")) {
            return Query.number(ctx, "before", Long.MAX_VALUE);
        }
        String where = GuardedRoutes.environmentOf(before);
        Visit.of(ctx).demand(List.of(new Right(Action.READ, where)));
        return operations.reader().row(before).ordinal();
    }

    private static Set<ReleaseState> states(Context ctx) {
        String word = Query.text(ctx, "state");
        if (word.isEmpty()) {
            return EnumSet.allOf(ReleaseState.class);
        }
        if (word.equals("active")) {
            return EnumSet.copyOf(
                    Arrays.stream(ReleaseState.values()).filter(ReleaseState::active).toList());
        }
        ReleaseState state = STATES.get(word.toLowerCase(Locale.ROOT).replace('_', '-'));
        if (state == null) {
            throw new Denied(
                    dev.belay.server.operations.No.problem(
                            "request/unknown-word",
                            "parameter `state`",
                            "there is no such state",
                            dev.belay.problem.Nearest.hint(word, STATES.keySet())));
        }
        return EnumSet.of(state);
    }

    private void show(Context ctx) {
        ReleaseView view = operations.reader().show(ctx.pathParam("id"));
        if (Query.wantsText(ctx)) {
            text(ctx, ReleaseText.of(view, operations.journal().now(), Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, view);
        }
    }

    private void planOf(Context ctx) {
        ReleaseRow row = operations.reader().row(ctx.pathParam("id"));
        ctx.contentType("application/json; charset=utf-8").result(row.plan());
    }

    /// One line of a release's journal.
    record Line(long seq, long at, long fence, String actor, String fact, Fact body) {}

    private void journal(Context ctx) {
        long after = Query.number(ctx, "after", 0);
        ReleaseRow row = operations.reader().row(ctx.pathParam("id"));
        List<Entry> entries =
                operations.reader().entries(row.id(), after).stream().limit(ENTRIES_MAX).toList();
        if (Query.wantsText(ctx)) {
            var steps = operations.reader().plan(row).steps();
            text(ctx, JournalText.of(entries, steps, Query.flag(ctx, "colour")));
        } else {
            var lines = entries.stream().map(ReleaseRoutes::line).toList();
            Wire.answer(ctx, Map.of("entries", lines));
        }
    }

    private static Line line(Entry entry) {
        return new Line(
                entry.seq(),
                entry.at(),
                entry.fence(),
                entry.actor(),
                entry.fact().getClass().getSimpleName(),
                entry.fact());
    }

    private void why(Context ctx) {
        var why = operations.why().ofRelease(ctx.pathParam("id"));
        if (Query.wantsText(ctx)) {
            text(ctx, WhyText.of(why, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, why);
        }
    }

    private void rollouts(Context ctx) throws java.io.IOException {
        String id = operations.reader().row(ctx.pathParam("id")).id();
        var rollouts = Rollouts.of(id, operations.evidence().rollouts().texts(id));
        if (Query.wantsText(ctx)) {
            text(ctx, RolloutText.of(rollouts, Query.flag(ctx, "colour")));
        } else if (Query.accepts(ctx, "text/html")) {
            ctx.html(RolloutPage.of(rollouts));
        } else {
            ctx.contentType("application/json; charset=utf-8").result(rollouts.json());
        }
    }

    private void events(Context ctx) throws java.io.IOException {
        String id = operations.reader().row(ctx.pathParam("id")).id();
        streams.serve(
                ctx,
                () -> {
                    ReleaseView view = operations.reader().show(id);
                    // Reasons for waiting change without a line in the journal; times change
                    // always.
                    String state =
                            view.version() + "-" + Integer.toHexString(view.steps().hashCode());
                    return new SnapshotStream.Snapshot(
                            state, Wire.text(view), ended(view.release().state()));
                });
    }

    private static boolean ended(String state) {
        ReleaseState known = STATES.get(state);
        return known != null && known.ended();
    }

    private void command(Context ctx) {
        ReleaseRow row = row(ctx);
        tell(ctx, row, Wire.read(ctx, Bodies::command));
    }

    /// While nothing is planned there, and no database exchanged: it may begin at once.
    private void schedule(Context ctx) {
        ReleaseRow row = row(ctx);
        Bodies.Schedule body = Wire.read(ctx, Bodies.Schedule::read);
        Instant at =
                body.at() == null ? Instant.ofEpochMilli(operations.journal().now()) : body.at();
        Appointment when = operations.orders().appointments().at(at, body.within());
        Appointments.requireOpen(operations.reader().plan(row), when);
        var command = new Command.Schedule(when, body.reason());
        operations
                .releases()
                .alone(
                        row.environment(),
                        () -> {
                            tell(ctx, row, command);
                            return row;
                        });
    }

    private void approve(Context ctx) {
        ReleaseRow row = row(ctx);
        Command command = Wire.read(ctx, Bodies::approval);
        if (command instanceof Command.Approve) {
            operations.orders().consents().demandOwn(row, Visit.of(ctx).actor());
        }
        tell(ctx, row, command);
    }

    private void checkOff(Context ctx) {
        ReleaseRow row = row(ctx);
        tell(ctx, row, Wire.read(ctx, Bodies::checkOff));
    }

    /// What is not there is said before what is wrong in the request.
    private ReleaseRow row(Context ctx) {
        return operations.reader().row(ctx.pathParam("id"));
    }

    private void consent(Context ctx) {
        ReleaseRow row = row(ctx);
        ConsentView view = operations.orders().consents().view(row, operations.reader().plan(row));
        if (Query.wantsText(ctx)) {
            text(ctx, ConsentText.of(view, Query.flag(ctx, "colour")));
        } else {
            Wire.answer(ctx, view);
        }
    }

    private void tell(Context ctx, ReleaseRow row, Command command) {
        switch (told(Visit.of(ctx), row.id(), command)) {
            case Verdict.Accepted _ -> {
                operations.nudge().run();
                Wire.answer(ctx, operations.reader().show(row.id()));
            }
            case Verdict.Refused no -> throw Denied.refusal(no.reason(), no.wayOut());
        }
    }

    private Verdict told(Visit visit, String release, Command command) {
        return visit.during(
                () -> operations.orders().commands().run(release, command, visit.actor()));
    }

    private static void text(Context ctx, String text) {
        ctx.contentType("text/plain; charset=utf-8").result(text);
    }
}
