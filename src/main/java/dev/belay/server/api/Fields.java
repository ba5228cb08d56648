package dev.belay.server.api;

import dev.belay.problem.Nearest;
import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.server.operations.Denied;
import dev.belay.server.operations.No;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The fields of a request, taken one by one by whoever builds the request's record. What is wrong
/// is collected, a harmless value stands in for it, and [#check] says it all; a field that nobody
/// took is a problem too.
final class Fields {
    private static final int TEXT_MAX = 2_000;
    private static final int LIST_MAX = 1_000;
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9._:-]{1,100}");

    private final JsonNode object;
    private final Set<String> taken = new TreeSet<>();
    private final List<Problem> problems = new ArrayList<>();

    Fields(JsonNode object) {
        this.object = object;
    }

    /// A text that must be there and not be blank.
    String required(String name) {
        String text = text(name);
        if (text.isBlank() && !wasWrong(name)) {
            wrong("request/missing-field", name, "it is missing", "");
        }
        return text;
    }

    /// A text, `""` when it is not there.
    String text(String name) {
        JsonNode node = take(name);
        if (node == null) {
            return "";
        }
        return plain(name, node);
    }

    /// A key for repeating a request safely.
    String key(String name) {
        String text = required(name);
        if (!text.isBlank() && !KEY.matcher(text).matches()) {
            wrong(
                    "request/malformed-key",
                    name,
                    "it must be 1 to 100 letters, digits, dots, colons, hyphens or underscores",
                    "any text that is new for a new request will do");
        }
        return text;
    }

    List<String> texts(String name) {
        JsonNode node = take(name);
        if (node == null) {
            return List.of();
        }
        if (!node.isArray() || node.size() > LIST_MAX) {
            wrong("request/wrong-type", name, "a list of at most " + LIST_MAX + " is wanted", "");
            return List.of();
        }
        var texts = new ArrayList<String>();
        for (JsonNode element : node) {
            texts.add(plain(name, element));
        }
        return texts;
    }

    /// An instant with its zone, null when it is not there.
    @Nullable Instant instant(String name) {
        String text = text(name).strip();
        if (text.isEmpty()) {
            return null;
        }
        try {
            return DateTimeFormatter.ISO_ZONED_DATE_TIME.parse(text, Instant::from);
        } catch (DateTimeException e) {
            wrong(
                    "request/wrong-time",
                    name,
                    "an instant with its zone is wanted, such as `2026-01-31T02:16:30+01:00`",
                    ofThisMachine(text));
            return null;
        }
    }

    /// Nobody guesses a zone: an hour too late restores the harm.
    private static String ofThisMachine(String text) {
        try {
            LocalDateTime local = LocalDateTime.parse(text.replace(' ', 'T'));
            return "`"
                    + local.atZone(ZoneId.systemDefault()).toOffsetDateTime()
                    + "` is what the control plane's machine would call so";
        } catch (DateTimeException e) {
            return "";
        }
    }

    boolean flag(String name) {
        JsonNode node = take(name);
        if (node == null) {
            return false;
        }
        if (!node.isBoolean()) {
            wrong("request/wrong-type", name, "`true` or `false` is wanted", "");
            return false;
        }
        return node.booleanValue();
    }

    /// A whole number of at least 0, 0 when it is not there.
    int number(String name) {
        JsonNode node = take(name);
        if (node == null) {
            return 0;
        }
        if (!node.isIntegralNumber() || !node.canConvertToInt() || node.intValue() < 0) {
            wrong("request/wrong-type", name, "a whole number of at least 0 is wanted", "");
            return 0;
        }
        return node.intValue();
    }

    /// A whole number within bounds.
    ///
    /// @param absent what it means when the field is not there
    int number(String name, int absent, int least, int most) {
        JsonNode node = take(name);
        if (node == null) {
            return absent;
        }
        boolean fits = node.isIntegralNumber() && node.canConvertToInt();
        if (!fits || node.intValue() < least || node.intValue() > most) {
            String wanted = "a whole number from " + least + " to " + most + " is wanted";
            wrong("request/wrong-type", name, wanted, "");
            return absent;
        }
        return node.intValue();
    }

    /// What stands in a file, whatever that is; `""` when it is not there.
    String file(String name, int charactersMax) {
        JsonNode node = take(name);
        if (node == null) {
            return "";
        }
        if (!node.isString() || node.stringValue().length() > charactersMax) {
            String wanted = "a text of at most " + charactersMax + " characters is wanted";
            wrong("request/wrong-type", name, wanted, "");
            return "";
        }
        return node.stringValue();
    }

    /// One of several words.
    ///
    /// @param absent what it means when the field is not there; null when it must be
    <T> @Nullable T choice(String name, Map<String, T> choices, @Nullable T absent) {
        String word = absent == null ? required(name) : text(name);
        if (word.isBlank()) {
            return absent;
        }
        T chosen = choices.get(word);
        if (chosen == null) {
            wrong(
                    "request/unknown-word",
                    name,
                    "`" + shown(word) + "` is not known",
                    Nearest.hint(word, new TreeSet<>(choices.keySet())));
        }
        return chosen;
    }

    /// Another kind of problem, found by the reader.
    void wrong(String code, String name, String message, String hint) {
        problems.add(new Problem(code, place(name), message, hint));
    }

    /// @throws Denied with everything that is wrong
    void check() {
        for (String name : new LinkedHashMap<>(names()).keySet()) {
            if (!taken.contains(name)) {
                problems.add(
                        new Problem(
                                "request/unknown-field",
                                new Place.Named("the request"),
                                "field `" + shown(name) + "` is not known",
                                Nearest.hint(name, taken)));
            }
        }
        if (!problems.isEmpty()) {
            throw new Denied(new No.Problems(problems));
        }
    }

    private Map<String, Boolean> names() {
        var names = new LinkedHashMap<String, Boolean>();
        object.propertyNames().forEach(name -> names.put(name, true));
        return names;
    }

    private @Nullable JsonNode take(String name) {
        taken.add(name);
        JsonNode node = object.get(name);
        return node == null || node.isNull() ? null : node;
    }

    private String plain(String name, JsonNode node) {
        if (!node.isString()) {
            wrong("request/wrong-type", name, "a text is wanted", "");
            return "";
        }
        String text = node.stringValue();
        if (text.length() > TEXT_MAX) {
            wrong("request/too-long", name, "at most " + TEXT_MAX + " characters are taken", "");
            return "";
        }
        if (text.chars().anyMatch(c -> c < ' ' && c != '\n' && c != '\t')) {
            wrong("request/control-character", name, "it holds a control character", "");
            return "";
        }
        return text;
    }

    private boolean wasWrong(String name) {
        return problems.stream().anyMatch(problem -> problem.place().equals(place(name)));
    }

    private static Place place(String name) {
        return new Place.Named("field `" + name + "` of the request");
    }

    private static String shown(String word) {
        return word.length() <= 60 ? word : word.substring(0, 60) + "…";
    }
}
