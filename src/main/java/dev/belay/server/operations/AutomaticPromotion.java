package dev.belay.server.operations;

import dev.belay.journal.AuditLog;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Plan;
import dev.belay.problem.Problem;
import dev.belay.release.Actor;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Releases what soaked in the environment below without being asked, where the manifest says so,
/// under every gate of the environment.
///
/// It never corrects a person: after a rollback, a release that fell, or one that went past the
/// promotion, it does nothing in that environment until somebody resumes it. That follows from the
/// journal, so that no crash can lose it; only what people said is kept beside it.
public final class AutomaticPromotion {
    private static final Logger LOG = LoggerFactory.getLogger(AutomaticPromotion.class);
    private static final Actor ITSELF = new Actor("belay", "automatic-promotion");
    private final Platform platform;
    private final Promotion promotion;
    private final Releases releases;
    private final Journal journal;
    private final AuditLog audit;
    private final Function<ReleaseRow, Plan> plans;
    private final PromotionHold hold;
    private final Map<String, Memory> memories = new ConcurrentHashMap<>();

    /// @param folder of what people said
    public AutomaticPromotion(
            Platform platform,
            Promotion promotion,
            Releases releases,
            Sides sides,
            Function<ReleaseRow, Plan> plans,
            Path folder) {
        this.platform = platform;
        this.promotion = promotion;
        this.releases = releases;
        this.journal = sides.journal();
        this.audit = sides.audit();
        this.plans = plans;
        this.hold = new PromotionHold(sides.journal(), plans, folder);
    }

    /// The journal and what is written down beside it.
    public record Sides(Journal journal, AuditLog audit) {}

    /// The last attempt.
    ///
    /// @param refusal why it came to nothing, or empty
    /// @param tried what it was of
    private record Memory(String refusal, String tried) {
        private static final Memory NONE = new Memory("", "");
    }

    /// Where it stands in an environment.
    ///
    /// @param automatic whether the manifest wants it
    /// @param held why it does nothing, or empty
    /// @param refused why the last attempt came to nothing, or empty
    public record State(
            String environment, String from, boolean automatic, String held, String refused) {}

    /// Looks once through all environments.
    public void pass() {
        for (String environment : platform.environmentsLately()) {
            try {
                EnvironmentView view = platform.lately(environment).view();
                if (view.gates().promotes().automatically()) {
                    look(view);
                }
            } catch (Denied denied) {
                LOG.debug("{} is not looked at: {}", environment, said(denied));
            }
        }
    }

    private void look(EnvironmentView view) {
        String environment = view.environment();
        if (!hold.why(environment).isEmpty() || isBusy(environment)) {
            return;
        }
        Map<String, Promotion.Taken> news =
                promotion.news(
                        view, release -> journal.find(release).filter(this::deploys).isPresent());
        // Once something else was released or came to nothing, the same may be worth another try.
        String what = hold.newest(environment) + " " + news;
        Memory before = memory(environment);
        if (news.isEmpty()) {
            memories.put(environment, Memory.NONE);
            return;
        }
        if (before.tried().equals(what) && before.refusal().isEmpty()) {
            // The plan had nothing to do.
            return;
        }
        memories.put(environment, new Memory(release(view, news), what));
    }

    /// @return why it came to nothing, or empty
    private String release(EnvironmentView view, Map<String, Promotion.Taken> news) {
        String environment = view.environment();
        String from = view.gates().promotedFrom();
        String why = "soaked in `%s`".formatted(from);
        var wish =
                new Wish(
                        environment,
                        List.copyOf(news.keySet()),
                        List.of(),
                        List.of(),
                        List.of(),
                        why,
                        false,
                        false,
                        true,
                        "",
                        null);
        long newest = hold.newest(environment);
        String body = Digest.of(environment + newest + news).text();
        try {
            Releases.Submitted made =
                    releases.deploy(
                            wish,
                            new Releases.Terms(
                                    "",
                                    "automatic-" + body,
                                    body,
                                    false,
                                    null,
                                    ITSELF,
                                    Admission.ALWAYS),
                            line -> LOG.debug("{}: {}", environment, line),
                            () -> requireFree(environment));
            LOG.info("{} takes {} from {}: {}", environment, news.keySet(), from, made.releases());
            return "";
        } catch (Denied denied) {
            String said = said(denied);
            if (!said.equals(memory(environment).refusal())) {
                LOG.warn("{} does not take {} from {}: {}", environment, news.keySet(), from, said);
            }
            return said;
        }
    }

