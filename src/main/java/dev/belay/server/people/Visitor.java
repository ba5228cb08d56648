package dev.belay.server.people;

import dev.belay.release.Actor;

/// Somebody who showed what opens the API. What he may do is not in here: it is asked of [People]
/// each time, as it can change while he is there.
///
/// @param actor as whom what he does is written down
/// @param token the id of his token, or `""` for the owner's file
/// @param reader whether he showed a browser's cookie, which only opens what can be read
public record Visitor(Actor actor, String token, boolean reader) {
    /// Whether it is who owns the state folder.
    public boolean owner() {
        return token.isEmpty();
    }

    /// His name, whatever he showed.
    public String person() {
        return actor.person();
    }
}
