package dev.belay.driver.host;

import java.io.IOException;
import java.time.Instant;
import java.util.List;

/// Finds instances that run without a record: somebody deleted the state folder, or a crash fell
/// between start and record. They get their record back, so that they are counted and not started a
/// second time. The scope's lock is held.
final class Recovery {
    private Recovery() {}

    static void recover(ScopeFolder scope) throws IOException {
        recover(scope, scope.found());
    }

    /// @param running programs of this state folder, of any scope
    static void recover(ScopeFolder scope, List<Runner.Found> running) throws IOException {
        String name = scope.scope().toString();
        for (Runner.Found program : running) {
            if (program.get(Names.SCOPE).equals(name) && program.number(Names.NUMBER) > 0) {
                recoverOne(scope, program);
            }
        }
    }

    private static void recoverOne(ScopeFolder scope, Runner.Found program) throws IOException {
        int number = program.number(Names.NUMBER);
        InstanceFolder instance = scope.instance(program.get(Names.REVISION), number);
        InstanceRecord before = instance.read();
        boolean known = before.run() > 0 && instance.run(before).isKnown();
        if (known || program.pid() == 0) {
            return;
        }
        InstanceRecord found =
                new InstanceRecord(
                        program.runner(),
                        program.number(Names.RUN),
                        program.number(Names.PORT),
                        program.get(Names.SOCKET),
                        Fence.number(program.get(Names.TOKEN)),
                        Boot.ID,
                        program.launcher(),
                        Instant.now(),
                        before.deaths(),
                        before.restarts(),
                        before.startAfter(),
                        before.stopping(),
                        before.killAfter());
        Program run = instance.run(found);
        run.runner().adopt(run.run(), program);
        instance.write(found);
    }
}
