package dev.belay.driver.probe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/// Makes text that came from elsewhere fit to be shown: secrets become `***`, control characters
/// become spaces, and it has an end.
final class Mask {
    private final List<String> secrets;

    Mask(Collection<String> secrets) {
        var longestFirst = new ArrayList<>(secrets);
        longestFirst.removeIf(String::isEmpty);
        longestFirst.sort(Comparator.comparingInt(String::length).reversed());
        this.secrets = List.copyOf(longestFirst);
    }

    /// One line of at most `max` characters.
    String line(String text, int max) {
        return shortened(hidden(text).replaceAll("[\\p{Cntrl}\\s]+", " ").strip(), max);
    }

    /// Several lines of at most `max` characters in all.
    String text(String text, int max) {
        return shortened(hidden(text).replaceAll("[\\p{Cntrl}&&[^\n\t]]", " "), max);
    }

    /// The last `max` characters. The text should be longer than that where it was cut before: the
    /// rest of a secret that was cut in two is not recognised.
    String tail(String text, int max) {
        String shown = text(text, Integer.MAX_VALUE);
        return shown.length() <= max ? shown : "…" + shown.substring(shown.length() - max);
    }

    private String hidden(String text) {
        String shown = text;
        for (String secret : secrets) {
            shown = shown.replace(secret, "***");
        }
        return shown;
    }

    private static String shortened(String text, int max) {
        return text.length() <= max ? text : text.substring(0, max) + "…";
    }
}
