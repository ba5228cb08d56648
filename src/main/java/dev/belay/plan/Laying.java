package dev.belay.plan;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// In which order the components of one level are laid: each after all that it waits for, otherwise
/// as written.
final class Laying {
    private Laying() {}

    /// @param after to those of the level that must stand before
    /// @param first of those that wait for nobody, who come before all others
    static List<String> order(
            List<String> level, Map<String, Set<String>> after, Set<String> first) {
        var missing = new HashMap<String, Integer>();
        var followers = new HashMap<String, List<String>>();
        for (String name : level) {
            Set<String> before = after.getOrDefault(name, Set.of());
            missing.put(name, before.size());
            for (String each : before) {
                followers.computeIfAbsent(each, _ -> new ArrayList<>()).add(name);
            }
        }
        var free = new ArrayDeque<>(level.stream().filter(one -> isRoot(one, after)).toList());
        var sorted = new LinkedHashSet<>(free.stream().filter(first::contains).toList());
        while (!free.isEmpty()) {
            String next = free.removeFirst();
            sorted.add(next);
            for (String follower : followers.getOrDefault(next, List.of())) {
                if (missing.merge(follower, -1, Integer::sum) == 0) {
                    free.addLast(follower);
                }
            }
        }
        if (sorted.size() != level.size()) {
            throw new IllegalStateException("the manifest let a cycle pass: " + level);
        }
        return List.copyOf(sorted);
    }

    static boolean isRoot(String name, Map<String, Set<String>> after) {
        return after.getOrDefault(name, Set.of()).isEmpty();
    }
}
