package dev.belay.gateway;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Metrics as Prometheus reads them (text format 0.0.4), so far that those of two gateways can be
/// added up.
final class Exposition {
    private static final String PREFIX = "belay_gateway_";
    private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,18}");

    /// Gauges of which the sum says something; any other stays as it is here.
    private static final Set<String> SUMMED_GAUGES =
            Set.of("in_flight", "connections", "h2_sessions", "held", "member_in_flight");

    /// How late this process's loops are says nothing of another's.
    private static final String LOOP_LAG = "loop_lag_seconds";

    private final Map<String, Family> families = new LinkedHashMap<>();

    /// One metric: its comments, and its values by name and labels.
    private static final class Family {
        final List<String> comments = new ArrayList<>();
        final Map<String, String> values = new LinkedHashMap<>();
        boolean summed;
    }

    static Exposition parse(String text) {
        var all = new Exposition();
        var family = new Family();
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("# ")) {
                String[] words = line.split(" ", 4);
                family = all.families.computeIfAbsent(words[2], _ -> new Family());
                family.comments.add(line);
                if (words[1].equals("TYPE")) {
                    family.summed = summed(words[2], words[3]);
                }
            } else if (!line.isEmpty()) {
                int end = line.lastIndexOf(' ');
                family.values.put(line.substring(0, end), line.substring(end + 1));
            }
        }
        return all;
    }

    private static boolean summed(String name, String type) {
        if (!name.startsWith(PREFIX)) {
            // What every process has, such as its processor time.
            return false;
        }
        String own = name.substring(PREFIX.length());
        return type.equals("gauge") ? SUMMED_GAUGES.contains(own) : !own.equals(LOOP_LAG);
    }

    void add(Exposition other) {
        other.families.forEach((name, theirs) -> {
            Family ours = families.get(name);
            if (ours == null) {
                families.put(name, theirs);
            } else if (ours.summed) {
                theirs.values.forEach(
                        (key, value) -> ours.values.merge(key, value, Exposition::sum));
            }
        });
    }

    private static String sum(String one, String other) {
        return WHOLE.matcher(one).matches() && WHOLE.matcher(other).matches()
                ? Long.toString(Long.parseLong(one) + Long.parseLong(other))
                : String.format(
                        Locale.ROOT, "%.6f", Double.parseDouble(one) + Double.parseDouble(other));
    }

    String text() {
        var text = new StringBuilder(8_192);
        for (Family family : families.values()) {
            family.comments.forEach(line -> text.append(line).append('\n'));
            family.values.forEach(
                    (key, value) -> text.append(key).append(' ').append(value).append('\n'));
        }
        return text.toString();
    }
}
