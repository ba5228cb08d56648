package dev.belay.server.operations;

import dev.belay.driver.artifact.ArtifactStore;
import dev.belay.gate.report.Reading;
import dev.belay.gate.report.Stated;
import dev.belay.gate.report.Unreadable;
import dev.belay.journal.Journal;
import dev.belay.journal.JournalException;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.plan.Inventory;
import dev.belay.plan.PlanJson;
import dev.belay.plan.Showing;
import dev.belay.problem.Nearest;
import dev.belay.release.Actor;
import dev.belay.release.Digest;
import dev.belay.release.Scope;
import dev.belay.server.evidence.EvidenceBook;
import dev.belay.server.evidence.EvidenceJudge;
import dev.belay.server.evidence.EvidenceStore;
import dev.belay.server.evidence.StoredEvidence;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// Evidence for whoever brings it or asks for it: finds the artifact that is meant, and tells who
/// relies on what was withdrawn.
public final class EvidenceRegistry {
    /// Clocks of two machines differ; a report of tomorrow is a wrong one.
    private static final long CLOCKS_APART = 5 * 60_000;

    private static final long SWEEP_EVERY = 10 * 60_000;

    private final AtomicLong sweptAt = new AtomicLong();
    private final Platform platform;
    private final Sources sources;
    private final InventoryReader inventory;
    private final ArtifactStore artifacts;
    private final Journal journal;
    private final EvidenceStore store;
    private final EvidenceBook book;
    private final EvidenceJudge judge;

    /// What it looks at.
    public record Eyes(
            Platform platform,
            Sources sources,
            InventoryReader inventory,
            ArtifactStore artifacts,
            Journal journal) {}

    /// What it keeps.
    public record Books(EvidenceStore store, EvidenceBook book, EvidenceJudge judge) {}

    public EvidenceRegistry(Eyes eyes, Books books) {
        this.platform = eyes.platform();
        this.sources = eyes.sources();
        this.inventory = eyes.inventory();
        this.artifacts = eyes.artifacts();
        this.journal = eyes.journal();
        this.store = books.store();
        this.book = books.book();
        this.judge = books.judge();
    }

    /// What somebody brings.
    ///
    /// @param subject `COMPONENT@ENV` for what runs there, a digest or its beginning, or
    ///   `COMPONENT` for what would be built of it now
    /// @param in the environment that a component is built for, and whoever asks may deploy to
    /// @param from where it was won; empty for where the subject runs, or nowhere in particular
    /// @param files that were sent before
    public record Wish(
            String subject,
            String in,
            String from,
            String kind,
            String name,
            List<StoredEvidence.Kept> files,
            Stated stated) {
        /// A report that is named twice counts once.
        public Wish {
            Set<String> seen = new HashSet<>();
            files = files.stream().filter(file -> seen.add(file.digest())).toList();
        }
    }

    /// An artifact, and what is known of it.
    ///
    /// @param environment where it runs, if that is how it was named
    record Subject(Digest artifact, String component, String environment) {}

    /// What was withdrawn, and who relies on it.
    public record Withdrawn(StoredEvidence evidence, List<String> relied) {}

    /// Keeps a file; it is forgotten after a day when nothing is made of it.
    public Digest upload(byte[] content) {
        try {
            sweepNowAndThen();
            return store.put(content);
        } catch (IOException e) {
            throw unkept(e);
        }
    }

    /// Reads all records: not for each file that comes.
    private void sweepNowAndThen() throws IOException {
        long now = journal.now();
        long last = sweptAt.get();
        if (now - last > SWEEP_EVERY && sweptAt.compareAndSet(last, now)) {
            store.sweep(Instant.ofEpochMilli(now));
        }
    }

    /// Adds evidence. What is built for it may take long.
    ///
    /// @param admission whether whoever asked may still do so when it is kept
    public StoredEvidence add(Wish wish, Actor by, Admission admission, Consumer<String> progress) {
        Reading report = reading(wish);
        Subject subject = subject(wish.subject(), wish.in(), progress);
        Reading reading = EvidencePolicy.signed(judge.signatures(), report, subject, wish);
        String from = wish.from().isEmpty() ? subject.environment() : wish.from();
        if (!wish.from().isEmpty()) {
            requireRan(subject, platform.lately(wish.from()).view().environment());
        }
        var entry =
                new EvidenceBook.Entry(
                        subject.artifact(),
                        subject.component(),
                        from,
                        wish.kind(),
                        wish.name(),
                        wish.files(),
                        wish.stated(),
                        by.subject(),
                        0);
        return admission.during(() -> keep(entry, reading));
    }

