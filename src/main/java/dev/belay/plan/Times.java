package dev.belay.plan;

import dev.belay.release.DeployCommands;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.SmokeTest;
import java.time.Duration;
import java.util.List;

/// How long steps may take, and how long they likely do; all of it derived from what the manifest
/// says, so that a plan can be read as a timetable.
final class Times {
    /// A look that needs no patience.
    static final Duration CHECK_LIMIT = Duration.ofMinutes(1);

    /// A change of the routing table, read back.
    static final Duration ROUTE_LIMIT = Duration.ofSeconds(30);

    /// Processes forked, not yet ready.
    private static final Duration START_LIMIT = Duration.ofMinutes(1);

    /// A node fetches images of any size first. What cannot come to anything is told before; this
    /// is what `kubectl rollout` has, too.
    private static final Duration POD_LIMIT = Duration.ofMinutes(10);

    /// An archive verified and unpacked.
    static final Duration PUBLISH_LIMIT = Duration.ofMinutes(5);

    /// Images of any size, over a line of any speed.
    static final Duration FETCH_LIMIT = Duration.ofMinutes(45);

    /// A schema changed, on a table that nobody has measured yet.
    static final Duration MIGRATE_LIMIT = Duration.ofMinutes(30);

    /// A database dumped, restored and compared, of whatever size. People are ill, and on holiday.
    static final Duration CONSENT_LIMIT = Duration.ofDays(7);

    static final Duration BACKUP_LIMIT = Duration.ofHours(12);

    static final Duration MOMENT = Duration.ofMillis(100);
    static final Duration SECOND = Duration.ofSeconds(1);

    /// Room for the caller's own work beside the time that the manifest grants.
    private static final Duration SLACK = Duration.ofSeconds(15);

    /// A busy node takes its time to report that a pod has ended: 20 s were seen on one whose
    /// programs ended within their grace.
    private static final Duration POD_SLACK = Duration.ofMinutes(2);

    private Times() {}

    /// An instance or a command that brings one.
    static Duration start(Launch launch) {
        return longer(isPod(launch) ? POD_LIMIT : START_LIMIT, launch);
    }

    /// A revision's share of the requests.
    static Duration route(Launch launch) {
        return longer(ROUTE_LIMIT, launch);
    }

    private static Duration longer(Duration limit, Launch launch) {
        DeployCommands commands = launch.commands();
        return commands == null ? limit : commands.timeout().plus(SLACK);
    }

    static Duration ready(Health health) {
        return health.within().plus(SLACK);
    }

    static Duration readyExpected(Health health) {
        return health.over().plus(SECOND);
    }

    /// Going back to a revision may mean waiting until its instances are ready again.
    static Duration routeBack(Health health) {
        return ROUTE_LIMIT.plus(ready(health));
    }

    static Duration drain(Launch launch) {
        return launch.stop().drain().plus(SLACK);
    }

    static Duration stop(Launch launch) {
        if (launch.commands() != null) {
            return start(launch);
        }
        Duration asked = launch.stop().drain().plus(launch.stop().grace());
        return asked.plus(isPod(launch) ? POD_SLACK : SLACK);
    }

    private static boolean isPod(Launch launch) {
        return launch.container() != null && launch.container().pod() != null;
    }

    static Duration smoke(List<SmokeTest> tests) {
        return tests.stream().map(SmokeTest::timeout).reduce(SLACK, Duration::plus);
    }

    static Duration smokeExpected(List<SmokeTest> tests) {
        return SECOND.multipliedBy(tests.size());
    }

    static Duration soak(Duration time) {
        return time.plus(time.dividedBy(10)).plus(CHECK_LIMIT);
    }

    /// `1h 30m`, `250ms`.
    static String text(Duration time) {
        if (time.compareTo(SECOND) < 0) {
            return time.toMillis() + "ms";
        }
        var text = new StringBuilder();
        part(text, time.toDays(), "d");
        part(text, time.toHoursPart(), "h");
        part(text, time.toMinutesPart(), "m");
        part(text, time.toSecondsPart(), "s");
        return text.toString();
    }

    private static void part(StringBuilder text, long amount, String unit) {
        if (amount > 0) {
            text.append(text.isEmpty() ? "" : " ").append(amount).append(unit);
        }
    }
}
