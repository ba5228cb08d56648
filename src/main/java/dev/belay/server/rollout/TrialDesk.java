package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.driver.Judging;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.disk.DurableFile;
import dev.belay.judge.Rule;
import dev.belay.judge.Verdict;
import dev.belay.release.Scope;
import dev.belay.release.Work;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.stream.Stream;

/// Judges canaries by what the router counts. Everything that a verdict follows from lies in a
/// folder, by release and component, so that a control plane that starts again goes on where the
/// last one stopped, and anybody can judge again.
public final class TrialDesk implements Judging {
    private static final int KEPT = 100;
    private static final long KEPT_BYTES = 512L << 20;

    private final Path folder;
    private final Router router;
    private final LongSupplier clock;
    private final Histories histories;
    private final Map<Path, Proceeding> open = new ConcurrentHashMap<>();

    /// @param folder of the counts; made when it is missing
    /// @param clock milliseconds since the epoch
    /// @param histories of components beside themselves
    public TrialDesk(Path folder, Router router, LongSupplier clock, Histories histories) {
        this.folder = folder;
        this.router = router;
        this.clock = clock;
        this.histories = histories;
    }

    /// Of components beside themselves.
    public Histories histories() {
        return histories;
    }

    @Override
    public Look judged(Work.Judged work, Order order, Duration since) {
        if (!work.counted()) {
            Duration left = work.rule().least().minus(since);
            return left.isPositive()
                    ? new Look.Waiting(
                            least(left, Duration.ofSeconds(1)),
                            "%d s left, and nobody counts".formatted(left.toSeconds()))
                    : new Look.Done("its time is over, and nobody counted what it answered");
        }
        try {
            return counted(work, order, since);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Look counted(Work.Judged work, Order order, Duration since) throws IOException {
        Path file = file(order.release(), work.canary().component());
        Scope scope = Scope.component(order.scope().environment(), work.canary().component());
        Proceeding proceeding = proceeding(file, work, order, scope);
        long now = clock.getAsLong();
        boolean timeIsOver = since.compareTo(work.rule().least()) >= 0;
        if (proceeding.isDue(now, work.percent()) || timeIsOver) {
            proceeding.add(reading(work, scope, now));
        }
        Verdict verdict = proceeding.verdict();
        var words = new Words(work, proceeding, verdict);
        Optional<Look> over = over(work, since, verdict, words);
        if (over.isPresent()) {
            proceeding.decide(verdict);
            open.remove(file);
            return over.get();
        }
        long again = proceeding.nextMillis(now);
        Duration left = work.rule().least().minus(since);
        Duration soon = Duration.ofMillis(again);
        return new Look.Waiting(left.isPositive() ? least(left, soon) : soon, words.now());
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Optional<Look> over(
            Work.Judged work, Duration since, Verdict verdict, Words words) {
        if (verdict.outcome() == Verdict.Outcome.FAIL) {
            return Optional.of(words.worse());
        }
        boolean timeIsOver = since.compareTo(work.rule().least()) >= 0;
        if (timeIsOver && (!work.rule().proven() || verdict.outcome() == Verdict.Outcome.PASS)) {
            return Optional.of(new Look.Done(words.now()));
        }
        return since.compareTo(work.rule().most()) >= 0
                ? Optional.of(words.unproven())
                : Optional.empty();
    }

    private Reading reading(Work.Judged work, Scope scope, long now) {
        Map<String, Answered> all = answered(scope);
        return new Reading(
                now,
                work.percent(),
                all.getOrDefault(work.canary().id(), Answered.NONE),
                all.getOrDefault(work.baseline().id(), Answered.NONE));
    }

    private Map<String, Answered> answered(Scope scope) {
        return router.answered(scope)
                .orElseThrow(() ->
                        new UncheckedIOException(
                                new IOException("nobody counts what `" + scope + "` answers")));
    }

    private Proceeding proceeding(Path file, Work.Judged work, Order order, Scope scope)
            throws IOException {
        Proceeding there = open.get(file);
        if (there != null) {
            return there;
        }
        long tick = Guarding.tick(work.rule()).toMillis();
        var trial = new TrialFile(file);
        Optional<Rollout> before = trial.resume();
        Proceeding made;
        if (before.isPresent()) {
            made = Proceeding.resume(trial, before.get(), tick);
        } else {
            DurableFile.folder(folder);
            DurableFile.folder(folder.resolve(order.release()));
            clear();
            Answered until = answered(scope).getOrDefault(work.baseline().id(), Answered.NONE);
            Rule rule = Guarding.rule(work, order.release(), until);
            var rollout =
                    new Rollout(
                            work.canary().id(),
                            work.baseline().id(),
                            rule,
                            histories.calibrations(scope, rule),
                            List.of());
            made = Proceeding.begin(trial, rollout, tick);
        }
        open.put(file, made);
        return made;
    }

    private Path file(String release, String component) {
        return folder.resolve(release).resolve(component + TrialFile.ENDING);
    }

    /// The latest stay, as many as there is room for.
    private void clear() throws IOException {
        List<Path> all;
        try (Stream<Path> releases = Files.list(folder)) {
            all = new ArrayList<>(releases.toList());
        }
        var ages = new TreeMap<Path, FileTime>();
        for (Path one : all) {
            ages.put(one, Files.getLastModifiedTime(one));
        }
        all.sort(Comparator.<Path, FileTime>comparing(ages::get).reversed());
        long bytes = 0;
        int kept = 0;
        for (Path release : all) {
            List<Path> files = files(release);
            for (Path file : files) {
                bytes += Files.size(file);
            }
            kept++;
            if (kept > KEPT || bytes > KEPT_BYTES) {
                for (Path file : files) {
                    Files.deleteIfExists(file);
                }
                Files.deleteIfExists(release);
            }
        }
    }

    private static List<Path> files(Path release) throws IOException {
        try (Stream<Path> files = Files.list(release)) {
            return files.toList();
        }
    }

    /// The rollouts of a release, by component, each as the text that [Rollout#parse] reads.
    ///
    /// @throws IOException when one of them cannot be read
    public SortedMap<String, String> texts(String release) throws IOException {
        var all = new TreeMap<String, String>();
        Path of = folder.resolve(release);
        if (Files.isDirectory(of)) {
            for (Path file : files(of)) {
                String name = file.getFileName().toString();
                if (name.endsWith(TrialFile.ENDING)) {
                    String component = name.substring(0, name.length() - TrialFile.ENDING.length());
                    new TrialFile(file).text().ifPresent(text -> all.put(component, text));
                }
            }
        }
        return all;
    }
}
