package dev.belay.driver.postgres;

import dev.belay.release.SchemaVerdict;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a rehearsal showed, written down.
///
/// @param set whose migrations
/// @param files the digest of the archive that holds them
/// @param at when it ended
/// @param took the restore included
/// @param refused what the server said to the migrations themselves, or empty; then nothing else is
///   known
/// @param hint how that is mended, or empty
/// @param hasWayBack whether every one of them has a way back
/// @param tripFaults what the way there, back and there again left, as sentences
/// @param held which tables' writers had to wait, the longest first
/// @param statements of the release before that were put to the server
/// @param load what those who say them felt meanwhile; null in reports of earlier versions
/// @param place where it was when not on this machine, and what cannot be told there, as sentences
public record RehearsalReport(
        String set,
        String files,
        Instant at,
        Duration took,
        String refused,
        String hint,
        SchemaVerdict verdict,
        boolean hasWayBack,
        List<String> tripFaults,
        List<Held> held,
        int statements,
        @Nullable LoadReport load,
        @Nullable List<String> place) {
    public RehearsalReport {
        // Reports of before do not have it.
        place = place == null ? List.of() : List.copyOf(place);
        tripFaults = List.copyOf(tripFaults);
        held = List.copyOf(held);
    }

    /// One on this machine.
    RehearsalReport(
            String set,
            String files,
            Instant at,
            Duration took,
            String refused,
            String hint,
            SchemaVerdict verdict,
            boolean hasWayBack,
            List<String> tripFaults,
            List<Held> held,
            int statements,
            @Nullable LoadReport load) {
        this(
                set,
                files,
                at,
                took,
                refused,
                hint,
                verdict,
                hasWayBack,
                tripFaults,
                held,
                statements,
                load,
                List.of());
    }

    /// A table, and how long nobody could write to it.
    public record Held(String relation, Duration time) {}

    /// The same as it is kept for another set of those that were rehearsed together.
    RehearsalReport of(RehearsalRun.Part part) {
        return new RehearsalReport(
                part.to().set(),
                part.to().files().text(),
                at,
                took,
                refused,
                hint,
                new SchemaVerdict(
                        part.versions(),
                        verdict.standing(),
                        verdict.plainRevert(),
                        verdict.backIsExact(),
                        verdict.backup(),
                        verdict.findings(),
                        verdict.together()),
                hasWayBack,
                tripFaults,
                held,
                statements,
                load,
                place);
    }

    /// What was felt, or why it is not known.
    public LoadReport underLoad() {
        return load == null ? LoadReport.unknown("an earlier version did not do so") : load;
    }

    /// The same, and where it was.
    RehearsalReport at(List<String> where) {
        return new RehearsalReport(
                set,
                files,
                at,
                took,
                refused,
                hint,
                verdict,
                hasWayBack,
                tripFaults,
                held,
                statements,
                load,
                where);
    }

    /// Where it was when not on this machine, and what cannot be told there.
    @Override
    public List<String> place() {
        return place == null ? List.of() : place;
    }

    /// In a few lines.
    public List<String> lines() {
        return RehearsalJudge.lines(this);
    }
}
