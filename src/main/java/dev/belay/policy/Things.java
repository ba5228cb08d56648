package dev.belay.policy;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// A list of what rules are asked of one by one, and which of these are alike in what a rule looks
/// at. What a path leads to is looked up once, however many rules go along it.
final class Things {
    private final List<Map<?, ?>> all;
    private final List<String> names = new ArrayList<>();
    private final Map<List<String>, int[]> columns = new HashMap<>();
    private final Map<Set<List<String>>, int[]> kinds = new HashMap<>();

    Things(List<Map<?, ?>> all) {
        this.all = all;
        for (Map<?, ?> one : all) {
            Object name = one.get("name");
            names.add(String.valueOf(name == null ? one.get("component") : name));
        }
    }

    int size() {
        return all.size();
    }

    Map<?, ?> one(int at) {
        return all.get(at);
    }

    /// What it is called, or what it is of.
    String name(int at) {
        return names.get(at);
    }

    /// A number for each of them, the same for two that are alike wherever these paths lead.
    int[] kinds(Set<List<String>> paths) {
        return kinds.computeIfAbsent(new LinkedHashSet<>(paths), this::counted);
    }

    private int[] counted(Set<List<String>> paths) {
        int[] kinds = new int[all.size()];
        boolean first = true;
        for (List<String> path : paths) {
            int[] column = columns.computeIfAbsent(path, this::column);
            kinds = first ? column : both(kinds, column);
            first = false;
        }
        return kinds;
    }

    private static int[] both(int[] one, int[] other) {
        var numbers = new HashMap<Long, Integer>();
        int[] both = new int[one.length];
        for (int i = 0; i < one.length; i++) {
            long pair = ((long) one[i] << Integer.SIZE) | other[i];
            both[i] = number(numbers, pair);
        }
        return both;
    }

    private int[] column(List<String> path) {
        var numbers = new HashMap<Object, Integer>();
        int[] column = new int[all.size()];
        for (int i = 0; i < column.length; i++) {
            column[i] = number(numbers, at(all.get(i), path));
        }
        return column;
    }

    private static <K> int number(Map<K, Integer> numbers, K of) {
        int next = numbers.size();
        Integer there = numbers.putIfAbsent(of, next);
        return there == null ? next : there;
    }

    /// What a path leads to, or how far it leads.
    private static Object at(Map<?, ?> one, List<String> path) {
        Object at = one;
        for (int depth = 0; depth < path.size(); depth++) {
            Object next = at instanceof Map<?, ?> map ? map.get(path.get(depth)) : null;
            if (next == null) {
                return new Missing(depth, at);
            }
            at = next;
        }
        return at;
    }

    /// What is not there.
    private record Missing(int depth, Object in) {}
}
