package dev.belay.driver.host;

import dev.belay.driver.Instance;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What there is of a scope at this moment: what shall run and does or does not, and what runs
/// though it shall not.
final class Inventory {
    private final CrashLoop crashLoop;

    Inventory(CrashLoop crashLoop) {
        this.crashLoop = crashLoop;
    }

    List<Instance> instances(ScopeFolder scope) throws IOException {
        List<Instance> found = recorded(scope);
        addUnrecorded(scope, found);
        return List.copyOf(found);
    }

    /// Those with a record alone.
    List<Instance> recorded(ScopeFolder scope) throws IOException {
        Map<String, Wanted> wanted = scope.wanted();
        List<Instance> found = new ArrayList<>();
        for (InstanceFolder instance : scope.instances()) {
            InstanceRecord record = instance.read();
            Wanted shall = wanted.get(instance.revision());
            boolean expected = shall != null && instance.number() <= shall.instances();
            try {
                Life life = instance.life();
                if (expected || !(life instanceof Life.Ended)) {
                    found.add(describe(instance, life, expected));
                }
            } catch (IOException e) {
                // Those that run in something else are to be seen nevertheless.
                if (expected) {
                    found.add(unseen(instance, record, e));
                }
            }
        }
        return found;
    }

    private static Instance unseen(InstanceFolder folder, InstanceRecord record, IOException e) {
        return new Instance(
                folder.id(),
                folder.revision(),
                folder.number(),
                Instance.State.EXITED,
                record.port(),
                record.socket(),
                0,
                record.started(),
                record.restarts(),
                "cannot be seen: " + Failures.say(e));
    }

    private Instance describe(InstanceFolder folder, Life life, boolean expected)
            throws IOException {
        InstanceRecord record = folder.read();
        return new Instance(
                folder.id(),
                folder.revision(),
                folder.number(),
                stateOf(life, record),
                record.port(),
                record.socket(),
                life instanceof Life.Alive(long pid, long _) ? pid : 0,
                record.started(),
                record.restarts(),
                detail(folder, life, record, expected));
    }

    private Instance.State stateOf(Life life, InstanceRecord record) {
        if (crashLoop.is(record)) {
            return Instance.State.CRASH_LOOP;
        }
        return switch (life) {
            case Life.Ended _ -> Instance.State.EXITED;
            case Life.Starting _ ->
                    record.stopping() ? Instance.State.STOPPING : Instance.State.STARTING;
            case Life.Alive _ ->
                    record.stopping() ? Instance.State.STOPPING : Instance.State.RUNNING;
        };
    }

    private static String detail(
            InstanceFolder folder, Life life, InstanceRecord record, boolean expected)
            throws IOException {
        if (life instanceof Life.Ended) {
            Program run = folder.run(record);
            int status = run.status();
            String how =
                    status == Life.NO_STATUS
                            ? "ended, and nobody saw how"
                            : "ended with status " + status + run.remark();
            return expected ? how + "; will be started again" : how;
        }
        return "";
    }

    /// Found by their environment alone; the next order or the supervisor gives them a record.
    private static void addUnrecorded(ScopeFolder scope, List<Instance> found) throws IOException {
        Set<String> seen = found.stream().map(Instance::id).collect(Collectors.toSet());
        for (Runner.Found program : scope.found()) {
            int number = program.number(Names.NUMBER);
            String id = program.get(Names.INSTANCE);
            if (number > 0 && program.pid() > 0 && seen.add(id)) {
                found.add(
                        new Instance(
                                id,
                                program.get(Names.REVISION),
                                number,
                                Instance.State.RUNNING,
                                program.number(Names.PORT),
                                program.get(Names.SOCKET),
                                program.pid(),
                                Instant.EPOCH,
                                0,
                                "runs without a record"));
            }
        }
    }
}
