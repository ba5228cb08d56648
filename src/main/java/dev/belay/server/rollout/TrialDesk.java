package dev.belay.server.rollout;

import dev.belay.driver.Answered;
import dev.belay.driver.Counting;
import dev.belay.driver.Counting.Counted;
import dev.belay.driver.Judging;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.driver.Router;
import dev.belay.driver.disk.DurableFile;
import dev.belay.judge.Rule;
import dev.belay.judge.Verdict;
import dev.belay.release.Prometheus;
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

/// Judges canaries by what the router counts, or somebody else where it does not. Everything that a
/// verdict follows from lies in a folder, by release and component, so that a control plane that
/// starts again goes on where the last one stopped, and anybody can judge again.
public final class TrialDesk implements Judging {
    private static final int KEPT = 100;
    private static final long KEPT_BYTES = 512L << 20;

    private final Path folder;
    private final Router router;
    private final LongSupplier clock;
    private final Histories histories;
    private final Counting counting;
    private final Map<Path, Sitting> open = new ConcurrentHashMap<>();

    /// A rollout under way, and who counts for it.
    private static final class Sitting {
        private final Proceeding proceeding;
        private final Counting.Counter counter;
        private String remark = "";

        Sitting(Proceeding proceeding, Counting.Counter counter) {
            this.proceeding = proceeding;
            this.counter = counter;
        }

        Proceeding proceeding() {
            return proceeding;
        }

        Counting.Counter counter() {
            return counter;
        }

        String remark() {
            return remark;
        }

        void remarks(String what) {
            remark = what;
        }
    }

    /// @param folder of the counts; made when it is missing
    /// @param clock milliseconds since the epoch
    /// @param histories of components beside themselves
    /// @param counting what no router counts
    public TrialDesk(
            Path folder,
            Router router,
            LongSupplier clock,
            Histories histories,
            Counting counting) {
        this.counting = counting;
        this.folder = folder;
        this.router = router;
        this.clock = clock;
        this.histories = histories;
    }

    /// Of components beside themselves.
    public Histories histories() {
        return histories;
    }

    /// Who counts where no router does.
    public Counting counting() {
        return counting;
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
        Sitting sitting = sitting(file, work, order, scope);
        Proceeding proceeding = sitting.proceeding();
        long now = clock.getAsLong();
        Duration again = Duration.ofMillis(proceeding.nextMillis(now));
        Duration left = work.rule().least().minus(since);
        if (proceeding.isDue(now, work.percent()) || !left.isPositive()) {
            switch (sitting.counter().read()) {
                case Counted.Unread why -> {
                    proceeding.missed(now);
                    return unread(work, since, why);
                }
                case Counted.Totals read -> {
                    sitting.remarks(read.remark());
                    proceeding.add(reading(work, now, read), read.series());
                }
            }
            again = Duration.ofMillis(proceeding.nextMillis(now));
        }
        Verdict verdict = proceeding.verdict();
        var words = new Words(work, proceeding, verdict, sitting.remark());
        Optional<Look> over = over(work, since, proceeding, verdict, words);
        if (over.isPresent()) {
            proceeding.decide(verdict);
            open.remove(file);
            return over.get();
        }
        return new Look.Waiting(left.isPositive() ? least(left, again) : again, words.now());
    }

    /// From silence nothing follows: neither that it is worse, nor that it is not. It is waited
    /// for, as long as for proof.
    private static Look unread(Work.Judged work, Duration since, Counted.Unread why) {
        return since.compareTo(work.rule().most()) >= 0
                ? Words.unread(work, why)
                : new Look.Waiting(Guarding.tick(work.rule()), why.reason());
    }

    private static Duration least(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Optional<Look> over(
            Work.Judged work, Duration since, Proceeding proceeding, Verdict verdict, Words words) {
        if (verdict.outcome() == Verdict.Outcome.FAIL) {
            return Optional.of(words.worse());
        }
        boolean timeIsOver = since.compareTo(work.rule().least()) >= 0;
        // What is collected elsewhere can go missing, and what was proven at the step before says
        // nothing of this one.
        boolean heard = work.rule().prometheus() == null || proceeding.heardAt(work.percent());
        if (timeIsOver
                && heard
                && (!work.rule().proven() || verdict.outcome() == Verdict.Outcome.PASS)) {
            return Optional.of(new Look.Done(words.now()));
        }
        return since.compareTo(work.rule().most()) >= 0
                ? Optional.of(words.unproven())
                : Optional.empty();
    }

    private static Reading reading(Work.Judged work, long now, Counted.Totals read) {
        return new Reading(now, work.percent(), read.canary(), read.baseline());
    }

    private Counting.Counter counter(Work.Judged work, Scope scope) {
        Prometheus source = work.rule().prometheus();
        if (source != null) {
            return counting.counter(
                    source,
                    new Counting.Sides(scope.environment(), work.canary(), work.baseline()));
        }
        return () -> {
            Map<String, Answered> all =
                    router.answered(scope)
                            .orElseThrow(() ->
                                    new UncheckedIOException(
                                            new IOException(
                                                    "nobody counts what `" + scope + "` answers")));
            return new Counted.Totals(
                    0,
                    all.getOrDefault(work.canary().id(), Answered.NONE),
                    all.getOrDefault(work.baseline().id(), Answered.NONE),
                    "");
        };
    }

    private Sitting sitting(Path file, Work.Judged work, Order order, Scope scope)
            throws IOException {
        Sitting there = open.get(file);
        if (there != null) {
            return there;
        }
        Counting.Counter counter = counter(work, scope);
        var pace = Proceeding.Pace.of(work.rule());
        var trial = new TrialFile(file);
        Optional<Rollout> before = trial.resume();
        Proceeding made;
        if (before.isPresent()) {
            made = Proceeding.resume(trial, before.get(), pace);
        } else {
            DurableFile.folder(folder);
            DurableFile.folder(folder.resolve(order.release()));
            clear();
            made = Proceeding.begin(trial, rollout(work, order, scope, counter), pace);
        }
        var sitting = new Sitting(made, counter);
        open.put(file, sitting);
        return sitting;
    }

    /// What is collected elsewhere has no history here: it is judged as what nobody measured.
    private Rollout rollout(Work.Judged work, Order order, Scope scope, Counting.Counter counter)
            throws IOException {
        boolean collected = work.rule().prometheus() != null;
        Answered until =
                !collected && counter.read() instanceof Counted.Totals read
                        ? read.baseline()
                        : Answered.NONE;
        Rule rule = Guarding.rule(work, order.release(), until);
        return new Rollout(
                work.canary().id(),
                work.baseline().id(),
                rule,
                collected ? Map.of() : histories.calibrations(scope, rule),
                List.of());
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
