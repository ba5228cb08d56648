package dev.belay.schema.migration;

import dev.belay.release.Digest;
import dev.belay.schema.script.Script;

/// One change of a schema, and how it is taken back.
///
/// @param name for people, as `create_orders`
/// @param up its file and what it does
public record Migration(MigrationVersion version, String name, Part up, Back back) {
    /// A file, or the part of one that goes one way.
    ///
    /// @param file as named to whoever wrote it
    /// @param line where the part begins in the file, less one
    public record Part(String file, int line, String text, Script script) {
        static Part of(String file, int line, String text) {
            return new Part(file, line, text, Script.of(text));
        }

        /// Of the very bytes, comments included.
        public Digest digest() {
            return Digest.of(text);
        }
    }

    /// The way back.
    public sealed interface Back {
        /// Statements take it back.
        record Down(Part part) implements Back {}

        /// Its author says that none can.
        record Irreversible(String because) implements Back {}

        /// Nobody said anything.
        record Missing() implements Back {}
    }

    @Override
    public String toString() {
        return version + " " + name;
    }
}
