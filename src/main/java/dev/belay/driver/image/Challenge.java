package dev.belay.driver.image;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a registry asks for that does not know who one is.
///
/// @param scheme in small letters, `bearer` or `basic`
record Challenge(String scheme, Map<String, String> parameters) {
    private static final Pattern PARAMETER =
            Pattern.compile("([A-Za-z]{1,40})=\"([^\"]{0,2000})\"");

    Challenge {
        parameters = Map.copyOf(parameters);
    }

    /// The first that is understood.
    static Optional<Challenge> of(List<String> headers) {
        return headers.stream()
                .map(Challenge::read)
                .filter(one -> one.scheme().equals("bearer") || one.scheme().equals("basic"))
                .findFirst();
    }

    private static Challenge read(String header) {
        String[] parts = header.strip().split(" ", 2);
        var parameters = new HashMap<String, String>();
        if (parts.length == 2) {
            Matcher found = PARAMETER.matcher(parts[1]);
            while (found.find()) {
                parameters.put(found.group(1).toLowerCase(Locale.ROOT), found.group(2));
            }
        }
        return new Challenge(parts[0].toLowerCase(Locale.ROOT), parameters);
    }

    String get(String name) {
        return parameters.getOrDefault(name, "");
    }
}
