package dev.belay.server.audit;

/// A witness, as it is shown.
///
/// @param kind `file`, `git`, `syslog`, `webhook`
/// @param where as it was written
/// @param size entries that it was told of
/// @param trouble why it is not told of more; empty when all is well
/// @param since milliseconds since the epoch, 0 without trouble
public record WitnessView(
        String name, String kind, String where, long size, String trouble, long since) {}
