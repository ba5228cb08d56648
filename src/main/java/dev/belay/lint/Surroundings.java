package dev.belay.lint;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A platform in one environment, and what is known of its variables.
///
/// @param values of its dotenv files; those that are not there are not known. They may be secret,
///   and stand in no finding
public record Surroundings(EnvironmentView view, Map<String, String> values) {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]{0,127})\\}");
    private static final int DEPTH_MAX = 5;

    public Surroundings {
        values = Map.copyOf(values);
    }

    /// A text with the variables put in that are known; the others stay as they are written.
    String resolved(String text) {
        String now = text;
        for (int i = 0; i < DEPTH_MAX && now.contains("${"); i++) {
            Matcher found = VARIABLE.matcher(now);
            String next =
                    found.replaceAll(one ->
                            Matcher.quoteReplacement(
                                    values.getOrDefault(one.group(1), one.group())));
            if (next.equals(now)) {
                break;
            }
            now = next;
        }
        return now;
    }

    /// What a component gets, as far as it is known; a variable that only the shell has is its own
    /// name.
    SequencedMap<String, String> variables(Component component) {
        var all = new LinkedHashMap<String, String>();
        component.variables().values().forEach((name, value) -> all.put(name, resolved(value)));
        component
                .variables()
                .required()
                .forEach(name -> all.putIfAbsent(name, resolved("${" + name + "}")));
        return all;
    }
}
