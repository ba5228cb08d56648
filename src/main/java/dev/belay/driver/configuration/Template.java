package dev.belay.driver.configuration;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A text with `${NAME}` in it. Only that exact form counts: everything else that a shell would
/// expand is plain text here, and what is put in is never looked at again.
public record Template(String text) {
    private static final Pattern NAME = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");

    /// The names it asks for, in order.
    public Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        Matcher matcher = NAME.matcher(text);
        while (matcher.find()) {
            names.add(matcher.group(1));
        }
        return names;
    }

    /// The text with the values in place; a name without a value stays as it is written.
    public String fill(Function<String, Optional<String>> values) {
        return NAME.matcher(text)
                .replaceAll(found ->
                        Matcher.quoteReplacement(
                                values.apply(found.group(1)).orElse(found.group())));
    }
}
