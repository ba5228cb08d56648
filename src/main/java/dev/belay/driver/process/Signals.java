package dev.belay.driver.process;

import dev.belay.driver.host.Deadline;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/// Sends signals, and finds all that belongs to one instance: what carries its name in the
/// environment, wherever it fled, and the sessions that its launchers lead.
public final class Signals {
    private static final Duration SEND_WITHIN = Duration.ofSeconds(10);
    private static final Duration DIE_WITHIN = Duration.ofSeconds(1);

    private Signals() {}

    /// Those that are gone are no failure.
    public static void send(String signal, Collection<Long> processes) throws IOException {
        if (processes.isEmpty()) {
            return;
        }
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        "/bin/sh",
                        "-c",
                        "signal=$1; shift; kill -s \"$signal\" -- \"$@\" 2>/dev/null",
                        "kill",
                        signal));
        processes.forEach(process -> command.add(Long.toString(process)));
        Process kill = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            if (!kill.waitFor(SEND_WITHIN.toMillis(), TimeUnit.MILLISECONDS)) {
                kill.destroyForcibly();
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    /// All living processes of an instance. A number alone proves nothing, so that a session counts
    /// only through a member that is known, and when its leader is known too or gone: somebody's
    /// terminal in which our variables were set by hand is not ours.
    ///
    /// @param tags what its environment has and no other's
    /// @param known pids whose start time was compared
    static Set<Long> members(Map<String, String> tags, Collection<Long> known) {
        Set<Long> members = new TreeSet<>(known);
        ProcessTable.tagged(tags).forEach(process -> members.add(process.entry().pid()));
        List<ProcessTable.Entry> all = ProcessTable.all();
        Set<Long> living = new TreeSet<>();
        all.forEach(entry -> living.add(entry.pid()));
        Set<Long> sessions = new TreeSet<>();
        for (ProcessTable.Entry entry : all) {
            long leader = entry.session();
            if (members.contains(entry.pid())
                    && (members.contains(leader) || !living.contains(leader))) {
                sessions.add(leader);
            }
        }
        for (ProcessTable.Entry entry : all) {
            if (sessions.contains(entry.session())) {
                members.add(entry.pid());
            }
        }
        members.retainAll(living);
        return members;
    }

    /// Kills until nothing is left or time is over: what forks while it is killed is found by the
    /// next look. Answers whether nothing is left.
    public static boolean exterminate(
            Map<String, String> tags, Collection<Long> known, Deadline deadline)
            throws IOException {
        Set<Long> left = members(tags, known);
        while (!left.isEmpty()) {
            send("KILL", left);
            Set<Long> killed = left;
            deadline.orIn(DIE_WITHIN)
                    .await(() -> killed.stream().allMatch(p -> ProcessTable.find(p).isEmpty()));
            // Pids of before say nothing any more.
            left = members(tags, Set.of());
            if (deadline.over()) {
                return left.isEmpty();
            }
        }
        return true;
    }
}
