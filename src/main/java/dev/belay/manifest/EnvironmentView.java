package dev.belay.manifest;

import dev.belay.problem.Problem;
import dev.belay.release.Canary;
import dev.belay.release.ImageRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The platform as one environment has it: defaults, overrides and the command line merged, groups
/// expanded, references known to exist, `after` and `order` known to have no cycle. This is what
/// the planner reads.
///
/// @param folder where the manifest lies; paths are relative to it
/// @param components in the order they are written
/// @param groups name to its components, nested groups expanded
/// @param order groups that follow each other; empty when `after` alone decides. A component that
///   no group of it names comes last
/// @param requires program to version range, `node` to `>=20`
/// @param prepare commands that run once before anything is built
/// @param smoke tests of the whole platform
/// @param soak how long a release must live before it may close; zero is not at all
/// @param canary how canaries go on
/// @param trafficTogether whether traffic moves once at the end, not group by group
/// @param gates what must be so before a release goes on
/// @param policies what releases are held to
/// @param environmentFiles dotenv files that the variables' values come from, later ones win
/// @param secrets stores that the values of the variables which they name come from, and no file
/// @param registry where its images go; absent where they go nowhere
/// @param unsupported everything declared here that this version cannot enforce: when it is not
///   empty a release must be refused, never go on as though nothing had been declared
public record EnvironmentView(
        String platform,
        String environment,
        Path folder,
        Target target,
        int portOffset,
        SequencedMap<String, Component> components,
        SequencedMap<String, Datastore> datastores,
        SequencedMap<String, External> externals,
        SequencedMap<String, List<String>> groups,
        List<List<String>> order,
        SortedMap<String, String> requires,
        List<List<String>> prepare,
        List<PlatformTest> smoke,
        Duration soak,
        Canary canary,
        boolean trafficTogether,
        Gates gates,
        Policies policies,
        List<Path> environmentFiles,
        List<SecretSource> secrets,
        @Nullable ImageRegistry registry,
        Responsible responsible,
        List<Problem> unsupported,
        Source source) {
    public EnvironmentView {
        components = sequenced(components);
        datastores = sequenced(datastores);
        externals = sequenced(externals);
        groups = sequenced(groups);
        order = order.stream().map(List::copyOf).toList();
        requires = Collections.unmodifiableSortedMap(new TreeMap<>(requires));
        prepare = prepare.stream().map(List::copyOf).toList();
        smoke = List.copyOf(smoke);
        environmentFiles = List.copyOf(environmentFiles);
        secrets = List.copyOf(secrets);
        unsupported = List.copyOf(unsupported);
    }

    /// The store that a variable comes from; empty for one that comes from none.
    public Optional<SecretSource> secretsOf(String variable) {
        return secrets.stream().filter(one -> one.variables().containsKey(variable)).findFirst();
    }

    /// Where its images go.
    public Optional<ImageRegistry> imageRegistry() {
        return Optional.ofNullable(registry);
    }

    /// A component that is known to be there.
    public Component component(String name) {
        return known(components.get(name), name);
    }

    /// A datastore that is known to be there.
    public Datastore datastore(String name) {
        return known(datastores.get(name), name);
    }

    /// The components that use a datastore, in the order they are written.
    public List<Component> usersOf(String datastore) {
        return components.values().stream()
                .filter(component -> component.uses().contains(datastore))
                .toList();
    }

    /// Names of the datastores whose schema belongs to all that use them.
    public List<String> sharedSchemas() {
        return datastores.values().stream()
                .filter(datastore -> datastore.migrations() != null)
                .map(Datastore::name)
                .toList();
    }

    /// An external that is known to be there.
    public External external(String name) {
        return known(externals.get(name), name);
    }

    private static <V> V known(@Nullable V value, String name) {
        if (value == null) {
            throw new IllegalArgumentException("nothing is called " + name);
        }
        return value;
    }

    private static <V> SequencedMap<String, V> sequenced(Map<String, V> map) {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(map));
    }
}
