package dev.belay.driver.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.Answered;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

/// What is made of answers of a Prometheus, and what is not.
final class SnapshotTest {
    private static final int BOUND = 500;

    private final Tally tally = new Tally("api-2", BOUND);
    private final List<String> series = new ArrayList<>();

    private SnapshotTest has(String part, String pod, Object value) {
        series.add(
                """
                {"metric":{"__name__":"x","belay_part":"canary-%s","pod":"%s"},"value":[1.5,"%s"]}\
                """
                        .formatted(part, pod, value));
        return this;
    }

    private static String body(String result) {
        return """
        {"status":"success","data":{"resultType":"vector","result":[%s]}}\
        """
                .formatted(result);
    }

    private static Snapshot read(String body) throws Snapshot.Unfit {
        return Snapshot.of(JsonMapper.shared().readTree(body), UnaryOperator.identity());
    }

    /// Whether it goes on from the reading before.
    private boolean taken() throws Snapshot.Unfit {
        Snapshot read = read(body(String.join(",", series)));
        series.clear();
        return tally.take(read.canary());
    }

    private boolean taken(String pod, int requests, int errors) throws Snapshot.Unfit {
        return has("requests", pod, requests).has("errors", pod, errors).taken();
    }

    private void counted(long all, long failed) {
        assertThat(tally.answered()).isEqualTo(new Answered(all, failed, new TreeMap<>()));
    }

    @Test
    void batches_are_what_came_in_since_the_first_reading() throws Exception {
        assertThat(taken("a", 1_000, 10)).isFalse();
        counted(0, 0);
        assertThat(taken("a", 1_100, 12)).isTrue();
        counted(100, 2);
        assertThat(taken("a", 1_100, 12)).isTrue();
        counted(100, 2);
    }

    @Test
    void a_counter_that_falls_began_anew() throws Exception {
        taken("a", 1_000, 10);
        assertThat(taken("a", 40, 3)).isTrue();
        counted(40, 3);
    }

    @Test
    void a_pod_beside_the_others_began_at_zero() throws Exception {
        taken("a", 1_000, 10);
        has("requests", "b", 20).has("errors", "b", 5);
        assertThat(taken("a", 1_000, 10)).isTrue();
        counted(20, 5);
    }

    @Test
    void the_first_error_counts_though_nothing_counted_errors_before() throws Exception {
        has("requests", "a", 100).taken();
        assertThat(taken("a", 110, 4)).isTrue();
        counted(10, 4);
    }

    @Test
    void a_pod_that_is_gone_keeps_what_it_counted_and_may_come_back() throws Exception {
        has("requests", "b", 500);
        taken("a", 1_000, 10);
        assertThat(taken("a", 1_010, 10)).isTrue();
        has("requests", "b", 530);
        assertThat(taken("a", 1_010, 10)).isTrue();
        counted(40, 0);
    }

    @Test
    void no_series_at_all_is_no_zero_and_said() throws Exception {
        taken("a", 1_000, 10);
        assertThat(taken()).isTrue();
        counted(0, 0);
        assertThat(tally.remark()).isEqualTo("it knows no `requests` of `api-2`");
        assertThat(taken("a", 1_010, 11)).isTrue();
        counted(10, 1);
        assertThat(tally.remark()).isEmpty();
    }

    @Test
    void a_canary_that_is_seen_for_the_first_time_may_have_counted_long_before() throws Exception {
        assertThat(taken()).isFalse();
        assertThat(taken("a", 9_000, 900)).isFalse();
        counted(0, 0);
    }

    /// Another replica of the server, or another configuration of what is collected.
    @Test
    void the_same_counters_under_other_names_are_not_counted_again() throws Exception {
        taken("a", 1_000, 10);
        assertThat(taken("replica-2/a", 1_010, 11)).isFalse();
        counted(0, 0);
        assertThat(taken("replica-2/a", 1_015, 12)).isTrue();
        counted(5, 1);
    }

