package dev.belay.driver.command;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.command.Deployed.Stage;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.host.Recipe;
import dev.belay.driver.host.ScopedCommands.Answered;
import dev.belay.driver.host.ScopedCommands.Begin;
import dev.belay.driver.host.ScopedCommands.Opening;
import dev.belay.driver.host.ScopedCommands.Within;
import dev.belay.driver.host.TrafficGuard;
import dev.belay.release.DeployCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// Makes revisions stand, and takes them away.
///
/// Nothing is deployed twice without being asked about: where nobody saw how a `deploy` ended,
/// `observe` decides, and where there is none, nobody does.
final class Deploying {

    private final Talk talk;
    private final TrafficGuard guard;

    Deploying(Talk talk, TrafficGuard guard) {
        this.talk = talk;
        this.guard = guard;
    }

    static Deployed about(Revision revision) {
        return Deployed.beginning(
                Recipe.of(revision),
                Objects.requireNonNull(revision.launch().commands()),
                Instant.now());
    }

    Answer scale(Work.Scale work, Order order) {
        if (work.instances() > 1) {
            return new Answer.Refused(
                    "what commands deploy is one, whatever it consists of there",
                    "leave `instances` out",
                    true);
        }
        Revision revision = work.revision();
        if (revision.id().isEmpty()) {
            throw new IllegalArgumentException("a revision without a name");
        }
        Deadline deadline = Deadline.in(order.within());
        Answer answer =
                talk.commands()
                        .run(
                                order,
                                revision.id(),
                                scope ->
                                        work.instances() > 0
                                                ? toStand(scope, revision, order)
                                                : toGo(scope, revision, order, deadline));
        return after(work, order, answer);
    }

    // --- there --------------------------------------------------------------------------------

    private Opening toStand(Within scope, Revision revision, Order order) throws IOException {
        Deployments now = talk.caughtUp(scope);
        Optional<Deployed> known = now.of(revision.id());
        if (known.isEmpty()) {
            return begin(scope, now, revision, order);
        }
        Deployed is = known.get();
        return switch (is.stage()) {
            case THERE -> standing(scope, now, is, revision, order);
            case FAILED ->
                    is.by().tells()
                            ? unseen(scope, now, is, revision, order)
                            : begin(scope, now, revision, order);
            case BEGAN, UNSEEN, LEAVING -> unseen(scope, now, is, revision, order);
        };
    }

    private Opening standing(
            Within scope, Deployments now, Deployed is, Revision revision, Order order)
            throws IOException {
        boolean wanted = !is.retired();
        if (is.by().separatesTraffic() ? wanted : wanted && now.serves(revision.id())) {
            return done("it is deployed" + called(is));
        }
        if (!is.by().separatesTraffic()) {
            return begin(scope, now, revision, order);
        }
        // It stayed where it was, unless somebody else removed it.
        return is.by().tells() ? unseen(scope, now, is, revision, order) : stays(scope, now, is);
    }

    private Opening stays(Within scope, Deployments now, Deployed is) throws IOException {
        talk.known(scope, now, is.retired(false));
        return done("it was never removed" + called(is));
    }

    private Opening unseen(
            Within scope, Deployments now, Deployed is, Revision revision, Order order)
            throws IOException {
        if (!is.by().tells()) {
            return new Answered(
                    new Answer.Failed(
                            "nobody saw how `deploy` ended, and there is no `observe` that could"
                                    + " tell: it is not run again",
                            "look whether `%s` is there, and remove it or leave it as it is wanted"
                                    .formatted(revision.id()),
                            true),
                    false);
        }
        return switch (talk.observe(is, order.scope(), now, order.within())) {
            case Talk.Seen.Unsaid(String because) ->
                    new Answered(new Answer.Failed(because, "", true), false);
            case Talk.Seen.At(Reply.State state, Reply reply) ->
                    switch (state) {
                        case ABSENT, FAILED ->
                                begin(
                                        scope,
                                        now.changed(revision.id(), one -> one.at(Stage.FAILED)),
                                        revision,
                                        order);
                        case PENDING, READY, LIVE -> {
                            talk.there(scope, now, is, reply);
                            yield done("`observe` says that it is there");
                        }
                    };
        };
    }

    /// One that had the requests before is given them again where deploying does that.
    private Opening begin(Within scope, Deployments now, Revision revision, Order order)
            throws IOException {
        Recipe recipe = Recipe.of(revision);
        DeployCommands by = Objects.requireNonNull(revision.launch().commands());
        Deployed next =
                now.of(revision.id())
                        .map(is -> is.beginningAgain(recipe, by, Instant.now()))
                        .orElseGet(() -> Deployed.beginning(recipe, by, Instant.now()));
        return begin(scope, now, next, order);
    }

