package dev.belay.server.people;

import dev.belay.release.people.Right;
import java.util.List;

/// Whoever asked is known, and may not. Says what would be needed and nothing about what is there.
public final class NotAllowed extends RuntimeException {
    private final transient Visitor visitor;
    private final transient List<Right> needed;

    public NotAllowed(Visitor visitor, List<Right> needed) {
        super(visitor.person() + " may not " + needed, null, false, false);
        this.visitor = visitor;
        this.needed = List.copyOf(needed);
    }

    public Visitor visitor() {
        return visitor;
    }

    /// Everything that was needed, not only what was missing.
    public List<Right> needed() {
        return needed;
    }
}