    StoredEvidence keep(EvidenceBook.Entry entry, Reading reading) {
        StoredEvidence kept;
        try {
            kept = book.add(entry, reading);
        } catch (IOException | JournalException e) {
            throw unkept(e);
        }
        if (kept.withdrawn() != null) {
            throw Denied.refusal(kept.lost(), "win it anew: what is withdrawn stays so");
        }
        return kept;
    }

    private Reading reading(Wish wish) {
        for (StoredEvidence.Kept file : wish.files()) {
            if (!store.has(new Digest(file.digest()))) {
                throw Denied.unknown(
                        "evidence/unknown-file",
                        "file",
                        file.name(),
                        "no file with the digest `%s` was sent".formatted(file.digest()),
                        "send it to `evidence-files` of the environment first");
            }
        }
        Reading reading;
        try {
            reading = book.read(wish.files(), wish.stated());
        } catch (Unreadable e) {
            throw new Denied(
                    No.problem(
                            "evidence/unreadable",
                            "the report",
                            String.valueOf(e.getMessage()),
                            e.hint()));
        } catch (IOException e) {
            throw unkept(e);
        }
        if (wish.kind().isEmpty() && reading.kind().isEmpty()) {
            throw new Denied(
                    No.problem(
                            "evidence/no-kind",
                            "the report",
                            "nobody says what it is evidence of",
                            "say so with `--kind`"));
        }
        if (reading.at() > journal.now() + CLOCKS_APART) {
            throw new Denied(
                    No.problem(
                            "evidence/in-the-future",
                            "the report",
                            "it says that it was written at "
                                    + Instant.ofEpochMilli(reading.at())
                                    + ", which is still to come",
                            "set the clock of the machine that wrote it"));
        }
        return reading;
    }

    private static Denied unkept(Exception e) {
        return Denied.failure(
                "the evidence cannot be kept: " + e.getMessage(),
                "see to the disk that `.belay` is on");
    }

    // --- what is meant ----------------------------------------------------------------------

    /// The artifact that a text means.
    ///
    /// @param in the environment that a component is built for
    Subject subject(String text, String in, Consumer<String> progress) {
        int at = text.indexOf('@');
        if (at > 0) {
            return running(text.substring(0, at), text.substring(at + 1));
        }
        if (text.startsWith("sha256:") || text.matches("[0-9a-f]{12,64}")) {
            return byDigest(text.replace("sha256:", ""));
        }
        EnvironmentView view = platform.in(in, List.of()).view();
        return new Subject(sources.artifact(view, component(view, text), progress), text, "");
    }

    static Component component(EnvironmentView view, String name) {
        Component component = view.components().get(name);
        if (component == null || component.kind() instanceof Component.Contract) {
            throw Denied.unknown(
                    "request/unknown-component",
                    "component",
                    name,
                    "`%s` has no such component with an artifact".formatted(view.environment()),
                    Nearest.hint(name, view.components().keySet()));
        }
        return component;
    }

    private Subject running(String component, String environment) {
        EnvironmentView view = platform.lately(environment).view();
        List<Inventory.Past> history =
                inventory.history(Scope.component(view.environment(), component));
        if (history.isEmpty()) {
            throw Denied.unknown(
                    "request/unknown-component",
                    "component",
                    component,
                    "nothing of it runs in `%s`".formatted(environment),
                    "`belay status %s` shows what does".formatted(environment));
        }
        return new Subject(
                history.getFirst().deployment().revision().artifact(), component, environment);
    }

    private Subject byDigest(String beginning) {
        Set<Digest> known = new TreeSet<>();
        try {
            artifacts.stored().stream()
                    .filter(one -> one.hex().startsWith(beginning))
                    .forEach(known::add);
        } catch (IOException e) {
            throw Denied.failure("the artifacts cannot be read: " + e.getMessage(), "");
        }
        String component = "";
        for (String environment : platform.environmentsLately()) {
            for (Scope scope : journal.scopes(environment)) {
                for (Inventory.Past past : inventory.history(scope)) {
                    Digest artifact = past.deployment().revision().artifact();
                    if (artifact.hex().startsWith(beginning)) {
                        known.add(artifact);
                        component = scope.name();
                    }
                }
            }
        }
        if (known.size() != 1) {
            throw Denied.unknown(
                    "evidence/unknown-artifact",
                    "artifact",
                    beginning,
                    known.isEmpty()
                            ? "there is no such artifact here"
                            : "%d artifacts begin so".formatted(known.size()),
                    "`belay plan` and `belay status` show digests; `COMPONENT@ENV` names what runs");
        }
        return new Subject(known.iterator().next(), component, "");
    }

