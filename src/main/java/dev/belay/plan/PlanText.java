package dev.belay.plan;

import dev.belay.problem.ShellWords;
import dev.belay.release.OnUnknown;
import dev.belay.release.StepClass;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// A submission as people read it before they say yes: what will happen, what each step waits on,
/// how it is undone, where one can go back to, and the command that does exactly this.
public final class PlanText {
    private static final int WIDTH = 100;
    private static final int WIDTH_MIN = 40;

    private final StringBuilder text = new StringBuilder();
    private final int width;

    private PlanText(int width) {
        this.width = Math.max(width, WIDTH_MIN);
    }

    /// Renders for a page of usual width.
    public static String render(Submission submission) {
        return render(submission, WIDTH, List.of(), Beside.NOTHING);
    }

    /// Renders for a terminal of so many columns.
    ///
    /// @param flags with which it was asked for
    /// @param beside what is told by looking at the world
    public static String render(
            Submission submission, int width, List<String> flags, Beside beside) {
        return new PlanText(width).submission(submission, flags, beside);
    }

    private String submission(Submission submission, List<String> flags, Beside beside) {
        String where = submission.platform() + " in " + submission.environment();
        if (submission.plans().isEmpty()) {
            line(0, where + ": nothing to do");
        } else {
            int releases = submission.plans().size();
            line(0, where + ": " + count(releases, "release") + once(submission.plans()));
        }
        submission.plans().forEach(this::plan);
        if (!submission.unchanged().isEmpty()) {
            text.append('\n');
            line(0, "unchanged");
            submission.unchanged().forEach((name, why) -> line(2, name + ": " + why));
        }
        beside("in the cluster", beside.there());
        beside("in the way now", beside.inTheWay());
        text.append('\n');
        line(0, "digest   " + submission.digest());
        if (!submission.plans().isEmpty()) {
            line(0, "to do exactly this:");
            // Never wrapped: it is there to be copied.
            text.append("  ").append(command(submission, flags)).append('\n');
        }
        return text.toString();
    }

