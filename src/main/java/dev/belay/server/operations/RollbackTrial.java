package dev.belay.server.operations;

import dev.belay.driver.probe.SmokeResult;
import dev.belay.driver.probe.SmokeRunner;
import dev.belay.gate.EvidenceGate;
import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Stated;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Inventory;
import dev.belay.release.Actor;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import dev.belay.release.SmokeTest;
import dev.belay.server.evidence.EvidenceBook;
import dev.belay.server.evidence.EvidenceStore;
import dev.belay.server.evidence.StoredEvidence;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Tries the way back before anybody needs it: an environment goes back to what another one runs
/// now, and forward again, while the other's smoke tests are asked through its ports again and
/// again. What came of it is evidence, of kind `rollback`, of the artifacts that it ran.
///
/// ```
/// staging    v2 ─── back ──► v1 ─── forward ──► v2      v1 is what production runs
///            ▲ smoke tests of v1, all the time ▲        evidence of v2
/// ```
///
/// Schemas stay as they are, as they would there: the older code meets the newer schema.
public final class RollbackTrial {
    private static final int ASKERS = 4;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration SAYS_EVERY = Duration.ofSeconds(15);
    private static final Duration ASKS_AFTER = Duration.ofMillis(20);
    private static final Duration WITHIN = Duration.ofHours(1);
    private static final int REASONS_MAX = 20;

    private final Platform platform;
    private final InventoryReader inventory;
    private final Releases releases;
    private final AutomaticPromotion promotion;
    private final Books books;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /// Where what comes of it is kept.
    public record Books(Journal journal, EvidenceStore store, EvidenceRegistry registry) {}

    /// Over the releases of one platform.
    public RollbackTrial(
            Platform platform,
            InventoryReader inventory,
            Releases releases,
            AutomaticPromotion promotion,
            Books books) {
        this.platform = platform;
        this.inventory = inventory;
        this.releases = releases;
        this.promotion = promotion;
        this.books = books;
    }

    /// What is to be tried.
    ///
    /// @param in the environment that goes back and forward
    /// @param of the one whose present revisions it goes back to
    /// @param components or groups; empty is all in which the two differ
    public record Wish(String in, String of, List<String> components) {
        public Wish {
            components = List.copyOf(components);
        }
    }

    /// What came of it.
    ///
    /// @param passed whether it went back and forward, and no smoke test failed meanwhile
    public record Tried(boolean passed, List<String> releases, List<StoredEvidence> evidence) {}

    /// One component's two revisions.
    private record Pair(String component, Deployment now, Deployment then) {}

    /// Does it, and keeps the evidence, whatever it says.
    ///
    /// @param admission whether whoever asked may still do so
    /// @throws Denied when there is nothing to try, or the environment cannot go there
    public Tried run(Wish wish, Actor by, Admission admission, Consumer<String> progress) {
        EnvironmentView view = platform.lately(wish.in()).view();
        EnvironmentView other = platform.lately(wish.of()).view();
        List<Pair> pairs = pairs(view, other, wish.components());
        if (!busy.add(view.environment())) {
            throw new Denied(
                    new No.Busy(
                            "a way back of `%s` is being tried".formatted(view.environment()),
                            "wait for its end"));
        }
        var lines = new LinkedBlockingQueue<String>();
        var task =
                new FutureTask<>(() -> {
                    try {
                        return tried(view, pairs, by, admission, lines::add);
                    } finally {
                        busy.remove(view.environment());
                    }
                });
        // It goes on when whoever follows has gone: nothing is left half-way.
        Thread.ofVirtual().name("rollback-trial").start(task);
        return follow(task, lines, progress);
    }

    private Tried tried(
            EnvironmentView view,
            List<Pair> pairs,
            Actor by,
            Admission admission,
            Consumer<String> progress) {
        boolean promotes = !view.gates().promotedFrom().isEmpty();
        boolean free = promotes && promotion.state(view).held().isEmpty();
        var trip = new Trip(view, pairs, by, admission, progress);
        trip.go();
        if (trip.returned && free && promotion.state(view).automatic()) {
            // What it did itself is no reason for anybody to look.
            promotion.say(view, false, "a rollback was tried, and went forward again", by);
        }
        return trip.kept();
    }

