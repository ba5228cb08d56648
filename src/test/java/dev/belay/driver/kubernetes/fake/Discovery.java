package dev.belay.driver.kubernetes.fake;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// What the API server says of itself: its version, its groups, their kinds.
final class Discovery {
    private Discovery() {}

    /// @param lacking groups that nobody brought
    static Optional<JsonNode> of(List<String> steps, int minor, Set<String> lacking) {
        if (steps.size() > 1 && steps.getFirst().equals("apis")) {
            if (lacking.contains(steps.get(1))) {
                return Optional.empty();
            }
            if (steps.size() == 2) {
                return Tree.each(groups(minor).path("groups"))
                        .filter(one -> Tree.text(one, "name").equals(steps.get(1)))
                        .findFirst();
            }
        }
        return of(steps, minor);
    }

    private static Optional<JsonNode> of(List<String> steps, int minor) {
        return switch (String.join("/", steps)) {
            case "version" -> Optional.of(version(minor));
            case "readyz", "livez", "healthz" -> Optional.of(Tree.object());
            case "api" -> Optional.of(core());
            case "apis" -> Optional.of(groups(minor));
            default -> resources(steps, minor);
        };
    }

    private static ObjectNode version(int minor) {
        ObjectNode version = Tree.object();
        version.put("major", "1").put("minor", Integer.toString(minor));
        version.put("gitVersion", "v1." + minor + ".0").put("platform", "linux/amd64");
        return version;
    }

    private static ObjectNode core() {
        ObjectNode all = Tree.object().put("kind", "APIVersions");
        all.putArray("versions").add("v1");
        return all;
    }

    private static ObjectNode groups(int minor) {
        var versions = new TreeMap<String, TreeSet<String>>();
        versions.put("authorization.k8s.io", new TreeSet<>(List.of("v1")));
        Kind.ALL.stream()
                .filter(kind -> kind.servedBy(minor) && !kind.group().isEmpty())
                .forEach(kind ->
                        versions.computeIfAbsent(kind.group(), _ -> new TreeSet<>())
                                .add(kind.version()));
        ObjectNode all = Tree.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = all.putArray("groups");
        versions.forEach((name, of) -> {
            ObjectNode group = groups.addObject().put("name", name);
            ArrayNode list = group.putArray("versions");
            of.forEach(version ->
                    list.addObject()
                            .put("groupVersion", name + "/" + version)
                            .put("version", version));
            group.putObject("preferredVersion")
                    .put("groupVersion", name + "/" + of.first())
                    .put("version", of.first());
        });
        return all;
    }

    private static Optional<JsonNode> resources(List<String> steps, int minor) {
        boolean core = steps.size() == 2 && steps.getFirst().equals("api");
        boolean other = steps.size() == 3 && steps.getFirst().equals("apis");
        if (!core && !other) {
            return Optional.empty();
        }
        String group = core ? "" : steps.get(1);
        String version = steps.getLast();
        ObjectNode all = Tree.object().put("kind", "APIResourceList").put("apiVersion", "v1");
        all.put("groupVersion", core ? version : group + "/" + version);
        ArrayNode list = all.putArray("resources");
        Kind.ALL.stream()
                .filter(kind -> kind.servedBy(minor))
                .filter(kind -> kind.group().equals(group) && kind.version().equals(version))
                .forEach(kind ->
                        list.addObject()
                                .put("name", kind.plural())
                                .put("kind", kind.name())
                                .put("namespaced", kind.namespaced()));
        return list.isEmpty() && !group.equals("authorization.k8s.io")
                ? Optional.empty()
                : Optional.of(all);
    }
}
