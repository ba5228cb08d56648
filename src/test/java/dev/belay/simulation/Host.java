package dev.belay.simulation;

import dev.belay.driver.Answer;
import dev.belay.driver.Finding;
import dev.belay.driver.Look;
import dev.belay.driver.Order;
import dev.belay.release.Scope;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/// The simulated machine of one component: its instances, its line in the gateway's table, its
/// jobs, and the tokens that it has seen. It refuses and seals as a real driver must, and it is
/// where the invariants about the world are judged.
final class Host {
    private static final long BOOT_MAX = 8_000;
    private static final long FLAP_MAX = 20_000;
    private static final long SPREAD = 3_000;

    private final Universe universe;
    private final Design design;
    private final Scope scope;
    private final Map<String, List<Long>> readyAt = new TreeMap<>();
    private final Map<String, Integer> happened = new HashMap<>();
    private final Map<String, Long> jobEnds = new HashMap<>();
    private final Set<String> published = new HashSet<>();
    private final Set<String> applied = new TreeSet<>();
    private final Set<String> halfDone = new HashSet<>();
    private Traffic traffic = Traffic.none(80);
    private Traffic spreading = Traffic.none(80);
    private String shutBy = "";
    private long targetLast;
    private long routerLast;

    Host(Universe universe, Design design, Scope scope) {
        this.universe = universe;
        this.design = design;
        this.scope = scope;
    }

    // --- what an observer sees ----------------------------------------------------------------

    int count(String revision) {
        return readyAt.getOrDefault(revision, List.of()).size();
    }

    Map<String, Integer> counts() {
        var counts = new TreeMap<String, Integer>();
        readyAt.forEach((revision, instances) -> counts.put(revision, instances.size()));
        counts.values().removeIf(count -> count == 0);
        return counts;
    }

    Traffic traffic() {
        return traffic;
    }

    /// The release that keeps users out; empty while they come in.
    String shutBy() {
        return shutBy;
    }

    boolean happened(String job) {
        return happened.containsKey(job);
    }

    private int ready(String revision, int among) {
        List<Long> instances = readyAt.getOrDefault(revision, List.of());
        int ready = 0;
        for (int i = 0; i < Math.min(among, instances.size()); i++) {
            if (instances.get(i) <= universe.now()) {
                ready++;
            }
        }
        return ready;
    }

    /// Whether at least one request could be answered now.
    private boolean serving() {
        return serves(traffic) && serves(spreading);
    }

    private boolean serves(Traffic table) {
        return table.shares().stream()
                .anyMatch(s ->
                        s.weight() > 0
                                && (files(s)
                                        ? published.contains(s.revision())
                                        : ready(s.revision(), s.instances()) > 0));
    }

    /// Whether the gateway itself answers, from the files of a frontend.
    private static boolean files(Traffic.Share share) {
        return share.instances() == 0;
    }

    private boolean fit(Traffic.Share share) {
        return files(share)
                ? published.contains(share.revision())
                : ready(share.revision(), share.instances()) >= share.instances();
    }

    // --- effects ------------------------------------------------------------------------------

    Answer apply(Work.Effect effect, Order order) {
        if (!scope.equals(order.scope())) {
            throw new Violation("Isolation", effect + " was sent to " + scope);
        }
        boolean route = effect instanceof Work.Route;
        boolean router = atTheRouter(effect);
        long last = router ? routerLast : targetLast;
        if (design.has(Design.Part.FENCE_AT_THE_TARGET) && refuses(order.token(), last)) {
            return new Answer.Stale(last);
        }
        if (router) {
            routerLast = Math.max(last, order.token());
        } else {
            targetLast = Math.max(last, order.token());
        }
        if (universe.hit(Fault.STEP_FAILS_FOR_NOW)) {
            return new Answer.Failed("no luck this time", "", true);
        }
        if (route && universe.hit(Fault.INSTANCES_FLAP)) {
            // The worst moment: whoever looked before the call saw them well.
            flap();
        }
        boolean before = serving();
        boolean guarded =
                design.has(Design.Part.GUARD_AT_APPLY) && design.has(Design.Part.GUARD_IN_TIME);
        String danger = guarded ? danger(effect) : "";
        Answer answer = danger.isEmpty() ? carryOut(effect, order) : new Answer.NotYet(danger);
        // Going back to where nothing ran is the one way to serve nobody on purpose.
        boolean wanted =
                effect instanceof Work.Route toNobody && toNobody.traffic().shares().isEmpty();
        if (before && !serving() && !wanted) {
            throw new Violation("TrafficSafe", "nobody serves " + scope + " after " + effect);
        }
        return answer;
    }

