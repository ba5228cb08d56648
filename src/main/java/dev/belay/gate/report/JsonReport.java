package dev.belay.gate.report;

import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON as a tree, bounded before it is one. A key that is there twice has two readings, and so
/// none.
public final class JsonReport {
    private static final int DEPTH_MAX = 200;
    private static final int TOKENS_MAX = 2_000_000;
    private static final int NUMBER_DIGITS_MAX = 60;

    private static final JsonMapper MAPPER =
            JsonMapper.builder(
                            JsonFactory.builder()
                                    .streamReadConstraints(
                                            StreamReadConstraints.builder()
                                                    .maxNestingDepth(DEPTH_MAX)
                                                    .maxTokenCount(TOKENS_MAX)
                                                    .maxNumberLength(NUMBER_DIGITS_MAX)
                                                    .maxStringLength(ReportText.TEXT_BYTES_MAX)
                                                    .build())
                                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                                    .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
                                    .build())
                    .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                    .build();

    private JsonReport() {}

    /// The tree.
    ///
    /// @throws Unreadable when it is none, is too deep or too large, or holds a key twice
    public static JsonNode read(String text) throws Unreadable {
        try {
            return MAPPER.readTree(text);
        } catch (JacksonException e) {
            int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
            String what = XmlReport.brief(e.getOriginalMessage().lines().findFirst().orElse(""));
            throw new Unreadable(
                    "cannot be read as JSON at line %d: %s".formatted(line, what),
                    "it may have been cut off; let the tool write it anew");
        }
    }

    /// A number at that key.
    ///
    /// @throws Unreadable when there is none, or none that is finite
    static double number(JsonNode in, String key) throws Unreadable {
        return finite(in.path(key), "`" + key + "`");
    }

    static double finite(JsonNode value, String called) throws Unreadable {
        if (!value.isNumber()) {
            throw new Unreadable("has no number at " + called, "");
        }
        double number = value.doubleValue();
        if (!Double.isFinite(number)) {
            throw new Unreadable("has a number at %s that is not finite".formatted(called), "");
        }
        return number;
    }

    /// A whole number of at least 0 at that key.
    static double count(JsonNode in, String key) throws Unreadable {
        double count = number(in, key);
        if (count < 0 || count != Math.rint(count)) {
            throw new Unreadable("has no count at `%s`".formatted(key), "");
        }
        return count;
    }

    /// Empty when there is no text.
    static String text(JsonNode value) {
        return value.isString() ? value.stringValue() : "";
    }

    /// The elements of a list.
    ///
    /// @throws Unreadable when it is anything else
    static List<JsonNode> list(JsonNode value, String called) throws Unreadable {
        if (!value.isArray()) {
            throw new Unreadable("has no list at `%s`".formatted(called), "");
        }
        return List.copyOf(value.values());
    }
}
