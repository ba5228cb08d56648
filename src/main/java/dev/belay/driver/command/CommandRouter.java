package dev.belay.driver.command;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.host.ScopedCommands;
import dev.belay.driver.host.ScopedCommands.Answered;
import dev.belay.driver.host.ScopedCommands.Begin;
import dev.belay.driver.host.ScopedCommands.Opening;
import dev.belay.driver.host.ScopedCommands.Within;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Gives requests to one revision or another by `promote` and `rollback`: one has them all, or none
/// has. It counts no requests and has no doors.
public final class CommandRouter implements Router {
    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final int ALL = 100;

    private final Talk talk;

    public CommandRouter(ScopedCommands commands) {
        talk = new Talk(commands);
    }

    /// Whether it is this router's to set such a line.
    public boolean routes(Work.Route work, Scope scope) {
        return work.revisions().isEmpty()
                ? knows(scope)
                : work.revisions().stream().anyMatch(CommandTarget::runs);
    }

    /// Whether commands give this component its requests.
    public boolean knows(Scope scope) {
        Deployments now = read(scope);
        return !now.live().isEmpty() || !now.moving().isEmpty();
    }

    @Override
    public Answer route(Work.Route work, Order order) {
        List<Traffic.Share> shares =
                work.traffic().shares().stream().filter(share -> share.weight() > 0).toList();
        if (shares.size() > 1) {
            return new Answer.Refused(
                    "commands give all requests to one revision, and no shares", "", true);
        }
        if (shares.isEmpty()) {
            return talk.commands().run(order, "", scope -> toNobody(scope));
        }
        Optional<Revision> to =
                work.revisions().stream()
                        .filter(one -> one.id().equals(shares.getFirst().revision()))
                        .findFirst();
        if (to.isEmpty()) {
            return new Answer.Failed(
                    "nothing is known of `" + shares.getFirst().revision() + "`", "", false);
        }
        Deadline deadline = Deadline.in(order.within());
        Answer answer =
                talk.commands().run(order, to.get().id(), scope -> toOne(scope, to.get(), order));
        return confirmed(to.get(), order, means(order, answer), deadline);
    }

    private Opening toNobody(Within scope) throws IOException {
        Deployments now = talk.caughtUp(scope);
        String serves = now.moving().isEmpty() ? now.live() : now.moving();
        Optional<Deployed> is = now.of(serves);
        if (is.isPresent() && is.get().by().remove().isEmpty()) {
            return new Answered(
                    new Answer.Failed(
                            "`%s` has the requests, and there is no `remove` that would take it away"
                                    .formatted(serves),
                            "take it away by hand, and mark the step as done",
                            false),
                    false);
        }
        now.nobodyServes().write(scope.file(Deployments.FILE));
        return new Answered(
                new Answer.Done("it has none once it is removed, which comes next"), true);
    }

    private Opening toOne(Within scope, Revision to, Order order) throws IOException {
        Deployments now = talk.caughtUp(scope);
        Optional<Deployed> is = now.of(to.id()).filter(Deployed::isThere);
        if (now.serves(to.id()) && (is.isEmpty() || !isTakenAway(is.get(), now, order))) {
            return new Answered(new Answer.Done("it has them already"), true);
        }
        if (is.isEmpty()) {
            return new Answered(new Answer.NotYet("`" + to.id() + "` is not deployed"), false);
        }
        boolean again = is.get().served() && !is.get().by().rollback().isEmpty();
        Deployments then = now.moving(to.id());
        then.write(scope.file(Deployments.FILE));
        return new Begin(talk.command(again ? Verb.ROLLBACK : Verb.PROMOTE, is.get(), order, then));
    }

    /// Whether somebody else gave them to another revision meanwhile.
    private boolean isTakenAway(Deployed is, Deployments now, Order order) throws IOException {
        return is.by().tells()
                && talk.observe(is, order.scope(), now, order.within())
                        instanceof Talk.Seen.At(Reply.State state, Reply _)
                && state == Reply.State.READY;
    }

    private Answer means(Order order, Answer answer) {
        try {
            return talk.commands()
                    .locked(
                            order.scope(),
                            scope -> {
                                talk.caughtUp(scope);
                                return talk.answer(order, scope, answer);
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

    /// Not believed before it is seen, where it can be seen.
    private Answer confirmed(Revision to, Order order, Answer answer, Deadline deadline) {
        if (!(answer instanceof Answer.Done) || !CommandTarget.by(to).tells()) {
            return answer;
        }
        var because = new String[] {"nobody said yet that it is live"};
        boolean seen = deadline.await(() -> isLive(to, order, because, deadline));
        if (Thread.currentThread().isInterrupted()) {
            throw new UncheckedIOException(
                    new IOException("the answer about `" + order.scope() + "` is lost"));
        }
        return seen
                ? answer
                : new Answer.Failed(
                        "the command ended with status 0, but " + because[0], Talk.PAGE, true);
    }

    private boolean isLive(Revision to, Order order, String[] because, Deadline deadline) {
        Deployments now = read(order.scope());
        Optional<Deployed> is = now.of(to.id());
        if (is.isEmpty()) {
            return true;
        }
        if (deadline.over()) {
            return false;
        }
        try {
            switch (talk.observe(is.get(), order.scope(), now, deadline.left())) {
                case Talk.Seen.Unsaid(String why) -> because[0] = why;
                case Talk.Seen.At(Reply.State state, Reply _) -> {
                    if (state == Reply.State.LIVE) {
                        return true;
                    }
                    because[0] = "`observe` says that it is " + Talk.word(state);
                }
            }
        } catch (IOException e) {
            because[0] = String.valueOf(e.getMessage());
        }
        return deadline.orIn(PAUSE).await(() -> false);
    }

    @Override
    public Finding probe(Work.Route work, Order order) {
        return talk.commands()
                .probe(
                        order,
                        scope -> {
                            if (scope.busy()) {
                                return new Finding.InProgress(
                                        "a command of `" + order.scope() + "` runs");
                            }
                            Deployments now = talk.caughtUp(scope);
                            Optional<Traffic.Share> share =
                                    work.traffic().shares().stream()
                                            .filter(one -> one.weight() > 0)
                                            .findFirst();
                            boolean so =
                                    share.isEmpty()
                                            ? now.live().isEmpty() && now.moving().isEmpty()
                                            : now.serves(share.get().revision());
                            return so
                                    ? new Finding.Done("it is so by the record")
                                    : new Finding.NotDone();
                        });
    }

    private Deployments read(Scope scope) {
        try {
            return Deployments.read(talk.commands().file(scope, Deployments.FILE));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// By the record: while it is not certain who has the requests, neither of two may go.
    @Override
    public Optional<Observed> observe(Scope scope) {
        Deployments now = read(scope);
        var weights = new HashMap<String, Integer>();
        var members = new HashMap<String, List<String>>();
        for (String revision : List.of(now.live(), now.moving())) {
            boolean separate =
                    now.of(revision).filter(one -> one.by().separatesTraffic()).isPresent();
            if (separate) {
                weights.put(revision, ALL);
                members.put(revision, List.of(CommandTarget.id(revision)));
            }
        }
        return weights.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Observed(
                                now.folded(),
                                0,
                                Map.copyOf(weights),
                                Map.copyOf(members),
                                Map.of(),
                                Map.of()));
    }

    @Override
    public boolean counts(Scope scope) {
        return false;
    }

    /// Nobody there can be told anything.
    @Override
    public void closeLongLived(Scope scope, String revision, List<String> instances) {
        // No command says it.
    }

    @Override
    public boolean listens(int port) {
        return false;
    }
}
