package dev.belay.server.people;

/// Who was known when the request came is so no more: disabled, removed, or the token has ended.
public final class NotKnown extends RuntimeException {
    public NotKnown(Visitor visitor) {
        super(visitor.person() + " is not known any more", null, false, false);
    }
}
