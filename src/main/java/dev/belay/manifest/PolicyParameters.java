package dev.belay.manifest;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the rules of a pack are measured by: numbers as [Long], durations, and lists of names.
public record PolicyParameters(SortedMap<String, Object> values) {
    public static final PolicyParameters NONE = new PolicyParameters(new TreeMap<>());

    public PolicyParameters {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /// These, with others in their place where they are said.
    PolicyParameters with(PolicyParameters said) {
        var all = new TreeMap<>(values);
        all.putAll(said.values);
        return new PolicyParameters(all);
    }

    /// Names of those by which less is asked for than by others: a smaller number, a shorter time,
    /// one kind of evidence less, one vendor more.
    public List<String> looserThan(PolicyParameters others) {
        var looser = new ArrayList<String>();
        for (Map.Entry<String, Object> other : others.values.entrySet()) {
            if (isLess(other.getKey(), values.get(other.getKey()), other.getValue())) {
                looser.add(other.getKey());
            }
        }
        return looser;
    }

    private static boolean isLess(String name, @Nullable Object here, Object there) {
        return switch (there) {
            case Long number -> !(here instanceof Long mine) || mine < number;
            case Duration time -> !(here instanceof Duration mine) || mine.compareTo(time) < 0;
            case List<?> names when name.equals(PolicySections.VENDORS.name()) ->
                    here instanceof List<?> mine && !names.containsAll(mine);
            case List<?> names -> !(here instanceof List<?> mine) || !mine.containsAll(names);
            default -> false;
        };
    }

    /// For people: `30s`, `2`, `tests, scan`.
    public static String text(@Nullable Object value) {
        return switch (value) {
            case null -> "none";
            case List<?> list when list.isEmpty() -> "none";
            case List<?> list -> String.join(", ", list.stream().map(String::valueOf).toList());
            case Duration time -> {
                String text = time.toString().substring(1).replace("T", "");
                yield text.toLowerCase(java.util.Locale.ROOT);
            }
            default -> value.toString();
        };
    }
}
