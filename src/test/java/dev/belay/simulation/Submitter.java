package dev.belay.simulation;

import dev.belay.journal.Journal;
import dev.belay.journal.NewRelease;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.Submission;
import dev.belay.plan.Deployment;
import dev.belay.plan.Plan;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whoever asks for releases: plans against what will run once the releases ahead have ended well,
/// as the server does.
final class Submitter {
    private final Simulation simulation;
    private final Universe universe;
    private final Simulation.Shape shape;
    private final @Nullable Author author;
    private int revisions;
    private static final List<SimPlans.Job> JOBS = List.of(SimPlans.Job.values());

    Submitter(Simulation simulation, Simulation.Shape shape) {
        this.simulation = simulation;
        this.universe = simulation.universe();
        this.shape = shape;
        this.author = shape.planned() ? new Author(simulation, shape.components()) : null;
    }

    void submit(int ordinal) {
        boolean supersede;
        List<Plan> plans;
        if (author == null) {
            plans = List.of(written());
            supersede = universe.below(4) == 3;
        } else {
            supersede = universe.below(4) == 3;
            plans = author.next(supersede);
        }
        if (plans.isEmpty()) {
            return;
        }
        Submission.Reply reply = send(ordinal, plans, supersede);
        if (universe.below(4) == 3) {
            send(ordinal, plans, supersede);
        }
        simulation.nudge();
        if (!(reply instanceof Submission.Reply.Accepted)) {
            throw new Violation("Idempotency", "refused " + reply);
        }
    }

    private Plan written() {
        boolean joined = universe.below(2) == 1;
        int first = universe.below(shape.components());
        int many = 1 + universe.below(Math.min(2, shape.components()));
        Duration soak = Duration.ofSeconds(universe.below(2) == 0 ? 0 : 30 + universe.below(60));
        var changes = new ArrayList<SimPlans.Change>();
        for (int i = 0; i < many; i++) {
            changes.add(change("c" + (first + i) % shape.components()));
        }
        return SimPlans.plan(changes, joined, soak);
    }

    private Submission.Reply send(int ordinal, List<Plan> plans, boolean supersede) {
        List<NewRelease> releases = plans.stream().map(plan -> release(ordinal, plan)).toList();
        return simulation
                .journal()
                .submit(new Submission(releases, "anna", "", "key " + ordinal, "body", supersede));
    }

    private NewRelease release(int ordinal, Plan plan) {
        return new NewRelease(
                SimPlans.ENVIRONMENT,
                "release " + ordinal,
                plan.scopes(),
                plan.baseline(),
                simulation.keep(plan),
                "",
                "",
                1);
    }

    private SimPlans.Change change(String component) {
        revisions++;
        int instances = 1 + universe.below(3);
        SimPlans.Job job = JOBS.get(universe.below(JOBS.size()));
        boolean rolling = universe.below(3) == 2;
        Optional<Deployment> now = now(component);
        Optional<Deployment> back = soaked(component).or(() -> now);
        // A rolling release consumes what it replaces, so it leads back only there.
        boolean plain = now.equals(back);
        return new SimPlans.Change(
                component,
                SimPlans.deployment(component, revisions, instances),
                now,
                back,
                job,
                rolling && plain,
                universe.below(3) == 2);
    }

    private Optional<ReleaseRow> ahead(String component) {
        Scope scope = Scope.component(SimPlans.ENVIRONMENT, component);
        return simulation
                .journal()
                .list(
                        "",
                        Set.of(
                                ReleaseState.QUEUED,
                                ReleaseState.RUNNING,
                                ReleaseState.PAUSED,
                                ReleaseState.ROLLING_BACK,
                                ReleaseState.HELD),
                        Long.MAX_VALUE,
                        100)
                .stream()
                .filter(row -> row.scopes().contains(scope))
                .findFirst();
    }

    private boolean expects(String component) {
        return ahead(component).filter(row -> !row.soaking()).isPresent();
    }

    private Optional<Deployment> now(String component) {
        Optional<ReleaseRow> ahead = ahead(component);
        if (ahead.isPresent()) {
            return Optional.ofNullable(
                    simulation.plan(ahead.get().plan()).desired().get(component));
        }
        return past(component).stream().findFirst().flatMap(this::deployment);
    }

    private Optional<Deployment> soaked(String component) {
        if (expects(component)) {
            return Optional.empty();
        }
        return past(component).stream()
                .filter(Journal.Past::soaked)
                .findFirst()
                .flatMap(this::deployment)
                .filter(this::isWhole);
    }

    /// A release that was taken over from may have thinned it out; then it is no way back.
    private boolean isWhole(Deployment deployment) {
        Scope scope = Scope.component(SimPlans.ENVIRONMENT, deployment.revision().component());
        return simulation.host(scope).count(deployment.revision().id()) == deployment.instances();
    }

    private List<Journal.Past> past(String component) {
        return simulation.journal().history(Scope.component(SimPlans.ENVIRONMENT, component), 100);
    }

    private Optional<Deployment> deployment(Journal.Past past) {
        return past.revision().isEmpty()
                ? Optional.empty()
                : Optional.of(simulation.deployment(past.deployment()));
    }
}