    /// Nobody wins evidence in an environment that the artifact never was in.
    void requireRan(Subject subject, String environment) {
        boolean ran =
                journal.scopes(environment).stream()
                        .flatMap(scope -> inventory.history(scope).stream())
                        .anyMatch(past ->
                                past.deployment().revision().artifact().equals(subject.artifact()));
        if (!ran) {
            throw Denied.refusal(
                    "%s never ran in `%s`".formatted(subject.artifact().brief(), environment),
                    "deploy it there, and add what was won there with `--for %s@%s`"
                            .formatted(
                                    subject.component().isEmpty()
                                            ? "COMPONENT"
                                            : subject.component(),
                                    environment));
        }
    }

    // --- what there is ----------------------------------------------------------------------

    /// The newest first; each filter empty for all.
    public List<StoredEvidence> list(String component, String environment, String artifact) {
        try {
            return store.all().stream()
                    .filter(one -> component.isEmpty() || one.component().equals(component))
                    .filter(one -> environment.isEmpty() || one.environment().equals(environment))
                    .filter(one ->
                            artifact.isEmpty()
                                    || one.artifact()
                                            .replace("sha256:", "")
                                            .startsWith(artifact.replace("sha256:", "")))
                    .sorted(
                            Comparator.comparingLong(StoredEvidence::added)
                                    .thenComparing(StoredEvidence::id)
                                    .reversed())
                    .toList();
        } catch (IOException e) {
            throw Denied.failure("the evidence cannot be read: " + e.getMessage(), "");
        }
    }

    /// One of them.
    public StoredEvidence show(String id) {
        return show(id, _ -> true);
    }

    /// One of them; what was won where nobody may be told of is as if it were not.
    ///
    /// @param seen the environments that may be told of
    public StoredEvidence show(String id, Predicate<String> seen) {
        try {
            return store.find(id)
                    .filter(one -> one.environment().isEmpty() || seen.test(one.environment()))
                    .orElseThrow(() ->
                            Denied.unknown(
                                    "request/unknown-evidence",
                                    "evidence",
                                    id,
                                    "there is no such evidence",
                                    "`belay evidence list` shows all"));
        } catch (IOException e) {
            throw Denied.failure("the evidence cannot be read: " + e.getMessage(), "");
        }
    }

    /// One of its files, as it came.
    ///
    /// @param in the environment that whoever asks may deploy to
    public byte[] file(String id, String in, String digest) {
        StoredEvidence one =
                show(id, environment -> environment.isEmpty() || environment.equals(in));
        String wanted = "sha256:" + digest;
        if (one.files().stream().noneMatch(file -> file.digest().equals(wanted))) {
            throw Denied.unknown(
                    "evidence/unknown-file",
                    "file",
                    digest,
                    "`%s` has no such file".formatted(id),
                    "`belay evidence show` names them by their digests");
        }
        try {
            return store.file(new Digest(wanted));
        } catch (IOException e) {
            throw Denied.failure("the evidence cannot be read: " + e.getMessage(), "");
        }
    }

    /// Withdraws it. What relied on it goes on, and says so.
    ///
    /// @param seen the environments that may be told of
    public Withdrawn withdraw(String id, String why, Actor by, Predicate<String> seen) {
        StoredEvidence evidence = show(id);
        try {
            StoredEvidence withdrawn = book.withdraw(evidence, by.subject(), why);
            var relied = new ArrayList<String>();
            for (String environment :
                    platform.environmentsLately().stream().filter(seen).toList()) {
                relying(environment).stream()
                        .filter(one -> one.relied().contains(id))
                        .map(one ->
                                "`%s` in `%s`, by `%s`"
                                        .formatted(one.component(), environment, one.release()))
                        .forEach(relied::add);
            }
            return new Withdrawn(withdrawn, relied);
        } catch (IOException | JournalException e) {
            throw unkept(e);
        }
    }

    /// What runs in an environment though the evidence that it came by was withdrawn.
    public List<Notice> notices(EnvironmentView view) {
        var notices = new ArrayList<Notice>();
        for (Relying one : relying(view.environment())) {
            judge.lost(one.relied())
                    .forEach(lost ->
                            notices.add(
                                    new Notice(
                                            "evidence",
                                            "`%s` runs by `%s`, which relied on what is no more: %s"
                                                    .formatted(
                                                            one.component(), one.release(), lost),
                                            true)));
        }
        return notices;
    }

    private record Relying(String component, String release, List<String> relied) {}

    private List<Relying> relying(String environment) {
        var relying = new ArrayList<Relying>();
        for (Scope scope : journal.scopes(environment)) {
            List<Inventory.Past> history = inventory.history(scope);
            if (!history.isEmpty() && !history.getFirst().deployment().isEnded()) {
                String release = history.getFirst().release();
                journal.find(release)
                        .map(row -> Showing.relied(PlanJson.decode(row.plan())))
                        .map(relied -> relied.get(scope.name()))
                        .ifPresent(
                                relied -> relying.add(new Relying(scope.name(), release, relied)));
            }
        }
        return relying;
    }
}
