package dev.belay.driver.backup;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// When a datastore is to be backed up and drilled, and what is wrong with the backups that it has.
///
/// @param daily empty for never
/// @param zone of the time of day
/// @param drill how often one of them is restored for practice; empty for never
public record Schedule(Optional<LocalTime> daily, ZoneId zone, Optional<Duration> drill) {
    /// So much later than it was due nobody counts on it coming by itself.
    private static final Duration LATE = Duration.ofHours(2);

    /// Fewer rows than this share of those before is a loss until somebody says otherwise.
    private static final double SHRUNK = 0.5;

    /// Smaller ones double and halve every day.
    private static final long ROWS_MIN = 1_000;

    /// What is to be known of one backup.
    public record Past(String name, Instant finished, boolean verified, long rows) {
        public static Past of(StoredBackup backup) {
            return new Past(
                    backup.name(),
                    // One of the past is not what was to be made today.
                    backup.manifest().recoveredBy().isEmpty()
                            ? backup.manifest().finished()
                            : backup.manifest().instant(),
                    backup.verified().isPresent(),
                    backup.manifest().total().rows());
        }
    }

    /// Whether one is to be made now: the last time of day has passed, perhaps days ago, and there
    /// is none that is younger.
    ///
    /// @param all the newest first
    public boolean isDue(List<Past> all, Instant now) {
        return daily.isPresent() && newest(all).isBefore(lastDue(daily.get(), now));
    }

    /// The last instant at which the time of day came.
    private Instant lastDue(LocalTime time, Instant now) {
        ZonedDateTime here = now.atZone(zone);
        // Where clocks go forward the time may not exist; then it is the one after the gap.
        ZonedDateTime today = ZonedDateTime.of(here.toLocalDate(), time, zone);
        return (today.isAfter(here)
                        ? ZonedDateTime.of(here.toLocalDate().minusDays(1), time, zone)
                        : today)
                .toInstant();
    }

    private static Instant newest(List<Past> all) {
        return all.stream()
                .filter(Past::verified)
                .map(Past::finished)
                .max(Instant::compareTo)
                .orElse(Instant.MIN);
    }

    /// Which one is to be restored for practice, by chance: the newest one alone proves nothing for
    /// the others. Empty when it is not time, or there is none.
    ///
    /// @param last when one was last restored for practice; the epoch for never
    public Optional<Past> drillDue(
            List<Past> all, Instant last, Instant now, RandomGenerator random) {
        List<Past> good = all.stream().filter(Past::verified).toList();
        boolean due = drill.isPresent() && !good.isEmpty() && !last.plus(drill.get()).isAfter(now);
        return due ? Optional.of(good.get(random.nextInt(good.size()))) : Optional.empty();
    }

    /// What somebody has to look after, as sentences.
    ///
    /// @param all the newest first
    public List<String> troubles(List<Past> all, Instant now) {
        var troubles = new ArrayList<String>();
        List<Past> good = all.stream().filter(Past::verified).toList();
        if (daily.isPresent() && isDue(all, now.minus(LATE))) {
            troubles.add(
                    good.isEmpty()
                            ? "there is no verified backup"
                            : "the last verified backup is %d hours old"
                                    .formatted(
                                            Duration.between(good.getFirst().finished(), now)
                                                    .toHours()));
        }
        if (good.size() > 1) {
            long rows = good.get(0).rows();
            long before = good.get(1).rows();
            if (before >= ROWS_MIN && rows < before * SHRUNK) {
                troubles.add(
                        "the last backup has %,d rows, and the one before had %,d"
                                .formatted(rows, before));
            }
        }
        if (!all.isEmpty() && !all.getFirst().verified()) {
            troubles.add("the newest backup, `" + all.getFirst().name() + "`, was never verified");
        }
        return troubles;
    }
}
