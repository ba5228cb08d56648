package dev.belay.server.access;

import dev.belay.release.people.Action;
import java.util.ArrayList;
import java.util.List;

/// What an endpoint needs.
///
/// @param action what it does; of [Where#PUBLIC] and [Where#SELF] nothing is asked
/// @param also what certain fields of its body need beside that
public record Need(Action action, Where where, List<Also> also) {
    public Need {
        also = List.copyOf(also);
    }

    static Need of(Action action, Where where) {
        return new Need(action, where, List.of());
    }

    /// A field that makes a request mean more.
    ///
    /// @param value the text, also one of a list, or `true`; `""` for anything that is not empty
    public record Also(String field, String value, Action action) {}

    Need with(String field, String value, Action action) {
        var all = new ArrayList<>(also);
        all.add(new Also(field, value, action));
        return new Need(this.action, where, all);
    }
}
