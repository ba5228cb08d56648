package dev.belay.driver.process;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.host.Deadline;
import dev.belay.driver.host.Life;
import dev.belay.driver.host.Names;
import dev.belay.driver.host.Preparation;
import dev.belay.driver.host.Recipe;
import dev.belay.driver.host.Runner;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/// Runs programs as detached processes of this host.
public final class ProcessRunner implements Runner {
    private final Path state;
    private final ArtifactStore artifacts;
    private final Launcher launcher;
    private final ResourceLimits limits;

    /// @param state the folder whose programs these are
    public ProcessRunner(Path state, ArtifactStore artifacts) {
        this.state = state.toAbsolutePath().normalize();
        this.artifacts = artifacts;
        launcher = new Launcher(this.state);
        limits = new ResourceLimits(this.state);
    }

    @Override
    public String name() {
        return Recipe.PROCESS;
    }

    @Override
    public Map<String, String> environment(Map<String, String> given) {
        return Launcher.environment(given);
    }

    @Override
    public Optional<Preparation.Refused> fault(Recipe recipe, Preparation.Prepared ready) {
        if (ready.command().isEmpty()) {
            return Optional.of(
                    new Preparation.Refused("there is no command to run", "say what to `run`"));
        }
        String path = ready.environment().getOrDefault("PATH", "");
        return Programs.flaw(ready.command().getFirst(), ready.folder(), path)
                .map(flaw ->
                        new Preparation.Refused(
                                flaw,
                                "the command runs in the artifact's folder; a program outside of"
                                        + " it must be installed on this host"));
    }

    @Override
    public long start(Start start) throws IOException {
        ResourceLimits.Applied applied = limits.prepare(start.run().id(), start.recipe().limits());
        Preparation.Prepared ready = start.ready();
        return launcher.start(
                new Launcher.Start(
                        folder(start.run()),
                        start.log(),
                        ready.folder(),
                        ready.command(),
                        ready.environment(),
                        applied.openFiles(),
                        applied.groups()));
    }

    private static RunFolder folder(Run run) {
        return new RunFolder(run.folder());
    }

    @Override
    public Life life(Run run) throws IOException {
        return folder(run).life(run.boot(), run.launcher(), run.started());
    }

    @Override
    public boolean revoke(Run run) throws IOException {
        return folder(run).revoke();
    }

    @Override
    public boolean began(Run run) throws IOException {
        return folder(run).began(run.boot());
    }

    @Override
    public OptionalInt settledStatus(Run run) throws IOException {
        int status = folder(run).settledStatus(run.launcher());
        if (status != Life.NO_STATUS) {
            return OptionalInt.of(status);
        }
        boolean isBeingWritten =
                run.boot().equals(ProcessTable.BOOT)
                        && ProcessTable.find(run.launcher()).isPresent();
        return isBeingWritten
                ? OptionalInt.empty()
                // A launcher that is gone now may have written since it was last asked for.
                : OptionalInt.of(status(run));
    }

    @Override
    public int status(Run run) throws IOException {
        return folder(run).status();
    }

    @Override
    public void signal(Run run, String signal) throws IOException {
        if (life(run) instanceof Life.Alive(long pid, long _)) {
            Signals.send(signal, List.of(pid));
        }
    }

    @Override
    public void settle(Run run, Deadline deadline) {
        deadline.await(() -> ProcessTable.find(run.launcher()).isEmpty());
    }

    @Override
    public boolean exterminate(Run run, Deadline deadline) throws IOException {
        Set<Long> known =
                life(run) instanceof Life.Alive(long pid, long _) ? Set.of(pid) : Set.of();
        return Signals.exterminate(Names.instance(state, run.scope(), run.id()), known, deadline);
    }

    @Override
    public Optional<String> mend(Run run) throws IOException {
        if (!(life(run) instanceof Life.Alive(long pid, long _)) || !ProcessTable.isPaused(pid)) {
            return Optional.empty();
        }
        Set<Long> all = Signals.members(Names.instance(state, run.scope(), run.id()), Set.of(pid));
        all.removeIf(one -> !ProcessTable.isPaused(one));
        Signals.send("CONT", all);
        return Optional.of("`" + run.id() + "` was paused by somebody, and goes on");
    }

    @Override
    public void release(Run run) {
        limits.release(run.id());
    }

    @Override
    public List<Found> found() {
        return group(ProcessTable.tagged(Map.of(Names.STATE, state.toString())));
    }

    @Override
    public List<Found> found(Scope scope) {
        return group(ProcessTable.tagged(Names.scope(state, scope)));
    }

    private static List<Found> group(List<ProcessTable.Tagged> processes) {
        record Whose(String scope, String instance) {}
        var groups = new HashMap<Whose, List<ProcessTable.Tagged>>();
        for (ProcessTable.Tagged process : processes) {
            var whose = new Whose(process.get(Names.SCOPE), process.get(Names.INSTANCE));
            groups.computeIfAbsent(whose, _ -> new ArrayList<>()).add(process);
        }
        return groups.values().stream().map(ProcessRunner::found).toList();
    }

    private static Found found(List<ProcessTable.Tagged> processes) {
        ProcessTable.Tagged newest =
                processes.stream()
                        .max(Comparator.comparingLong(ProcessRunner::token))
                        .orElseThrow();
        Optional<ProcessTable.Entry> program = program(processes);
        return new Found(
                Recipe.PROCESS,
                new TreeMap<>(newest.environment()),
                program.map(ProcessTable.Entry::pid).orElse(0L),
                program.map(ProcessTable.Entry::session).orElse(0L));
    }

    private static long token(ProcessTable.Tagged process) {
        return Names.number(process.get(Names.TOKEN));
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

    /// One that was just launched claims its run in a moment; claimed for it, it would end.
    @Override
    public boolean knows(Run run) throws IOException {
        return Files.exists(run.folder().resolve("claim")) || life(run) instanceof Life.Starting;
    }

    @Override
    public void adopt(Run run, Found found) throws IOException {
        Optional<ProcessTable.Entry> program = ProcessTable.find(found.pid());
        if (program.isPresent()) {
            DurableFile.folder(run.folder());
            DurableFile.write(
                    run.folder().resolve("claim"),
                    program.get().pid() + " " + program.get().start() + "\n");
        }
    }

    @Override
    public Printed ask(Recipe recipe, Preparation.Prepared ready, Duration within, Path scratch)
            throws IOException {
        return Question.ask(ready, within, scratch);
    }

    @Override
    public String notEnforced(Launch.Limits wanted) {
        return limits.notEnforced(wanted);
    }

    @Override
    public Set<Digest> artifactsInUse() {
        Set<Digest> digests = new HashSet<>();
        for (ProcessTable.Tagged process :
                ProcessTable.tagged(Map.of(Names.STATE, state.toString()))) {
            ProcessTable.workingFolder(process.entry().pid())
                    .flatMap(artifacts::holding)
                    .ifPresent(digests::add);
        }
        return digests;
    }
}
