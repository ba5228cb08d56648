package dev.belay.policy;

import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.plan.Undo;
import dev.belay.release.Baseline;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What a planned release is, as the [Model] has it.
final class PlanFacts {
    private PlanFacts() {}

    /// Of what is wanted.
    ///
    /// @param verdicts component or datastore to what a rehearsal of its migrations showed
    static SortedMap<String, Object> of(
            Plan plan,
            Map<String, SchemaVerdict> verdicts,
            Asking asking,
            Set<String> roots,
            boolean submitter) {
        var all = new TreeMap<String, Object>();
        // Whose components are asked one by one.
        all.put("release", release(plan, asking, submitter));
        if (roots.contains("changes")) {
            all.put(
                    "changes",
                    plan.desired().keySet().stream()
                            .<Object>map(name -> change(plan, name, verdicts.get(name)))
                            .toList());
        }
        if (roots.contains("steps")) {
            all.put("steps", Facts.each(plan.steps(), PlanFacts::step));
        }
        return all;
    }

    private static Object release(Plan plan, Asking asking, boolean submitter) {
        List<String> exceptions =
                plan.skipped().stream()
                        .filter(skip -> skip.until() != null)
                        .map(Plan.Skip::what)
                        .toList();
        return new Fill(Model.RELEASE)
                .with("submitter", submitter ? asking.submitter() : "")
                .with("components", List.copyOf(plan.desired().keySet()))
                .with("skipped", plan.skipped().stream().map(Plan.Skip::what).toList())
                .with("exceptions", exceptions)
                .with("overrides", asking.overrides())
                .with("way_back", plan.pointOfNoReturn() == 0)
                .made();
    }

    private static Object change(Plan plan, String name, @Nullable SchemaVerdict verdict) {
        Deployment to = plan.desired().get(name);
        if (to == null) {
            throw new IllegalArgumentException(name);
        }
        Deployment from = plan.fallback().get(name);
        Baseline before = plan.baseline().get(plan.scopeOf(name));
        Migrations schema = to.migrations();
        List<Migrations.One> fresh =
                schema == null ? List.of() : schema.beyond(from == null ? null : from.migrations());
        boolean rehearsed =
                verdict != null
                        && verdict.versions()
                                .equals(fresh.stream().map(Migrations.One::version).toList());
        String standing =
                fresh.isEmpty()
                        ? "none"
                        : verdict == null || !rehearsed ? "unknown" : verdict.standing();
        return new Fill(Model.CHANGE)
                .with("name", name)
                .with("from", before == null ? "" : before.revision())
                .with("to", to.revision().id())
                .with("artifact", to.revision().artifact().text())
                .with("instances", to.instances())
                .with("removed", to.isEnded())
                .with("migrations", Facts.each(fresh, PlanFacts::migration))
                .with("verdict", standing)
                .with("plain_revert", rehearsed && verdict != null && verdict.plainRevert())
                .made();
    }

    private static Object migration(Migrations.One one) {
        return new Fill(Model.MIGRATION)
                .with("version", one.version())
                .with("name", one.name())
                .with("one_way", one.oneWay())
                .with("contract", one.contract())
                .made();
    }

    private static Object step(Step step) {
        String undo =
                switch (step.undo()) {
                    case Undo.Nothing _ -> "nothing";
                    case Undo.Apply _ -> "apply";
                    case Undo.Impossible _ -> "impossible";
                };
        boolean component = step.scope().kind() == Scope.Kind.COMPONENT;
        return new Fill(Model.STEP)
                .with("number", step.number())
                .with("title", step.title())
                .with("phase", Facts.word(step.phase()))
                .with("component", component ? step.scope().name() : "")
                .with("once", step.stepClass() == StepClass.ONCE_ONLY)
                .with("undo", undo)
                .made();
    }
}
