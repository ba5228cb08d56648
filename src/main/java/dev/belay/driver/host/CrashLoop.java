package dev.belay.driver.host;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// What follows when an instance dies by itself: it is started again, each time a little later, and
/// when it died often in a short time, people are told so.
record CrashLoop(Supervision supervision) {
    private static final int DOUBLINGS_MAX = 20;

    boolean is(InstanceRecord record) {
        return lately(record.deaths(), Instant.now()).size() >= supervision.deaths();
    }

    /// The record after one more death.
    InstanceRecord after(InstanceRecord record, Instant now) {
        List<Instant> deaths = new ArrayList<>(lately(record.deaths(), now));
        deaths.add(now);
        int doublings = Math.min(deaths.size() - 1, DOUBLINGS_MAX);
        Duration pause = supervision.firstPause().multipliedBy(1L << doublings);
        Duration longest = supervision.lastPause();
        return record.died(deaths, now.plus(pause.compareTo(longest) < 0 ? pause : longest));
    }

    private List<Instant> lately(List<Instant> deaths, Instant now) {
        Instant since = now.minus(supervision.window());
        return deaths.stream().filter(death -> death.isAfter(since)).toList();
    }
}
