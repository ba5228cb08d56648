package dev.belay.policy;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// Fills a structure of the [Model]: every field of it, and no other.
final class Fill {
    private final Model.Structure structure;
    private final SortedMap<String, Object> values = new TreeMap<>();

    Fill(Model.Structure structure) {
        this.structure = structure;
    }

    Fill with(String field, Object value) {
        if (!structure.fields().containsKey(field)) {
            throw new IllegalArgumentException(structure.name() + " has no " + field);
        }
        // CEL knows numbers of one size.
        values.put(field, value instanceof Integer number ? Long.valueOf(number) : value);
        return this;
    }

    SortedMap<String, Object> made() {
        if (!values.keySet().equals(structure.fields().keySet())) {
            throw new IllegalStateException(structure.name() + ": " + values.keySet());
        }
        return Collections.unmodifiableSortedMap(values);
    }
}
