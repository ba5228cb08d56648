package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DATE;
import static dev.belay.manifest.shape.Shapes.DAYS;
import static dev.belay.manifest.shape.Shapes.HOURS;
import static dev.belay.manifest.shape.Shapes.ZONE;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.some;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.ReleaseWindow;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;

/// When releases of an environment may begin.
final class WindowSections {
    private static final int WINDOWS_MAX = 20;
    private static final int HOLIDAYS_MAX = 400;

    private static final Key<String> ON =
            Key.of("days", DAYS, "Days on which it opens, as `mon-thu` or `mon,wed,sat-sun`.")
                    .fallback("mon-sun");
    private static final Key<String> HOURS_KEY =
            Key.of(
                            "hours",
                            HOURS,
                            "From when to when it is open. What ends before it begins ends on the next"
                                    + " day; what ends when it begins lasts a day.")
                    .fallback("00:00-00:00");
    private static final Key<String> IN =
            Key.of("zone", ZONE, "Time zone of days and hours; its clock changes count.")
                    .fallback("UTC");
    private static final Key<List<LocalDate>> HOLIDAYS =
            Key.of(
                            "holidays",
                            list(DATE, 0, HOLIDAYS_MAX),
                            "Days on which nothing begins, in the same zone.")
                    .fallback("[]");

    private static final Fields<ReleaseWindow> WINDOW_FIELDS =
            Fields.of(
                    "window",
                    "Hours in which a release may begin.",
                    "{days: mon-thu, hours: \"09:00-16:00\", zone: Europe/Oslo, holidays: [2026-12-24]}",
                    List.of(ON, HOURS_KEY, IN, HOLIDAYS),
                    List.of(),
                    WindowSections::window);

    static final Key<List<ReleaseWindow>> WINDOW =
            Key.of(
                    "window",
                    some(WINDOW_FIELDS, WINDOWS_MAX),
                    "When a release may begin: in one of these. A rollback may at any time, and"
                            + " `--skip window --reason …` goes past it by name.");

    private WindowSections() {}

    private static ReleaseWindow window(Row row) {
        return ReleaseWindow.of(
                row.get(ON), row.get(HOURS_KEY), ZoneId.of(row.get(IN)), row.get(HOLIDAYS));
    }
}
