package dev.belay.release;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// Hours in which releases of an environment may begin.
///
/// @param days on which it opens
/// @param from when it opens, by the clocks of the zone
/// @param to when it closes; not after `from` is on the next day
/// @param holidays days on which nothing begins
public record ReleaseWindow(
        Set<DayOfWeek> days,
        LocalTime from,
        LocalTime to,
        ZoneId zone,
        SortedSet<LocalDate> holidays) {
    private static final int LETTERS = 3;

    public ReleaseWindow {
        if (days.isEmpty()) {
            throw new IllegalArgumentException("a window without days never opens");
        }
        days = Collections.unmodifiableSet(EnumSet.copyOf(days));
        holidays = Collections.unmodifiableSortedSet(new TreeSet<>(holidays));
    }

    /// Reads days and hours as a manifest has them.
    ///
    /// @param days as `mon-thu` or `mon,wed,fri-sun`; a range may go past Sunday
    /// @param hours as `09:00-16:00`
    /// @throws IllegalArgumentException when they are written otherwise
    public static ReleaseWindow of(
            String days, String hours, ZoneId zone, Iterable<LocalDate> holidays) {
        String[] ends = hours.split("-", -1);
        var free = new TreeSet<LocalDate>();
        holidays.forEach(free::add);
        return new ReleaseWindow(
                days(days), LocalTime.parse(ends[0]), LocalTime.parse(ends[1]), zone, free);
    }

    private static Set<DayOfWeek> days(String text) {
        var days = EnumSet.noneOf(DayOfWeek.class);
        for (String part : text.split(",", -1)) {
            String[] ends = part.split("-", -1);
            DayOfWeek last = day(ends[ends.length - 1]);
            DayOfWeek day = day(ends[0]);
            days.add(day);
            while (day != last) {
                day = day.plus(1);
                days.add(day);
            }
        }
        return days;
    }

    private static DayOfWeek day(String word) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (word(day).equals(word)) {
                return day;
            }
        }
        throw new IllegalArgumentException("`" + word + "` is no day of the week");
    }

    private static String word(DayOfWeek day) {
        return day.name().substring(0, LETTERS).toLowerCase(Locale.ROOT);
    }

    /// The days as [#of] reads them.
    public String daysText() {
        List<String> runs = new ArrayList<>();
        List<DayOfWeek> run = new ArrayList<>();
        for (DayOfWeek day : days) {
            if (!run.isEmpty() && run.getLast().getValue() + 1 != day.getValue()) {
                runs.add(text(run));
                run.clear();
            }
            run.add(day);
        }
        runs.add(text(run));
        return String.join(",", runs);
    }

    private static String text(List<DayOfWeek> run) {
        String first = word(run.getFirst());
        return run.size() == 1 ? first : first + "-" + word(run.getLast());
    }

    /// The hours as [#of] reads them.
    public String hoursText() {
        return from + "-" + to;
    }

    /// In a few words, for people.
    public String text() {
        return daysText() + " " + hoursText() + " " + zone.getId();
    }
}
