package dev.belay.release.people;

import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;

/// A token that was given out, without the secret: nobody can make one of what is kept here.
///
/// @param id what is known of it, and begins its text
/// @param name what its owner calls it, unique among those that he ever had
/// @param hash SHA-256 of the secret, hexadecimal
/// @param readerHash the same of what a browser's cookie holds in its place
/// @param scopes what it is narrowed to; empty is all that its owner may
/// @param parent the id of the token that its owner made it with, or `""`: they die together
/// @param madeBy who, by [dev.belay.release.Actor#subject()]
/// @param madeAt milliseconds since the epoch, by the journal's clock, as the others
/// @param expiresAt the first instant at which it opens nothing any more
/// @param revokedAt 0 while it was not
public record ApiToken(
        String id,
        String owner,
        String name,
        String hash,
        String readerHash,
        SortedSet<Grant> scopes,
        String parent,
        String madeBy,
        long madeAt,
        long expiresAt,
        long revokedAt) {
    public ApiToken {
        scopes = Collections.unmodifiableSortedSet(new TreeSet<>(scopes));
    }

    /// Whether its time has not come, and nobody took it away.
    public boolean lives(long now) {
        return revokedAt == 0 && now < expiresAt;
    }

    public ApiToken revoked(long at) {
        return new ApiToken(
                id, owner, name, hash, readerHash, scopes, parent, madeBy, madeAt, expiresAt, at);
    }

    @Override
    public String toString() {
        return "token " + id + " `" + name + "` of " + owner;
    }
}
