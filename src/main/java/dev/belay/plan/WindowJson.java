package dev.belay.plan;

import dev.belay.release.ReleaseWindow;
import dev.belay.release.Work;
import java.time.LocalDate;
import java.time.ZoneId;

/// [Work.InWindow] as JSON.
final class WindowJson {
    private WindowJson() {}

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.InWindow work) {
        out.put("type", "in-window").list("windows", work.windows(), one -> write(out, one));
    }

    private static void write(JsonOut out, ReleaseWindow window) {
        out.open()
                .put("days", window.daysText())
                .strings("holidays", window.holidays().stream().map(LocalDate::toString).toList())
                .put("hours", window.hoursText())
                .put("zone", window.zone().getId())
                .close();
    }

    static Work.InWindow read(JsonIn in) {
        return new Work.InWindow(in.list("windows", WindowJson::window));
    }

    private static ReleaseWindow window(JsonIn in) {
        return ReleaseWindow.of(
                in.string("days"),
                in.string("hours"),
                ZoneId.of(in.string("zone")),
                in.strings("holidays").stream().map(LocalDate::parse).toList());
    }
}