    private Opening begin(Within scope, Deployments now, Deployed next, Order order)
            throws IOException {
        String revision = next.recipe().revision();
        boolean again =
                !next.by().separatesTraffic()
                        && next.served()
                        && !next.deployment().isEmpty()
                        && !next.by().rollback().isEmpty();
        Deployments then =
                next.by().separatesTraffic()
                        ? now.with(revision, next)
                        : now.with(revision, next.instead(before(now, next))).moving(revision);
        then.write(scope.file(Deployments.FILE));
        return new Begin(talk.command(again ? Verb.ROLLBACK : Verb.DEPLOY, next, order, then));
    }

    private static String before(Deployments now, Deployed next) {
        return now.live().equals(next.recipe().revision()) || now.live().isEmpty()
                ? next.instead()
                : now.live();
    }

    // --- away ---------------------------------------------------------------------------------

    private Opening toGo(Within scope, Revision revision, Order order, Deadline deadline)
            throws IOException {
        Deployments now = talk.caughtUp(scope);
        Optional<Deployed> known = now.of(revision.id());
        if (known.isEmpty() || known.get().retired()) {
            return done("it is not there");
        }
        Deployed is = known.get();
        Optional<Answer> refused =
                guard.drain(
                        order.scope(),
                        revision.id(),
                        revision.launch().stop(),
                        List.of(CommandTarget.id(revision.id())),
                        deadline);
        if (refused.isPresent()) {
            return new Answered(refused.get(), false);
        }
        Optional<Deployed> back = replaced(now, is);
        if (back.isPresent()) {
            return begin(scope, now, back.get().at(Stage.BEGAN), order);
        }
        if (!is.by().remove().isEmpty()) {
            Deployments then = talk.known(scope, now, is.at(Stage.LEAVING));
            return new Begin(talk.command(Verb.REMOVE, is, order, then));
        }
        Deployments then =
                is.isThere()
                        ? now.with(revision.id(), is.retired(true))
                        : now.without(revision.id());
        (then.mayServe(revision.id()) ? then.nobodyServes() : then)
                .write(scope.file(Deployments.FILE));
        return done("nothing removes it: it stays" + called(is));
    }

    /// What had the requests before they were taken by deploying, and is still wanted: it gets them
    /// back before what took them goes.
    private static Optional<Deployed> replaced(Deployments now, Deployed is) {
        String revision = is.recipe().revision();
        return is.by().separatesTraffic() || !now.mayServe(revision) || is.instead().isEmpty()
                ? Optional.empty()
                : now.of(is.instead()).filter(one -> !one.retired() && one.served());
    }

    private static Opening done(String detail) {
        return new Answered(new Answer.Done(detail), true);
    }

    static String called(Deployed is) {
        return is.deployment().isEmpty() ? "" : " as `" + is.deployment() + "`";
    }

    // --- then ---------------------------------------------------------------------------------

    private Answer after(Work.Scale work, Order order, Answer answer) {
        try {
            return talk.commands()
                    .locked(
                            order.scope(),
                            scope -> {
                                Deployments now = talk.caughtUp(scope);
                                Answer means = talk.answer(order, scope, answer);
                                boolean stillThere =
                                        work.instances() == 0
                                                && means instanceof Answer.Done
                                                && now.of(work.revision().id())
                                                        .filter(one -> !one.retired())
                                                        .isPresent();
                                return stillThere
                                        ? new Answer.NotYet(
                                                "`%s` has the requests again; `%s` goes next"
                                                        .formatted(
                                                                now.live(), work.revision().id()))
                                        : means;
                            })
                    .orElseGet(() ->
                            answer instanceof Answer.Done
                                    ? new Answer.InDoubt(
                                            "another operation works on `" + order.scope() + "`")
                                    : answer);
        } catch (IOException e) {
            return new Answer.InDoubt(String.valueOf(e.getMessage()));
        }
    }

    Finding look(Within scope, Work.Scale work, Order order) throws IOException {
        if (work.instances() > 0) {
            return talk.look(scope, about(work.revision()), order);
        }
        if (scope.busy()) {
            return new Finding.InProgress("a command of `" + order.scope() + "` runs");
        }
        Deployments now = talk.caughtUp(scope);
        return now.of(work.revision().id()).filter(one -> !one.retired()).isPresent()
                ? new Finding.NotDone()
                : new Finding.Done("it is not there");
    }
}
