package dev.belay.cluster;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.SortedMap;
import java.util.TreeMap;

/// What of the plain values lies in a ConfigMap, and what is put together in the pod.
final class Settings {
    private Settings() {}

    /// Values that are what is written.
    static SortedMap<String, String> plain(Workload workload) {
        return those(workload, false);
    }

    /// Values that name other variables, perhaps secret ones: put together in the pod alone. Each
    /// after those that it names; of those that name each other in a circle nothing can be made,
    /// and they are last.
    static SequencedMap<String, String> referring(Workload workload) {
        SortedMap<String, String> left = those(workload, true);
        SequencedMap<String, String> ordered = new LinkedHashMap<>();
        boolean more = true;
        while (more) {
            more = false;
            for (String name : new TreeMap<>(left).keySet()) {
                if (waitsForNobody(name, left)) {
                    ordered.put(name, left.getOrDefault(name, ""));
                    left.remove(name);
                    more = true;
                }
            }
        }
        ordered.putAll(left);
        return ordered;
    }

    private static boolean waitsForNobody(String name, SortedMap<String, String> left) {
        String value = left.getOrDefault(name, "");
        return left.keySet().stream().noneMatch(other -> value.contains("${" + other + "}"));
    }

    private static SortedMap<String, String> those(Workload workload, boolean referring) {
        var values = new TreeMap<>(workload.plain());
        values.values().removeIf(value -> value.contains("${") != referring);
        return values;
    }
}
