package dev.belay.server.people;

import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Grant;
import java.util.List;

/// A token, as the API shows it: nothing that opens anything.
///
/// @param scopes what it is narrowed to; empty is all that its owner may
/// @param state `valid`, `expired` or `revoked`
public record TokenView(
        String id,
        String owner,
        String name,
        List<String> scopes,
        String madeBy,
        long madeAt,
        long expiresAt,
        String state) {
    static TokenView of(ApiToken token, long now) {
        String state = token.revokedAt() > 0 ? "revoked" : token.lives(now) ? "valid" : "expired";
        return new TokenView(
                token.id(),
                token.owner(),
                token.name(),
                token.scopes().stream().map(Grant::toString).toList(),
                token.madeBy(),
                token.madeAt(),
                token.expiresAt(),
                state);
    }
}
