package dev.belay.server.operations;

import dev.belay.journal.AuditLog;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Phase;
import dev.belay.plan.Plan;
import dev.belay.problem.Problem;
import dev.belay.release.Actor;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
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
    private static final int PAGE = 50;

    /// Ends that somebody should have looked at before more is brought.
    private static final Set<ReleaseState> FALLEN =
            EnumSet.of(ReleaseState.ROLLED_BACK, ReleaseState.WRITTEN_OFF);

    private final Platform platform;
    private final Promotion promotion;
    private final Releases releases;
    private final Journal journal;
    private final AuditLog audit;
    private final Function<ReleaseRow, Plan> plans;
    private final Notes<Mark> marks;
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
        this.marks = new Notes<>(folder, Mark.class, Mark::environment);
    }

    /// The journal and what is written down beside it.
    public record Sides(Journal journal, AuditLog audit) {}

    /// What somebody said last.
    ///
    /// @param after ordinal of the newest release at that time: what was before is forgiven
    /// @param held whether it is to do nothing
    record Mark(String environment, long after, boolean held, String by, String reason, long at) {}

    /// What was found out and stays so.
    ///
    /// @param clean ordinal up to which no ended release holds anything
    /// @param refusal why the last attempt came to nothing, or empty
    /// @param tried what that attempt was of
    private record Memory(long clean, String refusal, String tried) {
        private static final Memory NONE = new Memory(0, "", "");
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
        if (!held(environment).isEmpty() || isBusy(environment)) {
            return;
        }
        Map<String, Promotion.Taken> news =
                promotion.news(
                        view, release -> journal.find(release).filter(this::deploys).isPresent());
        String what = news.toString();
        Memory before = memory(environment);
        if (news.isEmpty()) {
            memories.put(environment, new Memory(before.clean(), "", ""));
            return;
        }
        if (before.tried().equals(what) && before.refusal().isEmpty()) {
            // The plan had nothing to do.
            return;
        }
        memories.put(environment, new Memory(before.clean(), release(view, news), what));
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
                        "");
        long newest = newest(environment);
        String body = Digest.of(environment + newest + news).text();
        try {
            Releases.Submitted made =
                    releases.deploy(
                            wish,
                            new Releases.Terms(
                                    "", "automatic-" + body, body, false, ITSELF, Admission.ALWAYS),
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
        String held = held(environment);
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
                held(environment),
                memory(environment).refusal());
    }

    /// Lets it go on, or keeps it from doing anything; either is written down, with who and why.
    ///
    /// @throws Denied when no reason is given, or nothing is automatic there
    public State say(EnvironmentView view, boolean hold, String reason, Actor actor) {
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
                            hold ? "`--hold`" : "`--resume`",
                            "who comes later wants to know why",
                            "say it with `--reason`"));
        }
        String environment = view.environment();
        audit.record(
                new AuditLog.Deed(
                        actor.subject(),
                        hold ? "promotion-held" : "promotion-resumed",
                        Map.of(
                                "environment",
                                environment,
                                "reason",
                                reason,
                                "was",
                                before.held())));
        try {
            marks.write(
                    new Mark(
                            environment,
                            newest(environment),
                            hold,
                            actor.subject(),
                            reason,
                            journal.now()));
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

    /// Why nothing is to be brought unasked, or empty.
    private String held(String environment) {
        Mark mark = mark(environment).orElse(null);
        if (mark != null && mark.held()) {
            return "%s holds it: %s".formatted(mark.by(), mark.reason());
        }
        Memory memory = memory(environment);
        long until = Math.max(mark == null ? 0 : mark.after(), memory.clean());
        long before = Long.MAX_VALUE;
        long clean = Long.MAX_VALUE;
        long newest = until;
        while (true) {
            List<ReleaseRow> page =
                    journal.list(environment, EnumSet.allOf(ReleaseState.class), before, PAGE);
            for (ReleaseRow row : page) {
                if (row.ordinal() <= until) {
                    page = List.of();
                    break;
                }
                String why = holds(row);
                if (!why.isEmpty()) {
                    return why;
                }
                newest = Math.max(newest, row.ordinal());
                if (row.endedAt() == 0) {
                    clean = Math.min(clean, row.ordinal() - 1);
                }
                before = row.ordinal();
            }
            if (page.size() < PAGE) {
                break;
            }
        }
        memories.put(
                environment, new Memory(Math.min(clean, newest), memory.refusal(), memory.tried()));
        return "";
    }

    private String holds(ReleaseRow row) {
        if (FALLEN.contains(row.state())) {
            return "`%s` is %s"
                    .formatted(
                            row.id(),
                            row.state().name().toLowerCase(Locale.ROOT).replace('_', ' '));
        }
        boolean never =
                row.state() == ReleaseState.REJECTED || row.state() == ReleaseState.SUPERSEDED;
        if (never) {
            return "";
        }
        Plan plan = plans.apply(row);
        if (plan.kind() == Plan.Kind.ROLLBACK) {
            return "`%s` took a release back".formatted(row.id());
        }
        Plan.Skip past = pastPromotion(plan);
        return past == null
                ? ""
                : "`%s` went past the promotion, asked by %s: %s"
                        .formatted(row.id(), past.by(), past.why());
    }

    private static Plan.@Nullable Skip pastPromotion(Plan plan) {
        String promotion = Phase.PROMOTION.name().toLowerCase(Locale.ROOT);
        return plan.skipped().stream()
                .filter(skip -> skip.what().equals(promotion))
                .findFirst()
                .orElse(null);
    }

    private boolean deploys(ReleaseRow row) {
        return plans.apply(row).kind() == Plan.Kind.DEPLOY;
    }

    private boolean isBusy(String environment) {
        return !journal.list(environment, ReleaseState.unended(), Long.MAX_VALUE, 1).isEmpty();
    }

    private long newest(String environment) {
        return journal
                .list(environment, EnumSet.allOf(ReleaseState.class), Long.MAX_VALUE, 1)
                .stream()
                .mapToLong(ReleaseRow::ordinal)
                .findFirst()
                .orElse(0);
    }

    private Memory memory(String environment) {
        return memories.getOrDefault(environment, Memory.NONE);
    }

    private Optional<Mark> mark(String environment) {
        return marks.all().stream()
                .filter(mark -> mark.environment().equals(environment))
                .findFirst();
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
