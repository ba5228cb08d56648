package dev.belay.server.audit;

/// What is remembered of a witness.
///
/// @param where as it was written
/// @param secret of a web hook, else empty
/// @param size entries that it was told of; 0 for none
/// @param root of the log then, hexadecimal
record WitnessNote(String name, String where, String secret, long size, String root) {
    WitnessNote told(long more, String then) {
        return new WitnessNote(name, where, secret, more, then);
    }
}
