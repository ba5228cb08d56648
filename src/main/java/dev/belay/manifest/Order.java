package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;

/// Who comes after whom in one environment: `after` of the components, `order` of the environment,
/// groups expanded. What the environment has removed is left out without a word.
final class Order {
    private final Effective effective;
    private final Complaints complaints;
    private final Set<String> present;

    Order(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
        this.present = effective.components().keySet();
    }

    /// The components that stand before one, in the order they are named.
    List<String> after(String component) {
        return List.copyOf(named(component).keySet());
    }

    /// The groups that follow each other.
    List<List<String>> groups() {
        List<List<String>> groups = new ArrayList<>();
        for (Node item : items()) {
            SequencedSet<String> group = new LinkedHashSet<>();
            Texts.of(item).forEach(name -> group.addAll(effective.groups().expand(name.text())));
            group.retainAll(present);
            if (!group.isEmpty()) {
                groups.add(List.copyOf(group));
            }
        }
        return groups;
    }

    void check() {
        for (Node.Mapping component : effective.components().values()) {
            Texts.of(component.get("after")).forEach(this::checkKnown);
        }
        for (Node item : items()) {
            Texts.of(item).forEach(this::checkKnown);
        }
        checkCircles();
        checkOrder();
    }

    private void checkKnown(Node.Scalar name) {
        if (!effective.groups().knows(name.text())) {
            effective.groups().unknown(name.mark(), name.text(), complaints);
        }
    }

    private List<Node> items() {
        return effective.own().get("order") instanceof Node.Sequence list
                ? list.items()
                : List.of();
    }

    /// The components that one comes after, each with the word that names it.
    private Map<String, Node.Scalar> named(String component) {
        Map<String, Node.Scalar> named = new LinkedHashMap<>();
        Node.Mapping map = effective.components().get(component);
        for (Node.Scalar word : Texts.of(map == null ? null : map.get("after"))) {
            for (String member : effective.groups().expand(word.text())) {
                if (present.contains(member)) {
                    named.putIfAbsent(member, word);
                }
            }
        }
        return named;
    }

    /// Takes away whoever waits for nobody, again and again. What is left waits in a circle; one is
    /// followed around to be shown.
    private void checkCircles() {
        Map<String, Map<String, Node.Scalar>> waits = new LinkedHashMap<>();
        Map<String, List<String>> waitedFor = new LinkedHashMap<>();
        Map<String, Integer> open = new HashMap<>();
        Deque<String> free = new ArrayDeque<>();
        for (String component : present) {
            Map<String, Node.Scalar> named = named(component);
            if (named.isEmpty()) {
                free.add(component);
                continue;
            }
            waits.put(component, named);
            open.put(component, named.size());
            named.keySet()
                    .forEach(other ->
                            waitedFor
                                    .computeIfAbsent(other, _ -> new ArrayList<>())
                                    .add(component));
        }
        while (!free.isEmpty()) {
            for (String waiting : waitedFor.getOrDefault(free.remove(), List.of())) {
                if (open.merge(waiting, -1, Integer::sum) == 0) {
                    waits.remove(waiting);
                    free.add(waiting);
                }
            }
        }
        if (!waits.isEmpty()) {
            showCircle(waits);
        }
    }

    private void showCircle(Map<String, Map<String, Node.Scalar>> waits) {
        SequencedSet<String> path = new LinkedHashSet<>();
        String at = waits.keySet().iterator().next();
        while (path.add(at)) {
            at =
                    waits.getOrDefault(at, Map.of()).keySet().stream()
                            .filter(waits::containsKey)
                            .findFirst()
                            .orElse(at);
        }
        List<String> circle = new ArrayList<>(path);
        circle.subList(0, circle.indexOf(at)).clear();
        circle.add(at);
        Node.Scalar word = waits.getOrDefault(at, Map.of()).get(circle.get(1));
        if (word != null) {
            complaints.add(
                    Code.CYCLE,
                    word.mark(),
                    "`after` goes in a circle: " + String.join(" → ", circle),
                    "remove one of them");
        }
    }

    private void checkOrder() {
        Map<String, Integer> position = new LinkedHashMap<>();
        int index = 0;
        for (Node item : items()) {
            for (Node.Scalar word : Texts.of(item)) {
                for (String component : effective.groups().expand(word.text())) {
                    if (position.putIfAbsent(component, index) != null) {
                        complaints.add(
                                Code.ORDER,
                                word.mark(),
                                "`order` names `" + component + "` twice",
                                "");
                    }
                }
            }
            index++;
        }
        position.forEach((component, place) -> checkAgainst(component, place, position));
    }

    private void checkAgainst(String component, int place, Map<String, Integer> position) {
        named(component)
                .forEach((other, word) -> {
                    // What `order` does not name comes last.
                    int before = position.getOrDefault(other, Integer.MAX_VALUE);
                    if (before > place) {
                        complaints.add(
                                Code.ORDER,
                                word.mark(),
                                "`%s` comes after `%s`, but `order` of `%s` puts it first"
                                        .formatted(component, other, effective.name()),
                                "change one of the two");
                    }
                });
    }
}
