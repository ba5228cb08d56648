package dev.belay.release;

/// When something runs by the clock.
///
/// @param cron five fields: minute, hour, day of the month, month, day of the week
/// @param zone of the clock, `Europe/Oslo`
public record CronSchedule(String cron, String zone) {
    /// The zone of who does not say one.
    public static final String UTC = "Etc/UTC";
}
