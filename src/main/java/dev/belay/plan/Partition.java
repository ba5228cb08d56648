package dev.belay.plan;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/// Divides what changes into releases: components that `after` or `order` joins fall together, all
/// others stand or fall alone.
final class Partition {
    private final EnvironmentView view;
    private final SequencedMap<String, Change> changes;
    private final Map<String, String> parent = new HashMap<>();
    private final Map<String, Set<String>> after = new HashMap<>();
    private final Map<String, Integer> level = new HashMap<>();
    private final SequencedMap<String, Change> schemas;

    /// One release's components.
    ///
    /// @param schemas those that its components share
    /// @param levels groups that follow each other, in the order of the manifest
    /// @param after component to those of its level that must stand before it
    record Part(List<Change> schemas, List<List<Change>> levels, Map<String, Set<String>> after) {
        List<Change> changes() {
            return levels.stream().flatMap(List::stream).toList();
        }

        boolean has(String name) {
            return levels.stream()
                    .anyMatch(l -> l.stream().anyMatch(change -> change.name().equals(name)));
        }
    }

    private Partition(
            EnvironmentView view,
            SequencedMap<String, Change> changes,
            SequencedMap<String, Change> schemas) {
        this.view = view;
        this.changes = changes;
        this.schemas = schemas;
    }

    /// @param schemas by their datastore; one joins all that change and use it
    static List<Part> of(
            EnvironmentView view,
            SequencedMap<String, Change> changes,
            SequencedMap<String, Change> schemas) {
        return new Partition(view, changes, schemas).parts();
    }

    private List<Part> parts() {
        levels();
        for (String name : changes.keySet()) {
            after.put(name, changedBefore(name));
        }
        changes.keySet().forEach(name -> parent.put(name, name));
        if (view.order().isEmpty()) {
            after.forEach((name, befores) -> befores.forEach(before -> join(name, before)));
        } else {
            changes.keySet().forEach(name -> join(name, changes.firstEntry().getKey()));
        }
        schemas.keySet().forEach(this::joinUsers);
        Map<String, List<Change>> parts = new LinkedHashMap<>();
        for (Change change : changes.values()) {
            parts.computeIfAbsent(root(change.name()), _ -> new ArrayList<>()).add(change);
        }
        schemas.keySet().forEach(name -> parts.computeIfAbsent(root(node(name)), _ -> List.of()));
        return parts.entrySet().stream().map(part -> part(part.getKey(), part.getValue())).toList();
    }

    /// Who uses the schema that changes stands or falls with it, as with everybody who does.
    private void joinUsers(String datastore) {
        parent.put(node(datastore), node(datastore));
        for (String name : changes.keySet()) {
            Component component = view.components().get(name);
            boolean uses = component != null && component.uses().contains(datastore);
            if (uses || !view.order().isEmpty()) {
                join(node(datastore), name);
            }
        }
    }

    /// No component has a blank in its name.
    private static String node(String datastore) {
        return "datastore " + datastore;
    }

    private void levels() {
        for (String name : changes.keySet()) {
            level.put(name, view.order().size());
        }
        for (int i = view.order().size() - 1; i >= 0; i--) {
            for (String name : view.order().get(i)) {
                level.replace(name, i);
            }
        }
    }

    private Part part(String root, List<Change> members) {
        var levels = new ArrayList<List<Change>>();
        for (int i = 0; i <= view.order().size(); i++) {
            levels.add(new ArrayList<>());
        }
        var befores = new HashMap<String, Set<String>>();
        for (Change change : members) {
            int mine = levelOf(change.name());
            levels.get(mine).add(change);
            var same = new TreeSet<>(after.getOrDefault(change.name(), Set.of()));
            same.removeIf(before -> levelOf(before) != mine);
            befores.put(change.name(), same);
        }
        levels.removeIf(List::isEmpty);
        List<Change> shared =
                schemas.values().stream()
                        .filter(schema -> root(node(schema.name())).equals(root))
                        .toList();
        return new Part(shared, levels, befores);
    }

    private int levelOf(String name) {
        return level.getOrDefault(name, 0);
    }

    /// The nearest changing components that must stand before it; what does not change is seen
    /// through.
    private Set<String> changedBefore(String name) {
        var found = new TreeSet<String>();
        var seen = new HashSet<String>();
        var open = new ArrayDeque<>(List.of(name));
        while (!open.isEmpty()) {
            var component = view.components().get(open.removeFirst());
            for (String before : component == null ? List.<String>of() : component.after()) {
                if (!seen.add(before)) {
                    continue;
                }
                if (changes.containsKey(before)) {
                    found.add(before);
                } else {
                    open.add(before);
                }
            }
        }
        return found;
    }

    private void join(String one, String other) {
        parent.put(root(one), root(other));
    }

    /// Halves the path on its way, so that long chains stay cheap.
    private String root(String name) {
        String at = name;
        while (true) {
            String above = parent.getOrDefault(at, at);
            if (above.equals(at)) {
                return at;
            }
            String next = parent.getOrDefault(above, above);
            parent.put(at, next);
            at = next;
        }
    }
}
