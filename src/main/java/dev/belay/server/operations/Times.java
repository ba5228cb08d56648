package dev.belay.server.operations;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import java.util.EnumMap;
import java.util.List;
import java.util.function.IntPredicate;

/// Where the time of a release went, in milliseconds: the honest lead time tells waiting from work.
///
/// @param queued until it had its scopes
/// @param person paused, held, or asking people: somebody had to do something
/// @param window until the time that it was scheduled for
/// @param progressing everything else
/// @param soaking living under traffic, watched
public record Times(long queued, long person, long window, long progressing, long soaking) {
    private enum Part {
        QUEUED,
        PERSON,
        WINDOW,
        PROGRESSING,
        SOAKING,
        OVER
    }

    /// Of a journal from its first line on.
    ///
    /// @param asking whether a step, by its number, waits for people to consent
    /// @param now the journal's clock, until which an unfinished release is counted
    public static Times of(List<Entry> entries, IntPredicate asking, long now) {
        var sums = new EnumMap<Part, Long>(Part.class);
        Part part = Part.QUEUED;
        boolean soaks = false;
        long since = entries.isEmpty() ? now : entries.getFirst().at();
        for (Entry entry : entries) {
            sums.merge(part, entry.at() - since, Long::sum);
            since = entry.at();
            soaks = soaks(entry.fact(), soaks);
            part = after(entry.fact(), part, soaks, asking);
        }
        sums.merge(part, Math.max(0, now - since), Long::sum);
        return new Times(
                sums.getOrDefault(Part.QUEUED, 0L),
                sums.getOrDefault(Part.PERSON, 0L),
                sums.getOrDefault(Part.WINDOW, 0L),
                sums.getOrDefault(Part.PROGRESSING, 0L),
                sums.getOrDefault(Part.SOAKING, 0L));
    }

    /// Whether a soak has begun that is not over: it goes on after a pause.
    private static boolean soaks(Fact fact, boolean before) {
        return switch (fact) {
            case Fact.Soaking _ -> true;
            case Fact.Outcome _, Fact.TurnedBack _, Fact.Intent _ -> false;
            default -> before;
        };
    }

    private static Part after(Fact fact, Part before, boolean soaks, IntPredicate asking) {
        Part going = soaks ? Part.SOAKING : Part.PROGRESSING;
        return switch (fact) {
            case Fact.Submitted _ -> Part.QUEUED;
            case Fact.Scheduled _ -> Part.WINDOW;
            case Fact.Waiting(int step, String _) when asking.test(step) -> Part.PERSON;
            case Fact.Outcome(int step, var _, var _) when asking.test(step) -> going;
            case Fact.Paused _, Fact.Held _ -> Part.PERSON;
            case Fact.CancelRequested(Fact.Cancel mode, String _) ->
                    mode == Fact.Cancel.ROLL_BACK ? before : Part.PERSON;
            case Fact.Started _, Fact.Resumed _, Fact.Decided _, Fact.TurnedBack _ -> going;
            case Fact.Soaking _ -> Part.SOAKING;
            case Fact.Outcome _, Fact.Intent _, Fact.Reattempt _, Fact.Waiting _ ->
                    before == Part.SOAKING ? going : before;
            case Fact.Approved _, Fact.Objected _, Fact.CheckedOff _ -> before;
            case Fact.Ended _ -> Part.OVER;
        };
    }
}
