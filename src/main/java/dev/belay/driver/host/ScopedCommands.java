package dev.belay.driver.host;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Order;
import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.disk.PathLock;
import dev.belay.release.Direction;
import dev.belay.release.Launch;
import dev.belay.release.Scope;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;

/// Commands on this host whose effects are elsewhere, for a target that is nothing but such
/// commands: at most one of a component runs at any time, each once per token, and each goes on
/// when the control plane dies. The fence is the one that instances of this host have.
public final class ScopedCommands {
    private static final Duration LOCK_WITHIN = Duration.ofSeconds(5);

    private final Records records;
    private final Preparation preparation;
    private final Jobs jobs;

    /// @param state the folder that the host's target keeps its records in, too
    public ScopedCommands(
            Path state, Runners runners, ArtifactStore artifacts, RuntimeValues values) {
        records = new Records(state.toAbsolutePath().normalize(), runners);
        preparation = new Preparation(artifacts, values, runners);
        jobs = new Jobs(records.state(), preparation, runners);
    }

    /// One of a component's commands.
    ///
    /// @param recipe of the revision that it is about, with its words
    /// @param way one of the two that a step may run of a revision: what makes, and what takes away
    /// @param told variables beside those that every job gets, its verb among them
    public record Command(Recipe recipe, Direction way, Map<String, String> told) {
        public Command {
            told = Map.copyOf(told);
        }

        private JobCommand job() {
            return new JobCommand(recipe, Launch.Limits.NONE, List.of(), way, told);
        }
    }

    /// A command that has ended.
    ///
    /// @param status as a shell says it; [Life#NO_STATUS] when nobody saw it end
    /// @param began whether it began at all; one that did not, never will
    /// @param killed whether it took longer than it may
    public record Ended(
            long token,
            String revision,
            String verb,
            boolean began,
            int status,
            boolean killed,
            Path log) {
        /// The last of what it wrote, with its secrets.
        public List<String> lines(int most) throws IOException {
            return new LogFile(log).last(most);
        }
    }

    /// What a command answered that changes nothing.
    ///
    /// @param status [Life#NO_STATUS] when it did not end in time, or could not begin
    /// @param problem why there is no answer at all; empty when there is one
    public record Said(int status, String printed, String errors, String problem) {}

    /// What is decided under the lock.
    public sealed interface Opening {}

    /// Run it.
    public record Begin(Command command) implements Opening {}

    /// There is nothing to run.
    ///
    /// @param settled whether the order counts as accepted
    public record Answered(Answer answer, boolean settled) implements Opening {}

    /// Decides whether there is anything to run.
    public interface Opener {
        Opening open(Within scope) throws IOException;
    }

    /// Says what became of something.
    public interface Looker {
        Finding look(Within scope) throws IOException;
    }

    /// Does something while nothing else of the scope begins.
    public interface Doing<T> {
        T go(Within scope) throws IOException;
    }

    /// A scope whose lock is held.
    public final class Within {
        private final ScopeFolder scope;
        private final boolean known;

        private Within(ScopeFolder scope, boolean known) {
            this.scope = scope;
            this.known = known;
        }

        /// Whether all that was done since is on record.
        public boolean known() {
            return known;
        }

        /// A file of the target's own.
        public Path file(String name) {
            return scope.root().resolve(name);
        }

        /// Whether a command of the scope runs.
        public boolean busy() throws IOException {
            for (JobFolder job : scope.jobs()) {
                if (!(job.life() instanceof Life.Ended)) {
                    return true;
                }
            }
            return false;
        }

        /// Those that were begun after that one and have ended, the earliest first.
        public List<Ended> ended(long after) throws IOException {
            var all = new ArrayList<Ended>();
            for (JobFolder job : scope.jobs().reversed()) {
                Optional<JobFolder.Attempt> record = job.read();
                if (job.token() <= after || record.isEmpty() || record.get().verb().isEmpty()) {
                    continue;
                }
                if (job.life() instanceof Life.Ended) {
                    OptionalInt settled = job.run(record.get()).settledStatus();
                    if (settled.isEmpty()) {
                        return all;
                    }
                    all.add(
                            new Ended(
                                    job.token(),
                                    record.get().revision(),
                                    record.get().verb(),
                                    job.run(record.get()).began(),
                                    settled.getAsInt(),
                                    job.wasOverdue(),
                                    job.log()));
                }
            }
            return all;
        }

        /// What became of the latest such command of exactly this step, by its record.
        public Finding look(Command command, Order order) throws IOException {
            return jobs.look(scope, command.job(), order, known);
        }
    }

