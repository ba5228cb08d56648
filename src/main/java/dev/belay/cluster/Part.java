package dev.belay.cluster;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/// A part of an object while it is written, its fields in the order in which they are put. What is
/// empty is left out, but for what is put as [#blank].
final class Part {
    private final SequencedMap<String, Object> fields = new LinkedHashMap<>();

    Part put(String field, String text) {
        if (!text.isEmpty()) {
            fields.put(field, text);
        }
        return this;
    }

    Part put(String field, long number) {
        fields.put(field, number);
        return this;
    }

    Part put(String field, boolean truth) {
        fields.put(field, truth);
        return this;
    }

    Part put(String field, Part part) {
        if (!part.fields.isEmpty()) {
            fields.put(field, part.done());
        }
        return this;
    }

    Part put(String field, Map<String, String> texts) {
        if (!texts.isEmpty()) {
            fields.put(field, Collections.unmodifiableMap(new LinkedHashMap<>(texts)));
        }
        return this;
    }

    Part parts(String field, List<Part> parts) {
        return some(field, parts.stream().<Object>map(Part::done).toList());
    }

    Part texts(String field, List<String> texts) {
        return some(field, new ArrayList<>(texts));
    }

    /// A field that means something by being there: `emptyDir: {}`.
    Part blank(String field) {
        fields.put(field, Map.of());
        return this;
    }

    private Part some(String field, List<Object> values) {
        if (!values.isEmpty()) {
            fields.put(field, List.copyOf(values));
        }
        return this;
    }

    SequencedMap<String, Object> done() {
        return Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    }
}
