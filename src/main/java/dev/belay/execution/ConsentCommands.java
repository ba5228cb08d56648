package dev.belay.execution;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.release.Actor;
import dev.belay.release.ConsentRule;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Work;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/// What people may say of a release that waits for them, and when. Pure.
final class ConsentCommands {
    private ConsentCommands() {}

    /// Whether something may be said now, and what it means.
    ///
    /// @param entries all of the release
    static Verdict judge(
            ReleaseRow row, Plan plan, List<Entry> entries, Command command, Actor actor) {
        Optional<Step> waits =
                plan.steps().stream()
                        .filter(step -> step.work() instanceof Work.Consented)
                        .findFirst();
        if (waits.isEmpty() || !(waits.get().work() instanceof Work.Consented(ConsentRule rule))) {
            return no("asks-nobody", "its plan asks nobody for consent", "");
        }
        Progress progress = Progress.of(plan.steps().size(), entries);
        boolean open =
                switch (progress.state()) {
                    case QUEUED, RUNNING, PAUSED ->
                            !progress.step(waits.get().number(), Direction.DO)
                                    .is(StepProgress.Status.DONE);
                    default -> false;
                };
        if (!open) {
            return no(
                    "nothing-to-say",
                    "it does not wait for consent any more: it is "
                            + word(progress.state())
                            + (progress.state().ended() ? "" : ", past that step"),
                    "`belay cancel " + row.id() + "` ends it");
        }
        return switch (command) {
            case Command.Approve(String digest, String reason) ->
                    approve(row, rule, digest, reason, actor);
            case Command.CheckOff(String point, String reason) ->
                    checkOff(rule, entries, point, reason);
            case Command.Objection(String reason) ->
                    reason.isBlank()
                            ? no("no-reason", "who objects says why", "say it with `--reason`")
                            : new Verdict.Accepted(List.of(new Fact.Objected(reason)));
            default -> throw new IllegalArgumentException("no consent: " + command);
        };
    }

    private static Verdict approve(
            ReleaseRow row, ConsentRule rule, String digest, String reason, Actor actor) {
        if (!rule.wantsApprovals()) {
            return no("asks-nobody", "its plan asks for a checklist, and for no approval", "");
        }
        if (!digest.equals(row.planDigest())) {
            return no(
                    "another-plan",
                    "its plan is another one than that which was approved",
                    "look at it with `belay show %s --plan`, then approve `%s`"
                            .formatted(row.id(), row.planDigest()));
        }
        if (actor.person().equals(Actor.personOf(row.createdBy()))) {
            return no(
                    "own-release",
                    "`%s` submitted it, and cannot consent to it".formatted(actor.person()),
                    "ask " + rule.approvers());
        }
        // Said again it counts from now on.
        return new Verdict.Accepted(List.of(new Fact.Approved(digest, reason)));
    }

    private static Verdict checkOff(
            ConsentRule rule, List<Entry> entries, String wanted, String note) {
        List<String> points = rule.checklist();
        String point =
                points.stream()
                        .filter(wanted::equals)
                        .findFirst()
                        .or(() ->
                                IntStream.range(0, points.size())
                                        .filter(i -> wanted.equals(Integer.toString(i + 1)))
                                        .mapToObj(points::get)
                                        .findFirst())
                        .orElse("");
        if (point.isEmpty()) {
            return no(
                    "unknown-point",
                    "there is no point `" + wanted + "`",
                    points.isEmpty()
                            ? "its plan has no checklist"
                            : "there are: " + String.join(", ", points));
        }
        // A point was checked off for the time that it was to begin at then.
        boolean checked = false;
        for (Entry entry : entries) {
            switch (entry.fact()) {
                case Fact.Scheduled _ -> checked = false;
                case Fact.CheckedOff(String before, String _) when before.equals(point) ->
                        checked = true;
                default -> {}
            }
        }
        return new Verdict.Accepted(
                checked ? List.of() : List.of(new Fact.CheckedOff(point, note)));
    }

    private static String word(ReleaseState state) {
        return state.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ');
    }

    private static Verdict no(String code, String reason, String wayOut) {
        return new Verdict.Refused("release/" + code, reason, wayOut);
    }
}