    /// Somebody may have begun to go back since it was looked at.
    private void requireFree(String environment) {
        String held = hold.why(environment);
        if (!held.isEmpty() || isBusy(environment)) {
            throw Denied.refusal(held.isEmpty() ? "something else is under way" : held, "");
        }
    }

    /// Where it stands, for an environment that promotes.
    ///
    /// @throws Denied when the environment promotes from nowhere
    public State state(EnvironmentView view) {
        var promotes = view.gates().promotes();
        if (promotes.from().isEmpty()) {
            throw Denied.refusal(
                    "`%s` promotes from nowhere".formatted(view.environment()),
                    "say in the manifest from where: `promotes: {from: …, automatically: true}`");
        }
        String environment = view.environment();
        return new State(
                environment,
                promotes.from(),
                promotes.automatically(),
                hold.why(environment),
                memory(environment).refusal());
    }

    /// Lets it go on, or keeps it from doing anything; either is written down, with who and why.
    ///
    /// @throws Denied when no reason is given, or nothing is automatic there
    public State say(EnvironmentView view, boolean held, String reason, Actor actor) {
        State before = state(view);
        if (!before.automatic()) {
            throw Denied.refusal(
                    "`%s` takes nothing by itself".formatted(view.environment()),
                    "say so in the manifest: `promotes: {from: %s, automatically: true}`"
                            .formatted(before.from()));
        }
        if (reason.isBlank()) {
            throw new Denied(
                    No.problem(
                            "promotion/no-reason",
                            held ? "`--hold`" : "`--resume`",
                            "who comes later wants to know why",
                            "say it with `--reason`"));
        }
        String environment = view.environment();
        audit.record(
                new AuditLog.Deed(
                        actor.subject(),
                        held ? "promotion-held" : "promotion-resumed",
                        Map.of(
                                "environment",
                                environment,
                                "reason",
                                reason,
                                "was",
                                before.held())));
        try {
            hold.say(environment, held, actor.subject(), reason);
        } catch (IOException e) {
            throw Denied.failure("it cannot be written down: " + e.getMessage(), "");
        }
        memories.remove(environment);
        return state(view);
    }

    /// For `belay status`.
    public List<Notice> notices(EnvironmentView view) {
        if (!view.gates().promotes().automatically()) {
            return List.of();
        }
        State state = state(view);
        if (!state.held().isEmpty()) {
            return List.of(
                    new Notice(
                            "promotion",
                            "nothing is taken from `%s` by itself: %s; `belay promote --to %s --resume --reason …`"
                                    .formatted(state.from(), state.held(), state.environment()),
                            true));
        }
        if (!state.refused().isEmpty()) {
            return List.of(
                    new Notice(
                            "promotion",
                            "what soaked in `%s` is refused: %s"
                                    .formatted(state.from(), state.refused()),
                            true));
        }
        return List.of(
                new Notice(
                        "promotion", "takes what soaked in `%s`".formatted(state.from()), false));
    }

    private boolean deploys(ReleaseRow row) {
        return plans.apply(row).kind() == Plan.Kind.DEPLOY;
    }

    private boolean isBusy(String environment) {
        return !journal.list(environment, ReleaseState.unended(), Long.MAX_VALUE, 1).isEmpty();
    }

    private Memory memory(String environment) {
        return memories.getOrDefault(environment, Memory.NONE);
    }

    private static String said(Denied denied) {
        return switch (denied.no()) {
            case No.Problems(List<Problem> problems) ->
                    problems.stream().map(Problem::message).collect(Collectors.joining("; "));
            case No.Unknown(Problem problem) -> problem.message();
            case No.Busy(String reason, String _) -> reason;
            case No.Refusal(String reason, String _) -> reason;
            case No.Failure(String reason, String _) -> reason;
        };
    }
}
