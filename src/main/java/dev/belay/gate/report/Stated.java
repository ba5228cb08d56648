package dev.belay.gate.report;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/// What counts of a JSON file that Belay knows no form of. Whoever adds the file states it, and it
/// is kept with it.
///
/// @param kind what it is evidence of
/// @param passesWhen `/status=ok`: it passed when the value there reads so; empty when it has no
///   verdict of its own
/// @param figures by name, where they stand: `/metrics/accuracy`
public record Stated(String kind, String passesWhen, SortedMap<String, String> figures) {
    /// Nothing is stated.
    public static final Stated NOTHING = new Stated("", "", new TreeMap<>());

    public Stated {
        figures = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(figures));
    }

    /// Whether anything of the file would count.
    public boolean isEmpty() {
        return passesWhen.isEmpty() && figures.isEmpty();
    }

    Reading read(JsonNode root) throws Unreadable {
        var values = new TreeMap<String, Double>();
        for (Map.Entry<String, String> figure : figures.entrySet()) {
            values.put(figure.getKey(), value(at(root, figure.getValue()), figure));
        }
        return new Reading(Format.JSON, kind, "", "", 0, values, own(root), List.of());
    }

    private static double value(JsonNode node, Map.Entry<String, String> figure) throws Unreadable {
        return JsonReport.finite(node, "`" + figure.getValue() + "`");
    }

    private Reading.Own own(JsonNode root) throws Unreadable {
        if (passesWhen.isEmpty()) {
            return Reading.Own.SILENT;
        }
        int equals = passesWhen.indexOf('=');
        if (equals < 1) {
            throw new Unreadable(
                    "has a rule without `=`: `%s`".formatted(XmlReport.brief(passesWhen)),
                    "write it as `/status=ok`");
        }
        JsonNode value = at(root, passesWhen.substring(0, equals));
        if (!value.isValueNode() || value.isNull()) {
            throw new Unreadable(
                    "has no value at `%s`".formatted(passesWhen.substring(0, equals)), "");
        }
        return value.asString().equals(passesWhen.substring(equals + 1))
                ? Reading.Own.PASSED
                : Reading.Own.FAILED;
    }

    private static JsonNode at(JsonNode root, String pointer) throws Unreadable {
        try {
            return root.at(JsonPointer.compile(pointer));
        } catch (IllegalArgumentException _) {
            throw new Unreadable(
                    "cannot be asked for `%s`, which is no JSON pointer"
                            .formatted(XmlReport.brief(pointer)),
                    "write it as `/metrics/accuracy`");
        }
    }
}
