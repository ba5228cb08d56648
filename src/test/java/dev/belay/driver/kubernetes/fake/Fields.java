package dev.belay.driver.kubernetes.fake;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Paths to the fields of an object, as managed fields have them: `f:spec`, or `k:{"name":"main"}`
/// for an item of a list whose items have keys.
final class Fields {
    /// Between the steps of a path: no name has it in it.
    private static final String STEP = "\u0001";

    /// The item itself, whatever is in it.
    static final String SELF = ".";

    /// Of a Service and of a Deployment, a selector is somebody's as a whole.
    private static final String SELECTOR = "f:spec" + STEP + "f:selector";

    private static final Set<String> NOBODYS = Set.of("apiVersion", "kind", "status");

    private static final Set<String> NOBODYS_METADATA =
            Set.of(
                    "name",
                    "namespace",
                    "uid",
                    "resourceVersion",
                    "generation",
                    "creationTimestamp",
                    "deletionTimestamp",
                    "deletionGracePeriodSeconds",
                    "managedFields");

    /// Lists whose items have a key, by their name.
    private static final Map<String, List<String>> KEYS =
            Map.of(
                    "containers", List.of("name"),
                    "initContainers", List.of("name"),
                    "env", List.of("name"),
                    "volumes", List.of("name"),
                    "volumeMounts", List.of("mountPath"),
                    "imagePullSecrets", List.of("name"),
                    "ownerReferences", List.of("uid"),
                    "ports", List.of("containerPort", "port", "protocol"));

    private Fields() {}

    /// Every path to something that cannot be taken apart.
    static Set<String> of(ObjectNode object) {
        var all = new TreeSet<String>();
        for (Map.Entry<String, JsonNode> one : object.properties()) {
            if (one.getKey().equals("metadata")) {
                for (Map.Entry<String, JsonNode> inner : one.getValue().properties()) {
                    if (!NOBODYS_METADATA.contains(inner.getKey())) {
                        add(all, "f:metadata" + STEP + "f:" + inner.getKey(), inner.getValue());
                    }
                }
            } else if (!NOBODYS.contains(one.getKey())) {
                add(all, "f:" + one.getKey(), one.getValue());
            }
        }
        return all;
    }

    private static void add(Set<String> all, String path, JsonNode value) {
        boolean whole = path.equals(SELECTOR);
        if (value instanceof ObjectNode object && !object.isEmpty() && !whole) {
            object.properties()
                    .forEach(one -> add(all, path + STEP + "f:" + one.getKey(), one.getValue()));
        } else if (value instanceof ArrayNode list && hasKeys(path, list)) {
            for (JsonNode item : list) {
                String at = path + STEP + key(path, item);
                all.add(at + STEP + SELF);
                item.properties()
                        .forEach(one -> add(all, at + STEP + "f:" + one.getKey(), one.getValue()));
            }
        } else {
            all.add(path);
        }
    }

    private static boolean hasKeys(String path, ArrayNode list) {
        return !list.isEmpty()
                && KEYS.containsKey(last(path).substring(2))
                && Tree.each(list).allMatch(JsonNode::isObject);
    }

    private static String last(String path) {
        return path.substring(path.lastIndexOf(STEP) + 1);
    }

    private static String key(String path, JsonNode item) {
        ObjectNode key = Tree.object();
        for (String name : KEYS.getOrDefault(last(path).substring(2), List.of())) {
            if (item.has(name)) {
                key.set(name, item.path(name));
            }
        }
        if (last(path).equals("f:ports") && !item.has("protocol")) {
            key.put("protocol", "TCP");
        }
        return "k:" + key;
    }

    /// What is there; null when nothing is.
    static @Nullable JsonNode value(ObjectNode object, String path) {
        JsonNode at = object;
        String walked = "";
        for (String step : path.split(STEP, -1)) {
            if (step.equals(SELF)) {
                return at;
            }
            at = step.startsWith("f:") ? at.get(step.substring(2)) : item(walked, at, step);
            if (at == null) {
                return null;
            }
            walked = step;
        }
        return at;
    }

    private static @Nullable JsonNode item(String list, JsonNode items, String key) {
        return Tree.each(items).filter(one -> key(list, one).equals(key)).findFirst().orElse(null);
    }

    /// Puts the value there, and what leads to it.
    static void put(ObjectNode object, String path, JsonNode value) {
        JsonNode at = object;
        String[] steps = path.split(STEP, -1);
        for (int i = 0; i < steps.length; i++) {
            if (steps[i].equals(SELF)) {
                return;
            }
            boolean last = i == steps.length - 1;
            if (steps[i].startsWith("k:")) {
                at = madeItem(steps[i - 1], (ArrayNode) at, steps[i]);
                continue;
            }
            String name = steps[i].substring(2);
            ObjectNode in = (ObjectNode) at;
            if (last) {
                in.set(name, value.deepCopy());
            } else if (steps[i + 1].startsWith("k:")) {
                at = in.path(name) instanceof ArrayNode there ? there : in.putArray(name);
            } else {
                at = in.path(name) instanceof ObjectNode there ? there : in.putObject(name);
            }
        }
    }

    private static JsonNode madeItem(String list, ArrayNode items, String key) {
        JsonNode there = item(list, items, key);
        if (there != null) {
            return there;
        }
        JsonNode made = JsonMapper.shared().readTree(key.substring(2));
        items.add(made);
        return made;
    }

    /// Takes it away, if it is there.
    static void remove(ObjectNode object, String path) {
        int end = path.lastIndexOf(STEP);
        String last = path.substring(end + 1);
        if (last.equals(SELF)) {
            removeItem(object, path.substring(0, end));
            return;
        }
        JsonNode in = end < 0 ? object : value(object, path.substring(0, end));
        if (in instanceof ObjectNode map) {
            map.remove(last.substring(2));
        }
    }

    private static void removeItem(ObjectNode object, String path) {
        int end = path.lastIndexOf(STEP);
        String list = path.substring(0, end);
        if (value(object, list) instanceof ArrayNode items) {
            for (int i = items.size() - 1; i >= 0; i--) {
                if (key(last(list), items.get(i)).equals(path.substring(end + 1))) {
                    items.remove(i);
                }
            }
        }
    }

    /// As managed fields are shown.
    static ObjectNode written(Set<String> paths) {
        ObjectNode tree = Tree.object();
        for (String path : paths) {
            Tree.in(tree, path.split(STEP, -1));
        }
        return tree;
    }

    static Set<String> read(JsonNode tree) {
        var all = new TreeSet<String>();
        read(all, "", tree);
        return all;
    }

    private static void read(Set<String> all, String path, JsonNode tree) {
        for (Map.Entry<String, JsonNode> one : tree.properties()) {
            String below = path.isEmpty() ? one.getKey() : path + STEP + one.getKey();
            if (one.getValue().isEmpty()) {
                all.add(below);
            } else {
                read(all, below, one.getValue());
            }
        }
    }

    /// `.spec.replicas`, as conflicts name it.
    static String said(String path) {
        var text = new StringBuilder();
        for (String step : path.split(STEP, -1)) {
            if (step.startsWith("k:")) {
                text.append('[').append(step.substring(2).replaceAll("[{}]", "")).append(']');
            } else if (!step.equals(SELF)) {
                text.append('.').append(step.substring(2));
            }
        }
        return text.toString();
    }
}
