package dev.belay.gateway;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Adds up what two gateways say of themselves, of the same revisions and doors, in answers to
/// `/counts`, `/inflight` and `/close`: lines of the same name become one, and so their members;
/// numbers add up; whatever is no number stays as the first has it.
final class RevisionSums {
    /// By these fields a line is the same one.
    private static final List<String> NAMES = List.of("environment", "component", "revision", "id");

    private RevisionSums() {}

    /// Adds to the first.
    static void add(ObjectNode all, JsonNode other) {
        if (all.path("revisions") instanceof ArrayNode revisions) {
            lines(revisions, other.path("revisions"));
        }
        if (other.path("doors") instanceof ArrayNode doors) {
            lines(all.withArray("doors"), doors);
        }
        if (all.path("process") instanceof ObjectNode process) {
            sum(process, other.path("process"));
        }
    }

    private static void lines(ArrayNode all, JsonNode others) {
        for (JsonNode other : others) {
            ObjectNode same = same(all, other);
            if (same == null) {
                all.add(other);
            } else {
                sum(same, other);
            }
        }
    }

    private static @Nullable ObjectNode same(ArrayNode all, JsonNode other) {
        for (JsonNode one : all) {
            boolean named =
                    NAMES.stream().allMatch(name -> one.path(name).equals(other.path(name)));
            if (named && one instanceof ObjectNode line) {
                return line;
            }
        }
        return null;
    }

    private static void sum(ObjectNode all, JsonNode other) {
        Set<String> fields = new HashSet<>(all.propertyNames());
        for (Map.Entry<String, JsonNode> field : other.properties()) {
            String name = field.getKey();
            JsonNode more = field.getValue();
            switch (all.path(name)) {
                case ArrayNode array when more.path(0).isObject() -> lines(array, more);
                case ArrayNode array -> numbers(array, more);
                case ObjectNode object -> sum(object, more);
                case JsonNode number when number.isIntegralNumber() ->
                        all.put(name, number.asLong() + more.asLong());
                case JsonNode _ -> {
                    if (!fields.contains(name)) {
                        all.set(name, more);
                    }
                }
            }
        }
    }

    private static void numbers(ArrayNode all, JsonNode others) {
        for (int i = 0; i < others.size(); i++) {
            if (i < all.size()) {
                all.set(i, all.path(i).asLong() + others.path(i).asLong());
            } else {
                all.add(others.path(i));
            }
        }
    }
}
