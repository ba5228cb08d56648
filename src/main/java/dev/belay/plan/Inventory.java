package dev.belay.plan;

import dev.belay.release.Baseline;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an environment runs, as the journal and the drivers know it at the moment of planning.
///
/// @param datastores of those whose schema all share, which schemas they had; nothing runs of them
/// @param brought by set of migrations, the versions that its database has, where no release of
///   this journal brought any: somebody adopted them
/// @param moving those of them whose schema a release brought that has not ended
/// @param limits by datastore, what a restore could not do there
public record Inventory(
        String environment,
        Map<String, Component> components,
        Map<String, Component> datastores,
        Set<String> moving,
        Map<String, Set<String>> brought,
        Map<String, List<String>> limits) {
    public Inventory {
        components = Map.copyOf(components);
        datastores = Map.copyOf(datastores);
        moving = Set.copyOf(moving);
        brought = Map.copyOf(brought);
        limits = Map.copyOf(limits);
    }

    /// One whose databases have only what releases brought.
    public Inventory(
            String environment,
            Map<String, Component> components,
            Map<String, Component> datastores,
            Set<String> moving) {
        this(environment, components, datastores, moving, Map.of(), Map.of());
    }

    /// One in which no schema is shared.
    public Inventory(String environment, Map<String, Component> components) {
        this(environment, components, Map.of(), Set.of(), Map.of(), Map.of());
    }

    /// The same with other components and datastores.
    public Inventory having(Map<String, Component> some, Map<String, Component> stores) {
        return new Inventory(environment, some, stores, moving, brought, limits);
    }

    /// The same with databases of which that is known.
    public Inventory knowing(Map<String, Set<String>> versions) {
        return new Inventory(environment, components, datastores, moving, versions, limits);
    }

    /// The same with datastores of which not everything can be restored.
    public Inventory limited(Map<String, List<String>> by) {
        return new Inventory(environment, components, datastores, moving, brought, by);
    }

    Set<String> brought(@Nullable Migrations to) {
        return to == null ? Set.of() : brought.getOrDefault(to.set(), Set.of());
    }

    /// What components ran when the releases up to one had ended, by the digests of that; who ran
    /// nothing then is not among them.
    ///
    /// @param release an id
    public Map<String, String> asOf(String release) {
        long number = Past.number(release);
        var then = new HashMap<String, String>();
        components.forEach((name, component) ->
                component.history().stream()
                        .filter(past -> past.number() <= number)
                        .findFirst()
                        .filter(past -> !past.deployment().isEnded())
                        .ifPresent(past -> then.put(name, past.digest())));
        return then;
    }

    /// By component, the last that soaked of an artifact, by the digest of that.
    ///
    /// @param artifacts component to the artifact that is looked for
    public Map<String, String> with(Map<String, Digest> artifacts) {
        var found = new HashMap<String, String>();
        artifacts.forEach((name, artifact) -> {
            Component component = components.get(name);
            if (component != null) {
                component.history().stream()
                        .filter(Past::soaked)
                        .filter(past -> !past.deployment().isEnded())
                        .filter(past -> past.deployment().revision().artifact().equals(artifact))
                        .findFirst()
                        .ifPresent(past -> found.put(name, past.digest()));
            }
        });
        return found;
    }

    public static Inventory empty(String environment) {
        return new Inventory(environment, Map.of());
    }

    /// One component's past and present.
    ///
    /// @param history newest first: what it runs, or will run once the releases ahead in the queue
    ///   have ended well, then what it ran before
    /// @param running revision id to number of instances that exist, warm ones included
    public record Component(List<Past> history, Map<String, Integer> running) {
        public Component {
            history = List.copyOf(history);
            running = Map.copyOf(running);
        }

        /// Whether there is nothing of it to end, nor to take back.
        boolean isEnded() {
            return running.isEmpty()
                    && (history.isEmpty() || history.getFirst().deployment().isEnded());
        }
    }

    /// One thing that a component ran.
    ///
    /// @param soaked whether it lived healthy for its whole soak: only then a rollback target
    /// @param digest of the deployment as the journal keeps it
    public record Past(Deployment deployment, boolean soaked, String release, String digest) {
        /// One that is written as this version writes it.
        public Past(Deployment deployment, boolean soaked, String release) {
            this(deployment, soaked, release, Digest.of(PlanJson.encode(deployment)).text());
        }

        /// Its place among the releases of the environment: they are numbered as they are asked
        /// for, `local-12`. 0 where the name says nothing.
        long number() {
            return number(release);
        }

        private static long number(String release) {
            String digits = release.substring(release.lastIndexOf('-') + 1);
            return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : 0;
        }

        /// The same with another schema than the journal says; the journal's digest stays.
        public Past having(Migrations schema) {
            return new Past(deployment.with(schema), soaked, release, digest);
        }

        Baseline baseline() {
            return new Baseline(deployment.revision().id(), digest);
        }
    }
}
