package dev.belay.plan;

import dev.belay.release.ContractRule;
import dev.belay.release.Work;
import java.util.ArrayList;
import java.util.List;

/// Contracts in a plan: the step that compares them once more, and what is to be said of them.
final class Promising {
    private static final int SHOWN = 20;

    private Promising() {}

    static String title(String component, PlanRequest.Promised promised) {
        var parts = new ArrayList<String>();
        parts.add(count(promised.breaking().size(), "breaking"));
        parts.add(count(promised.accepted().size(), "accepted"));
        parts.add(count(promised.doubtful().size(), "doubtful"));
        parts.add(count(promised.harmless(), "harmless"));
        parts.removeIf(String::isEmpty);
        return "%s: its contracts keep what was promised: %s"
                .formatted(component, parts.isEmpty() ? "no difference" : String.join(", ", parts));
    }

    private static String count(int number, String what) {
        return number == 0 ? "" : number + " " + what;
    }

    static Work.Compatible work(Change change, PlanRequest.Promised promised, ContractRule rule) {
        return new Work.Compatible(
                change.name(), promised.from(), promised.to(), rule, promised.accepted());
    }

    /// What breaks, and what may, for each component that changes.
    static List<String> warnings(Outline outline) {
        var warnings = new ArrayList<String>();
        for (Change change : outline.changes()) {
            PlanRequest.Promised promised = outline.contracts().get(change.name());
            if (promised == null || change.ends()) {
                continue;
            }
            boolean back = outline.kind() == Plan.Kind.ROLLBACK;
            boolean closed = !back && outline.view().gates().contracts().asked();
            String name = "`" + change.name() + "`: ";
            shown(promised.breaking())
                    .forEach(one ->
                            warnings.add(
                                    name
                                            + (back
                                                    ? "the way back breaks clients that were made since: "
                                                    : "its contract breaks: ")
                                            + one
                                            + (closed ? ": a deploy is refused" : "")));
            shown(promised.accepted())
                    .forEach(one ->
                            warnings.add(name + "its contract breaks, which was accepted: " + one));
            if (!back) {
                shown(promised.doubtful())
                        .forEach(one -> warnings.add(name + "its contract may break: " + one));
            }
        }
        return warnings;
    }

    private static List<String> shown(List<String> all) {
        if (all.size() <= SHOWN) {
            return all;
        }
        var some = new ArrayList<>(all.subList(0, SHOWN));
        some.add("and %d more".formatted(all.size() - SHOWN));
        return some;
    }
}