    private static Tried follow(
            FutureTask<Tried> task, LinkedBlockingQueue<String> lines, Consumer<String> progress) {
        try {
            while (!task.isDone() || !lines.isEmpty()) {
                String line = lines.poll(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
                if (line != null) {
                    progress.accept(line);
                }
            }
            return task.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Denied.failure("it was interrupted; the trial goes on", "look at the evidence");
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Denied denied) {
                throw denied;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /// Of what runs in both, and is not the same.
    private List<Pair> pairs(EnvironmentView view, EnvironmentView other, List<String> named) {
        Set<String> wanted = releases.named(view, named);
        Inventory here = inventory.read(view, false);
        var pairs = new ArrayList<Pair>();
        var missing = new ArrayList<String>();
        boolean runs = false;
        for (String name : wanted) {
            Deployment now = latest(view.environment(), name);
            Deployment there = latest(other.environment(), name);
            runs |= there != null;
            if (now == null || there == null || sameArtifact(now, there)) {
                continue;
            }
            Digest artifact = there.revision().artifact();
            Deployment then =
                    inventory.history(Scope.component(view.environment(), name)).stream()
                            .filter(Inventory.Past::soaked)
                            .map(Inventory.Past::deployment)
                            .filter(past -> past.revision().artifact().equals(artifact))
                            .findFirst()
                            .orElse(null);
            if (then == null || here.with(Map.of(name, artifact)).isEmpty()) {
                missing.add("`%s` (%s)".formatted(name, artifact.brief()));
            } else {
                pairs.add(new Pair(name, now, then));
            }
        }
        if (!missing.isEmpty()) {
            throw Denied.refusal(
                    "what `%s` runs of %s never soaked in `%s`"
                            .formatted(
                                    other.environment(),
                                    String.join(", ", missing),
                                    view.environment()),
                    "leave it out by naming the others");
        }
        if (!runs) {
            throw Denied.refusal(
                    "nothing of that runs in `%s`: there is nothing to go back to"
                            .formatted(other.environment()),
                    "a first release needs no such evidence");
        }
        if (pairs.isEmpty()) {
            throw Denied.refusal(
                    "`%s` and `%s` run the same: there is nothing to go back to"
                            .formatted(view.environment(), other.environment()),
                    "deploy what is to be promoted to `%s` first".formatted(view.environment()));
        }
        return pairs;
    }

    private @Nullable Deployment latest(String environment, String name) {
        List<Inventory.Past> history = inventory.history(Scope.component(environment, name));
        return history.isEmpty() || history.getFirst().deployment().isEnded()
                ? null
                : history.getFirst().deployment();
    }

    private static boolean sameArtifact(Deployment one, Deployment other) {
        return one.revision().artifact().equals(other.revision().artifact());
    }

    /// There and back again.
    private final class Trip {
        private final EnvironmentView view;
        private final List<Pair> pairs;
        private final Actor by;
        private final Admission admission;
        private final Consumer<String> progress;
        private final List<String> begun = new ArrayList<>();
        private final List<String> said = new ArrayList<>();
        private final AtomicLong asked = new AtomicLong();
        private final AtomicLong failed = new AtomicLong();
        private final List<String> reasons = new ArrayList<>();
        private final long began = System.currentTimeMillis();
        private double backSeconds;
        private double forwardSeconds;
        private boolean returned;
        private boolean held;

        Trip(
                EnvironmentView view,
                List<Pair> pairs,
                Actor by,
                Admission admission,
                Consumer<String> progress) {
            this.view = view;
            this.pairs = pairs;
            this.by = by;
            this.admission = admission;
            this.progress = progress;
        }

        void go() {
            var over = new AtomicBoolean();
            var askers = new ArrayList<Thread>();
            for (Pair pair : pairs) {
                for (int i = 0; i < ASKERS; i++) {
                    askers.add(
                            Thread.ofVirtual()
                                    .name("rollback-trial-" + pair.component())
                                    .start(() -> ask(pair, over)));
                }
            }
            try {
                boolean back = move(false);
                backSeconds = seconds();
                // Whatever went back, though others did not.
                boolean forward = !held && move(true);
                forwardSeconds = seconds() - backSeconds;
                returned = back && forward;
            } finally {
                over.set(true);
                askers.forEach(RollbackTrial::join);
            }
        }

        private double seconds() {
            return (System.currentTimeMillis() - began) / 1000.0;
        }

        private boolean move(boolean forward) {
            var to = new TreeMap<String, Digest>();
            for (Pair pair : pairs) {
                Deployment goal = forward ? pair.now() : pair.then();
                to.put(pair.component(), goal.revision().artifact());
            }
            String what = forward ? "forward" : "back";
            say("going " + (forward ? "forward again" : "back"));
            var terms =
                    new Releases.Terms(
                            "",
                            "rollback-trial-" + UUID.randomUUID(),
                            what,
                            false,
                            null,
                            by,
                            // Who may not any more leaves nothing half-way.
                            forward ? Admission.ALWAYS : admission);
            Releases.Submitted made;
            try {
                made =
                        releases.rollBack(
                                new Releases.Return(
                                        view.environment(),
                                        List.copyOf(to.keySet()),
                                        false,
                                        now -> now.with(to),
                                        "trying the way " + what),
                                terms);
            } catch (Denied denied) {
                if (!forward && begun.isEmpty()) {
                    throw denied;
                }
                say("it cannot go %s: %s".formatted(what, denied.no()));
                return false;
            }
            begun.addAll(made.releases());
            boolean well = true;
            for (String release : made.releases()) {
                well &= follow(release);
            }
            return well;
        }

        private boolean follow(String release) {
            long since = System.nanoTime();
            long told = since;
            while (System.nanoTime() - since < WITHIN.toNanos()) {
                ReleaseRow row = books.journal().find(release).orElseThrow();
                if (row.state().ended()) {
                    say("`%s` is %s".formatted(release, StepView.word(row.state())));
                    return row.state() == ReleaseState.COMPLETED;
                }
                if (row.state() == ReleaseState.HELD) {
                    say(
                            "`%s` is held, and needs a decision; nothing goes forward by itself"
                                    .formatted(release));
                    held = true;
                    return false;
                }
                if (System.nanoTime() - told > SAYS_EVERY.toNanos()) {
                    told = System.nanoTime();
                    progress.accept("%s: asked %d times".formatted(release, asked.get()));
                }
                pause(LOOK_EVERY);
            }
            say("`%s` has not ended within %d minutes".formatted(release, WITHIN.toMinutes()));
            return false;
        }

        private void say(String line) {
            said.add(line);
            progress.accept(line);
        }

        /// What clients of the older revision ask, at the stable address.
        private void ask(Pair pair, AtomicBoolean over) {
            List<SmokeTest> tests =
                    pair.then().smoke().stream()
                            .filter(SmokeTest.HttpScenario.class::isInstance)
                            .toList();
            int port =
                    pair.now().traffic().stream()
                            .flatMap(line -> line.ports().stream())
                            .findFirst()
                            .orElse(0);
            if (tests.isEmpty() || port == 0) {
                return;
            }
            var setting =
                    new SmokeRunner.Setting(
                            URI.create("http://127.0.0.1:" + port),
                            Path.of("."),
                            Map.of(),
                            Set.of());
            while (!over.get()) {
                for (SmokeResult result : new SmokeRunner().run(tests, setting)) {
                    asked.incrementAndGet();
                    if (result instanceof SmokeResult.Failed no) {
                        failed.incrementAndGet();
                        blame(
                                "%s: `%s`: %s, found %s"
                                        .formatted(
                                                pair.component(),
                                                no.name(),
                                                no.expected(),
                                                no.found()));
                    }
                }
                pause(ASKS_AFTER);
            }
        }

        private void blame(String reason) {
            synchronized (reasons) {
                if (reasons.size() < REASONS_MAX && !reasons.contains(reason)) {
                    reasons.add(reason);
                }
            }
        }

        /// From nothing asked follows nothing good.
        private boolean passed() {
            return returned && asked.get() > 0 && failed.get() == 0;
        }

        Tried kept() {
            say(
                    asked.get() == 0
                            ? "nothing was asked: no smoke test over HTTP came with what was gone back to"
                            : "asked %d times, %d failed".formatted(asked.get(), failed.get()));
            said.addAll(reasons);
            reasons.forEach(progress);
            StoredEvidence.Kept log;
            try {
                byte[] text = (String.join("\n", said) + "\n").getBytes(StandardCharsets.UTF_8);
                log = new StoredEvidence.Kept(books.store().put(text).text(), "rollback.log");
            } catch (IOException e) {
                throw Denied.failure(
                        "what it came to cannot be kept: " + e.getMessage(),
                        "see to the disk that `.belay` is on");
            }
            var figures =
                    new TreeMap<>(
                            Map.of(
                                    "asked",
                                    (double) asked.get(),
                                    "failed",
                                    (double) failed.get(),
                                    "back-seconds",
                                    backSeconds,
                                    "forward-seconds",
                                    forwardSeconds));
            var reading =
                    new Reading(
                            Format.COMMAND,
                            EvidenceGate.WAY_BACK,
                            "belay",
                            "",
                            0,
                            figures,
                            passed() ? Reading.Own.PASSED : Reading.Own.FAILED,
                            List.of());
            List<StoredEvidence> kept =
                    pairs.stream().map(pair -> kept(pair, log, reading)).toList();
            return new Tried(passed(), begun, kept);
        }

        private StoredEvidence kept(Pair pair, StoredEvidence.Kept log, Reading reading) {
            return books.registry()
                    .keep(
                            new EvidenceBook.Entry(
                                    pair.now().revision().artifact(),
                                    pair.component(),
                                    view.environment(),
                                    EvidenceGate.WAY_BACK,
                                    pair.then().revision().artifact().brief(),
                                    List.of(log),
                                    Stated.NOTHING,
                                    by.subject(),
                                    began),
                            reading);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Denied.failure(
                    "it was interrupted; what it began goes on", "look at `belay releases`");
        }
    }
}
