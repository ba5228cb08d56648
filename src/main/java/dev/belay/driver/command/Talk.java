package dev.belay.driver.command;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.command.Deployed.Stage;
import dev.belay.driver.host.Life;
import dev.belay.driver.host.ScopedCommands;
import dev.belay.release.Direction;
import dev.belay.release.Scope;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// What is said between Belay and a component's commands: the variables that they are told, and
/// what their ends and answers mean.
final class Talk {
    /// Nothing happened, or it may happen again: `EX_TEMPFAIL` of `sysexits.h`.
    static final int AGAIN = 75;

    /// Who decides there said no: `EX_NOPERM`.
    static final int REFUSED = 77;

    static final String PAGE = "see `docs/how-to/deploy-by-commands.md`";

    private static final int LINES = 20;
    private static final int SHOWN = 2_000;

    private final ScopedCommands commands;
    private final Presets presets;

    Talk(ScopedCommands commands) {
        this.commands = commands;
        presets = new Presets(commands.state().resolve("presets"));
    }

    ScopedCommands commands() {
        return commands;
    }

    // --- what they are told -------------------------------------------------------------------

    /// One that changes something, for one step of a release.
    ScopedCommands.Command command(Verb verb, Deployed of, Order order, Deployments now)
            throws IOException {
        Map<String, String> told = told(verb, of, order.scope(), now);
        // The same whenever the same is tried again, for whoever can tell requests by it.
        told.put(
                "BELAY_REQUEST",
                "%s-%d-%s-%s"
                        .formatted(
                                order.release(),
                                order.step(),
                                of.recipe().revision(),
                                verb.word()));
        return new ScopedCommands.Command(
                of.recipe().with(presets.words(verb.of(of.by()))),
                verb == Verb.REMOVE ? Direction.UNDO : Direction.DO,
                told);
    }

    private static Map<String, String> told(Verb verb, Deployed of, Scope scope, Deployments now) {
        var told = new HashMap<String, String>();
        told.put("BELAY_VERB", verb.word());
        told.put("BELAY_ENVIRONMENT", scope.environment());
        told.put("BELAY_COMPONENT", scope.name());
        told.put("BELAY_ARTIFACT", of.recipe().artifact());
        told.put("BELAY_DEPLOYMENT", of.deployment());
        told.put("BELAY_URL", of.url());
        told.put("BELAY_LIVE", now.live());
        told.put("BELAY_LIVE_DEPLOYMENT", now.of(now.live()).map(Deployed::deployment).orElse(""));
        return told;
    }

    // --- questions ----------------------------------------------------------------------------

    /// What `observe` said.
    sealed interface Seen {
        /// It said where the revision is.
        record At(Reply.State state, Reply reply) implements Seen {}

        /// It said nothing that could be believed.
        record Unsaid(String because) implements Seen {}
    }

    ScopedCommands.Said ask(Verb verb, Deployed of, Scope scope, Deployments now, Duration within)
            throws IOException {
        Duration limit = of.by().timeout().compareTo(within) < 0 ? of.by().timeout() : within;
        return commands.ask(
                scope,
                new ScopedCommands.Command(
                        of.recipe().with(presets.words(verb.of(of.by()))),
                        Direction.DO,
                        told(verb, of, scope, now)),
                limit);
    }

    Seen observe(Deployed of, Scope scope, Deployments now, Duration within) throws IOException {
        ScopedCommands.Said said = ask(Verb.OBSERVE, of, scope, now, within);
        if (!said.problem().isEmpty()) {
            return new Seen.Unsaid("`observe`: " + said.problem());
        }
        if (said.status() != 0) {
            return new Seen.Unsaid("`observe` ended with status " + said.status() + wrote(said));
        }
        try {
            Reply reply = reply(said.printed().lines().toList());
            return reply.state()
                    .<Seen>map(state -> new Seen.At(state, reply))
                    .orElseGet(() ->
                            new Seen.Unsaid("`observe` printed no `{\"state\": …}`" + wrote(said)));
        } catch (Reply.Garbage e) {
            return new Seen.Unsaid("`observe`: " + e.getMessage());
        }
    }

    String wrote(ScopedCommands.Said said) {
        String text = said.errors().isEmpty() ? said.printed() : said.errors();
        String shown = commands.redact(text.substring(Math.max(0, text.length() - SHOWN)));
        return shown.isEmpty() ? "; it wrote nothing" : "; it wrote:\n" + shown;
    }

    private Reply reply(List<String> lines) throws Reply.Garbage {
        return Reply.of(lines, text -> !commands.redact(text).equals(text));
    }

    // --- ends ---------------------------------------------------------------------------------

    /// The record with all that ended since it was written.
    Deployments caughtUp(ScopedCommands.Within scope) throws IOException {
        Deployments before = Deployments.read(scope.file(Deployments.FILE));
        Deployments now = before;
        for (ScopedCommands.Ended ended : scope.ended(before.folded())) {
            now = now.after(ended, replyOf(ended));
        }
        if (!now.equals(before)) {
            now.write(scope.file(Deployments.FILE));
        }
        return now;
    }

    private Optional<Reply> replyOf(ScopedCommands.Ended ended) throws IOException {
        try {
            return Optional.of(reply(ended.lines(LINES * LINES)));
        } catch (Reply.Garbage _) {
            return Optional.empty();
        }
    }

