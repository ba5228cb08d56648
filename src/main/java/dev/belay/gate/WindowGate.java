package dev.belay.gate;

import dev.belay.release.ReleaseWindow;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.zone.ZoneOffsetTransition;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/// Whether one of several windows is open, when it closes, and when the next one opens.
///
/// A window is open from its first instant on, and not at its last. Where clocks go back, it opens
/// and closes at the first of the two times; where they go forward over one of its ends, that end
/// is the instant at which they do. One that goes on over midnight belongs to the day on which it
/// opens, and closes at the latest when a holiday begins.
public final class WindowGate {
    private static final DateTimeFormatter FORM =
            DateTimeFormatter.ofPattern("EEE uuuu-MM-dd HH:mm VV", Locale.ENGLISH);

    /// What has no opening within that time has none that anybody waits for.
    private static final int DAYS_AHEAD = 750;

    private WindowGate() {}

    /// From when to when a window is open.
    ///
    /// @param end when it is not open any more
    public record Opening(Instant begin, Instant end, ZoneId zone) {
        boolean holds(Instant instant) {
            return !instant.isBefore(begin) && instant.isBefore(end);
        }
    }

    /// The opening that an instant is in; of several windows the one that is open longest.
    public static Optional<Opening> open(List<ReleaseWindow> windows, Instant at) {
        return windows.stream()
                .flatMap(window ->
                        openings(window, at, 1).filter(opening -> opening.holds(at)).limit(1))
                .max(Comparator.comparing(Opening::end));
    }

    /// The first opening that begins after an instant; empty when none does within two years.
    public static Optional<Opening> next(List<ReleaseWindow> windows, Instant after) {
        return windows.stream()
                .flatMap(window ->
                        openings(window, after, DAYS_AHEAD)
                                .filter(opening -> opening.begin().isAfter(after))
                                .limit(1))
                .min(Comparator.comparing(Opening::begin));
    }

    /// When no window is open any more, though one is now; windows that meet are open through.
    /// Empty when none is open, or when they do not close within two years.
    public static Optional<Instant> closes(List<ReleaseWindow> windows, Instant at) {
        Optional<Opening> now = open(windows, at);
        for (int meeting = 0; meeting < DAYS_AHEAD && now.isPresent(); meeting++) {
            Instant end = now.get().end();
            Optional<Opening> on = open(windows, end);
            if (on.isEmpty()) {
                return Optional.of(end);
            }
            now = on;
        }
        return Optional.empty();
    }

    /// Why nothing may begin at an instant, with the next time at which it may; empty when it may.
    ///
    /// @param windows empty when it may at any time
    public static Optional<String> closed(List<ReleaseWindow> windows, Instant at) {
        if (windows.isEmpty() || open(windows, at).isPresent()) {
            return Optional.empty();
        }
        String hours = String.join(" or ", windows.stream().map(ReleaseWindow::text).toList());
        return Optional.of(
                "releases begin in %s: %s"
                        .formatted(
                                hours,
                                next(windows, at)
                                        .map(opening ->
                                                "the next time is "
                                                        + text(opening.begin(), opening.zone()))
                                        .orElse("there is no such time in the next two years")));
    }

    /// An instant as people of a zone write it, with its day of the week.
    public static String text(Instant instant, ZoneId zone) {
        return FORM.format(instant.atZone(zone));
    }

    /// Those of the days around an instant, in their order: from the day before, which may go on
    /// over midnight.
    private static Stream<Opening> openings(ReleaseWindow window, Instant around, int days) {
        LocalDate today = LocalDate.ofInstant(around, window.zone());
        return Stream.iterate(today.minusDays(1), day -> day.plusDays(1))
                .limit(days + 1L)
                .filter(day -> isOpen(window, day))
                .map(day -> on(window, day))
                .filter(opening -> opening.begin().isBefore(opening.end()));
    }

    private static boolean isOpen(ReleaseWindow window, LocalDate day) {
        DayOfWeek name = day.getDayOfWeek();
        return window.days().contains(name) && !window.holidays().contains(day);
    }

    private static Opening on(ReleaseWindow window, LocalDate day) {
        LocalDateTime begin = day.atTime(window.from());
        boolean overnight = !window.to().isAfter(window.from());
        LocalDate tomorrow = day.plusDays(1);
        LocalDateTime end = (overnight ? tomorrow : day).atTime(window.to());
        if (overnight && window.holidays().contains(tomorrow)) {
            end = tomorrow.atStartOfDay();
        }
        return new Opening(
                instant(begin, window.zone()), instant(end, window.zone()), window.zone());
    }

    private static Instant instant(LocalDateTime local, ZoneId zone) {
        ZoneOffsetTransition change = zone.getRules().getTransition(local);
        return change != null && change.isGap()
                ? change.getInstant()
                : ZonedDateTime.of(local, zone).withEarlierOffsetAtOverlap().toInstant();
    }
}
