package dev.belay.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.ToolSchema.Place;
import dev.belay.driver.ToolSchema.WayBack;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ToolSchemaTest {
    private static final Place AT_1 = new Place.At("1");
    private static final Place AT_2 = new Place.At("2");
    private static final Place AWAY = new Place.Unsaid("`status` did not end");

    private final ToolSchema schema = new ToolSchema(text -> text.replace("s3cret", "***"));

    private static Place placeAsked() {
        throw new AssertionError("nobody needs to know");
    }

    private static Boolean endAsked() {
        throw new AssertionError("nobody needs to know");
    }

    private WayBack back(Place now, boolean down, boolean endedWell) throws Exception {
        return schema.wayBack(Optional.of("1"), true, down, () -> now, () -> endedWell);
    }

    private Answer answer(WayBack back) {
        assertThat(back).isInstanceOf(WayBack.Answered.class);
        assertThat(((WayBack.Answered) back).settled()).isTrue();
        return ((WayBack.Answered) back).answer();
    }

    @Test
    void what_prints_the_same_twice_is_believed_and_is_asked_no_more() throws Exception {
        var said = new ArrayDeque<>(List.of(AT_1, AT_1));
        assertThat(schema.agreed(said::remove, "")).isEqualTo(AT_1);
        assertThat(schema.agreed(() -> AWAY, "")).isEqualTo(AWAY);

        var other = new ArrayDeque<>(List.<Place>of(new Place.At("s3cret\n1"), AT_2));
        assertThat(schema.agreed(other::remove, ", here too"))
                .isInstanceOfSatisfying(
                        Place.Unsaid.class,
                        one ->
                                assertThat(one.because())
                                        .startsWith("`status` prints `*** / 1`, and then `2`")
                                        .endsWith("for the same schema, here too"));
    }

    @Test
    void without_a_record_nothing_is_taken_back() throws Exception {
        assertThat(
                        schema.wayBack(
                                Optional.empty(),
                                true,
                                true,
                                ToolSchemaTest::placeAsked,
                                ToolSchemaTest::endAsked))
                .isEqualTo(new WayBack.Answered(new Answer.Done("it never began"), true));
        WayBack lost =
                schema.wayBack(
                        Optional.empty(),
                        false,
                        true,
                        ToolSchemaTest::placeAsked,
                        ToolSchemaTest::endAsked);
        assertThat(((WayBack.Answered) lost).settled()).isFalse();
        assertThat(((WayBack.Answered) lost).answer()).isInstanceOf(Answer.Failed.class);
        assertThat(ToolSchema.found(Optional.empty(), false, ToolSchemaTest::placeAsked))
                .isInstanceOf(Finding.Unknowable.class);
        assertThat(ToolSchema.found(Optional.empty(), true, ToolSchemaTest::placeAsked))
                .isInstanceOf(Finding.Done.class);
    }

    @Test
    void down_runs_only_where_the_schema_is_elsewhere_and_no_other_did_its_work() throws Exception {
        assertThat(answer(back(AT_1, true, true))).isInstanceOf(Answer.Done.class);
        assertThat(back(AT_2, true, false)).isEqualTo(new WayBack.Begin("1"));
        assertThat(answer(back(AT_2, true, true)).toString())
                .contains("`down` ended with status 0");
        assertThat(answer(back(AT_2, false, false)).toString()).contains("there is no `down`");
        assertThat(answer(back(AWAY, true, false)))
                .isEqualTo(new Answer.Failed("`status` did not end", "", true));
    }

    @Test
    void it_has_done_its_work_when_the_schema_is_as_it_was() throws Exception {
        assertThat(schema.after("1", AT_1)).isEqualTo(new Answer.Done("`status` prints `1` again"));
        assertThat(schema.after("1", AT_2)).isInstanceOf(Answer.Failed.class);
        assertThat(schema.after("1", AWAY)).isInstanceOf(Answer.Failed.class);
        assertThat(ToolSchema.found(Optional.of("1"), true, () -> AT_1))
                .isInstanceOf(Finding.Done.class);
        assertThat(ToolSchema.found(Optional.of("1"), true, () -> AT_2))
                .isInstanceOf(Finding.NotDone.class);
        assertThat(ToolSchema.found(Optional.of("1"), true, () -> AWAY))
                .isInstanceOf(Finding.Unknown.class);
    }

    @Test
    void whoever_decides_is_told_where_it_was_and_is() {
        assertThat(schema.told("1", AT_1)).isEqualTo("; `status` prints `1`, as before it");
        assertThat(schema.told("1", AT_2)).contains("printed `1` before it, and prints `2` now");
        assertThat(schema.shown("x".repeat(300))).hasSize(201).endsWith("…");
    }
}
