package dev.belay.server.rollout;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.router.GatewayHalves.Halves;
import dev.belay.judge.Batch;
import dev.belay.judge.Calibration;
import dev.belay.judge.History;
import dev.belay.judge.Rule;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Components compared with themselves: what one half of a revision's instances answered in ten
/// seconds, and what the other, for a day or two. It shows how far requests hang together, before
/// anything new comes. Only of components that are shipped as canaries, and that have two
/// instances.
public final class Histories {
    private static final Logger LOG = LoggerFactory.getLogger(Histories.class);

    /// Lines of a day.
    static final int DAY = 8_640;

    private static final long TICK_MILLIS = 10_000;

    /// Percent of the requests, about.
    private static final int HALF = 50;

    private final Path folder;
    private final Source source;
    private final Supplier<Set<Scope>> wanted;
    private final LongSupplier clock;
    private final Map<String, Seen> seen = new HashMap<>();
    private final Map<Path, Integer> lines = new HashMap<>();

    /// Who counts.
    @FunctionalInterface
    public interface Source {
        List<Halves> read() throws IOException;
    }

    /// What a revision's halves had answered, and when that was.
    private record Seen(long tick, Halves halves) {}

    /// @param folder made when there is something to keep
    /// @param wanted the components
    /// @param clock milliseconds since the epoch
    public Histories(Path folder, Source source, Supplier<Set<Scope>> wanted, LongSupplier clock) {
        this.folder = folder;
        this.source = source;
        this.wanted = wanted;
        this.clock = clock;
    }

    /// Looks once; every ten seconds.
    public void pass() {
        Set<Scope> of = wanted.get();
        if (of.isEmpty()) {
            seen.clear();
            return;
        }
        try {
            long tick = clock.getAsLong() / TICK_MILLIS;
            for (Halves now : source.read()) {
                Scope scope = Scope.component(now.environment(), now.component());
                if (of.contains(scope)) {
                    take(scope, tick, now);
                }
            }
            // Of revisions that are gone nothing comes any more.
            seen.values().removeIf(one -> one.tick() < tick);
        } catch (IOException e) {
            LOG.warn("what components answer could not be kept: {}", e.getMessage());
        }
    }

    /// A batch of what came in since the last look, if that was the tick before.
    private void take(Scope scope, long tick, Halves now) throws IOException {
        Seen before = seen.put(scope + " " + now.revision(), new Seen(tick, now));
        if (before == null || before.tick() != tick - 1) {
            return;
        }
        var was = new Reading(0, HALF, before.halves().one(), before.halves().other());
        var is = new Reading(0, HALF, now.one(), now.other());
        if (is.isAnewSince(was)) {
            return;
        }
        Reading more = is.since(was);
        if (more.canary().all() > 0 && more.baseline().all() > 0) {
            append(file(scope), new Batch(tick, Guarding.compared(more)));
        }
    }

    private void append(Path file, Batch batch) throws IOException {
        DurableFile.folder(folder);
        DurableFile.folder(Objects.requireNonNull(file.getParent()));
        int had = lines.computeIfAbsent(file, Histories::count);
        if (had >= 2 * DAY) {
            List<String> kept = Files.readAllLines(file);
            kept = kept.subList(Math.max(0, kept.size() - DAY), kept.size());
            DurableFile.write(file, String.join("\n", kept) + "\n");
            had = kept.size();
        }
        // Not synced: a lost minute of history is no loss.
        Files.writeString(
                file, batch.text() + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        lines.put(file, had + 1);
    }

    private static int count(Path file) {
        try (var all = Files.lines(file)) {
            return (int) all.count();
        } catch (IOException _) {
            return 0;
        }
    }

    private Path file(Scope scope) {
        return folder.resolve(scope.environment()).resolve(scope.name() + TrialFile.ENDING);
    }

    /// A component's last day; what cannot be read of it is left out, as is what comes twice.
    public History of(Scope scope) throws IOException {
        Path file = file(scope);
        if (!Files.exists(file)) {
            return new History(List.of());
        }
        List<String> all = Files.readAllLines(file);
        var batches = new ArrayList<Batch>();
        long last = -1;
        for (String line : all.subList(Math.max(0, all.size() - DAY), all.size())) {
            try {
                Batch batch = Batch.parse(line);
                if (batch.number() > last) {
                    batches.add(batch);
                    last = batch.number();
                }
            } catch (IllegalArgumentException e) {
                LOG.debug("a line of {} cannot be read", file, e);
            }
        }
        return new History(batches);
    }

    /// How far requests hang together, by guard: of errors and times where the history tells; who
    /// gets a request is drawn anew each time.
    Map<String, Calibration> calibrations(Scope scope, Rule rule) throws IOException {
        var all = new TreeMap<String, Calibration>();
        History history = of(scope);
        if (!history.batches().isEmpty()) {
            history.calibrations(rule)
                    .forEach((guard, one) -> {
                        if (one.measured()) {
                            all.put(guard, one);
                        }
                    });
        }
        rule.guards().stream()
                .map(guard -> guard.name())
                .filter(name -> name.equals(Guarding.SILENCE) || name.equals(Guarding.SPLIT))
                .forEach(name -> all.put(name, Calibration.INDEPENDENT));
        return all;
    }
}
