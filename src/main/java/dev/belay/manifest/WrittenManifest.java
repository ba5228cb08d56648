package dev.belay.manifest;

import dev.belay.manifest.shape.Check;
import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Merge;
import dev.belay.manifest.text.Node;
import dev.belay.manifest.text.TextFile;
import dev.belay.manifest.text.YamlReader;
import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.release.Digest;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;

/// A manifest over its tree.
record WrittenManifest(Path folder, List<String> files, Digest digest, Node.Mapping root)
        implements Manifest {
    @Override
    public String platform() {
        return new Row(root).get(PlatformSections.PLATFORM);
    }

    @Override
    public List<AllowedSecret> allowedSecrets() {
        return new Row(root).get(AllowedSections.ALLOWED);
    }

    @Override
    public LintRules lint() {
        return new Row(root).find(LintSections.LINT).orElseGet(LintSections::usual);
    }

    @Override
    public List<String> environments() {
        return List.copyOf(environmentsOf(root).entries().keySet());
    }

    @Override
    public Reading<EnvironmentView> in(String environment, Overrides overrides) {
        Node.Mapping all = environmentsOf(root);
        if (!(all.get(environment) instanceof Node.Mapping own)) {
            var complaints = new Complaints();
            complaints.add(
                    Code.UNKNOWN_ENVIRONMENT,
                    new Place.Named("environment `" + environment + "`"),
                    "`" + platform() + "` has no such environment",
                    Nearest.hint(environment, all.entries().keySet()));
            return new Reading.Refused<>(complaints.inOrder());
        }
        var complaints = new Complaints();
        Node.Mapping laid = lay(own, overrides, complaints);
        var effective = new Effective(environment, root, laid);
        Check check = check(effective, complaints);
        if (!complaints.isEmpty()) {
            return new Reading.Refused<>(complaints.inOrder());
        }
        var order = new Order(effective, complaints);
        return new Reading.Read<>(Views.of(effective, folder, check.notYet().inOrder(), order));
    }

    static Node.Mapping environmentsOf(Node.Mapping root) {
        return Effective.mapping(root, "environments");
    }

    /// Checks one environment with everything merged.
    static Check check(Effective effective, Complaints complaints) {
        Check check = Check.ofWhole(complaints);
        effective
                .components()
                .forEach((name, map) -> ComponentSection.COMPONENT.check(map, name, check));
        whole(effective.merged("datastores"), PlatformSections.DATASTORE, check);
        whole(effective.merged("external"), PlatformSections.EXTERNAL, check);
        Node policies = effective.root().get(PolicySections.POLICIES.name());
        if (policies != null) {
            PolicySections.POLICIES.shape().check(policies, PolicySections.POLICIES.name(), check);
        }
        PlatformSections.ENVIRONMENT.check(
                without(effective.own(), List.of("components", "datastores", "external")),
                effective.name(),
                check);
        new References(effective, complaints).check();
        new ClusterCheck(effective, complaints, check.notYet()).check();
        return check;
    }

    private static void whole(Map<String, Node.Mapping> parts, Fields<Row> section, Check check) {
        parts.forEach((name, map) -> section.check(map, name, check));
    }

    /// Without some keys, and without nulls.
    static Node.Mapping without(Node.Mapping map, List<String> keys) {
        SequencedMap<String, Node.Entry> rest = new LinkedHashMap<>(map.entries());
        keys.forEach(rest::remove);
        return Merge.of((Node.Mapping) Node.builtIn("{}"), Node.Mapping.of(map.mark(), rest));
    }

    /// The command line over the environment: one more layer of the same shape.
    private static Node.Mapping lay(Node.Mapping own, Overrides overrides, Complaints complaints) {
        Node.Mapping laid = own;
        for (String setting : overrides.settings()) {
            Optional<Node.Mapping> layer = layer(setting, complaints);
            if (layer.isPresent()) {
                PlatformSections.ENVIRONMENT.check(layer.get(), "--set", Check.ofLayer(complaints));
                laid = Node.Mapping.of(own.mark(), Merge.layered(laid, layer.get()).entries());
            }
        }
        return laid;
    }

    private static Optional<Node.Mapping> layer(String setting, Complaints complaints) {
        int equals = setting.indexOf('=');
        String[] path = setting.substring(0, Math.max(0, equals)).split("\\.", -1);
        boolean named = List.of(path).stream().noneMatch(String::isBlank);
        boolean ofBackups =
                path[0].equals("datastores") && (path.length < 3 || path[2].equals("backup"));
        boolean ofPolicies = path[0].equals("policies") || path[0].equals("regulated");
        if (path[0].equals("gates") || path[0].equals("boundary") || ofBackups || ofPolicies) {
            complaints.add(
                    Code.OVERRIDE,
                    new Place.Named("`--set " + setting + "`"),
                    (ofPolicies ? "policies" : "gates and backups")
                            + " cannot be changed on the command line",
                    "leave a step out with `--skip backup --reason …`: that is recorded");
            return Optional.empty();
        }
        if (equals < 0 || !named || path.length > YamlReader.DEPTH_MAX / 2) {
            complaints.add(
                    Code.OVERRIDE,
                    new Place.Named("flag `--set`"),
                    "`" + setting + "` is not `path.to.key=value`",
                    "for example `--set components.api.instances=3`");
            return Optional.empty();
        }
        String value = setting.substring(equals + 1);
        var text = new TextFile("--set " + setting.substring(0, equals), value);
        Optional<Node> read =
                value.isBlank() || value.equals("null")
                        ? Optional.of(Node.builtIn("null"))
                        : YamlReader.read(text, complaints);
        if (read.isEmpty()) {
            return Optional.empty();
        }
        var mark = new Mark(text, 1, 1, value.length() + 1);
        Node node = read.get();
        for (int i = path.length - 1; i >= 0; i--) {
            var entry = new Node.Entry(mark, node);
            node =
                    Node.Mapping.of(
                            mark,
                            Collections.unmodifiableSequencedMap(
                                    new LinkedHashMap<>(Map.of(path[i], entry))));
        }
        return Optional.of((Node.Mapping) node);
    }
}
