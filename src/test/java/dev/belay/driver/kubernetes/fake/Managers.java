package dev.belay.driver.kubernetes.fake;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Who has which field of an object, kept in the object itself.
final class Managers {
    private Managers() {}

    private record Manager(String name, boolean applies, String apiVersion, Set<String> fields) {}

    /// The object as somebody applies it: what he says becomes his, what he said once and says no
    /// more goes, and what others have stays theirs, unless he takes it by force.
    ///
    /// @param live what is there; an empty object when nothing is
    static ObjectNode apply(
            Kind kind, ObjectNode live, ObjectNode applied, String manager, boolean force) {
        List<Manager> all = read(live);
        Set<String> wanted = Fields.of(applied);
        Set<String> before = fieldsOf(all, manager);
        refuse(kind, live, applied, all, manager, force);
        ObjectNode result = live.deepCopy();
        for (String path : wanted) {
            JsonNode value = Fields.value(applied, path);
            if (value != null) {
                Fields.put(result, path, value);
            }
        }
        List<Manager> now = new ArrayList<>();
        for (Manager other : all) {
            if (other.name().equals(manager) && other.applies()) {
                continue;
            }
            var left = new TreeSet<>(other.fields());
            left.removeIf(path ->
                    wanted.contains(path)
                            && !Objects.equals(
                                    Fields.value(live, path), Fields.value(result, path)));
            if (!left.isEmpty()) {
                now.add(new Manager(other.name(), other.applies(), other.apiVersion(), left));
            }
        }
        var dropped = new TreeSet<>(before);
        dropped.removeAll(wanted);
        now.forEach(other -> dropped.removeAll(other.fields()));
        dropped.forEach(path -> Fields.remove(result, path));
        now.add(new Manager(manager, true, kind.apiVersion(), wanted));
        write(result, now);
        return result;
    }

    private static void refuse(
            Kind kind,
            ObjectNode live,
            ObjectNode applied,
            List<Manager> all,
            String manager,
            boolean force) {
        var causes = new ArrayList<String>();
        var owners = new TreeSet<String>();
        for (String path : Fields.of(applied)) {
            JsonNode is = Fields.value(live, path);
            if (force || is == null || Objects.equals(is, Fields.value(applied, path))) {
                continue;
            }
            for (Manager other : all) {
                boolean same = other.name().equals(manager) && other.applies();
                if (!same && other.fields().contains(path)) {
                    causes.add(Fields.said(path));
                    owners.add(other.name());
                }
            }
        }
        if (!causes.isEmpty()) {
            throw new Refusal(
                    409,
                    "Conflict",
                    "Apply failed with %d conflicts: conflicts with \"%s\" using %s: %s"
                            .formatted(
                                    causes.size(),
                                    String.join("\", \"", owners),
                                    kind.apiVersion(),
                                    String.join(", ", causes)),
                    causes);
        }
    }

    /// What somebody wrote as a whole: the fields that he changed are his.
    static ObjectNode update(Kind kind, ObjectNode live, ObjectNode written, String manager) {
        ObjectNode result = written.deepCopy();
        var changed = new TreeSet<String>();
        for (String path : Fields.of(result)) {
            if (!Objects.equals(Fields.value(live, path), Fields.value(result, path))) {
                changed.add(path);
            }
        }
        var now = new ArrayList<Manager>();
        var mine = new TreeSet<>(changed);
        for (Manager other : read(live)) {
            var left = new TreeSet<>(other.fields());
            left.removeAll(changed);
            left.removeIf(path -> Fields.value(result, path) == null);
            if (other.name().equals(manager) && !other.applies()) {
                mine.addAll(left);
            } else if (!left.isEmpty()) {
                now.add(new Manager(other.name(), other.applies(), other.apiVersion(), left));
            }
        }
        if (!mine.isEmpty()) {
            now.add(new Manager(manager, false, kind.apiVersion(), mine));
        }
        write(result, now);
        return result;
    }

    private static Set<String> fieldsOf(List<Manager> all, String manager) {
        return all.stream()
                .filter(one -> one.name().equals(manager) && one.applies())
                .findFirst()
                .map(Manager::fields)
                .orElse(Set.of());
    }

    private static List<Manager> read(ObjectNode object) {
        return Tree.each(object.path("metadata").path("managedFields"))
                .map(one ->
                        new Manager(
                                Tree.text(one, "manager"),
                                Tree.text(one, "operation").equals("Apply"),
                                Tree.text(one, "apiVersion"),
                                Fields.read(one.path("fieldsV1"))))
                .toList();
    }

    /// With the time of before where nothing of a manager's changed: else each apply would be one.
    private static void write(ObjectNode object, List<Manager> all) {
        JsonNode before = object.path("metadata").path("managedFields");
        ArrayNode list = Tree.in(object, "metadata").putArray("managedFields");
        String now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        for (Manager one : all) {
            ObjectNode entry = list.addObject();
            entry.put("manager", one.name());
            entry.put("operation", one.applies() ? "Apply" : "Update");
            entry.put("apiVersion", one.apiVersion());
            entry.put("fieldsType", "FieldsV1");
            entry.set("fieldsV1", Fields.written(one.fields()));
            String time =
                    Tree.each(before)
                            .filter(was -> same(was, entry))
                            .map(was -> Tree.text(was, "time"))
                            .findFirst()
                            .orElse(now);
            entry.put("time", time);
        }
    }

    private static boolean same(JsonNode was, ObjectNode is) {
        return List.of("manager", "operation", "fieldsV1").stream()
                .allMatch(name -> was.path(name).equals(is.path(name)));
    }
}