    private static boolean atTheRouter(Work.Effect effect) {
        return effect instanceof Work.Route
                || effect instanceof Work.Shut
                || effect instanceof Work.Open;
    }

    private Answer carryOut(Work.Effect effect, Order order) {
        return switch (effect) {
            case Work.Scale work -> scale(work);
            case Work.Route work -> route(work);
            case Work.RunJob _ -> job(order);
            case Work.MigrateByCommand(var revision, var _, var _) -> {
                alone(revision.id());
                yield job(order);
            }
            case Work.TakeBackByCommand(var revision, var _, var _) -> {
                alone(revision.id());
                yield takeBack(order);
            }
            case Work.Migrate(var to, var fresh) -> migrate(to.versions(), fresh);
            case Work.TakeBack(var _, var _, var versions, boolean _) -> takeBack(versions);
            case Work.Publish(var revision) -> publish(revision.id());
            case Work.Shut _ -> door(order.release());
            case Work.Open _ -> door(shutBy.equals(order.release()) ? "" : shutBy);
        };
    }

    /// Killed in the middle, a part of it is there, and the next call goes on.
    private Answer migrate(Collection<String> versions, Collection<String> fresh) {
        for (String version : versions) {
            if (!applied.contains(version) && universe.hit(Fault.STEP_FAILS)) {
                boolean nothingLeft = Collections.disjoint(applied, fresh);
                return new Answer.Refused(version + " was refused", "", nothingLeft);
            }
            applied.add(version);
        }
        return new Answer.Done("");
    }

    private Answer takeBack(List<String> versions) {
        for (String version : versions.reversed()) {
            if (applied.contains(version) && universe.hit(Fault.STEP_FAILS)) {
                return new Answer.Failed(version + " could not be taken back", "", false);
            }
            applied.remove(version);
        }
        return new Answer.Done("");
    }

    private Answer door(String by) {
        if (universe.hit(Fault.STEP_FAILS)) {
            return new Answer.Failed("the gateway took no door", "", false);
        }
        shutBy = by;
        return new Answer.Done("");
    }

    private Answer publish(String revision) {
        if (universe.hit(Fault.STEP_FAILS)) {
            return new Answer.Failed("it could not be unpacked", "", false);
        }
        published.add(revision);
        return new Answer.Done("");
    }

    /// Why the effect would leave requests unanswered if it were applied now, or `""`.
    String danger(Work.Effect effect) {
        return switch (effect) {
            case Work.Scale(var revision, int instances) ->
                    instances < needed(traffic, revision.id())
                            ? "the router still sends to " + revision.id()
                            : "";
            case Work.Route route ->
                    route.traffic().shares().stream()
                            .filter(share -> share.weight() > 0)
                            .filter(share -> !fit(share))
                            .findFirst()
                            .map(share -> share.revision() + " is not ready")
                            .orElse("");
            case Work.RunJob _,
                    Work.Publish _,
                    Work.Migrate _,
                    Work.TakeBack _,
                    Work.Shut _,
                    Work.Open _ ->
                    "";
            case Work.MigrateByCommand _, Work.TakeBackByCommand _ -> "";
        };
    }

    /// A token for a whole lease must be let in again and again, which is what is wrong with it.
    private boolean refuses(long token, long last) {
        return design.has(Design.Part.TOKEN_PER_OPERATION) ? token <= last : token < last;
    }

