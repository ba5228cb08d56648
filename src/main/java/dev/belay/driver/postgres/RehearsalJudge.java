package dev.belay.driver.postgres;

import dev.belay.driver.Look;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Whether what a rehearsal showed is what a plan takes for granted.
public final class RehearsalJudge {
    /// Writers who wait longer than this are an outage.
    static final Duration HELD_MAX = Duration.ofSeconds(5);

    private static final String SKIP =
            "; who wants it all the same leaves the rehearsal out, with a reason:"
                    + " `--skip rehearse --reason …`";

    private RehearsalJudge() {}

    /// What the step that rehearses says.
    public static Look of(Work.Rehearsed work, RehearsalReport report) {
        String detail = String.join("\n", report.lines());
        if (!report.refused().isEmpty()) {
            return new Look.Failed(
                    "the migrations are refused on a copy of the data: " + report.refused(),
                    report.hint(),
                    detail);
        }
        return wayBack(work, report, detail)
                .or(() -> overlap(work, report, detail))
                .or(() -> waiting(report, detail))
                .or(() -> kept(report, detail))
                .orElseGet(() ->
                        new Look.Done(
                                report.lines().getFirst()
                                        + "; "
                                        + LoadWords.inShort(report.underLoad())));
    }

    private static Optional<Look> wayBack(
            Work.Rehearsed work, RehearsalReport report, String detail) {
        List<Work.Rehearsed.Back> backs =
                work.parts().stream().map(Work.Rehearsed.Part::back).toList();
        if (backs.contains(Work.Rehearsed.Back.STAYS) && !report.verdict().plainRevert()) {
            return Optional.of(
                    new Look.Failed(
                            "the plan leaves the schema as it will be, and the release before does"
                                    + " not run on it: "
                                    + first(report),
                            "plan it again",
                            detail));
        }
        if (!backs.contains(Work.Rehearsed.Back.TAKEN_BACK)
                || (report.hasWayBack() && report.tripFaults().isEmpty())) {
            return Optional.empty();
        }
        if (backs.contains(Work.Rehearsed.Back.NONE)) {
            return Optional.of(
                    new Look.Failed(
                            "the way back of some was not tried, as others of the release have none",
                            "release those that have one first, with `--only`",
                            detail));
        }
        return Optional.of(
                new Look.Failed(
                        "the way back does not lead back: "
                                + (report.tripFaults().isEmpty()
                                        ? "there is none"
                                        : report.tripFaults().getFirst()),
                        "mend the way back, or say in its file that there is none:"
                                + " `-- belay: irreversible because …`",
                        detail));
    }

    private static Optional<Look> overlap(
            Work.Rehearsed work, RehearsalReport report, String detail) {
        return work.overlaps() && report.verdict().isBreaking()
                ? Optional.of(
                        new Look.Failed(
                                "the release before fails on the new schema: " + first(report),
                                "add first, release, and take away in a later release" + SKIP,
                                detail))
                : Optional.empty();
    }

    private static Optional<Look> waiting(RehearsalReport report, String detail) {
        return report.held().stream()
                .filter(one -> one.time().compareTo(HELD_MAX) > 0)
                .findFirst()
                .map(one ->
                        new Look.Failed(
                                "nobody could write to `%s` for %.1f s"
                                        .formatted(one.relation(), one.time().toMillis() / 1000.0),
                                "take a way that does not lock it so long" + SKIP,
                                detail));
    }

    private static Optional<Look> kept(RehearsalReport report, String detail) {
        return report.underLoad().felt().stream()
                .filter(one -> one.waited() > HELD_MAX.toMillis())
                .findFirst()
                .map(one ->
                        new Look.Failed(
                                "under the load of the release before, %s of `%s` waited %s for %s"
                                        .formatted(
                                                one.access(),
                                                one.relation(),
                                                LoadWords.time(one.waited()),
                                                one.behind()),
                                "take a way that does not lock it so long" + SKIP,
                                detail));
    }

    private static String first(RehearsalReport report) {
        List<String> findings = report.verdict().findings();
        return findings.isEmpty() ? "it is not known why" : findings.getFirst();
    }

    /// For people, the most important first.
    static List<String> lines(RehearsalReport report) {
        var lines = new ArrayList<String>();
        if (!report.refused().isEmpty()) {
            lines.add("refused on a copy of the data: " + report.refused());
            lines.addAll(report.place());
            return lines;
        }
        lines.add(
                "%s; %s; rehearsed on backup `%s` in %.1f s"
                        .formatted(
                                report.verdict().standing(),
                                back(report),
                                report.verdict().backup(),
                                report.took().toMillis() / 1000.0));
        lines.addAll(report.verdict().findings());
        report.tripFaults().forEach(fault -> lines.add("way back: " + fault));
        report.held().stream()
                .filter(one -> one.time().toMillis() > 0)
                .forEach(one ->
                        lines.add(
                                "nobody could write to `%s` for %d ms"
                                        .formatted(one.relation(), one.time().toMillis())));
        lines.addAll(LoadWords.lines(report.underLoad()));
        lines.add(
                report.statements() == 0
                        ? "what the release before says to the database is not known: the worst is assumed"
                        : report.statements() + " statements of the release before were tried");
        lines.addAll(report.place());
        return lines;
    }

    private static String back(RehearsalReport report) {
        if (report.verdict().plainRevert()) {
            return "the release before runs on the new schema";
        }
        return report.verdict().backIsExact()
                ? "the way back brings back what was"
                : "no way back but a backup";
    }
}