    private void beside(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            text.append('\n');
            line(0, title);
            lines.forEach(each -> line(2, each));
        }
    }

    /// Without its flags it would be another plan, and be refused.
    static String command(Submission submission, List<String> flags) {
        Plan first = submission.plans().getFirst();
        var words = new ArrayList<>(List.of("belay"));
        words.add(
                switch (first.kind()) {
                    case DEPLOY -> "deploy";
                    case ROLLBACK -> "rollback";
                });
        words.add(submission.environment());
        words.addAll(flags);
        words.add("--plan");
        words.add(submission.digest().text());
        return ShellWords.of(words);
    }

    private static String once(List<Plan> plans) {
        long once =
                plans.stream()
                        .flatMap(plan -> plan.steps().stream())
                        .filter(step -> step.stepClass() == StepClass.ONCE_ONLY)
                        .count();
        return once == 0 ? "" : ", " + count(once, "once-only step");
    }

    private void plan(Plan plan) {
        text.append('\n');
        line(0, plan.title());
        plan.steps().forEach(this::step);
        line(2, "expected " + Times.text(expected(plan)) + " in all");
        section("way back", wayBack(plan));
        section("rollback targets", targets(plan));
        section("left out", plan.skipped().stream().map(PlanText::words).toList());
        section("mind", plan.warnings());
    }

    private void step(Step step) {
        String after =
                step.after().isEmpty()
                        ? ""
                        : " · after "
                                + String.join(
                                        ", ", step.after().stream().map(String::valueOf).toList());
        line(2, "%3d  %s".formatted(step.number(), step.title()));
        line(
                7,
                words(step)
                        + after
                        + " · about "
                        + Times.text(step.expected())
                        + ", at most "
                        + Times.text(step.deadline()));
        if (step.work() instanceof Work.Preflight preflight) {
            preflight
                    .sources()
                    .forEach((name, source) -> line(7, "`%s` from %s".formatted(name, source)));
        }
        if (step.work() instanceof Work.Foreseen(var _, var _, var _, String printed)) {
            (printed.isEmpty() ? "nothing" : printed)
                    .lines()
                    // Never wrapped: it may be code.
                    .forEach(each -> text.append("         | ").append(each).append('\n'));
        }
        if (step.work() instanceof Work.Effect) {
            line(7, "undo: " + words(step.undo()));
        }
    }

    static List<String> wayBack(Plan plan) {
        var lines = new ArrayList<String>();
        if (plan.pointOfNoReturn() > 0) {
            lines.add("only until step " + plan.pointOfNoReturn() + ": after it, forward only");
        } else {
            lines.add("from every step: there is no point of no return");
        }
        plan.desired()
                .keySet()
                .forEach(name -> {
                    Deployment back = plan.fallback().get(name);
                    if (plan.isDatastore(name)) {
                        lines.add(name + " → " + schemaBack(plan, name));
                        return;
                    }
                    lines.add(
                            back == null
                                    ? name + " → nothing: it did not run before"
                                    : name + " → " + words(back));
                });
        return lines;
    }

    private static String schemaBack(Plan plan, String datastore) {
        return plan.steps().stream()
                .filter(step -> step.scope().equals(plan.scopeOf(datastore)))
                .filter(step -> step.work() instanceof Work.Migrate)
                .map(step ->
                        step.undo() instanceof Undo.Nothing(String why)
                                ? "its schema stays as it is then: " + why
                                : words(step.undo()))
                .findFirst()
                .orElse("its schema stays");
    }

    static List<String> targets(Plan plan) {
        if (plan.targets().isEmpty()) {
            return List.of("none: nothing that soaked ran before");
        }
        return plan.targets().stream()
                .map(target ->
                        "%s → %s, of release %s%s"
                                .formatted(
                                        target.component(),
                                        target.revision(),
                                        target.release(),
                                        target.warm() ? ", still warm" : ""))
                .toList();
    }

    /// `rehearse, asked by anna until 2026-12-06: it was done by hand`.
    public static String words(Plan.Skip skip) {
        String by = skip.by().isEmpty() ? "" : ", asked by " + skip.by();
        String until = skip.until() == null ? "" : " until " + skip.until();
        return skip.what() + by + until + (skip.why().isEmpty() ? "" : ": " + skip.why());
    }

    private static String words(Deployment deployment) {
        return deployment.instances() == 0
                ? deployment.revision().id()
                : deployment.instances() + " × " + deployment.revision().id();
    }

    private static String words(Step step) {
        String kind = step.stepClass().name().toLowerCase(Locale.ROOT).replace('_', '-');
        if (step.stepClass() != StepClass.ONCE_ONLY) {
            return kind;
        }
        return kind
                + switch (step.onUnknown()) {
                    case OnUnknown.HOLD -> ", held for a person if nobody can say how it ended";
                    case OnUnknown.ASSUME_DONE -> ", taken as done if nobody can say how it ended";
                    case OnUnknown.UNDO -> ", turned back if nobody can say how it ended";
                };
    }

    static String words(Undo undo) {
        return switch (undo) {
            case Undo.Nothing(String why) -> "nothing, " + why;
            case Undo.Apply(Work.Effect effect, Duration _) -> words(effect);
            case Undo.Impossible(String why) -> "none, " + why;
        };
    }

    static String words(Work.Effect effect) {
        return switch (effect) {
            case Work.Scale(var revision, int instances) ->
                    instances == 0
                            ? "stop every " + revision.id()
                            : instances + " × " + revision.id() + " run";
            case Work.Route(String component, Traffic traffic, var _) ->
                    component + ": " + Course.words(traffic);
            case Work.Shut(String component, var _, var _) -> component + ": users are kept out";
            case Work.Open(String component) -> component + ": users come in again";
            case Work.Publish(var revision) -> "publish " + revision.id();
            case Work.Migrate(var to, var fresh) ->
                    "apply " + String.join(", ", fresh) + " to `" + to.datastore().name() + "`";
            case Work.TakeBack(String _, var datastore, var versions, boolean _) ->
                    "take "
                            + String.join(", ", versions.reversed())
                            + " back from `"
                            + datastore.name()
                            + "`";
            case Work.MigrateByCommand(var _, var _, var by) -> "run `" + shown(by.up()) + "`";
            case Work.TakeBackByCommand(var _, var _, var by) when by.down().isEmpty() ->
                    "none, unless `" + shown(by.status()) + "` prints what it printed before";
            case Work.TakeBackByCommand(var _, var _, var by) ->
                    "run `%s`, unless `%s` prints what it printed before"
                            .formatted(shown(by.down()), shown(by.status()));
            case Work.RunJob(var revision, var _) -> "run " + revision.id();
        };
    }

    private static String shown(List<String> command) {
        return ShellWords.of(command);
    }

    /// The longest way through the steps.
    static Duration expected(Plan plan) {
        Duration[] done = new Duration[plan.steps().size() + 1];
        Duration longest = Duration.ZERO;
        for (Step step : plan.steps()) {
            Duration start = Duration.ZERO;
            for (int before : step.after()) {
                start = max(start, done[before]);
            }
            done[step.number()] = start.plus(step.expected());
            longest = max(longest, done[step.number()]);
        }
        return longest;
    }

    private static Duration max(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private void section(String title, List<String> lines) {
        if (!lines.isEmpty()) {
            line(2, title);
            lines.forEach(each -> line(4, each));
        }
    }

    /// Breaks between words; what has no blank stays whole.
    private void line(int indent, String words) {
        String margin = " ".repeat(indent);
        var current = new StringBuilder(margin);
        for (String word : words.split(" ", -1)) {
            if (current.length() + word.length() > width && current.length() > indent) {
                text.append(current.toString().stripTrailing()).append('\n');
                current.setLength(0);
                current.append(margin).append("  ");
            }
            current.append(word).append(' ');
        }
        text.append(current.toString().stripTrailing()).append('\n');
    }

    private static String count(long number, String noun) {
        return number + " " + noun + (number == 1 ? "" : "s");
    }
}
