package dev.belay.server.signature;

import dev.belay.gate.report.JsonReport;
import dev.belay.gate.report.Unreadable;
import java.util.List;
import tools.jackson.databind.JsonNode;

/// A place in a JSON document, with the words to complain about it.
record Json(JsonNode node, String path) {
    static final int CHARACTERS_MAX = 4 * 1024 * 1024;

    private static final int ITEMS_MAX = 1_000;

    /// Reads a document; a key that is there twice, and anything behind its end, is refused.
    static Json read(String text) throws Unsigned {
        if (text.length() > CHARACTERS_MAX) {
            throw new Unsigned("is larger than any bundle");
        }
        try {
            JsonNode root = JsonReport.read(text);
            if (!root.isObject()) {
                throw new Unsigned("is no JSON object");
            }
            return new Json(root, "");
        } catch (Unreadable e) {
            throw new Unsigned(String.valueOf(e.getMessage()), e.hint());
        }
    }

    boolean has(String key) {
        return node.has(key) && !node.get(key).isNull();
    }

    Json at(String key) {
        return new Json(node.path(key), path + "/" + key);
    }

    Json object(String key) throws Unsigned {
        Json at = at(key);
        if (!at.node.isObject()) {
            throw new Unsigned("has no object at `%s`".formatted(at.path));
        }
        return at;
    }

    /// What a list holds; empty where there is none.
    List<Json> list(String key) throws Unsigned {
        Json at = at(key);
        if (at.node.isMissingNode() || at.node.isNull()) {
            return List.of();
        }
        if (!at.node.isArray() || at.node.size() > ITEMS_MAX) {
            throw new Unsigned("has no list at `%s`".formatted(at.path));
        }
        return at.node.values().stream().map(one -> new Json(one, at.path)).toList();
    }

    /// The one that a list holds.
    Json only(String key) throws Unsigned {
        List<Json> all = list(key);
        if (all.size() != 1) {
            throw new Unsigned(
                    "has %d entries at `%s/%s`, and must have one"
                            .formatted(all.size(), path, key));
        }
        return all.getFirst();
    }

    String text() throws Unsigned {
        if (!node.isString()) {
            throw new Unsigned("has no text at `%s`".formatted(path));
        }
        return node.stringValue();
    }

    String text(String key) throws Unsigned {
        return at(key).text();
    }

    /// Empty where there is none.
    String textOrNone(String key) throws Unsigned {
        return has(key) ? text(key) : "";
    }

    byte[] bytes(String key) throws Unsigned {
        Json at = at(key);
        return Base64Text.decode(at.text(), at.path);
    }

    /// A number of at least 0, which protocol buffers write as a text; 0 where there is none.
    long count(String key) throws Unsigned {
        if (!has(key)) {
            return 0;
        }
        JsonNode value = node.get(key);
        String text = value.isString() ? value.stringValue() : value.toString();
        if (!text.matches("0|[1-9][0-9]{0,17}")) {
            throw new Unsigned("has no whole number of at least 0 at `%s/%s`".formatted(path, key));
        }
        return Long.parseLong(text);
    }
}
