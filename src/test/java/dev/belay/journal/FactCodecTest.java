package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.Appointment;
import dev.belay.release.Direction;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FactCodecTest {
    /// One of each, with every constant of every choice.
    static List<Fact> facts() {
        Scope scope = new Scope("local", Scope.Kind.DATASTORE, "postgres");
        var facts = new ArrayList<Fact>();
        facts.add(new Fact.Submitted("sha256:p", "sha256:m", "line one\nline \"two\" \u0000 ø 𝄞"));
        facts.add(new Fact.Started(List.of()));
        facts.add(new Fact.Started(List.of("local-1", "local-2")));
        facts.add(new Fact.Waiting(1, "health"));
        facts.add(new Fact.Soaking(2));
        facts.add(new Fact.Intent(2, Direction.DO, scope, 7));
        facts.add(new Fact.Reattempt(2, Direction.UNDO, scope, Long.MAX_VALUE, "no answer"));
        facts.add(new Fact.TurnedBack("error rate"));
        facts.add(new Fact.Held("held/undo-failed", 0, "look"));
        facts.add(new Fact.Paused("lunch"));
        facts.add(new Fact.Resumed(""));
        facts.add(new Fact.Approved("sha256:p", "tried it"));
        facts.add(new Fact.Objected("not now"));
        facts.add(new Fact.CheckedOff("notes written", ""));
        facts.add(new Fact.Scheduled(new Appointment(0, Long.MAX_VALUE), "at night"));
        for (var direction : Direction.values()) {
            facts.add(new Fact.Outcome(3, direction, new Fact.Result.Done("exit 0")));
            facts.add(new Fact.Outcome(3, direction, new Fact.Result.Failed("r", "h", "d")));
            var untouched = new Fact.Result.Failed("r", "h", "", true);
            facts.add(new Fact.Outcome(3, direction, untouched));
            facts.add(new Fact.Outcome(3, direction, new Fact.Result.AssumedDone("why")));
            facts.add(new Fact.Outcome(3, direction, new Fact.Result.NotDone("why")));
        }
        for (var mode : Fact.Cancel.values()) {
            facts.add(new Fact.CancelRequested(mode, "reason"));
        }
        for (var decision : Fact.Decision.values()) {
            facts.add(new Fact.Decided(decision, 4, "I looked"));
        }
        for (var state : ReleaseState.values()) {
            facts.add(new Fact.Ended(state, "note"));
        }
        return facts;
    }

    @ParameterizedTest
    @MethodSource("facts")
    void every_fact_comes_back_as_it_was(Fact fact) {
        assertThat(FactCodec.decode(FactCodec.encode(fact))).isEqualTo(fact);
    }

    @Test
    void every_kind_of_fact_and_result_is_tried() {
        var kinds = new HashSet<Class<?>>();
        for (Fact fact : facts()) {
            kinds.add(fact.getClass());
            if (fact instanceof Fact.Outcome outcome) {
                kinds.add(outcome.result().getClass());
            }
        }
        assertThat(kinds)
                .contains(Fact.class.getPermittedSubclasses())
                .contains(Fact.Result.class.getPermittedSubclasses());
    }

    @Test
    void the_form_is_canonical() {
        var fact = new Fact.Intent(2, Direction.DO, Scope.component("local", "api"), 7);
        assertThat(FactCodec.encode(fact))
                .isEqualTo(
                        """
                        {"direction":"do","scope":"local/component/api","step":2,"token":7,\
                        "type":"intent","v":1}\
                        """);
        var nested = new Fact.Outcome(2, Direction.UNDO, new Fact.Result.NotDone("\u001f"));
        assertThat(FactCodec.encode(nested))
                .isEqualTo(
                        """
                        {"direction":"undo","result":{"type":"not-done","why":"\\u001f"},\
                        "step":2,"type":"outcome","v":1}\
                        """);
    }

    @Test
    void fields_that_are_not_known_are_passed_over() {
        assertThat(
                        FactCodec.decode(
                                """
                                {"v":1,"type":"paused","reason":"lunch","mood":{"good":true}}\
                                """))
                .isEqualTo(new Fact.Paused("lunch"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "7",
                "null",
                "{}",
                "{\"v\":1}",
                "{\"v\":2,\"type\":\"paused\",\"reason\":\"\"}",
                "{\"v\":1,\"type\":\"frobnicated\"}",
                "{\"v\":1,\"type\":7}",
                "{\"v\":1,\"type\":\"paused\"}",
                "{\"v\":1,\"type\":\"paused\",\"reason\":7}",
                "{\"v\":1,\"type\":\"waiting\",\"step\":4294967297,\"because\":\"\"}",
                "{\"v\":1,\"type\":\"waiting\",\"step\":1e99,\"because\":\"\"}",
                "{\"v\":1,\"type\":\"started\",\"took-over\":[7]}",
                "{\"v\":1,\"type\":\"ended\",\"state\":\"COMPLETED\",\"note\":\"\"}",
                "{\"v\":1,\"type\":\"outcome\",\"step\":1,\"direction\":\"do\",\"result\":{}}",
                "{\"v\":1,\"type\":\"intent\",\"step\":1,\"direction\":\"do\",\"scope\":\"x\",\"token\":1}"
            })
    void what_is_not_understood_is_refused_in_words(String text) {
        assertThatThrownBy(() -> FactCodec.decode(text))
                .isInstanceOf(UnreadableEntry.class)
                .message()
                .startsWith("it");
    }
}