    private Answer scale(Work.Scale work) {
        String revision = work.revision().id();
        List<Long> instances = readyAt.computeIfAbsent(revision, _ -> new ArrayList<>());
        if (universe.hit(Fault.STEP_FAILS)) {
            grow(instances, Math.min(work.instances(), 1));
            return new Answer.Failed("it could not be started", "", false);
        }
        grow(instances, work.instances());
        while (instances.size() > work.instances()) {
            instances.removeLast();
        }
        return new Answer.Done("");
    }

    private void grow(List<Long> instances, int wanted) {
        while (instances.size() < wanted) {
            boolean never = universe.hit(Fault.NEVER_READY);
            long boot = 1L + universe.below((int) BOOT_MAX);
            // Somebody mends what never gets ready, long after the release has given up on it.
            instances.add(never ? universe.calmAt() + boot : universe.now() + boot);
        }
    }

    private static int needed(Traffic table, String revision) {
        return table.shares().stream()
                .filter(share -> share.weight() > 0 && share.revision().equals(revision))
                .mapToInt(Traffic.Share::instances)
                .sum();
    }

    private Answer route(Work.Route work) {
        traffic = work.traffic();
        if (design.has(Design.Part.ROUTER_CONFIRMS)) {
            spreading = traffic;
        } else {
            Traffic wanted = traffic;
            universe.in(SPREAD, () -> spreading = wanted);
        }
        return new Answer.Done("");
    }

    private Answer job(Order order) {
        String job = order.release() + "/" + order.step();
        if (universe.hit(Fault.STEP_FAILS)) {
            return new Answer.Failed("the job failed", "", false);
        }
        if (universe.hit(Fault.JOB_HALF_DONE)) {
            halfDone.add(job);
            return new Answer.Failed("the job died half-way", "", true);
        }
        int times = happened.merge(job, 1, Integer::sum);
        if (times > 1) {
            throw new Violation("AtMostOnce", job + " happened " + times + " times");
        }
        jobEnds.put(job, universe.now() + (long) universe.below(60_000));
        return new Answer.Done("");
    }

    /// There may be nothing to take back, or part of it; done again it is as it was.
    private Answer takeBack(Order order) {
        String job = order.release() + "/" + order.step();
        if (universe.hit(Fault.STEP_FAILS)) {
            return new Answer.Failed("it could not be taken back", "", true);
        }
        if (happened(job) && jobEnds.getOrDefault(job, 0L) > universe.now()) {
            return new Answer.NotYet("what is taken back still runs");
        }
        happened.remove(job);
        halfDone.remove(job);
        return new Answer.Done("");
    }

    /// A schema never changes under the revision that it changes for.
    private void alone(String revision) {
        if (count(revision) > 0) {
            throw new Violation("SchemaAlone", count(revision) + " × " + revision + " run beside");
        }
    }

    /// Whether it is what runs to its end, and nothing but its own record or probe tells how.
    private static boolean runs(Work.Effect effect) {
        return effect instanceof Work.RunJob || effect instanceof Work.MigrateByCommand;
    }

    private static boolean hasNoProbe(Work.Effect effect) {
        return (effect instanceof Work.RunJob job && job.probe().isEmpty())
                || (effect instanceof Work.MigrateByCommand up && up.by().probe().isEmpty());
    }

    // --- probes -------------------------------------------------------------------------------

