package dev.belay.simulation;

import dev.belay.journal.Append;
import dev.belay.journal.Append.Deployed;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Fact.Result;
import dev.belay.journal.Journal;
import dev.belay.journal.NewRelease;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.Submission;
import dev.belay.release.Appointment;
import dev.belay.release.Baseline;
import dev.belay.release.Digest;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The journal's contract in memory: what the real stores do with constraints, done with maps. Held
/// to the same contract tests as they are, and fast enough for thousands of releases a second.
final class SimJournal implements Journal {
    /// A release and its lines.
    private static final class Kept {
        private final NewRelease what;
        private final String id;
        private final long ordinal;
        private final String by;
        private final long at;
        private final List<Entry> entries = new ArrayList<>();
        private ReleaseState state = ReleaseState.QUEUED;
        private boolean soaking;
        private long fence;
        private long leaseUntil;
        private long leaseMillis;
        private long endedAt;
        private @Nullable Appointment appointment;

        Kept(NewRelease what, String id, long ordinal, String by, long at) {
            this.what = what;
            this.id = id;
            this.ordinal = ordinal;
            this.by = by;
            this.at = at;
        }

        ReleaseRow row() {
            return new ReleaseRow(
                    id,
                    what.environment(),
                    what.title(),
                    ordinal,
                    what.scopes(),
                    state,
                    soaking,
                    what.plan(),
                    what.planDigest(),
                    what.manifestDigest(),
                    what.engine(),
                    entries.size(),
                    fence,
                    by,
                    at,
                    endedAt,
                    appointment);
        }
    }

    private final LongSupplier clock;
    private final Design design;
    private final Map<String, Kept> releases = new TreeMap<>();
    private final List<Kept> ordered = new ArrayList<>();
    private final Map<Scope, Long> tokens = new HashMap<>();
    private final Map<Scope, String> owners = new HashMap<>();
    private final Map<Scope, String> open = new HashMap<>();
    private final Map<Scope, List<Past>> history = new HashMap<>();
    private final Map<String, List<String>> requests = new HashMap<>();
    private final Map<String, String> bodies = new HashMap<>();
    private @Nullable Observer observer;

    /// Told of every committed line, to judge it.
    interface Observer {
        void committed(ReleaseRow before, ReleaseRow after, List<Entry> entries);
    }

    SimJournal(LongSupplier clock, Design design) {
        this.clock = clock;
        this.design = design;
    }

    void observe(Observer wanted) {
        observer = wanted;
    }

    @Override
    public Submission.Reply submit(Submission submission) {
        String key = submission.requestKey();
        if (requests.containsKey(key)) {
            return submission.bodyDigest().equals(bodies.get(key))
                    ? new Submission.Reply.Accepted(requests.get(key), true)
                    : new Submission.Reply.KeyReused(key);
        }
        List<Kept> waiting = submission.supersede() ? queued() : List.of();
        var ids = new ArrayList<String>();
        var scopes = new HashSet<Scope>();
        for (NewRelease release : submission.releases()) {
            ids.add(queue(release, submission));
            scopes.addAll(release.scopes());
        }
        for (Kept older : waiting) {
            if (meets(older.what.scopes(), scopes)) {
                String note = "superseded by " + String.join(", ", ids);
                var ended = new Fact.Ended(ReleaseState.SUPERSEDED, note);
                commit(older, ended.state(), submission.actor(), 0, List.of(ended));
            }
        }
        requests.put(key, List.copyOf(ids));
        bodies.put(key, submission.bodyDigest());
        return new Submission.Reply.Accepted(ids, false);
    }

    private List<Kept> queued() {
        return ordered.stream().filter(kept -> kept.state == ReleaseState.QUEUED).toList();
    }

    private String queue(NewRelease release, Submission submission) {
        long ordinal = ordered.size() + 1L;
        String id = release.environment() + "-" + ordinal;
        var kept = new Kept(release, id, ordinal, submission.actor(), now());
        releases.put(id, kept);
        ordered.add(kept);
        var submitted =
                new Fact.Submitted(
                        release.planDigest(), release.manifestDigest(), submission.reason());
        commit(kept, ReleaseState.QUEUED, submission.actor(), 0, List.of(submitted));
        if (submission.appointment() != null) {
            var scheduled = new Fact.Scheduled(submission.appointment(), submission.reason());
            commit(kept, ReleaseState.QUEUED, submission.actor(), 0, List.of(scheduled));
        }
        return id;
    }

