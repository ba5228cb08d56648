package dev.belay.simulation;

import dev.belay.execution.Mark;
import dev.belay.execution.PlanCodec;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanJson;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.LongSupplier;

/// One simulated run: some control planes that share a journal, some hosts, some people, from the
/// first draw to the last release's end.
final class Simulation {
    /// Longer than all deadlines and budgets of a release together: after it, one that has not
    /// ended is stuck.
    private static final long PATIENCE = 12 * 3_600_000L;

    /// A hundred times what a run usually takes.
    private static final long EVENTS_MAX = 200_000;

    private final Universe universe;
    private final Design design;
    private final Journal journal;
    private final Invariants invariants;
    private final Map<Scope, Host> hosts = new HashMap<>();
    private final Map<String, Plan> plans = new HashMap<>();
    private final Map<String, Deployment> deployments = new HashMap<>();
    private final List<Replica> replicas = new ArrayList<>();
    private final EnumMap<Mark, Integer> marks = new EnumMap<>(Mark.class);
    private final Set<Integer> crashPoints;
    private int toCome;
    private int calls;

    Simulation(Draws draws, Design design, Shape shape) {
        this(draws, design, shape, clock -> new SimJournal(clock, design));
    }

    /// Over a journal of the caller's, which is given the simulated clock.
    Simulation(Draws draws, Design design, Shape shape, Function<LongSupplier, Journal> journals) {
        this.design = design;
        this.crashPoints = shape.crashPoints();
        this.universe = new Universe(draws, shape.faultsMillis());
        this.journal = journals.apply(universe::now);
        this.invariants = new Invariants(this);
        this.toCome = shape.releases();
        if (journal instanceof SimJournal simulated) {
            simulated.observe(invariants);
        }
        var submitter = new Submitter(this, shape);
        for (int i = 0; i < shape.replicas(); i++) {
            Replica replica = new Replica(this, "r" + i);
            replicas.add(replica);
            universe.in(universe.below(1_000), replica::boot);
        }
        for (int i = 0; i < shape.releases(); i++) {
            int ordinal = i;
            universe.in(
                    universe.below(1 + shape.apartMillis() * i),
                    () -> {
                        submitter.submit(ordinal);
                        toCome--;
                    });
        }
        if (shape.faultsMillis() > 0) {
            for (int i = 0; i < 3; i++) {
                universe.in(universe.below(240_000), this::flap);
            }
        }
        new Crowd(this).begin(shape.faultsMillis() > 0);
    }

    /// How large a run is.
    ///
    /// @param planned whether the real planner makes the plans, of a platform drawn at random
    /// @param crashPoints numbers of the places where a replica crashes on purpose: twice the
    ///   number of the call, plus one for after it took effect
    record Shape(
            int replicas,
            int components,
            int releases,
            int apartMillis,
            long faultsMillis,
            boolean planned,
            Set<Integer> crashPoints) {
        static final Shape STORMY = new Shape(3, 3, 5, 60_000, 20 * 60_000L, false, Set.of());
        static final Shape PLANNED = new Shape(3, 3, 3, 60_000, 20 * 60_000L, true, Set.of());
        static final Shape CALM = new Shape(2, 1, 1, 0, 0, false, Set.of());

        /// Every fifth storm has the real planner's plans.
        static Shape storm(long seed) {
            return seed % 5 == 0 ? PLANNED : STORMY;
        }

        Shape crashingAt(Integer... points) {
            return new Shape(
                    replicas,
                    components,
                    releases,
                    apartMillis,
                    faultsMillis,
                    planned,
                    Set.of(points));
        }
    }

    private void flap() {
        if (universe.hit(Fault.INSTANCES_FLAP)) {
            hosts.values().forEach(Host::flap);
        }
    }

    /// Lets everything happen.
    ///
    /// @throws Violation when an invariant breaks, or something never ends
    Simulation run() {
        long limit = universe.now() + PATIENCE;
        while (!finished()) {
            if (!universe.step() || universe.now() > limit || universe.happened() > EVENTS_MAX) {
                throw new Violation("Liveness", "not ended: " + unfinished());
            }
        }
        return this;
    }

    private boolean finished() {
        if (journal instanceof SimJournal) {
            return toCome == 0 && invariants.ended() == invariants.submitted();
        }
        List<ReleaseRow> rows = releases();
        return toCome == 0 && rows.stream().allMatch(row -> row.state().ended());
    }

    private List<String> unfinished() {
        return journal.list("", Set.of(), Long.MAX_VALUE, 100).stream()
                .filter(row -> !row.state().ended())
                .map(row -> row.id() + " " + row.state())
                .toList();
    }

    // --- parts --------------------------------------------------------------------------------

    Universe universe() {
        return universe;
    }

    Journal journal() {
        return journal;
    }

    Invariants invariants() {
        return invariants;
    }

    Design design() {
        return design;
    }

    Host host(Scope scope) {
        return hosts.computeIfAbsent(scope, wanted -> new Host(universe, design, wanted));
    }

    /// The release that keeps users out there. Whoever only looks makes no host: a run that is
    /// looked at would be another one.
    String shutBy(Scope scope) {
        Host host = hosts.get(scope);
        return host == null ? "" : host.shutBy();
    }

    void nudge() {
        replicas.forEach(Replica::nudge);
    }

    int nextCall() {
        return ++calls;
    }

    int calls() {
        return calls;
    }

    boolean crashesAt(int point) {
        return crashPoints.contains(point);
    }

    void count(Mark mark) {
        marks.merge(mark, 1, Integer::sum);
    }

    Map<Mark, Integer> marks() {
        return marks;
    }

    List<ReleaseRow> releases() {
        return journal.list("", Set.of(), Long.MAX_VALUE, 1000);
    }

    // --- plans by name, since reading text thousands of times a second proves nothing -----------

    String keep(Plan plan) {
        String name = "plan " + plans.size();
        plans.put(name, plan);
        return name;
    }

    Plan plan(String name) {
        return Objects.requireNonNull(plans.get(name), name);
    }

    Deployment deployment(String name) {
        return Objects.requireNonNull(deployments.get(name), name);
    }

    PlanCodec codec() {
        return new PlanCodec() {
            @Override
            public Plan read(String plan) {
                return plan(plan);
            }

            @Override
            public String write(Deployment deployment) {
                String text = PlanJson.encode(deployment);
                deployments.put(text, deployment);
                return text;
            }
        };
    }
}
