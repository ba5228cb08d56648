package dev.belay.server.operations;

import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Policing;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Plan;
import dev.belay.plan.PolicyJudge;
import dev.belay.plan.Selection;
import dev.belay.plan.Submission;
import dev.belay.policy.Asking;
import dev.belay.policy.Ruling;
import dev.belay.policy.Rulings;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.ReleaseState;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;

/// Holds releases to the policies of their environment: when one is planned, when it is submitted,
/// and when it begins.
///
/// Nothing here touches an expression where an environment has no policies.
public final class PolicyDesk implements Policing {
    /// All rules together; none of them needs a hundredth of it.
    private static final long SECONDS_MAX = 10;

    private static final int LOOKED_BACK = 50;

    private final Platform platform;
    private final Journal journal;
    private final Function<ReleaseRow, Plan> plans;

    public PolicyDesk(Platform platform, Journal journal, Function<ReleaseRow, Plan> plans) {
        this.platform = platform;
        this.journal = journal;
        this.plans = plans;
    }

    /// Demands that rules can be read, and that what was regulated still is.
    ///
    /// @throws Denied otherwise
    void requireWritten(EnvironmentView view) {
        List<Problem> problems = problems(view);
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(problems));
        }
        String regulated = regulatedBefore(view.environment());
        if (!regulated.isEmpty() && !view.policies().regulated().equals(regulated)) {
            throw Denied.refusal(
                    "`%s` is regulated by `%s`, by what was released there, and the manifest does not say so any more"
                            .formatted(view.environment(), regulated),
                    "write `regulated: %s` again; what is not regulated is another environment, with a name of its own"
                            .formatted(regulated));
        }
    }

    private String regulatedBefore(String environment) {
        for (ReleaseRow row :
                journal.list(
                        environment,
                        EnumSet.allOf(ReleaseState.class),
                        Long.MAX_VALUE,
                        LOOKED_BACK)) {
            Plan plan = plans.apply(row);
            if (plan.kind() == Plan.Kind.DEPLOY) {
                return policed(plan).stream().map(Work.Policed::regulated).findFirst().orElse("");
            }
        }
        return "";
    }

    private static List<Work.Policed> policed(Plan plan) {
        return plan.steps().stream()
                .map(step -> step.work())
                .filter(Work.Policed.class::isInstance)
                .map(Work.Policed.class::cast)
                .toList();
    }

    /// What is wrong with how the rules of a manifest are written, and where a pack that cannot be
    /// loosened is.
    public static List<Problem> problems(EnvironmentView view) {
        if (view.policies().equals(dev.belay.manifest.Policies.NONE)) {
            return List.of();
        }
        var problems = new ArrayList<>(Rulings.misspelt(view.policies()));
        problems.addAll(LoosenedPolicies.of(view));
        return problems;
    }

    /// What the manifest alone breaks already, and what it only should not, as problems with their
    /// places.
    public static Broken broken(EnvironmentView view) {
        var refused = new ArrayList<Problem>();
        var warned = new ArrayList<Problem>();
        if (!view.policies().all().isEmpty()) {
            for (Ruling ruling : within(() -> Rulings.of(view))) {
                for (Ruling.Breach breach : ruling.breaches()) {
                    (ruling.refuses() ? refused : warned).add(problem(view, ruling, breach));
                }
            }
        }
        return new Broken(refused, warned);
    }

    /// Of each rule that counts, what it says of the manifest alone.
    public static List<Line> lines(EnvironmentView view) {
        if (view.policies().all().isEmpty()) {
            return List.of();
        }
        var lines = new ArrayList<Line>();
        for (Ruling ruling : within(() -> Rulings.of(view))) {
            lines.add(
                    new Line(
                            ruling.name(),
                            ruling.outcome().name().toLowerCase(Locale.ROOT),
                            ruling.breaches().stream().map(Rulings::line).toList(),
                            hint(view, ruling)));
        }
        return lines;
    }

    /// What a rule says.
    ///
    /// @param outcome `holds`, `broken`, `warns` or `later`
    public record Line(String name, String outcome, List<String> breaches, String hint) {
        public Line {
            breaches = List.copyOf(breaches);
        }
    }

    /// Breaches, by whether they refuse releases.
    public record Broken(List<Problem> refused, List<Problem> warned) {
        public Broken {
            refused = List.copyOf(refused);
            warned = List.copyOf(warned);
        }
    }

    private static Problem problem(EnvironmentView view, Ruling ruling, Ruling.Breach breach) {
        return new Problem(
                "policy/broken",
                breach.place(),
                "%s [policy `%s` of `%s`]"
                        .formatted(breach.sentence(), ruling.name(), view.environment()),
                hint(view, ruling));
    }

    private static String hint(EnvironmentView view, Ruling ruling) {
        return view.policies().all().stream()
                .filter(one -> one.rule().name().equals(ruling.name()))
                .findFirst()
                .map(one ->
                        (one.rule().hint() + wanted(one.place(), one.rule().at("rule"))).strip())
                .orElse("");
    }

    /// Where the rule is, and what turns it on.
    private static String wanted(Place on, Place rule) {
        return " (asked for at " + at(on) + ", rule at " + at(rule) + ")";
    }

    private static String at(Place place) {
        return switch (place) {
            case Place.Line(var span, _) -> span.toString();
            case Place.Named(String what) -> what;
        };
    }

    /// What judges plans of an environment.
    ///
    /// @param set keys that the command line changes, with their values
    PolicyJudge of(EnvironmentView view, String by, List<String> set) {
        if (view.policies().all().isEmpty()) {
            return PolicyJudge.NONE;
        }
        List<String> keys = set.stream().map(one -> one.split("=", 2)[0]).toList();
        var asking = new Asking(by, keys);
        return (plan, verdicts) -> within(() -> Rulings.of(view, plan, verdicts, asking));
    }

    /// Demands that no rule is broken.
    ///
    /// @throws Denied with every breach
    void require(Submission submission) {
        var breaches = new ArrayList<String>();
        var names = new ArrayList<String>();
        for (Plan plan : submission.plans()) {
            for (Work.Policed.Rule rule : dev.belay.plan.Policing.broken(plan)) {
                rule.breaches()
                        .forEach(
                                breach -> breaches.add(breach + " [policy `" + rule.name() + "`]"));
                names.add(rule.name());
            }
        }
        if (!breaches.isEmpty()) {
            throw Denied.refusal(
                    "policies of `%s` are broken: %s"
                            .formatted(submission.environment(), String.join("; ", breaches)),
                    wayOut(submission.environment(), names.getFirst()));
        }
    }

    private static String wayOut(String environment, String name) {
        return "`belay policy check %s` says how to mend each; where a rule allows it, `--skip %s%s --reason …` goes past it, and is recorded with your name"
                .formatted(environment, Selection.POLICY, name);
    }

    /// That somebody goes past a policy only for a reason.
    static void demandReason(Wish wish) {
        for (String skip : wish.skip()) {
            if (skip.startsWith(Selection.POLICY) && wish.why().isBlank()) {
                throw new Denied(
                        No.problem(
                                "policy/no-reason",
                                "`--skip " + skip + "`",
                                "somebody goes past a policy",
                                "say why with `--reason`"));
            }
        }
    }

    @Override
    public Look policed(Work.Policed work, Order order) {
        try {
            EnvironmentView view = platform.lately(order.scope().environment()).view();
            if (!work.regulated().isEmpty()
                    && !view.policies().regulated().equals(work.regulated())) {
                return new Look.Failed(
                        "the manifest does not say any more that it is regulated by `%s`"
                                .formatted(work.regulated()),
                        "write it again; nothing was changed",
                        "");
            }
            List<Ruling> broken =
                    within(() -> Rulings.changed(view, work)).stream()
                            .filter(Ruling::refuses)
                            .toList();
            if (!broken.isEmpty()) {
                var lines = new ArrayList<String>();
                broken.forEach(ruling ->
                        ruling.breaches()
                                .forEach(breach ->
                                        lines.add(
                                                "%s [policy `%s`]"
                                                        .formatted(
                                                                Rulings.line(breach),
                                                                ruling.name()))));
                return new Look.Failed(
                        "the manifest asks for more than when it was planned: " + lines.getFirst(),
                        "deploy it again; nothing was changed",
                        String.join("\n", lines));
            }
            return new Look.Done(work.rules().size() + " rules, as they were or kept");
        } catch (Denied denied) {
            return new Look.Failed(
                    "the manifest cannot be read, so nobody can say what it asks for now",
                    "mend it (`belay check`) and deploy again; nothing was changed",
                    String.valueOf(denied.getMessage()));
        }
    }

    /// An expression is bounded, but many of them together are to be, too.
    ///
    /// @throws Denied when it takes too long
    private static <T> T within(Supplier<T> judging) {
        var task = new FutureTask<>(judging::get);
        Thread.ofPlatform().daemon().name("policies").start(task);
        try {
            return task.get(SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException _) {
            throw Denied.refusal(
                    "the policies take longer than %d s, and so nobody can say whether they hold"
                            .formatted(SECONDS_MAX),
                    "write simpler rules");
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
            throw Denied.failure("interrupted while policies were asked", "ask again");
        }
    }
}
