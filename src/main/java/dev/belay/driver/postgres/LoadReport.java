package dev.belay.driver.postgres;

import java.util.List;

/// What the sessions that said what the release before says felt of the migration, on a copy of the
/// data. Times are in milliseconds, as they were measured there.
///
/// @param unknown why nothing was replayed; empty when it was
/// @param statements that were said, over and over
/// @param leftOut that are known and cannot be said: nobody knows a value, or they reach beyond the
///   database
/// @param sessions at the same time
/// @param perSecond statements that were begun in a second, as far as all came to their turn
/// @param living how many the living release says in a second on the average; 0 when that is not
///   known
/// @param took the migration, its waits for locks included
/// @param steppedBack how often the migration let others pass, as a lock was not to be had
/// @param blocked why the migration did not get through, empty when it did
/// @param inTheWay the statement that kept it from its lock longest, or empty
/// @param felt by table and what was done with it; who waited longest first
/// @param failures of statements that went through before it
public record LoadReport(
        String unknown,
        int statements,
        int leftOut,
        int sessions,
        double perSecond,
        double living,
        long took,
        int steppedBack,
        String blocked,
        String inTheWay,
        List<Felt> felt,
        List<Failed> failures) {
    public LoadReport {
        felt = List.copyOf(felt);
        failures = List.copyOf(failures);
    }

    /// What was felt at one table.
    ///
    /// @param access `reads` or `writes`
    /// @param said how often while the migration ran
    /// @param longest that one took then, waits at other tables left out
    /// @param before the longest that one took before the migration began
    /// @param waited the longest wait for a lock that the migration held, or that it wanted first
    /// @param behind the statement of the migration during which most of that wait passed, as
    ///   ``line 3 of `0007_total.up.sql` ``; empty when nobody waited
    /// @param statement that waited so long; without values
    public record Felt(
            String relation,
            String access,
            long said,
            long longest,
            long before,
            long waited,
            String behind,
            String statement) {}

    /// What failed, by PostgreSQL's five letters.
    ///
    /// @param statement one of those, without values
    /// @param message that the server gave to it
    public record Failed(String state, long times, String statement, String message) {}

    static LoadReport unknown(String why) {
        return new LoadReport(why, 0, 0, 0, 0, 0, 0, 0, "", "", List.of(), List.of());
    }

    /// Whether something was measured.
    public boolean known() {
        return unknown.isEmpty();
    }

    /// The longest wait of all; 0 when nobody waited.
    public long waited() {
        return felt.stream().mapToLong(Felt::waited).max().orElse(0);
    }
}
