package dev.belay.server.text;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.plan.Step;
import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A release's journal as people read it afterwards: a line for each entry, when, by whom, what.
public final class JournalText {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSS'Z'", Locale.ROOT)
                    .withZone(ZoneOffset.UTC);

    private final StringBuilder text = new StringBuilder();
    private final Map<Integer, String> titles = new HashMap<>();
    private final Paint paint;

    private JournalText(List<Step> steps, boolean colour) {
        paint = new Paint(colour);
        steps.forEach(step -> titles.put(step.number(), step.title()));
    }

    /// All of it, or what follows a line of it.
    ///
    /// @param steps of the release's plan, for their titles
    public static String of(List<Entry> entries, List<Step> steps, boolean colour) {
        var writer = new JournalText(steps, colour);
        int width = entries.isEmpty() ? 1 : Long.toString(entries.getLast().seq()).length();
        entries.forEach(entry -> writer.write(entry, width));
        return entries.isEmpty() ? "there are no entries\n" : writer.text.toString();
    }

    private void write(Entry entry, int width) {
        String number = Long.toString(entry.seq());
        List<String> said = words(entry.fact()).lines().toList();
        text.append(" ".repeat(width - number.length()))
                .append(number)
                .append("  ")
                .append(paint.dim(TIME.format(Instant.ofEpochMilli(entry.at()))))
                .append("  ")
                .append(Paint.plain(said.getFirst()))
                // The engine writes all the rest.
                .append(entry.fence() == 0 ? paint.dim("  by " + entry.actor()) : "")
                .append('\n');
        said.stream()
                .skip(1)
                .forEach(line ->
                        text.append(" ".repeat(width + 4)).append(Paint.plain(line)).append('\n'));
    }

    private String words(Fact fact) {
        return switch (fact) {
            case Fact.Submitted(String plan, String _, String reason, String commit) ->
                    "submitted"
                            + said(reason)
                            + "\nplan "
                            + plan
                            + (commit.isEmpty() ? "" : "\ncommit " + commit);
            case Fact.Scheduled(Appointment when, String reason) ->
                    "to begin at %s, at the latest at %s"
                                    .formatted(
                                            TIME.format(Instant.ofEpochMilli(when.from())),
                                            TIME.format(Instant.ofEpochMilli(when.until())))
                            + said(reason);
            case Fact.Started(List<String> tookOver) ->
                    "started"
                            + (tookOver.isEmpty()
                                    ? ""
                                    : ", taking over from " + String.join(", ", tookOver));
            case Fact.Waiting(int step, String because) ->
                    step(step, Direction.DO) + " waits" + said(because);
            case Fact.Soaking(int step) -> step(step, Direction.DO) + " begins to soak";
            case Fact.Intent(int step, Direction direction, var _, long token) ->
                    step(step, direction) + " is begun, by token " + token;
            case Fact.Reattempt(int step, Direction direction, var _, long token, String because) ->
                    step(step, direction)
                            + " is asked about again, by token "
                            + token
                            + said(because);
            case Fact.Outcome(int step, Direction direction, Fact.Result result) ->
                    step(step, direction) + words(result);
            case Fact.TurnedBack(String reason) -> "turned back" + said(reason);
            case Fact.Held(String code, int step, String explanation) ->
                    "held"
                            + (step == 0 ? "" : ", about " + step(step, Direction.DO))
                            + said(explanation)
                            + "  ["
                            + code
                            + "]";
            case Fact.Paused(String reason) -> "paused" + said(reason);
            case Fact.Resumed(String reason) -> "resumed" + said(reason);
            case Fact.CancelRequested(Fact.Cancel mode, String reason) ->
                    "to be cancelled, " + word(mode) + said(reason);
            case Fact.Decided(Fact.Decision decision, int step, String attestation) ->
                    "decided: "
                            + word(decision)
                            + (step == 0 ? "" : ", about " + step(step, Direction.DO))
                            + said(attestation);
            case Fact.Approved(String digest, String reason) ->
                    "approved plan " + digest + said(reason);
            case Fact.Objected(String reason) -> "objected" + said(reason);
            case Fact.CheckedOff(String point, String note) ->
                    "checked off `" + point + "`" + said(note);
            case Fact.Ended(var state, String note) -> "ended, " + word(state) + said(note);
        };
    }

    private static String words(Fact.Result result) {
        return switch (result) {
            case Fact.Result.Done(String detail) -> " done" + said(detail);
            case Fact.Result.Failed(String reason, String hint, String detail, boolean _) ->
                    " failed"
                            + said(reason)
                            + (hint.isEmpty() ? "" : "\nhint: " + hint)
                            + (detail.isEmpty() ? "" : "\n" + detail);
            case Fact.Result.AssumedDone(String why) -> " taken as done" + said(why);
            case Fact.Result.NotDone(String why) -> " not done" + said(why);
        };
    }

    private String step(int number, Direction direction) {
        String title = titles.getOrDefault(number, "");
        return (direction == Direction.UNDO ? "undo of " : "")
                + "step "
                + number
                + (title.isEmpty() ? "" : " (" + title + ")");
    }

    private static String said(String more) {
        return more.isEmpty() ? "" : ": " + more;
    }

    private static String word(Enum<?> choice) {
        return choice.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
