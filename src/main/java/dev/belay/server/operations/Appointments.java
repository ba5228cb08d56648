package dev.belay.server.operations;

import dev.belay.gate.WindowGate;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.release.Appointment;
import dev.belay.release.ReleaseState;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.Work;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;

/// Releases that somebody wants to begin at a time of his choice: from when on they may, and what
/// is to be known of them until then.
public final class Appointments {
    /// Whoever plans further ahead plans on what will not run any more.
    private static final Duration AHEAD_MAX = Duration.ofDays(30);

    private static final Duration LATE = Duration.ofHours(1);
    private static final Duration LATE_MIN = Duration.ofSeconds(1);
    private static final Duration LATE_MAX = Duration.ofDays(1);

    /// A clock that a person reads may be behind ours.
    private static final Duration SLACK = Duration.ofMinutes(1);

    private static final int PAGE = 200;

    private final Journal journal;

    public Appointments(Journal journal) {
        this.journal = journal;
    }

    /// A time that was asked for.
    ///
    /// @param late how late it may begin, in seconds; 0 for an hour
    /// @throws Denied when it has passed, is too far away, or may be as late as nobody expects it
    public Appointment at(Instant at, int late) {
        Instant now = Instant.ofEpochMilli(journal.now());
        if (at.isBefore(now.minus(SLACK)) || at.isAfter(now.plus(AHEAD_MAX))) {
            throw new Denied(
                    No.problem(
                            "release/at",
                            "`--at " + at + "`",
                            at.isBefore(now)
                                    ? "that time has passed: it is " + now
                                    : "that is more than %d days ahead"
                                            .formatted(AHEAD_MAX.toDays()),
                            "say a time until " + now.plus(AHEAD_MAX)));
        }
        Duration latest = late == 0 ? LATE : Duration.ofSeconds(late);
        if (latest.compareTo(LATE_MIN) < 0 || latest.compareTo(LATE_MAX) > 0) {
            throw new Denied(
                    No.problem(
                            "release/at",
                            "`--within`",
                            "it begins within a second and a day of its time",
                            "say such as `30m`, or leave it out for an hour"));
        }
        return new Appointment(at.toEpochMilli(), at.plus(latest).toEpochMilli());
    }

    /// Demands that a window of the plan is open then, where it asks for one.
    ///
    /// @throws Denied with the next opening
    public static void requireOpen(Plan plan, Appointment when) {
        for (Step step : plan.steps()) {
            if (step.work() instanceof Work.InWindow(List<ReleaseWindow> windows)) {
                WindowGate.closed(windows, Instant.ofEpochMilli(when.from()))
                        .ifPresent(why -> {
                            throw Denied.refusal(why, "say a time at which one is open");
                        });
            }
        }
    }

    /// The time for which a release was announced, in milliseconds; 0 where it was for none.
    public static long announced(Journal journal, String release) {
        return journal.find(release).map(ReleaseRow::appointment).map(Appointment::from).orElse(0L);
    }

    /// What is to come, and what did not.
    public List<Notice> notices(EnvironmentView view) {
        ZoneId zone = zone(view);
        return journal
                .list(view.environment(), EnumSet.of(ReleaseState.QUEUED), Long.MAX_VALUE, PAGE)
                .stream()
                .filter(row -> row.isElsewhen(journal.now()))
                .map(row -> notice(row, zone))
                .toList();
    }

    private Notice notice(ReleaseRow row, ZoneId zone) {
        boolean missed = isMissed(row, journal.now());
        return new Notice(
                "schedule",
                "`%s`, %s: %s"
                        .formatted(
                                row.id(),
                                row.title(),
                                missed ? MISSED + wayOut(row) : when(row, zone)),
                missed);
    }

    static final String MISSED = "it did not begin at its time, and waits for somebody to say when";

    static boolean isMissed(ReleaseRow row, long now) {
        Appointment when = row.appointment();
        return when != null && when.missed(now);
    }

    static String wayOut(ReleaseRow row) {
        return ": `belay reschedule %s --at TIME --reason …`, or `--now`".formatted(row.id());
    }

    /// When it begins, for people.
    static String when(ReleaseRow row, ZoneId zone) {
        Appointment when = row.appointment();
        return when == null
                ? ""
                : "it begins %s, at the latest %s"
                        .formatted(
                                WindowGate.text(Instant.ofEpochMilli(when.from()), zone),
                                WindowGate.text(Instant.ofEpochMilli(when.until()), zone));
    }

    static ZoneId zone(EnvironmentView view) {
        return view.gates().windows().stream()
                .map(ReleaseWindow::zone)
                .findFirst()
                .orElse(ZoneOffset.UTC);
    }
}
