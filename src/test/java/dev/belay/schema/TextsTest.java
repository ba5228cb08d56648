package dev.belay.schema;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// What is told of checks, expressions and bodies by their text.
class TextsTest {
    @Test
    void a_check_is_looser_when_it_takes_all_that_was_taken() {
        String two = "CHECK ((region = ANY (ARRAY['eu'::text, 'us'::text])))";
        String three = "CHECK ((region = ANY (ARRAY['eu'::text, 'asia'::text, 'us'::text])))";
        assertThat(Bounds.isLooser(two, three)).isTrue();
        assertThat(Bounds.isLooser(three, two)).isFalse();
        assertThat(Bounds.isLooser("CHECK ((qty >= 0))", "CHECK ((qty >= '-10'::integer))"))
                .isTrue();
        assertThat(Bounds.isLooser("CHECK ((qty >= 0))", "CHECK ((qty >= 1))")).isFalse();
        assertThat(Bounds.isLooser("CHECK ((qty < 10))", "CHECK ((qty < 11))")).isTrue();
        assertThat(Bounds.isLooser("CHECK ((qty < 10))", "CHECK ((qty <= 11))")).isFalse();
        assertThat(Bounds.isLooser("CHECK ((a > 0))", "CHECK ((b > 0))")).isFalse();
    }

    /// Where a text is negated, less is more.
    @Test
    void nothing_is_said_of_a_check_with_not_in_it() {
        assertThat(
                        Bounds.isLooser(
                                "CHECK ((NOT (qty = ANY (ARRAY[1, 2]))))",
                                "CHECK ((NOT (qty = ANY (ARRAY[1, 2, 3]))))"))
                .isFalse();
        assertThat(
                        Bounds.isLooser(
                                "CHECK ((qty <> ALL (ARRAY[1, 2])))",
                                "CHECK ((qty <> ALL (ARRAY[1, 2, 3])))"))
                .isFalse();
    }

    @Test
    void an_expression_can_fail_when_it_counts_divides_or_casts() {
        assertThat(Expressions.canFail("(qty * 2)")).isTrue();
        assertThat(Expressions.canFail("(payload)::integer")).isTrue();
        assertThat(Expressions.canFail("shop.rate(qty)")).isTrue();
        assertThat(Expressions.canFail("lower(name)")).isFalse();
        assertThat(Expressions.canFail("((name || ' - '::text) || code)")).isFalse();
    }

    @Test
    void a_body_raises_when_it_says_so_and_not_when_it_tells() {
        assertThat(Expressions.raises("BEGIN RAISE EXCEPTION 'no'; END")).isTrue();
        assertThat(Expressions.raises("BEGIN raise 'no'; END")).isTrue();
        assertThat(Expressions.raises("BEGIN RAISE NOTICE 'seen'; END")).isFalse();
        assertThat(Expressions.raises("BEGIN -- raise exception\n RETURN NEW; END")).isFalse();
        assertThat(Expressions.names("SELECT total FROM orders", "tot")).isFalse();
        assertThat(Expressions.names("SELECT total FROM orders", "total")).isTrue();
    }
}