    private static boolean meets(Set<Scope> some, Set<Scope> others) {
        return some.stream().anyMatch(others::contains);
    }

    @Override
    public Optional<ReleaseRow> claim(String owner, Duration lease, Set<String> except) {
        Optional<Kept> orphan =
                ordered.stream()
                        .filter(kept -> kept.state.active() && kept.leaseUntil <= now())
                        .filter(kept -> !except.contains(kept.id))
                        .min(Comparator.comparingLong(kept -> kept.leaseUntil));
        if (orphan.isPresent()) {
            orphan.get().fence++;
            return Optional.of(lend(orphan.get(), lease));
        }
        var spokenFor = new HashSet<Scope>();
        for (Kept kept : queued()) {
            if (kept.row().isElsewhen(now())) {
                continue;
            }
            Set<Scope> scopes = kept.what.scopes();
            if (except.contains(kept.id) || meets(scopes, spokenFor) || !isFree(kept)) {
                spokenFor.addAll(scopes);
            } else if (isCurrent(kept)) {
                begin(kept);
                return Optional.of(lend(kept, lease));
            } else {
                end(kept, new Fact.Ended(ReleaseState.REJECTED, "the world has moved; plan again"));
            }
        }
        return Optional.empty();
    }

    private ReleaseRow lend(Kept kept, Duration lease) {
        kept.leaseMillis = lease.toMillis();
        kept.leaseUntil = now() + kept.leaseMillis;
        return kept.row();
    }

    /// Whoever held it until now is shut out before anything is written.
    private void end(Kept kept, Fact.Ended ended) {
        kept.fence++;
        commit(kept, ended.state(), "belay", kept.fence, List.of(ended));
    }

    private boolean isFree(Kept kept) {
        if (!design.has(Design.Part.ONE_ACTIVE)) {
            return true;
        }
        return kept.what.scopes().stream()
                .map(scope -> kept(owners.getOrDefault(scope, "")))
                .allMatch(owner -> owner == null || makesWay(owner));
    }

    private boolean makesWay(Kept owner) {
        return owner.soaking && !open.containsValue(owner.id);
    }

    private boolean isCurrent(Kept kept) {
        if (!design.has(Design.Part.BASELINE_GUARD)) {
            return true;
        }
        return kept.what.baseline().entrySet().stream()
                .allMatch(line -> {
                    List<Past> past = history.getOrDefault(line.getKey(), List.of());
                    return line.getValue()
                            .covers(past.isEmpty() ? Baseline.NOTHING : runs(past.getLast()));
                });
    }

    private static Baseline runs(Past past) {
        return past.revision().isEmpty()
                ? Baseline.NOTHING
                : new Baseline(past.revision(), Digest.of(past.deployment()).text());
    }

    private @Nullable Kept kept(String id) {
        return releases.get(id);
    }

    private void begin(Kept kept) {
        var overtaken = new TreeSet<String>();
        for (Scope scope : kept.what.scopes()) {
            String owner = owners.get(scope);
            if (owner != null) {
                overtaken.add(owner);
            }
        }
        if (design.has(Design.Part.ONE_ACTIVE)) {
            for (String id : overtaken) {
                String note = "unsoaked: `" + kept.id + "` took over while it soaked";
                var ended = new Fact.Ended(ReleaseState.COMPLETED, note);
                end(Objects.requireNonNull(kept(id)), ended);
            }
        }
        kept.what.scopes().forEach(scope -> owners.put(scope, kept.id));
        kept.fence++;
        var started = new Fact.Started(List.copyOf(overtaken));
        commit(kept, ReleaseState.RUNNING, "belay", kept.fence, List.of(started));
    }

