package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// Compares what an operation asks of those who call it: each way to be let in that there was must
/// still be one.
final class SecurityComparison {
    private final Node.Mapping was;
    private final Node.Mapping now;
    private final String at;
    private final Findings found;

    SecurityComparison(Node.Mapping was, Node.Mapping now, String at, Findings found) {
        this.was = was;
        this.now = now;
        this.at = at;
        this.found = found;
    }

    /// One way to be let in.
    ///
    /// @param schemes by what they are, not by what they are called, with their scopes
    private record Way(Map<String, Set<String>> schemes, String spoken) {
        /// Whether who came in by another way comes in by this one.
        boolean admits(Way other) {
            return schemes.entrySet().stream()
                    .allMatch(one -> {
                        Set<String> scopes = other.schemes.get(one.getKey());
                        return scopes != null && scopes.containsAll(one.getValue());
                    });
        }
    }

    void compare(Node.Mapping before, Node.Mapping after, Mark mark) {
        List<Way> older = ways(before, was);
        List<Way> newer = ways(after, now);
        for (Way way : older) {
            if (newer.stream().noneMatch(other -> other.admits(way))) {
                found.now(
                        Weight.BREAKING,
                        Rule.SECURITY_TIGHTENED,
                        at,
                        "%s does not let anybody in any more; what does: %s"
                                .formatted(
                                        way.spoken(),
                                        String.join(
                                                ", or ", newer.stream().map(Way::spoken).toList())),
                        mark);
            }
        }
        for (Way way : newer) {
            if (older.stream().noneMatch(other -> other.admits(way))) {
                found.now(
                        Weight.HARMLESS,
                        Rule.SECURITY_LOOSENED,
                        at,
                        way.spoken() + " lets in now, too",
                        mark);
            }
        }
    }

    private static List<Way> ways(Node.Mapping operation, Node.Mapping root) {
        Node written = operation.get("security");
        List<Node> all = Shapes.items(written == null ? root.get("security") : written);
        var ways = new ArrayList<Way>();
        for (Node one : all) {
            if (one instanceof Node.Mapping way) {
                ways.add(way(way, root));
            }
        }
        return ways.isEmpty() ? List.of(new Way(Map.of(), "nobody's word")) : ways;
    }

    private static Way way(Node.Mapping written, Node.Mapping root) {
        var schemes = new TreeMap<String, Set<String>>();
        var words = new ArrayList<String>();
        written.entries()
                .forEach((name, entry) -> {
                    var scopes = new TreeSet<String>();
                    Shapes.items(entry.value()).forEach(scope -> scopes.add(Shapes.text(scope)));
                    schemes.put(scheme(name, root), scopes);
                    words.add(
                            "`"
                                    + name
                                    + "`"
                                    + (scopes.isEmpty()
                                            ? ""
                                            : " with " + String.join(" ", scopes)));
                });
        return new Way(schemes, words.isEmpty() ? "nobody's word" : String.join(" and ", words));
    }

    /// What a scheme asks for on the wire; its name is the file's own business.
    private static String scheme(String name, Node.Mapping root) {
        Node.@Nullable Mapping components = OpenApiComparison.map(root, "components");
        Node.@Nullable Mapping schemes =
                components == null ? null : OpenApiComparison.map(components, "securitySchemes");
        Node.@Nullable Mapping scheme =
                schemes == null ? null : OpenApiComparison.map(schemes, name);
        if (scheme == null) {
            return "called " + name;
        }
        String type = OpenApiComparison.text(scheme, "type");
        return switch (type) {
            case "apiKey" ->
                    "key "
                            + OpenApiComparison.text(scheme, "in")
                            + " "
                            + OpenApiComparison.text(scheme, "name");
            case "http" ->
                    "http "
                            + OpenApiComparison.text(scheme, "scheme")
                                    .toLowerCase(java.util.Locale.ROOT);
            case "openIdConnect" -> "oidc " + OpenApiComparison.text(scheme, "openIdConnectUrl");
            default -> Objects.requireNonNullElse(type, "") + " " + name;
        };
    }
}
