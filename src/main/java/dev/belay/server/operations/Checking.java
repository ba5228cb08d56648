package dev.belay.server.operations;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.FolderCheck;
import dev.belay.manifest.Manifest;
import dev.belay.manifest.Reading;
import dev.belay.manifest.VariableCheck;
import dev.belay.problem.Problem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

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
            variables(view, view.components().keySet())
                    .forEach(p -> problems.putIfAbsent(key(p), p));
        }
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(List.copyOf(problems.values())));
        }
        return wanted;
    }

    private static String key(Problem problem) {
        return problem.place() + problem.message();
    }

    /// What is wrong with the variables of these components, and of the dependencies they use.
    public List<Problem> variables(EnvironmentView view, Set<String> components) {
        return VariableCheck.check(only(view, components), values.all(view.environment()));
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
                view.trafficTogether(),
                view.gates(),
                view.environmentFiles(),
                view.responsible(),
                view.unsupported(),
                view.source());
    }

    /// What no artifact is made of, relative to the manifest's folder: the files of the manifest
    /// itself, and the dotenv files of all environments.
    Set<Path> keptBack() {
        Manifest manifest = platform.manifest();
        Set<Path> files = new HashSet<>();
        manifest.files().forEach(file -> files.add(Path.of(file)));
        for (String environment : manifest.environments()) {
            if (manifest.in(environment) instanceof Reading.Read<EnvironmentView>(var view)) {
                files.addAll(view.environmentFiles());
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
