package dev.belay.driver.host;

import java.time.Instant;
import java.util.List;
import java.util.Objects;

/// What is known of one numbered instance. Written before each change of it, so that a crash leaves
/// at most a record of something that did not happen yet.
///
/// @param runner what it runs in
/// @param run counts starts; each has a folder of its own
/// @param socket path of the socket that it listens at, or empty
/// @param launcher pid of the launcher, 0 until it was started
/// @param deaths when it died by itself lately, oldest first
/// @param restarts how often it was started again after that
/// @param startAfter when the next start may be, after a death
/// @param stopping whether its stop was decided: it will not be started again
/// @param killAfter when it is killed, once stopping
record InstanceRecord(
        String runner,
        int run,
        int port,
        String socket,
        long token,
        String boot,
        long launcher,
        Instant started,
        List<Instant> deaths,
        int restarts,
        Instant startAfter,
        boolean stopping,
        Instant killAfter) {
    InstanceRecord {
        // Records of before there were any say nothing of it.
        runner = Objects.requireNonNullElse(runner, Recipe.PROCESS);
        socket = Objects.requireNonNullElse(socket, "");
    }

    /// Of an instance that was never started.
    static InstanceRecord none() {
        return new InstanceRecord(
                Recipe.PROCESS,
                0,
                0,
                "",
                0,
                "",
                0,
                Instant.EPOCH,
                List.of(),
                0,
                Instant.EPOCH,
                false,
                Instant.EPOCH);
    }

    /// The next start, about to happen. Deaths are counted on, unless it was stopped on purpose.
    InstanceRecord nextRun(String runner, int port, String socket, long token, Instant now) {
        return new InstanceRecord(
                runner,
                run + 1,
                port,
                socket,
                token,
                Boot.ID,
                0,
                now,
                stopping ? List.of() : deaths,
                stopping ? 0 : restarts,
                Instant.EPOCH,
                false,
                Instant.EPOCH);
    }

    InstanceRecord withLauncher(long pid) {
        return new InstanceRecord(
                runner,
                run,
                port,
                socket,
                token,
                boot,
                pid,
                Instant.now(),
                deaths,
                restarts,
                startAfter,
                stopping,
                killAfter);
    }

    InstanceRecord stopping(Instant killAfter) {
        return new InstanceRecord(
                runner,
                run,
                port,
                socket,
                token,
                boot,
                launcher,
                started,
                deaths,
                restarts,
                startAfter,
                true,
                killAfter);
    }

    /// It died by itself.
    InstanceRecord died(List<Instant> deaths, Instant startAfter) {
        return new InstanceRecord(
                runner,
                run,
                port,
                socket,
                token,
                boot,
                launcher,
                started,
                List.copyOf(deaths),
                restarts + 1,
                startAfter,
                stopping,
                killAfter);
    }
}