    /// Two servers that collect the same, asked in turns.
    @Test
    void what_was_left_behind_is_not_counted_when_it_comes_back() throws Exception {
        has("requests", "b", 5_000);
        taken("a", 1_000, 10);
        assertThat(taken("c", 2_000, 10)).isFalse();
        has("requests", "b", 5_100);
        assertThat(taken("c", 2_010, 10)).isFalse();
        assertThat(taken("a", 1_100, 10)).isFalse();
        counted(0, 0);
    }

    @Test
    void more_errors_than_requests_are_no_reading_and_said() throws Exception {
        taken("a", 1_000, 10);
        assertThat(taken("a", 1_001, 20)).isFalse();
        counted(0, 0);
        assertThat(tally.remark()).contains("more `errors` than `requests`");
    }

    @Test
    void slow_are_those_beyond_the_bound() throws Exception {
        has("timed", "a", 100).has("fast", "a", 90).taken("a", 100, 0);
        has("timed", "a", 130).has("fast", "a", 110).taken("a", 130, 0);
        assertThat(tally.answered().times()).isEqualTo(Map.of(BOUND, 20L, BOUND + 1, 10L));
    }

    @Test
    void a_histogram_without_one_of_its_buckets_says_nothing_until_it_is_whole() throws Exception {
        has("timed", "a", 100).has("fast", "a", 90).taken("a", 100, 0);
        assertThat(has("timed", "a", 130).taken("a", 130, 7)).isTrue();
        assertThat(tally.answered()).isEqualTo(new Answered(30, 7, new TreeMap<>()));
        assertThat(tally.remark()).contains("are not whole");
        has("timed", "a", 140).has("fast", "a", 129).taken("a", 140, 7);
        assertThat(tally.answered().times()).isEqualTo(Map.of(BOUND, 39L, BOUND + 1, 1L));
    }

    @Test
    void buckets_that_contradict_each_other_are_not_believed() throws Exception {
        has("timed", "a", 100).has("fast", "a", 90).taken("a", 100, 0);
        has("timed", "a", 110).has("fast", "a", 120).taken("a", 130, 0);
        assertThat(tally.answered().times()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"NaN", "+Inf", "-Inf", "-1", "1e300"})
    void what_counts_nothing_is_no_counter(String value) {
        has("requests", "a", value);
        assertThatThrownBy(this::taken)
                .isInstanceOf(Snapshot.Unfit.class)
                .hasMessageContaining("that is no counter");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "null",
                "{}",
                "[]",
                "3",
                "{\"status\":\"error\"}",
                "{\"status\":\"success\"}",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":null}}",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"scalar\",\"result\":[1,\"2\"]}}",
                "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[]}}",
            })
    void what_is_no_vector_is_no_answer(String body) {
        assertThatThrownBy(() -> read(body)).isInstanceOf(Snapshot.Unfit.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"metric\":{\"belay_part\":\"canary-requests\"},\"value\":[1,null]}",
                "{\"metric\":{\"belay_part\":\"canary-requests\"},\"value\":null}",
                "{\"metric\":{\"belay_part\":\"canary-requests\"},\"value\":[1]}",
                "{\"metric\":{\"belay_part\":\"canary-requests\"},\"value\":[1,\"many\"]}",
                "{\"metric\":{\"belay_part\":\"canary-requests\"},\"histogram\":[1,{}]}",
                "{\"metric\":{\"belay_part\":\"canary-other\"},\"value\":[1,\"2\"]}",
                "{\"metric\":{},\"value\":[1,\"2\"]}",
                "{\"value\":[1,\"2\"]}",
                "7",
            })
    void a_series_that_is_none_is_no_zero(String series) {
        assertThatThrownBy(() -> read(body(series))).isInstanceOf(Snapshot.Unfit.class);
    }

    @Test
    void the_same_series_twice_is_a_lie() {
        has("requests", "a", 1).has("requests", "a", 2);
        assertThatThrownBy(this::taken).hasMessageContaining("twice");
    }

    @Test
    void an_answer_with_a_warning_may_be_a_part() {
        String partial =
                body("").replace(
                                "{\"status\"",
                                "{\"warnings\":[\"store\\u0007 2 away\"],\"status\"");
        assertThatThrownBy(() -> read(partial)).hasMessageEndingWith("not whole: store 2 away");
        assertThat(partial).contains("\\u0007");
    }
}
