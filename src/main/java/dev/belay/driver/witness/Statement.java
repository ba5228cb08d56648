package dev.belay.driver.witness;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a witness is told: a signed checkpoint, as one line of JSON wherever it is kept.
///
/// @param note the signed note, as written
/// @param size entries that it vouches for
/// @param from entries that the witness was told of before; 0 for none
/// @param consistency proves that the one log began as the other: hashes, hexadecimal
public record Statement(String note, long size, long from, List<String> consistency) {
    private static final String FIELD = "checkpoint";

    public Statement {
        consistency = List.copyOf(consistency);
    }

    /// Without a line break.
    public String line() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(FIELD, note);
        fields.put("size", size);
        return JsonMapper.shared().writeValueAsString(fields);
    }

    /// With the proof, for whoever verifies what it is told.
    byte[] body() {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put(FIELD, note);
        fields.put("size", size);
        fields.put("from", from);
        fields.put("consistency", consistency);
        return JsonMapper.shared().writeValueAsString(fields).getBytes(StandardCharsets.UTF_8);
    }

    /// The note of a line that has one, wherever in the line it begins: a syslog writes something
    /// before it. Empty for any other line.
    public static String noteIn(String line) {
        int begin = line.indexOf("{\"" + FIELD + "\"");
        if (begin < 0) {
            return "";
        }
        try {
            JsonNode json = JsonMapper.shared().readTree(line.substring(begin));
            return json.path(FIELD).asString("");
        } catch (JacksonException _) {
            return "";
        }
    }

    /// The size of such a line, -1 for any other.
    static long sizeIn(String line) {
        int begin = line.indexOf("{\"" + FIELD + "\"");
        try {
            return begin < 0
                    ? -1
                    : JsonMapper.shared().readTree(line.substring(begin)).path("size").asLong(-1);
        } catch (JacksonException _) {
            return -1;
        }
    }
}
