package dev.belay.server.text;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JournalTextTest {
    private static final Scope API = Scope.component("local", "api");

    @Test
    void every_entry_is_a_line_and_what_says_more_is_indented() {
        List<Fact> facts =
                List.of(
                        new Fact.Submitted("sha256:1", "sha256:2", "the new greeting"),
                        new Fact.Started(List.of("local-1")),
                        new Fact.Intent(2, Direction.DO, API, 17),
                        new Fact.Reattempt(2, Direction.DO, API, 18, "no answer"),
                        new Fact.Outcome(2, Direction.DO, new Fact.Result.Done("")),
                        new Fact.Waiting(3, "1 of 2 run"),
                        new Fact.Outcome(
                                3,
                                Direction.DO,
                                new Fact.Result.Failed("it died", "look", "line 1\nline 2")),
                        new Fact.TurnedBack("step 3 failed"),
                        new Fact.Outcome(
                                2, Direction.UNDO, new Fact.Result.AssumedDone("so be it")),
                        new Fact.Held("held/undo-failed", 2, "nobody knows"));
        assertThat(text(facts))
                .isEqualTo(
                        """
                         1  1970-01-01 00:00:01.000Z  submitted: the new greeting  by anna
                              plan sha256:1
                         2  1970-01-01 00:00:02.000Z  started, taking over from local-1
                         3  1970-01-01 00:00:03.000Z  step 2 is begun, by token 17
                         4  1970-01-01 00:00:04.000Z  step 2 is asked about again, by token 18: no answer
                         5  1970-01-01 00:00:05.000Z  step 2 done
                         6  1970-01-01 00:00:06.000Z  step 3 waits: 1 of 2 run
                         7  1970-01-01 00:00:07.000Z  step 3 failed: it died
                              hint: look
                              line 1
                              line 2
                         8  1970-01-01 00:00:08.000Z  turned back: step 3 failed
                         9  1970-01-01 00:00:09.000Z  undo of step 2 taken as done: so be it
                        10  1970-01-01 00:00:10.000Z  held, about step 2: nobody knows  [held/undo-failed]
                        """);
    }

    @Test
    void what_people_said_is_there_in_their_words() {
        assertThat(
                        text(
                                List.of(
                                        new Fact.Scheduled(
                                                new Appointment(5_000, 6_000), "at night"),
                                        new Fact.Paused("lunch"),
                                        new Fact.Resumed(""),
                                        new Fact.CancelRequested(Fact.Cancel.ROLL_BACK, "enough"),
                                        new Fact.Decided(Fact.Decision.MARK_DONE, 4, "I looked"),
                                        new Fact.Outcome(
                                                4,
                                                Direction.DO,
                                                new Fact.Result.NotDone("Bo looked")),
                                        new Fact.Soaking(5),
                                        new Fact.Ended(ReleaseState.ROLLED_BACK, ""))))
                .contains(
                        "to begin at 1970-01-01 00:00:05.000Z, at the latest at 1970-01-01"
                                + " 00:00:06.000Z: at night",
                        "paused: lunch",
                        "resumed\n",
                        "to be cancelled, roll-back: enough",
                        "decided: mark-done, about step 4: I looked",
                        "step 4 not done: Bo looked",
                        "step 5 begins to soak",
                        "ended, rolled-back\n");
        assertThat(text(List.of())).isEqualTo("there are no entries\n");
    }

    private static String text(List<Fact> facts) {
        return JournalText.of(
                IntStream.range(0, facts.size())
                        .mapToObj(i ->
                                new Entry(
                                        "local-2", i + 1, (i + 1) * 1000L, i, "anna", facts.get(i)))
                        .toList(),
                List.of(),
                false);
    }
}