    /// What the end of a command that was begun for the order means.
    ///
    /// @param otherwise what is answered when no command was
    Answer answer(Order order, ScopedCommands.Within scope, Answer otherwise) throws IOException {
        Optional<ScopedCommands.Ended> own =
                scope.ended(order.token() - 1).stream()
                        .filter(ended -> ended.token() == order.token())
                        .findFirst();
        boolean ended = otherwise instanceof Answer.Done || otherwise instanceof Answer.Failed;
        return own.isPresent() && ended ? answer(own.get(), otherwise) : otherwise;
    }

    private Answer answer(ScopedCommands.Ended ended, Answer otherwise) throws IOException {
        if (ended.status() == 0) {
            try {
                Reply reply = reply(ended.lines(LINES * LINES));
                return new Answer.Done(words(ended, reply));
            } catch (Reply.Garbage e) {
                return new Answer.Failed(
                        "`%s` ended with status 0, but %s".formatted(ended.verb(), e.getMessage()),
                        PAGE,
                        false);
            }
        }
        return switch (ended.status()) {
            case AGAIN -> new Answer.Failed(how(ended), "", true);
            case REFUSED ->
                    new Answer.Refused(how(ended), "see to what it is allowed there", false);
            case Life.NO_STATUS -> otherwise;
            default -> new Answer.Failed(how(ended), "", false);
        };
    }

    private static String words(ScopedCommands.Ended ended, Reply reply) {
        var said = new StringBuilder("`" + ended.verb() + "` ended with status 0");
        if (!reply.deployment().isEmpty()) {
            said.append(": `").append(reply.deployment()).append('`');
        }
        if (!reply.url().isEmpty()) {
            said.append(", ").append(reply.url());
        }
        return said.toString();
    }

    private String how(ScopedCommands.Ended ended) throws IOException {
        List<String> lines = commands.lines(ended, LINES);
        return "`%s` ended with status %d%s"
                .formatted(
                        ended.verb(),
                        ended.status(),
                        lines.isEmpty()
                                ? "; it wrote nothing"
                                : "; the last it wrote:\n" + String.join("\n", lines));
    }

    /// What became of a `deploy`, by its record, or by `observe` where that is silent.
    Finding look(ScopedCommands.Within scope, Deployed about, Order order) throws IOException {
        String revision = about.recipe().revision();
        Finding found = scope.look(command(Verb.DEPLOY, about, order, Deployments.NONE), order);
        // Only now: what had not ended before that look may have ended by it.
        Deployments now = caughtUp(scope);
        if (found instanceof Finding.Failed) {
            return lastStatus(scope, revision) == AGAIN ? new Finding.NotDone() : found;
        }
        Optional<Deployed> known = now.of(revision);
        if (known.isPresent() && known.get().isThere() && !known.get().retired()) {
            return new Finding.Done("it is deployed");
        }
        return switch (found) {
            case Finding.Done _ ->
                    new Finding.Failed("it ended well, but its answer cannot be read", PAGE);
            case Finding.Unknowable(String why) ->
                    unseen(scope, known.orElse(about), order, now, why);
            default -> found;
        };
    }

    private static int lastStatus(ScopedCommands.Within scope, String revision) throws IOException {
        return scope.ended(0).reversed().stream()
                .filter(ended -> ended.revision().equals(revision))
                .map(ScopedCommands.Ended::status)
                .findFirst()
                .orElse(Life.NO_STATUS);
    }

    private Finding unseen(
            ScopedCommands.Within scope, Deployed about, Order order, Deployments now, String why)
            throws IOException {
        if (!about.by().tells()) {
            return new Finding.Unknowable(why + "; there is no `observe` that could tell");
        }
        return switch (observe(about, order.scope(), now, order.within())) {
            case Seen.Unsaid(String because) -> new Finding.Unknown(because);
            case Seen.At(Reply.State state, Reply reply) ->
                    switch (state) {
                        case ABSENT -> {
                            now.changed(about.recipe().revision(), one -> one.at(Stage.FAILED))
                                    .write(scope.file(Deployments.FILE));
                            yield new Finding.NotDone();
                        }
                        case PENDING, READY, LIVE -> {
                            there(scope, now, about, reply);
                            yield new Finding.Done("`observe` says that it is " + word(state));
                        }
                        case FAILED ->
                                new Finding.Failed(
                                        "`observe` says that it failed" + because(reply), "");
                    };
        };
    }

    /// Writes down what a revision is now.
    Deployments known(ScopedCommands.Within scope, Deployments now, Deployed about)
            throws IOException {
        Deployments next = now.with(about.recipe().revision(), about);
        next.write(scope.file(Deployments.FILE));
        return next;
    }

    /// Writes down that a revision stands, as somebody said who could tell.
    Deployments there(ScopedCommands.Within scope, Deployments now, Deployed about, Reply reply)
            throws IOException {
        String revision = about.recipe().revision();
        Deployments next = now.with(revision, about).there(revision, reply);
        next.write(scope.file(Deployments.FILE));
        return next;
    }

    static String word(Reply.State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    String because(Reply reply) {
        return reply.because().isEmpty() ? "" : ": " + commands.redact(reply.because());
    }
}
