package dev.belay.driver.process;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What follows when an instance dies by itself: it is started again, each time a little later, and
/// when it died often in a short time, people are told so.
final class CrashLoop {
    private static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int DEATHS = 4;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LAST_PAUSE = Duration.ofSeconds(30);

    private CrashLoop() {}

    static boolean is(InstanceRecord record) {
        return lately(record.deaths(), Instant.now()).size() >= DEATHS;
    }

    /// The record after one more death.
    static InstanceRecord after(InstanceRecord record, Instant now) {
        List<Instant> deaths = new ArrayList<>(lately(record.deaths(), now));
        deaths.add(now);
        int doublings = Math.min(deaths.size() - 1, 10);
        Duration pause = FIRST_PAUSE.multipliedBy(1L << doublings);
        return record.died(deaths, now.plus(pause.compareTo(LAST_PAUSE) < 0 ? pause : LAST_PAUSE));
    }

    private static List<Instant> lately(List<Instant> deaths, Instant now) {
        return deaths.stream().filter(death -> death.isAfter(now.minus(WINDOW))).toList();
    }
}