    Finding probe(Work.Effect effect, Order order) {
        if (design.has(Design.Part.PROBE_SEALS)) {
            if (atTheRouter(effect)) {
                routerLast = Math.max(routerLast, order.token() - 1);
            } else {
                targetLast = Math.max(targetLast, order.token() - 1);
            }
        }
        if (!design.has(Design.Part.PROBE)) {
            return new Finding.NotDone();
        }
        if (universe.hit(Fault.PROBE_CANNOT_SAY)) {
            return hasNoProbe(effect)
                    ? new Finding.Unknowable("its record is lost")
                    : new Finding.Unknown("the probe does not know");
        }
        boolean done =
                switch (effect) {
                    case Work.Scale work -> count(work.revision().id()) == work.instances();
                    case Work.Route work -> traffic.equals(work.traffic());
                    case Work.Publish work -> published.contains(work.revision().id());
                    case Work.Shut _ -> shutBy.equals(order.release());
                    case Work.Open _ -> !shutBy.equals(order.release());
                    case Work.Migrate work -> applied.containsAll(work.to().versions());
                    case Work.TakeBack work -> Collections.disjoint(applied, work.versions());
                    case Work.RunJob _, Work.MigrateByCommand _ ->
                            happened(order.release() + "/" + order.step());
                    case Work.TakeBackByCommand _ ->
                            !happened(order.release() + "/" + order.step());
                };
        String job = order.release() + "/" + order.step();
        if (runs(effect) && done && jobEnds.getOrDefault(job, 0L) > universe.now()) {
            return new Finding.InProgress("the job runs");
        }
        if (runs(effect) && !done && halfDone.contains(job)) {
            return hasNoProbe(effect)
                    ? new Finding.Failed("it ended with status 1", "")
                    : new Finding.Partial("half of it is there");
        }
        return done ? new Finding.Done("") : new Finding.NotDone();
    }

    // --- looks --------------------------------------------------------------------------------

    Look look(Work.Check check, Duration since) {
        return switch (check) {
            case Work.Preflight _,
                    Work.Reachable _,
                    Work.SmokePrivate _,
                    Work.SmokePublic _,
                    Work.BackedUp _,
                    Work.ReturnRehearsed _,
                    Work.Rehearsed _,
                    Work.Evidenced _,
                    Work.Compatible _,
                    Work.Consented _,
                    Work.InWindow _,
                    Work.SecretsCurrent _,
                    Work.Policed _,
                    Work.Hosted _,
                    Work.Foreseen _ ->
                    universe.hit(Fault.CHECK_FAILS)
                            ? new Look.Failed("it is not well", "", "")
                            : new Look.Done("");
            case Work.Ready(var revision, int instances) ->
                    ready(revision.id(), instances) >= instances
                            ? new Look.Done("")
                            : new Look.Waiting(Duration.ofMillis(100), "not ready");
            case Work.Drained _ ->
                    since.toMillis() > 2_000
                            ? new Look.Done("")
                            : new Look.Waiting(Duration.ofMillis(500), "in flight");
            case Work.Soak(var revisions, Duration time) -> soak(revisions.size(), time, since);
            case Work.Judged judged -> soak(2, judged.rule().least(), since);
            case Work.Settled settled -> settled(settled);
            case Work.LetIn _ ->
                    shutBy.isEmpty()
                            ? new Look.Done("")
                            : new Look.Waiting(Duration.ofMillis(200), "shut by " + shutBy);
        };
    }

    private Look soak(int revisions, Duration time, Duration since) {
        if (revisions > 0 && universe.hit(Fault.CHECK_FAILS)) {
            return new Look.Failed("it fell ill after a while", "", "");
        }
        return since.compareTo(time) >= 0
                ? new Look.Done("")
                : new Look.Waiting(Duration.ofSeconds(5), "soaking");
    }

    Look settled(Work.Settled settled) {
        for (Map.Entry<String, Integer> wanted : settled.instances().entrySet()) {
            if (count(wanted.getKey()) != wanted.getValue()) {
                return new Look.Waiting(Duration.ofMillis(200), "instances " + counts());
            }
        }
        boolean routed =
                settled.traffic().stream()
                        .allMatch(wanted -> traffic.shares().equals(wanted.shares()));
        return routed
                ? new Look.Done("")
                : new Look.Waiting(Duration.ofMillis(200), "traffic " + traffic);
    }

    // --- bad days -----------------------------------------------------------------------------

    /// Some instances stop answering for a while.
    void flap() {
        long until = universe.now() + universe.below((int) FLAP_MAX);
        for (List<Long> instances : readyAt.values()) {
            for (int i = 0; i < instances.size(); i++) {
                if (universe.below(2) == 1) {
                    instances.set(i, Math.max(instances.get(i), until));
                }
            }
        }
    }

    /// Somebody raised the tokens behind the journal's back, as after a restore of the journal.
    void aheadOfTheJournal(long token) {
        targetLast = token;
        routerLast = token;
    }
}
