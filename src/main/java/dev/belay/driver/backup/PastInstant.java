package dev.belay.driver.backup;

import dev.belay.release.WalArchive;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// An instant that a datastore is wanted to be brought back to: everything that was committed until
/// then, and nothing that was committed later.
///
/// @param archive what holds the datastore's log
/// @param instant to the microsecond, as servers know it
public record PastInstant(WalArchive archive, Instant instant) {
    public PastInstant {
        instant = instant.truncatedTo(ChronoUnit.MICROS);
    }
}