    /// Runs what is decided when it is known that no other command of the scope runs, and waits.
    ///
    /// @param revision that it is about; empty when it is about none
    public Answer run(Order order, String revision, Opener opener) {
        if (!revision.isEmpty() && !ScopeFolder.isName(revision)) {
            throw new IllegalArgumentException("not a name: " + revision);
        }
        ScopeFolder scope = records.of(order.scope());
        Answer answer;
        try {
            answer =
                    jobs.run(
                            scope,
                            revision,
                            order,
                            Deadline.in(order.within()),
                            fence ->
                                    switch (opener.open(new Within(scope, fence.known()))) {
                                        case Begin(Command command) ->
                                                new JobCommand.Begin(command.job());
                                        case Answered(Answer said, boolean settled) ->
                                                new JobCommand.Answered(said, settled);
                                    });
        } catch (IOException e) {
            answer = Failures.answer(e);
        }
        if (Thread.currentThread().isInterrupted() && !(answer instanceof Answer.Done)) {
            throw new UncheckedIOException(
                    new InterruptedIOException("the answer about `" + order.scope() + "` is lost"));
        }
        return answer;
    }

    /// Seals the scope against older tokens, then looks.
    public Finding probe(Order order, Looker looker) {
        ScopeFolder scope = records.of(order.scope());
        try {
            Optional<PathLock> lock = scope.lock(order.within());
            if (lock.isEmpty()) {
                return new Finding.InProgress("another operation works on `" + order.scope() + "`");
            }
            try (PathLock _ = lock.get()) {
                Fence fence = scope.fence();
                if (fence.refuses(order.token())) {
                    return new Finding.Stale(fence.last());
                }
                scope.write(fence.seal(order.token()));
                return looker.look(new Within(scope, fence.known()));
            }
        } catch (IOException | UncheckedIOException e) {
            return new Finding.Unknown(Failures.say(e));
        }
    }

    /// Does something under the scope's lock; empty when it cannot be had soon.
    public <T> Optional<T> locked(Scope scope, Doing<T> doing) throws IOException {
        ScopeFolder folder = records.of(scope);
        Optional<PathLock> lock = folder.lock(LOCK_WITHIN);
        if (lock.isEmpty()) {
            return Optional.empty();
        }
        try (PathLock _ = lock.get()) {
            return Optional.of(doing.go(new Within(folder, folder.fence().known())));
        }
    }

    /// The folder that everything is kept in.
    public Path state() {
        return records.state();
    }

    /// A file that the target keeps about a scope, to be read without its lock.
    public Path file(Scope scope, String name) {
        return records.folder(scope).resolve(name);
    }

    /// The components that anything was ever done for on this host.
    public List<Scope> components() throws IOException {
        return records.components().stream().map(ScopeFolder::scope).toList();
    }

    /// Whether it could be started; says what is missing when not.
    public Optional<Preparation.Refused> fault(Scope scope, Command command) throws IOException {
        return preparation.prepare(scope.environment(), command.recipe(), given(scope, command))
                        instanceof Preparation.Refused refused
                ? Optional.of(refused)
                : Optional.empty();
    }

    /// Runs a command that changes nothing, and waits for what it prints.
    public Said ask(Scope scope, Command command, Duration within) throws IOException {
        Recipe recipe = command.recipe();
        return switch (preparation.prepare(scope.environment(), recipe, given(scope, command))) {
            case Preparation.Refused(String reason, String _) ->
                    new Said(Life.NO_STATUS, "", "", reason);
            case Preparation.Prepared ready -> {
                Path scratch = records.of(scope).jobFolder().resolve("asked-" + UUID.randomUUID());
                Runner.Printed printed =
                        records.runners().of(recipe).ask(recipe, ready, within, scratch);
                yield new Said(
                        printed.status(),
                        printed.printed(),
                        printed.errors(),
                        printed.status() == Life.NO_STATUS
                                ? "it did not end within " + within.toSeconds() + " s"
                                : "");
            }
        };
    }

    private Map<String, String> given(Scope scope, Command command) {
        var given =
                new HashMap<>(
                        Names.instance(
                                records.state(),
                                scope,
                                "asked-" + command.told().getOrDefault(JobCommand.VERB, "")));
        given.put(Names.REVISION, command.recipe().revision());
        given.putAll(command.told());
        return given;
    }

    /// The last that a command wrote, without any secret.
    public List<String> lines(Ended ended, int most) throws IOException {
        return ended.lines(most).stream().map(this::redact).toList();
    }

    /// The text without any secret that was ever resolved here.
    public String redact(String text) {
        return preparation.redact(text);
    }
}
