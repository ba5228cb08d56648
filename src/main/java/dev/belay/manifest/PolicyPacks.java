package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.map;

import dev.belay.manifest.shape.Check;
import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.manifest.text.TextFile;
import dev.belay.manifest.text.YamlReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.ConcurrentHashMap;

/// The packs of rules that come with Belay. They are written as a platform writes its own, and read
/// only where one is wanted.
public final class PolicyPacks {
    private static final List<String> NAMES =
            List.of("production", "multi-tenant", "hipaa", "no-downtime");

    private static final Key<String> ABOUT = Key.of("about", TEXT, "What it is for.").asRequired();
    private static final Key<PolicyParameters> PARAMETERS =
            Key.of("parameters", PolicySections.PARAMETERS, "Unless an environment says otherwise.")
                    .fallback("{}");
    private static final Key<SequencedMap<String, Row>> RULES =
            Key.of("rules", map(NAME, PolicySections.POLICY), "By name.").asRequired();
    private static final Fields<Row> PACK =
            Fields.of(
                    "policy-pack",
                    "Rules that belong together.",
                    "{about: nothing, rules: {}}",
                    List.of(ABOUT, PARAMETERS, RULES),
                    List.of(),
                    row -> row);

    private static final Map<String, PolicyPack> READ = new ConcurrentHashMap<>();

    private PolicyPacks() {}

    /// In the order in which they are listed.
    public static List<String> names() {
        return NAMES;
    }

    /// A pack by its name.
    public static Optional<PolicyPack> find(String name) {
        return NAMES.contains(name)
                ? Optional.of(READ.computeIfAbsent(name, PolicyPacks::read))
                : Optional.empty();
    }

    private static PolicyPack read(String name) {
        var complaints = new Complaints();
        Node node =
                YamlReader.read(new TextFile(name + ".yaml", text(name)), complaints).orElse(null);
        if (node != null) {
            PACK.check(node, name, Check.ofWhole(complaints));
        }
        if (node == null || !complaints.isEmpty()) {
            throw new IllegalStateException("pack " + name + ": " + complaints.inOrder());
        }
        Row row = PACK.read(node);
        return new PolicyPack(
                name,
                row.get(ABOUT),
                row.get(PARAMETERS),
                row.get(RULES).entrySet().stream()
                        .map(one -> PolicySections.rule(name, one.getKey(), one.getValue()))
                        .toList());
    }

    /// As it is written.
    public static String text(String name) {
        try (InputStream in = PolicyPacks.class.getResourceAsStream("policies/" + name + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException("there is no pack " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
