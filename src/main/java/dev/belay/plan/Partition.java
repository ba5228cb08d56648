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
import java.util.Objects;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;

/// Divides what changes into releases: components that `after` or `order` joins fall together, all
/// others stand or fall alone.
final class Partition {
    private final EnvironmentView view;
    private final Set<String> changes;
    private final Map<String, String> parent = new HashMap<>();
    private final Map<String, Set<String>> after = new HashMap<>();
    private final Map<String, Integer> level = new HashMap<>();
    private final Set<String> schemas;

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

    private Partition(EnvironmentView view, Set<String> changes, Set<String> schemas) {
        this.view = view;
        this.changes = changes;
        this.schemas = schemas;
    }

    /// Divides names in the same way.
    ///
    /// @param names components that change, in the order of the manifest
    /// @return for each release, its components in the order in which they are laid
    static List<List<String>> names(EnvironmentView view, Set<String> names) {
        Set<String> jobs = new HashSet<>();
        for (String name : names) {
            Component component = view.components().get(name);
            if (component != null
                    && component.kind() instanceof Component.Job
                    && !view.order().isEmpty()) {
                jobs.add(name);
            }
        }
        var partition = new Partition(view, names, Set.of());
        return partition.groups().values().stream()
                .map(partition::levelled)
                .map(group ->
                        group.levels().stream()
                                .flatMap(level -> Laying.order(level, group.after(), jobs).stream())
                                .toList())
                .toList();
    }

    /// @param schemas by their datastore; one joins all that change and use it
    static List<Part> of(
            EnvironmentView view,
            SequencedMap<String, Change> changes,
            SequencedMap<String, Change> schemas) {
        var partition = new Partition(view, changes.sequencedKeySet(), schemas.sequencedKeySet());
        return partition.groups().entrySet().stream()
                .map(group -> partition.part(group.getKey(), group.getValue(), changes, schemas))
                .toList();
    }

    private SequencedMap<String, List<String>> groups() {
        levels();
        for (String name : changes) {
            after.put(name, changedBefore(name));
        }
        changes.forEach(name -> parent.put(name, name));
        if (view.order().isEmpty()) {
            after.forEach((name, befores) -> befores.forEach(before -> join(name, before)));
        } else {
            changes.forEach(name -> join(name, changes.iterator().next()));
        }
        schemas.forEach(this::joinUsers);
        SequencedMap<String, List<String>> groups = new LinkedHashMap<>();
        for (String name : changes) {
            groups.computeIfAbsent(root(name), _ -> new ArrayList<>()).add(name);
        }
        schemas.forEach(name -> groups.computeIfAbsent(root(node(name)), _ -> List.of()));
        return groups;
    }

    /// Who uses the schema that changes stands or falls with it, as with everybody who does.
    private void joinUsers(String datastore) {
        parent.put(node(datastore), node(datastore));
        for (String name : changes) {
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
        for (String name : changes) {
            level.put(name, view.order().size());
        }
        for (int i = view.order().size() - 1; i >= 0; i--) {
            for (String name : view.order().get(i)) {
                level.replace(name, i);
            }
        }
    }

    private record Levelled(List<List<String>> levels, Map<String, Set<String>> after) {}

    private Levelled levelled(List<String> members) {
        var levels = new ArrayList<List<String>>();
        for (int i = 0; i <= view.order().size(); i++) {
            levels.add(new ArrayList<>());
        }
        var befores = new HashMap<String, Set<String>>();
        for (String name : members) {
            int mine = levelOf(name);
            levels.get(mine).add(name);
            var same = new TreeSet<>(after.getOrDefault(name, Set.of()));
            same.removeIf(before -> levelOf(before) != mine);
            befores.put(name, same);
        }
        levels.removeIf(List::isEmpty);
        return new Levelled(levels, befores);
    }

    private Part part(
            String root,
            List<String> members,
            Map<String, Change> all,
            SequencedMap<String, Change> shared) {
        Levelled levelled = levelled(members);
        return new Part(
                shared.values().stream()
                        .filter(schema -> root(node(schema.name())).equals(root))
                        .toList(),
                levelled.levels().stream()
                        .map(level -> level.stream().map(name -> known(all, name)).toList())
                        .toList(),
                levelled.after());
    }

    private static Change known(Map<String, Change> all, String name) {
        return Objects.requireNonNull(all.get(name), name);
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
                if (changes.contains(before)) {
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
