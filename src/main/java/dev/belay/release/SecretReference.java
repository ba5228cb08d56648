package dev.belay.release;

/// Which secret of a store a variable's value is.
///
/// @param path what in the store has the key; empty for that which the store names itself
/// @param key below it
/// @param version a fixed one; 0 is the newest
public record SecretReference(String path, String key, int version) {
    /// Under that key, where the store says, the newest.
    public SecretReference(String key) {
        this("", key, 0);
    }
}
