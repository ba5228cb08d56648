package dev.belay.driver.process;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Finds instances that run without a record: somebody deleted the state folder, or a crash fell
/// between start and record. They get their record back, so that they are counted and not started a
/// second time. The scope's lock is held.
final class Recovery {
    private Recovery() {}

    static void recover(Path state, ScopeFolder scope) throws IOException {
        recover(scope, ProcessTable.tagged(Names.scope(state, scope.scope())));
    }

    /// @param running processes of this state folder, of any scope
    static void recover(ScopeFolder scope, List<ProcessTable.Tagged> running) throws IOException {
        String name = scope.scope().toString();
        Map<String, List<ProcessTable.Tagged>> byInstance =
                running.stream()
                        .filter(process -> process.get(Names.SCOPE).equals(name))
                        .filter(process -> Fence.number(process.get(Names.NUMBER)) > 0)
                        .collect(
                                Collectors.groupingBy(
                                        process -> process.get(Names.INSTANCE),
                                        TreeMap::new,
                                        Collectors.toList()));
        for (List<ProcessTable.Tagged> processes : byInstance.values()) {
            recoverOne(scope, processes);
        }
    }

    private static void recoverOne(ScopeFolder scope, List<ProcessTable.Tagged> processes)
            throws IOException {
        ProcessTable.Tagged any = processes.getFirst();
        int number = (int) Fence.number(any.get(Names.NUMBER));
        InstanceFolder instance = scope.instance(any.get(Names.REVISION), number);
        InstanceRecord known = instance.read();
        // One that was just launched claims its run in a moment; claimed for it, it would end.
        if (known.run() > 0
                && (Files.exists(instance.run(known).path().resolve("claim"))
                        || instance.life() instanceof Life.Starting)) {
            return;
        }
        Optional<ProcessTable.Entry> program = program(processes);
        if (program.isEmpty()) {
            return;
        }
        InstanceRecord found =
                new InstanceRecord(
                        (int) Fence.number(any.get(Names.RUN)),
                        (int) Fence.number(any.get(Names.PORT)),
                        any.get(Names.SOCKET),
                        Fence.number(any.get(Names.TOKEN)),
                        ProcessTable.BOOT,
                        program.get().session(),
                        Instant.now(),
                        known.deaths(),
                        known.restarts(),
                        known.startAfter(),
                        known.stopping(),
                        known.killAfter());
        Path run = DurableFile.folder(instance.run(found).path());
        DurableFile.write(
                run.resolve("claim"), program.get().pid() + " " + program.get().start() + "\n");
        instance.write(found);
    }

    /// Below the launcher, the program; when the launcher is gone, the oldest of what there is.
    private static Optional<ProcessTable.Entry> program(List<ProcessTable.Tagged> processes) {
        List<ProcessTable.Entry> entries = new ArrayList<>();
        processes.forEach(process -> entries.add(process.entry()));
        Optional<ProcessTable.Entry> launcher =
                entries.stream().filter(entry -> entry.pid() == entry.session()).findFirst();
        return entries.stream()
                .filter(entry -> launcher.isEmpty() || entry.parent() == launcher.get().pid())
                .min(Comparator.comparingLong(ProcessTable.Entry::start));
    }
}
