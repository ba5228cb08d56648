package dev.belay.journal;

/// A line of a release's journal.
///
/// @param seq 1, 2, 3 … without gaps
/// @param at milliseconds since the epoch, by the journal's own clock
/// @param fence the lease epoch of the writer; 0 when a person wrote
/// @param actor the subject who wrote
public record Entry(String release, long seq, long at, long fence, String actor, Fact fact) {}
