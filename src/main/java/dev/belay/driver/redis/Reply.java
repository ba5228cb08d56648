package dev.belay.driver.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a server answers, in the second version of Redis' protocol.
sealed interface Reply {
    /// A word of the server's own, as `OK`.
    record Word(String text) implements Reply {}

    /// What somebody stored, byte for byte.
    final class Bulk implements Reply {
        private final byte[] bytes;

        Bulk(byte[] bytes) {
            this.bytes = bytes;
        }

        @Override
        public byte[] bytes() {
            return bytes;
        }
    }

    record Whole(long value) implements Reply {}

    record Items(List<Reply> all) implements Reply {}

    record Nothing() implements Reply {}

    /// It will not.
    record Refusal(String text) implements Reply {}

    /// For people and for comparing words; bytes that are no text come out as something else.
    default String text() {
        return switch (this) {
            case Word(String text) -> text;
            case Bulk bulk -> new String(bulk.bytes, StandardCharsets.UTF_8);
            case Whole(long value) -> Long.toString(value);
            case Items(List<Reply> all) -> all.stream().map(Reply::text).toList().toString();
            case Nothing() -> "";
            case Refusal(String text) -> text;
        };
    }

    default boolean isRefusal() {
        return this instanceof Refusal;
    }

    /// Its items; none when it has none.
    default List<Reply> items() {
        return this instanceof Items(List<Reply> all) ? all : List.of();
    }

    /// Its bytes; none when it has none.
    default byte[] bytes() {
        return this instanceof Word(String text)
                ? text.getBytes(StandardCharsets.UTF_8)
                : new byte[0];
    }

    /// Its number; -1 when it is none.
    default long number() {
        return this instanceof Whole(long value) ? value : -1;
    }
}