    @Override
    public Append.Reply append(Append append) {
        Kept kept = Objects.requireNonNull(releases.get(append.release()));
        boolean fenced = design.has(Design.Part.FENCE_AT_THE_JOURNAL);
        if (kept.state.ended()) {
            return new Append.Reply.LostLease();
        }
        if (append.writer() instanceof Append.Writer.Holder(long fence)
                && fenced
                && (fence != kept.fence || !kept.state.active())) {
            return new Append.Reply.LostLease();
        }
        if (append.version() != kept.entries.size() && fenced) {
            return new Append.Reply.Moved(kept.entries.size());
        }
        int before = kept.entries.size();
        long fence = 0;
        if (append.writer() instanceof Append.Writer.Holder(long held)) {
            fence = held;
            kept.leaseUntil = now() + kept.leaseMillis;
        }
        List<Fact> facts = append.facts().stream().map(fact -> withToken(fact, kept)).toList();
        kept.soaking = append.soaking();
        append.deployed().forEach(line -> deploy(kept, line));
        commit(kept, append.state(), append.actor(), fence, facts);
        return new Append.Reply.Appended(
                List.copyOf(kept.entries.subList(before, kept.entries.size())));
    }

    private Fact withToken(Fact fact, Kept kept) {
        return switch (fact) {
            case Fact.Intent f ->
                    new Fact.Intent(f.step(), f.direction(), f.scope(), next(f.scope(), kept));
            case Fact.Reattempt f ->
                    new Fact.Reattempt(
                            f.step(), f.direction(), f.scope(), next(f.scope(), kept), f.because());
            default -> fact;
        };
    }

    private long next(Scope scope, Kept kept) {
        if (!design.has(Design.Part.TOKEN_PER_OPERATION)) {
            return kept.ordinal * 1000 + kept.fence;
        }
        return tokens.merge(scope, 1L, Long::sum);
    }

    /// A second word about what a scope runs since this release changes that line.
    private void deploy(Kept kept, Deployed line) {
        List<Past> past = history.computeIfAbsent(line.scope(), _ -> new ArrayList<>());
        boolean soaked =
                line.soaked()
                        || past.stream()
                                .anyMatch(earlier ->
                                        earlier.soaked()
                                                && earlier.revision().equals(line.revision()));
        long at = now();
        if (!past.isEmpty()
                && past.getLast().release().equals(kept.id)
                && past.getLast().revision().equals(line.revision())) {
            Past last = past.removeLast();
            soaked |= last.soaked();
            at = last.at();
        }
        past.add(new Past(line.scope(), kept.id, line.revision(), line.deployment(), soaked, at));
    }

    private void commit(Kept kept, ReleaseState state, String actor, long fence, List<Fact> facts) {
        ReleaseRow before = kept.row();
        int first = kept.entries.size();
        for (Fact fact : facts) {
            kept.entries.add(
                    new Entry(kept.id, kept.entries.size() + 1L, now(), fence, actor, fact));
            track(kept, fact);
        }
        kept.state = state;
        if (state.ended()) {
            kept.soaking = false;
            kept.endedAt = now();
            owners.values().removeIf(kept.id::equals);
        }
        if (observer != null) {
            observer.committed(
                    before,
                    kept.row(),
                    List.copyOf(kept.entries.subList(first, kept.entries.size())));
        }
    }

    private void track(Kept kept, Fact fact) {
        switch (fact) {
            case Fact.Intent intent -> {
                String other = open.putIfAbsent(intent.scope(), kept.id);
                if (other != null && design.has(Design.Part.ONE_ACTIVE)) {
                    throw new IllegalStateException("two open intents on " + intent.scope());
                }
            }
            case Fact.Outcome outcome -> closeIntent(kept, outcome);
            case Fact.Scheduled(Appointment when, String _) -> kept.appointment = when;
            default -> {}
        }
    }

    private void closeIntent(Kept kept, Fact.Outcome outcome) {
        for (Entry entry : kept.entries) {
            if (entry.fact() instanceof Fact.Intent intent
                    && intent.step() == outcome.step()
                    && intent.direction() == outcome.direction()) {
                open.remove(intent.scope(), kept.id);
            }
        }
    }

    @Override
    public boolean renew(String release, long fence, Duration lease) {
        Kept kept = releases.get(release);
        if (kept == null || kept.fence != fence || !kept.state.active()) {
            return false;
        }
        lend(kept, lease);
        return true;
    }

