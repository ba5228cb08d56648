package dev.belay.server.operations;

import dev.belay.gate.WindowGate;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Plan;
import dev.belay.plan.Step;
import dev.belay.release.Appointment;
import dev.belay.release.Maintenance;
import dev.belay.release.ReleaseState;
import dev.belay.release.Work;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// That users will be kept out of something, or are. Nobody writes it down: it follows from the
/// releases that are queued and under way, and so it moves, and is gone, with them.
///
/// @param state `announced`, `missed` (it did not begin, and waits for another time), `under-way`
/// @param from milliseconds since the epoch; 0 for as soon as the release can begin
/// @param until the announced end; 0 where the beginning is not known
/// @param text what users read of it; may be empty
/// @param detail a sentence
public record Announcement(
        String release,
        List<String> components,
        String state,
        long from,
        long until,
        String text,
        String detail) {
    public Announcement {
        components = List.copyOf(components);
    }

    /// Of a release that has not ended; empty where it keeps nobody out, or no more.
    static Optional<Announcement> of(ReleaseRow row, Plan plan, ZoneId zone, long now) {
        List<Work.Shut> doors =
                plan.steps().stream()
                        .map(Step::work)
                        .filter(Work.Shut.class::isInstance)
                        .map(Work.Shut.class::cast)
                        .toList();
        if (doors.isEmpty() || row.soaking() || row.state().ended()) {
            return Optional.empty();
        }
        Maintenance maintenance = doors.getFirst().maintenance();
        boolean queued = row.state() == ReleaseState.QUEUED;
        Appointment when = row.appointment();
        boolean missed = queued && when != null && when.missed(now);
        long from = when == null || missed ? 0 : when.from();
        long until = from == 0 ? 0 : from + maintenance.lasting().toMillis();
        List<String> components = doors.stream().map(Work.Shut::component).sorted().toList();
        String names = "`" + String.join("`, `", components) + "`";
        String time =
                from == 0
                        ? "as soon as it can begin, for " + words(maintenance.lasting())
                        : "from %s until %s"
                                .formatted(
                                        WindowGate.text(Instant.ofEpochMilli(from), zone),
                                        WindowGate.text(Instant.ofEpochMilli(until), zone));
        String detail =
                missed
                        ? "it did not begin, and keeps nobody out of " + names
                        : queued
                                ? "it keeps users out of " + names + " " + time
                                : "it keeps users out of %s while it changes something"
                                        .formatted(names);
        return Optional.of(
                new Announcement(
                        row.id(),
                        components,
                        missed ? "missed" : queued ? "announced" : "under-way",
                        from,
                        until,
                        maintenance.text(),
                        detail
                                + (maintenance.text().isEmpty()
                                        ? ""
                                        : ": “" + maintenance.text() + "”")));
    }

    private static String words(Duration time) {
        long seconds = time.toSeconds();
        return seconds % 60 == 0 ? seconds / 60 + " min" : seconds + " s";
    }
}
