package dev.belay.server.operations;

import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Responsible;
import dev.belay.release.ReleaseState;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Answers "why not now?" with one reason, whose it is, and what to type.
public final class WhyReader {
    private static final int PAGE = 200;

    /// What stands most in the way comes first.
    private static final List<ReleaseState> URGENCY =
            List.of(
                    ReleaseState.HELD,
                    ReleaseState.PAUSED,
                    ReleaseState.ROLLING_BACK,
                    ReleaseState.RUNNING,
                    ReleaseState.QUEUED);

    private final Journal journal;
    private final ReleaseReader releases;

    public WhyReader(Journal journal, ReleaseReader releases) {
        this.journal = journal;
        this.releases = releases;
    }

    public WhyView ofEnvironment(String environment) {
        Comparator<ReleaseRow> order =
                Comparator.comparingInt((ReleaseRow row) -> URGENCY.indexOf(row.state()))
                        .thenComparingLong(ReleaseRow::ordinal);
        List<WhyView> blocked =
                journal.list(environment, ReleaseState.unended(), Long.MAX_VALUE, PAGE).stream()
                        .sorted(order)
                        .map(row -> ofRelease(row.id()))
                        .filter(WhyView::blocked)
                        .toList();
        if (blocked.isEmpty()) {
            return quiet(environment);
        }
        return blocked.getFirst().with(blocked.stream().skip(1).map(WhyView::release).toList());
    }

    private WhyView quiet(String environment) {
        Set<ReleaseState> bad =
                EnumSet.of(ReleaseState.ROLLED_BACK, ReleaseState.REJECTED, ReleaseState.COMPLETED);
        Optional<ReleaseRow> last =
                journal.list(environment, bad, Long.MAX_VALUE, 1).stream().findFirst();
        if (last.isPresent() && last.get().state() != ReleaseState.COMPLETED) {
            return ofRelease(last.get().id());
        }
        return free("", "nothing is waiting in `" + environment + "`");
    }

    public WhyView ofRelease(String id) {
        ReleaseView view = releases.show(id);
        return of(id, view).overriding(view.overrides());
    }

    private WhyView of(String id, ReleaseView view) {
        ReleaseRow row = releases.row(id);
        return switch (row.state()) {
            case QUEUED -> queued(row, view);
            case RUNNING, ROLLING_BACK -> going(row, view);
            case PAUSED ->
                    blocked(
                            view,
                            0,
                            "somebody paused it" + reason(view),
                            responsible(view, 0),
                            "belay resume " + id);
            case HELD ->
                    blocked(
                            view,
                            view.heldStep(),
                            held(view),
                            responsible(view, view.heldStep()),
                            view.next().isEmpty() ? "" : view.next().getFirst());
            case ROLLED_BACK -> ended(view, "it was rolled back" + reason(view));
            case REJECTED -> ended(view, "it never started" + reason(view));
            case SUPERSEDED -> free(id, "it never started: a newer release took its place");
            case WRITTEN_OFF -> free(id, "it was written off" + reason(view));
            case COMPLETED -> free(id, "nothing is waiting: it is completed");
        };
    }

    private static String held(ReleaseView view) {
        String step = view.heldStep() == 0 ? "" : "step " + view.heldStep() + ": ";
        String code = view.heldCode().isEmpty() ? "" : " (" + view.heldCode() + ")";
        return "it is held and needs a decision: " + step + view.because() + code;
    }

    private WhyView queued(ReleaseRow row, ReleaseView view) {
        if (row.isElsewhen(journal.now())) {
            boolean missed = Appointments.isMissed(row, journal.now());
            return blocked(
                    view,
                    0,
                    missed ? Appointments.MISSED : Appointments.when(row, ZoneOffset.UTC),
                    Responsible.NOBODY,
                    "belay reschedule " + row.id() + (missed ? " --now --reason …" : ""));
        }
        return journal.list(row.environment(), ReleaseState.unended(), row.ordinal(), PAGE).stream()
                .filter(other -> !other.isElsewhen(journal.now()))
                .filter(other -> other.scopes().stream().anyMatch(row.scopes()::contains))
                .min(Comparator.comparingInt(other -> URGENCY.indexOf(other.state())))
                .map(other ->
                        blocked(
                                view,
                                0,
                                "it waits for `"
                                        + other.id()
                                        + "`, which is "
                                        + StepView.word(other.state())
                                        + " and owns "
                                        + shared(row, other),
                                Responsible.NOBODY,
                                "belay why " + other.id()))
                .orElseGet(() -> free(row.id(), "nothing: it is next"));
    }

    private static String shared(ReleaseRow row, ReleaseRow other) {
        return row.scopes().stream()
                .filter(other.scopes()::contains)
                .map(scope -> "`" + scope.name() + "`")
                .sorted()
                .reduce((a, b) -> a + ", " + b)
                .orElse("");
    }

    /// The first step that says why it is not done is the one that everything behind it waits for.
    private static WhyView going(ReleaseRow row, ReleaseView view) {
        return view.steps().stream()
                .filter(step -> !step.because().isEmpty())
                .findFirst()
                .map(step ->
                        blocked(
                                view,
                                step.number(),
                                step.title() + ": " + step.because(),
                                step.responsible(),
                                ""))
                .orElseGet(() -> free(row.id(), "nothing: it is " + StepView.word(row.state())));
    }

    /// A release that failed is in nobody's way any more, but its reason is what is asked for.
    private static WhyView ended(ReleaseView view, String reason) {
        Optional<StepView> failed = view.steps().stream().filter(StepView::failed).findFirst();
        int step = failed.map(StepView::number).orElse(0);
        Responsible who = failed.map(StepView::responsible).orElse(Responsible.NOBODY);
        return new WhyView(
                false,
                view.release().id(),
                step,
                reason,
                view.release().endedAt(),
                who.owner(),
                who.contact(),
                who.runbook(),
                "belay show " + view.release().id(),
                List.of(),
                List.of());
    }

    private static WhyView blocked(
            ReleaseView view, int step, String reason, Responsible who, String command) {
        long since =
                view.steps().stream()
                        .filter(candidate -> candidate.number() == step)
                        .mapToLong(StepView::since)
                        .findFirst()
                        .orElse(0);
        return new WhyView(
                true,
                view.release().id(),
                step,
                reason,
                since,
                who.owner(),
                who.contact(),
                who.runbook(),
                command,
                List.of(),
                List.of());
    }

    private static WhyView free(String release, String reason) {
        return new WhyView(false, release, 0, reason, 0, "", "", "", "", List.of(), List.of());
    }

    private static String reason(ReleaseView view) {
        return view.because().isEmpty() ? "" : ": " + view.because();
    }

    private static Responsible responsible(ReleaseView view, int step) {
        return view.steps().stream()
                .filter(s -> s.number() == step)
                .map(StepView::responsible)
                .findFirst()
                .or(() -> view.steps().stream().map(StepView::responsible).findFirst())
                .orElse(Responsible.NOBODY);
    }
}
