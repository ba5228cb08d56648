package dev.belay.schema;

import java.util.List;

/// One object that is not on both sides of a diff as it was.
public sealed interface Change {
    /// The object that stands for the change: where there is one, as it was.
    SchemaObject subject();

    /// Which side has it, in the words of the diff: `before`, `after`, `the backup`.
    record Added(SchemaObject after) implements Change {
        @Override
        public SchemaObject subject() {
            return after;
        }
    }

    record Removed(SchemaObject before) implements Change {
        @Override
        public SchemaObject subject() {
            return before;
        }
    }

    /// The same object under another name, or moved to another schema; what else became of it is in
    /// `facets`.
    record Renamed(SchemaObject before, SchemaObject after, List<Facet> facets) implements Change {
        public Renamed {
            facets = List.copyOf(facets);
        }

        @Override
        public SchemaObject subject() {
            return before;
        }
    }

    record Altered(SchemaObject before, SchemaObject after, List<Facet> facets) implements Change {
        public Altered {
            facets = List.copyOf(facets);
        }

        @Override
        public SchemaObject subject() {
            return before;
        }
    }

    /// Dropped, and made again under its name; its data, its privileges and what used it may not
    /// be. `facets` is empty when it is defined as it was.
    record Recreated(SchemaObject before, SchemaObject after, List<Facet> facets)
            implements Change {
        public Recreated {
            facets = List.copyOf(facets);
        }

        @Override
        public SchemaObject subject() {
            return before;
        }
    }

    /// One part of a definition that differs. An absent one is an empty list.
    record Facet(String name, List<String> before, List<String> after) {
        public Facet {
            before = List.copyOf(before);
            after = List.copyOf(after);
        }
    }
}
