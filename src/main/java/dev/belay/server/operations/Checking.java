package dev.belay.server.operations;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.SecretStores.Wanted;
import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.FolderCheck;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.Reading;
import dev.belay.manifest.SecretSource;
import dev.belay.manifest.VariableCheck;
import dev.belay.problem.Problem;
import dev.belay.release.SecretStore;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Finds out before a release what would go wrong in it: the manifest, the folders it names, and
/// the values of the variables it asks for. Values are looked at and never shown.
public final class Checking {
    private final Platform platform;
    private final Values values;

    public Checking(Platform platform, Values values) {
        this.platform = platform;
        this.values = values;
    }

    /// Checks one environment, or all of them when it is `""`.
    ///
    /// @return the environments that are in order
    /// @throws Denied with everything that is wrong in any of them
    public List<String> check(String environment, List<String> settings) {
        List<String> wanted =
                environment.isEmpty() ? platform.manifest().environments() : List.of(environment);
        // The same line may be wrong for several environments.
        var problems = new LinkedHashMap<String, Problem>();
        for (String name : wanted) {
            EnvironmentView view = platform.in(name, settings).view();
            view.unsupported().forEach(p -> problems.putIfAbsent(key(p), p));
            // Nobody would see the warnings about programs: those are for people at a terminal.
            FolderCheck.check(view, "").wrong().forEach(p -> problems.putIfAbsent(key(p), p));
            CertificateCheck.of(view, Instant.now())
                    .wrong()
                    .forEach(p -> problems.putIfAbsent(key(p), p));
            policies(view).forEach(p -> problems.putIfAbsent(key(p), p));
            variables(view, view.components().keySet())
                    .forEach(p -> problems.putIfAbsent(key(p), p));
            SecretSearch secrets = secrets(name);
            secrets.told(view, view.components().keySet())
                    .forEach(p -> problems.putIfAbsent(key(p), p));
            secrets.sources(Path.of(".belay"))
                    .wrong()
                    .forEach(p -> problems.putIfAbsent(key(p), p));
        }
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(List.copyOf(problems.values())));
        }
        return wanted;
    }

    private static List<Problem> policies(EnvironmentView view) {
        List<Problem> misspelt = PolicyDesk.problems(view);
        return misspelt.isEmpty() ? PolicyDesk.broken(view).refused() : misspelt;
    }

    private static String key(Problem problem) {
        return problem.place() + problem.message();
    }

    /// All environments that are in order.
    List<EnvironmentView> environments() {
        Manifest manifest = platform.manifest();
        return manifest.environments().stream()
                .flatMap(name ->
                        manifest.in(name) instanceof Reading.Read<EnvironmentView>(var view)
                                ? Stream.of(view)
                                : Stream.empty())
                .toList();
    }

    /// A search for secrets that knows those of an environment, and of those that promote from it:
    /// what is released here goes there. Of the latter no store elsewhere is asked, as a release
    /// has no need of it.
    SecretSearch secrets(String environment) {
        Manifest manifest = platform.manifest();
        var views = new TreeMap<String, EnvironmentView>();
        for (String name : manifest.environments()) {
            if (manifest.in(name) instanceof Reading.Read<EnvironmentView>(var view)) {
                views.put(name, view);
            }
        }
        List<EnvironmentView> wanted =
                views.values().stream()
                        .filter(view -> isOrPromotesFrom(view, environment, views))
                        .toList();
        return SecretSearch.of(
                manifest,
                wanted,
                (name, variable) ->
                        name.equals(environment) || isHere(views.get(name), variable)
                                ? known(name, variable)
                                : Optional.empty(),
                LocalDate.now(ZoneOffset.UTC));
    }

    private static boolean isOrPromotesFrom(
            EnvironmentView view, String environment, Map<String, EnvironmentView> views) {
        EnvironmentView below = view;
        // A chain is no longer than there are environments, wherever a mistake leads.
        for (int i = 0; i < views.size() && below != null; i++) {
            if (below.environment().equals(environment)) {
                return true;
            }
            below = views.get(below.gates().promotedFrom());
        }
        return false;
    }

    private static boolean isHere(@Nullable EnvironmentView view, String variable) {
        return view != null
                && view.secretsOf(variable)
                        .map(SecretSource::store)
                        .filter(SecretStore.Remote.class::isInstance)
                        .isEmpty();
    }

    /// What a store does not give is not searched for; that of what is shipped was complained about
    /// before.
    private Optional<String> known(String environment, String name) {
        try {
            return values.find(environment, name).map(secret -> secret.use(text -> text));
        } catch (UncheckedIOException _) {
            return Optional.empty();
        }
    }

    /// What is wrong with the variables of these components, and of the dependencies they use.
    public List<Problem> variables(EnvironmentView view, Set<String> components) {
        var asked = new Asked(view);
        var problems = new ArrayList<>(VariableCheck.check(only(view, components), asked));
        problems.addAll(asked.problems());
        return problems;
    }

    /// Which store the variables of these components come from and in which version, where they
    /// come from any.
    SortedMap<String, String> sources(EnvironmentView view, Set<String> components) {
        var sources = new TreeMap<String, String>();
        for (Component component : only(view.components(), components).values()) {
            for (String name : component.variables().required()) {
                if (view.secretsOf(name).isPresent()) {
                    values.origin(view.environment(), name)
                            .ifPresent(origin -> sources.put(name, origin.said()));
                }
            }
        }
        return sources;
    }

    /// The values of an environment, asked of the stores as they are needed.
    private final class Asked implements VariableCheck.Given {
        private final EnvironmentView view;
        private final Map<String, String> beside;
        private final Wanted now = values.now();
        private final Map<String, SecretFailure> failures = new TreeMap<>();

        Asked(EnvironmentView view) {
            this.view = view;
            beside = values.beside(view.environment());
        }

        @Override
        public Optional<String> find(String name) {
            Optional<SecretSource> source = view.secretsOf(name);
            if (source.isEmpty()) {
                return Optional.ofNullable(beside.get(name));
            }
            if (failures.containsKey(name)) {
                return Optional.empty();
            }
            try {
                return Optional.of(
                        values.find(view.environment(), source.get(), name, now).use(text -> text));
            } catch (SecretFailure e) {
                failures.put(name, e);
                return Optional.empty();
            }
        }

        @Override
        public boolean isElsewhere(String name) {
            return failures.containsKey(name);
        }

        /// What stores did not give.
        ///
        /// @throws Denied when one of them is away, which is no problem of what anybody wrote
        List<Problem> problems() {
            for (SecretFailure failure : failures.values()) {
                if (failure.isAway()) {
                    throw Denied.failure(failure.reason(), failure.hint());
                }
            }
            return failures.entrySet().stream()
                    .map(one -> problem(one.getKey(), one.getValue()))
                    .toList();
        }

        private Problem problem(String name, SecretFailure failure) {
            boolean missing = failure.kind() == SecretFailure.Kind.MISSING;
            return new Problem(
                    missing ? "secrets/missing" : "secrets/refused",
                    view.secretsOf(name).orElseThrow().source().at("variables", name),
                    "`%s`: %s".formatted(name, failure.reason()),
                    failure.hint());
        }
    }

    /// The view without what is not to be shipped: nobody has to fill in variables for that.
    private static EnvironmentView only(EnvironmentView view, Set<String> components) {
        var kept = only(view.components(), components);
        var used = new TreeSet<String>();
        kept.values().stream().map(Component::uses).forEach(used::addAll);
        return new EnvironmentView(
                view.platform(),
                view.environment(),
                view.folder(),
                view.target(),
                view.portOffset(),
                kept,
                only(view.datastores(), used),
                only(view.externals(), used),
                view.groups(),
                view.order(),
                view.requires(),
                view.prepare(),
                view.smoke(),
                view.soak(),
                view.canary(),
                view.trafficTogether(),
                view.gates(),
                view.policies(),
                view.environmentFiles(),
                view.secrets(),
                view.registry(),
                view.responsible(),
                view.unsupported(),
                view.source());
    }

    /// What no artifact is made of, relative to the manifest's folder: the files of the manifest
    /// itself, the dotenv files of all environments, and the files that their secrets lie in.
    Set<Path> keptBack() {
        Manifest manifest = platform.manifest();
        Set<Path> files = new HashSet<>();
        manifest.files().forEach(file -> files.add(Path.of(file)));
        for (String environment : manifest.environments()) {
            if (manifest.in(environment) instanceof Reading.Read<EnvironmentView>(var view)) {
                files.addAll(view.environmentFiles());
                files.addAll(SecretFiles.keptBack(view));
            }
        }
        return files;
    }

    private static <V> SequencedMap<String, V> only(Map<String, V> all, Set<String> names) {
        var kept = new LinkedHashMap<>(all);
        kept.keySet().retainAll(names);
        return kept;
    }
}
