package dev.belay.release;

import java.time.Duration;

/// When something runs by the clock.
///
/// @param cron five fields: minute, hour, day of the month, month, day of the week
/// @param zone of the clock, `Europe/Oslo`
/// @param limit after which a run is told to end
public record CronSchedule(String cron, String zone, Duration limit) {
    /// The zone of who does not say one.
    public static final String UTC = "Etc/UTC";

    /// The same, with runs that last no longer.
    public CronSchedule within(Duration most) {
        return new CronSchedule(cron, zone, most);
    }

    /// Whether a clock that knows no zones shows the same.
    public boolean saysUtc() {
        return zone.equals(UTC) || zone.equals("UTC");
    }

    /// `30 2 * * * of Europe/Oslo`.
    @Override
    public String toString() {
        return cron + " of " + zone;
    }
}
