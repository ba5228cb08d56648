package dev.belay.server.people;

/// What became of looking at what somebody showed.
public sealed interface Recognition {
    record Known(Visitor visitor) implements Recognition {}

    /// It was right once; only its owner learns so.
    record Expired(String name) implements Recognition {}

    /// There is no such token, or it was taken away, or its owner may do nothing any more.
    record Unknown() implements Recognition {}

    /// Too many wrong ones came lately.
    record TooMany() implements Recognition {}
}
