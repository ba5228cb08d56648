package dev.belay.journal;

/// What is looked for in the audit log; empty texts leave open what they are about.
///
/// @param release written by it, or about it
/// @param actor who
/// @param action what was done: a fact's type such as `started`, or a deed such as `backup-begun`
/// @param environment where
/// @param text anything in the entry, whatever its case
/// @param range where it may lie
public record AuditSearch(
        String release, String actor, String action, String environment, String text, Range range) {
    /// Everything.
    public static AuditSearch all(Range range) {
        return new AuditSearch("", "", "", "", "", range);
    }

    /// Which entries come into question, and in which order.
    ///
    /// @param after only greater numbers
    /// @param before only smaller numbers; 0 for all
    /// @param since milliseconds since the epoch, 0 for any
    /// @param until milliseconds since the epoch, exclusive; 0 for any
    /// @param newestFirst else the oldest
    /// @param limit at most so many
    public record Range(
            long after, long before, long since, long until, boolean newestFirst, int limit) {}
}