    @Override
    public void giveBack(String release, long fence) {
        Kept kept = releases.get(release);
        if (kept != null && kept.fence == fence && kept.state.active()) {
            kept.fence++;
            kept.leaseUntil = 0;
        }
    }

    @Override
    public Optional<ReleaseRow> find(String release) {
        return Optional.ofNullable(releases.get(release)).map(Kept::row);
    }

    @Override
    public List<ReleaseRow> list(
            String environment, Set<ReleaseState> states, long before, int limit) {
        return ordered.stream()
                .filter(kept ->
                        environment.isEmpty() || kept.what.environment().equals(environment))
                .filter(kept -> states.isEmpty() || states.contains(kept.state))
                .filter(kept -> kept.ordinal < before)
                .sorted(Comparator.comparingLong((Kept kept) -> -kept.ordinal))
                .limit(limit)
                .map(Kept::row)
                .toList();
    }

    @Override
    public List<Entry> entries(String release, long after) {
        Kept kept = releases.get(release);
        if (kept == null) {
            return List.of();
        }
        List<Entry> entries = List.copyOf(kept.entries.subList((int) after, kept.entries.size()));
        if (after > 0) {
            return entries;
        }
        if (!design.has(Design.Part.UNDO_WHAT_FAILED)) {
            return onlyCompleted(entries);
        }
        return design.has(Design.Part.INTENT_FIRST) ? entries : forgetful(entries);
    }

    /// Who takes over is not told that a failed step was ever begun, and so does not undo it.
    private static List<Entry> onlyCompleted(List<Entry> entries) {
        var failed = new HashSet<Integer>();
        for (Entry entry : entries) {
            if (entry.fact() instanceof Fact.Outcome(int step, Direction way, Result.Failed _)
                    && way == Direction.DO) {
                failed.add(step);
            }
        }
        return entries.stream()
                .map(entry -> {
                    boolean began =
                            switch (entry.fact()) {
                                case Fact.Intent f ->
                                        f.direction() == Direction.DO && failed.contains(f.step());
                                case Fact.Reattempt f ->
                                        f.direction() == Direction.DO && failed.contains(f.step());
                                default -> false;
                            };
                    return began ? begun(entry) : entry;
                })
                .toList();
    }

    /// Without intents, whoever takes over cannot know what was begun.
    private static List<Entry> forgetful(List<Entry> entries) {
        var unfinished = new HashMap<String, Integer>();
        for (int i = 0; i < entries.size(); i++) {
            switch (entries.get(i).fact()) {
                case Fact.Intent f -> unfinished.put(f.step() + "/" + f.direction(), i);
                case Fact.Reattempt f -> unfinished.put(f.step() + "/" + f.direction(), i);
                case Fact.Outcome f -> unfinished.remove(f.step() + "/" + f.direction());
                default -> {}
            }
        }
        var told = new ArrayList<>(entries);
        unfinished.values().forEach(i -> told.set(i, begun(entries.get(i))));
        return told;
    }

    private static Entry begun(Entry entry) {
        Fact nothing =
                switch (entry.fact()) {
                    case Fact.Intent f ->
                            new Fact.Outcome(f.step(), f.direction(), new Result.NotDone(""));
                    case Fact.Reattempt f ->
                            new Fact.Outcome(f.step(), f.direction(), new Result.NotDone(""));
                    default -> entry.fact();
                };
        return new Entry(
                entry.release(), entry.seq(), entry.at(), entry.fence(), entry.actor(), nothing);
    }

    @Override
    public List<Past> history(Scope scope, int limit) {
        List<Past> past = history.getOrDefault(scope, List.of());
        return past.reversed().stream().limit(limit).toList();
    }

    @Override
    public List<Scope> scopes(String environment) {
        return history.keySet().stream()
                .filter(scope -> scope.environment().equals(environment))
                .sorted()
                .toList();
    }

    @Override
    public long token(Scope scope) {
        return tokens.getOrDefault(scope, 0L);
    }

    @Override
    public long now() {
        return clock.getAsLong();
    }

    @Override
    public void close() {}
}
