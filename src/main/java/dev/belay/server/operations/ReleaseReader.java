package dev.belay.server.operations;

import dev.belay.execution.Progress;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanText;
import dev.belay.plan.Showing;
import dev.belay.plan.Step;
import dev.belay.release.ReleaseState;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/// Tells of releases what the journal knows. Reads only.
public final class ReleaseReader {
    private final Journal journal;
    private final Function<ReleaseRow, Plan> plans;
    private final Function<String, Map<Integer, String>> because;
    private final UnaryOperator<List<String>> lost;

    /// A reader of one journal.
    ///
    /// @param plans the plan of a release
    /// @param because what the engine waits for, by step, for a release
    /// @param lost of evidence by its id, a sentence for each that was withdrawn
    public ReleaseReader(
            Journal journal,
            Function<ReleaseRow, Plan> plans,
            Function<String, Map<Integer, String>> because,
            UnaryOperator<List<String>> lost) {
        this.journal = journal;
        this.plans = plans;
        this.because = because;
        this.lost = lost;
    }

    /// A page of releases, newest first.
    public List<ReleaseLine> list(
            String environment, Set<ReleaseState> states, long before, int limit) {
        return journal.list(environment, states, before, limit).stream()
                .map(ReleaseLine::of)
                .toList();
    }

    public ReleaseRow row(String release) {
        return journal.find(release)
                .orElseThrow(() ->
                        Denied.unknown(
                                "request/unknown-release",
                                "release",
                                release,
                                "there is no such release",
                                "`belay releases` lists them"));
    }

    public Plan plan(ReleaseRow row) {
        return plans.apply(row);
    }

    public List<Entry> entries(String release, long after) {
        return journal.entries(row(release).id(), after);
    }

    public ReleaseView show(String release) {
        ReleaseRow row = row(release);
        Plan plan = plans.apply(row);
        List<Entry> entries = journal.entries(release, 0);
        Progress progress = Progress.of(plan.steps().size(), entries);
        Map<Integer, String> waits = row.state().ended() ? Map.of() : because.apply(release);
        var steps = new ArrayList<StepView>();
        for (Step step : plan.steps()) {
            String why = waits.getOrDefault(step.number(), "");
            steps.add(StepView.of(step, progress, why));
        }
        return new ReleaseView(
                ReleaseLine.of(row),
                entries.size(),
                StepView.word(plan.kind()),
                submitted(entries),
                Commits.of(entries),
                because(progress),
                progress.held().code(),
                progress.held().step(),
                startedAt(entries),
                Times.of(
                        entries,
                        step -> plan.step(step).work() instanceof Work.Consented,
                        row.endedAt() == 0 ? journal.now() : row.endedAt()),
                changes(plan),
                plan.pointOfNoReturn(),
                steps,
                warnings(plan),
                plan.skipped().stream().map(PlanText::words).toList(),
                next(row, progress.held()));
    }

    /// What it was planned with may have been taken back since.
    private List<String> warnings(Plan plan) {
        var warnings = new ArrayList<>(plan.warnings());
        Showing.relied(plan)
                .forEach((component, relied) ->
                        lost.apply(relied)
                                .forEach(one ->
                                        warnings.add(
                                                "`%s` relied on what is no more: %s"
                                                        .formatted(component, one))));
        return warnings;
    }

    /// What holds it now comes first: on its way back that is something else than why it turned.
    private static String because(Progress progress) {
        String held = progress.held().explanation();
        String turned = progress.reason();
        if (held.isEmpty() || turned.isEmpty()) {
            return held + turned;
        }
        return held + "; it goes back because of this: " + turned;
    }

    private static String submitted(List<Entry> entries) {
        return entries.stream()
                .map(Entry::fact)
                .filter(Fact.Submitted.class::isInstance)
                .map(fact -> ((Fact.Submitted) fact).reason())
                .findFirst()
                .orElse("");
    }

    private static long startedAt(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.fact() instanceof Fact.Started)
                .mapToLong(Entry::at)
                .findFirst()
                .orElse(0);
    }

    private static List<ReleaseView.Change> changes(Plan plan) {
        var names = new TreeSet<>(plan.desired().keySet());
        names.addAll(plan.fallback().keySet());
        return names.stream()
                .map(name ->
                        new ReleaseView.Change(
                                name,
                                revision(plan.fallback().get(name)),
                                ends(plan, name) ? "" : revision(plan.desired().get(name))))
                .toList();
    }

    /// Whether the release removes the component. A job leaves nothing behind either, and has run.
    private static boolean ends(Plan plan, String component) {
        Deployment goal = plan.desired().get(component);
        return goal != null
                && !plan.isDatastore(component)
                && goal.isEnded()
                && plan.steps().stream()
                        .noneMatch(step ->
                                step.work() instanceof Work.RunJob(var revision, var _)
                                        && revision.equals(goal.revision()));
    }

    private static String revision(@Nullable Deployment deployment) {
        return deployment == null ? "" : deployment.revision().id();
    }

    /// What a person can usefully type about a release in that state.
    static List<String> next(ReleaseRow row, Fact.Held held) {
        String id = row.id();
        return switch (row.state()) {
            case QUEUED -> List.of("belay why " + id, "belay cancel " + id + " --stop-here");
            case RUNNING ->
                    List.of(
                            "belay show " + id + " --follow",
                            "belay pause " + id,
                            "belay cancel " + id + " --and-roll-back");
            case PAUSED -> List.of("belay resume " + id, "belay cancel " + id + " --and-roll-back");
            case ROLLING_BACK -> List.of("belay show " + id + " --follow");
            case HELD -> HeldAdvice.commands(id, held);
            case COMPLETED, ROLLED_BACK, WRITTEN_OFF, REJECTED, SUPERSEDED -> List.of();
        };
    }
}
