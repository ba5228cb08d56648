package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Mark;
import dev.belay.manifest.text.Node;
import dev.belay.problem.Nearest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SequencedSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Groups and what they stand for: a group may name components and other groups.
final class Groups {
    private final Node.Mapping groups;
    private final Node.Mapping components;
    private final Map<String, SequencedSet<String>> expanded = new LinkedHashMap<>();

    Groups(Node.Mapping groups, Node.Mapping components) {
        this.groups = groups;
        this.components = components;
        // Too many are complained about by their shape; following them would take long.
        if (groups.entries().size() <= PlatformSections.GROUPS_MAX) {
            groups.entries().keySet().forEach(group -> expanded.put(group, walk(group)));
        }
    }

    /// The components that a name stands for: itself, or all of a group; none when it is unknown.
    SequencedSet<String> expand(String name) {
        SequencedSet<String> members = expanded.get(name);
        if (members != null) {
            return members;
        }
        SequencedSet<String> one = new LinkedHashSet<>();
        if (components.entries().containsKey(name)) {
            one.add(name);
        }
        return one;
    }

    boolean knows(String name) {
        return groups.entries().containsKey(name) || components.entries().containsKey(name);
    }

    /// Groups that hold a component, in the order they are written.
    List<String> namesWith(String component) {
        return expanded.entrySet().stream()
                .filter(group -> group.getValue().contains(component))
                .map(Map.Entry::getKey)
                .toList();
    }

    /// Every group with its components, of those that are there.
    SequencedMap<String, List<String>> all(Set<String> present) {
        SequencedMap<String, List<String>> all = new LinkedHashMap<>();
        expanded.forEach((group, members) ->
                all.put(group, members.stream().filter(present::contains).toList()));
        return all;
    }

    /// Says that a name is unknown, with the nearest one that is known.
    void unknown(Mark mark, String name, Complaints complaints) {
        List<String> known = new ArrayList<>(components.entries().keySet());
        known.addAll(groups.entries().keySet());
        complaints.add(
                Code.UNKNOWN_REFERENCE,
                mark,
                "there is no component or group `" + name + "`",
                Nearest.hint(name, known));
    }

    void check(Complaints complaints) {
        expanded.keySet()
                .forEach(group -> checkGroup(group, groups.entries().get(group), complaints));
    }

    private void checkGroup(String group, Node.@Nullable Entry entry, Complaints complaints) {
        if (entry != null && components.entries().containsKey(group)) {
            complaints.add(
                    Code.NAME_TAKEN,
                    entry.key(),
                    "`" + group + "` is a component already",
                    "a group is named wherever a component is, so it needs a name of its own");
        }
        for (Node.Scalar member : members(group)) {
            if (!knows(member.text())) {
                unknown(member.mark(), member.text(), complaints);
            } else if (member.text().equals(group) || reaches(member.text(), group)) {
                complaints.add(
                        Code.CYCLE,
                        member.mark(),
                        "the group `" + group + "` holds itself, through `" + member.text() + "`",
                        "");
            }
        }
    }

    private boolean reaches(String from, String to) {
        return reachable(from).contains(to);
    }

    private SequencedSet<String> walk(String group) {
        SequencedSet<String> found = new LinkedHashSet<>(reachable(group));
        found.removeIf(name -> !components.entries().containsKey(name));
        return found;
    }

    /// Everything that a group names, directly or through others; ends on circles too.
    private SequencedSet<String> reachable(String group) {
        SequencedSet<String> found = new LinkedHashSet<>();
        var next = new ArrayDeque<>(members(group));
        while (!next.isEmpty()) {
            String member = next.removeFirst().text();
            if (found.add(member)) {
                members(member).reversed().forEach(next::addFirst);
            }
        }
        return found;
    }

    private List<Node.Scalar> members(String group) {
        return Texts.of(groups.get(group));
    }
}
