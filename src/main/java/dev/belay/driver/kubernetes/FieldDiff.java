package dev.belay.driver.kubernetes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which fields of an object would be others, and which of them somebody else has set.
final class FieldDiff {
    /// Items of lists are told apart by the first of these that all of them have.
    private static final List<String> KEYS = List.of("name", "mountPath", "containerPort", "port");

    /// What an order writes of itself, and what the cluster keeps for itself.
    private static final Set<String> UNTOLD =
            Set.of(
                    "managedFields",
                    "resourceVersion",
                    "generation",
                    "creationTimestamp",
                    "uid",
                    "selfLink",
                    "ownerReferences");

    private static final String OWN_NOTES = "belay.dev/";
    private static final String OURS = "belay";
    private static final int WIDEST = 120;

    private final List<Field> fields = new ArrayList<>();

    private FieldDiff() {}

    /// A field that would change.
    ///
    /// @param before as text; empty where there is none
    /// @param others who set it, besides us: field managers
    record Field(String path, String before, String after, List<String> others) {
        /// Without its values.
        Field masked() {
            return new Field(
                    path, before.isEmpty() ? "" : "***", after.isEmpty() ? "" : "***", others);
        }

        @Override
        public String toString() {
            String change =
                    before.isEmpty()
                            ? "+ " + after
                            : after.isEmpty() ? "- " + before : before + " → " + after;
            String who = others.isEmpty() ? "" : ", set by `" + String.join("`, `", others) + "`";
            return path + ": " + change + who;
        }
    }

    /// @param live as it is
    /// @param tried as it would be
    static List<Field> between(JsonNode live, JsonNode tried) {
        var diff = new FieldDiff();
        List<Owner> owners =
                Trees.each(Trees.at(live, "metadata", "managedFields"))
                        .filter(one -> !Trees.text(one, "manager").startsWith(OURS))
                        .map(one -> new Owner(Trees.text(one, "manager"), one.path("fieldsV1")))
                        .toList();
        diff.compare("", live, tried, owners);
        return diff.fields;
    }

    /// Somebody who set fields, and which of those below a place.
    private record Owner(String name, JsonNode below) {
        /// Whether all below is his, as nobody takes it apart.
        boolean hasAll() {
            return below.isObject() && below.isEmpty();
        }

        Owner at(String field) {
            return hasAll() ? this : new Owner(name, below.path("f:" + field));
        }

        Owner at(JsonNode item) {
            if (hasAll()) {
                return this;
            }
            for (Map.Entry<String, JsonNode> one : below.properties()) {
                if (one.getKey().startsWith("k:") && isKeyOf(one.getKey().substring(2), item)) {
                    return new Owner(name, one.getValue());
                }
            }
            return new Owner(name, below.path("there is none"));
        }

        private static boolean isKeyOf(String key, JsonNode item) {
            try {
                return JsonMapper.shared().readTree(key).properties().stream()
                        .allMatch(one ->
                                item.path(one.getKey()).equals(one.getValue())
                                        || item.path(one.getKey()).isMissingNode());
            } catch (JacksonException e) {
                return false;
            }
        }

        boolean hasAny() {
            return !below.isMissingNode();
        }
    }

    private void compare(String path, JsonNode live, JsonNode tried, List<Owner> owners) {
        if (live.equals(tried)) {
            return;
        }
        if (isMap(live) && isMap(tried)) {
            var names = new TreeSet<String>();
            live.properties().forEach(one -> names.add(one.getKey()));
            tried.properties().forEach(one -> names.add(one.getKey()));
            names.stream()
                    .filter(name -> isTold(path, name))
                    .forEach(name ->
                            compare(
                                    path.isEmpty() ? name : path + "." + name,
                                    live.path(name),
                                    tried.path(name),
                                    owners.stream().map(one -> one.at(name)).toList()));
            return;
        }
        String key = key(live, tried);
        if (!key.isEmpty()) {
            compareItems(path, key, live, tried, owners);
            return;
        }
        fields.add(
                new Field(
                        path,
                        text(live),
                        text(tried),
                        owners.stream()
                                .filter(Owner::hasAny)
                                .map(Owner::name)
                                .distinct()
                                .toList()));
    }

    /// What is not there has no fields.
    private static boolean isMap(JsonNode node) {
        return node.isObject() || node.isMissingNode();
    }

    private void compareItems(
            String path, String key, JsonNode live, JsonNode tried, List<Owner> owners) {
        var names = new TreeSet<String>();
        Stream.concat(Trees.each(live), Trees.each(tried))
                .forEach(one -> names.add(one.path(key).asString()));
        for (String name : names) {
            JsonNode before = item(live, key, name);
            JsonNode after = item(tried, key, name);
            JsonNode there = before.isMissingNode() ? after : before;
            compare(
                    path + "[" + name + "]",
                    before,
                    after,
                    owners.stream().map(one -> one.at(there)).toList());
        }
    }

    private static JsonNode item(JsonNode list, String key, String name) {
        return Trees.each(list)
                .filter(one -> one.path(key).asString().equals(name))
                .findFirst()
                .orElse(list.path("there is none"));
    }

    /// By what items of both are told apart; empty where they are not.
    private static String key(JsonNode live, JsonNode tried) {
        if (!live.isArray() || !tried.isArray()) {
            return "";
        }
        return KEYS.stream()
                .filter(key ->
                        Stream.of(live, tried)
                                .allMatch(list ->
                                        Trees.each(list).allMatch(one -> one.has(key))
                                                && Trees.each(list)
                                                                .map(one -> one.path(key))
                                                                .distinct()
                                                                .count()
                                                        == list.size()))
                .findFirst()
                .orElse("");
    }

    private static boolean isTold(String path, String name) {
        return switch (path) {
            case "" -> !Set.of("status", "apiVersion", "kind").contains(name);
            case "metadata" -> !UNTOLD.contains(name);
            case "metadata.annotations" -> !name.startsWith(OWN_NOTES);
            default -> true;
        };
    }

    private static String text(JsonNode node) {
        String text =
                node.isValueNode() ? node.asString() : node.isMissingNode() ? "" : node.toString();
        String shown = node.isString() && text.isEmpty() ? "\"\"" : text;
        return shown.length() <= WIDEST ? shown : shown.substring(0, WIDEST) + "…";
    }
}
