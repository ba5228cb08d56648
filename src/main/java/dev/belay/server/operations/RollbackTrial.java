package dev.belay.server.operations;

import dev.belay.driver.probe.SmokeResult;
import dev.belay.driver.probe.SmokeRunner;
import dev.belay.gate.EvidenceGate;
import dev.belay.gate.report.Format;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Stated;
import dev.belay.journal.Journal;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Deployment;
import dev.belay.plan.Inventory;
import dev.belay.release.Actor;
import dev.belay.release.Digest;
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
import java.util.SortedMap;
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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

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
    private static final Logger LOG = LoggerFactory.getLogger(RollbackTrial.class);
    private static final int ASKERS = 4;
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration ASKS_AFTER = Duration.ofMillis(20);
    private static final int REASONS_MAX = 20;

    private final Platform platform;
    private final InventoryReader inventory;
    private final Releases releases;
    private final AutomaticPromotion promotion;
    private final Books books;
    private final Notes<UnderWay> underWay;
    private final Set<String> busy = ConcurrentHashMap.newKeySet();

    /// Where what comes of it is kept.
    ///
    /// @param underWay folder of what is noted while a trial is under way
    public record Books(
            Journal journal, EvidenceStore store, EvidenceRegistry registry, Path underWay) {}

    /// What is to be forward again when nobody is there any more who waits for it.
    ///
    /// @param now by component, the digest of what it ran
    /// @param then by component, the digest of what it goes back to
    /// @param free whether what promotes by itself is to go on
    /// @param by whoever asked
    private record UnderWay(
            String environment,
            SortedMap<String, String> now,
            SortedMap<String, String> then,
            boolean free,
            Actor by,
            long at) {}

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
        underWay = new Notes<>(books.underWay(), UnderWay.class, UnderWay::environment);
    }

    /// Leads forward what trials took back whose control plane ended in the middle; returns at
    /// once. To be called again and again: what cannot go now is tried anew.
    public void finishInterrupted() {
        for (UnderWay note : underWay.all()) {
            if (busy.add(note.environment())) {
                Thread.ofVirtual()
                        .name("rollback-trial")
                        .start(() -> {
                            try {
                                finish(note);
                            } catch (Denied denied) {
                                LOG.warn(
                                        "`{}` stays where a trial of the way back left it: {}",
                                        note.environment(),
                                        denied.getMessage());
                            } finally {
                                busy.remove(note.environment());
                            }
                        });
            }
        }
    }

    private void finish(UnderWay note) {
        EnvironmentView view = platform.lately(note.environment()).view();
        var watch = new Watch(books.journal(), line -> LOG.info("{}", line), _ -> {});
        if (!watch.settled(note.environment(), note.now().keySet())) {
            return;
        }
        // Whoever released something else meanwhile has decided where it stands.
        var to = new TreeMap<String, Digest>();
        note.then()
                .forEach((component, artifact) -> {
                    Deployment runs = latest(note.environment(), component);
                    if (runs != null && runs.revision().artifact().text().equals(artifact)) {
                        to.put(component, new Digest(String.valueOf(note.now().get(component))));
                    }
                });
        boolean forward = true;
        if (!to.isEmpty()) {
            var terms =
                    new Releases.Terms(
                            "",
                            "rollback-trial-finish-" + note.environment() + "-" + note.at(),
                            "forward",
                            false,
                            null,
                            note.by(),
                            Admission.ALWAYS);
            var back =
                    new Releases.Return(
                            note.environment(),
                            List.copyOf(to.keySet()),
                            false,
                            now -> now.with(to),
                            "forward again: the control plane ended while the way back was tried");
            for (String release : releases.rollBack(back, terms).releases()) {
                forward &= watch.follow(release) == Watch.End.WELL;
            }
        }
        if (forward && note.free() && promotion.state(view).automatic()) {
            promotion.say(view, false, "a rollback was tried, and went forward again", note.by());
        }
        forget(note);
    }

    private void forget(UnderWay note) {
        try {
            underWay.remove(note);
        } catch (IOException e) {
            LOG.error("a trial that is over stays noted: {}", e.getMessage());
        }
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
        UnderWay note = noted(view, pairs, free, by);
        try {
            trip.go();
        } finally {
            forget(note);
        }
        if (trip.returned && free && promotion.state(view).automatic()) {
            // What it did itself is no reason for anybody to look.
            promotion.say(view, false, "a rollback was tried, and went forward again", by);
        }
        return trip.kept();
    }

    private UnderWay noted(EnvironmentView view, List<Pair> pairs, boolean free, Actor by) {
        var now = new TreeMap<String, String>();
        var then = new TreeMap<String, String>();
        for (Pair pair : pairs) {
            now.put(pair.component(), pair.now().revision().artifact().text());
            then.put(pair.component(), pair.then().revision().artifact().text());
        }
        var note =
                new UnderWay(view.environment(), now, then, free, by, System.currentTimeMillis());
        try {
            underWay.write(note);
        } catch (IOException e) {
            throw Denied.failure(
                    "that a trial begins cannot be noted: " + e.getMessage(),
                    "see to the disk that `.belay` is on");
        }
        return note;
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
        private final Watch watch;
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
            watch =
                    new Watch(
                            books.journal(),
                            this::say,
                            release ->
                                    progress.accept(
                                            "%s: asked %d times".formatted(release, asked.get())));
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
            Watch.End end = watch.follow(release);
            held |= end == Watch.End.HELD;
            return end == Watch.End.WELL;
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
        Watch.pause(time);
    }
}
