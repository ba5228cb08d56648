package dev.belay.cli.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.belay.cli.client.Json;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TopTest {
    private static final long SECOND = 1_000_000_000;

    /// Buckets up to 1 ms, 2 ms, 4 ms, and beyond.
    private static Reading reading(long seconds, String revision, String member, int failed) {
        return Reading.of(
                """
                {"boundsMicros": [1000, 2000, 4000],
                 "process": {"connections": 3, "accepted_total": %d, "requests_refused_total": 1},
                 "revisions": [
                   {"environment": "local", "component": "web", "revision": "", "requests": 0,
                    "tunnels": 0, "answers": {"5xx": 0}, "latency": [0, 0, 0, 0]},
                   {"environment": "local", "component": "web", "revision": "v1", "requests": 2,
                    "tunnels": 1, "answers": {"5xx": %d}, "bytesIn": 0, "bytesOut": %d,
                    "latency": %s,
                    "members": [{"id": "v1-1", "ready": false, "requests": 2, "tunnels": 1,
                                 "failed": 0, "latency": %s}]}]}\
                """
                        .formatted(seconds * 10, failed, seconds * 1_000, revision, member),
                seconds * SECOND);
    }

    @Test
    void what_happened_is_the_difference_a_second() {
        Rates rates =
                Rates.between(
                        reading(10, "[5, 0, 0, 0]", "[5, 0, 0, 0]", 0),
                        reading(12, "[5, 198, 2, 0]", "[5, 0, 2, 0]", 4));
        assertThat(rates.rows()).hasSize(2);
        Rates.Row whole = rates.rows().getFirst();
        assertThat(whole.requests()).isEqualTo(100);
        assertThat(whole.errors()).isEqualTo(2);
        assertThat(whole.bytesOut()).isEqualTo(1_000);
        assertThat(whole.median()).isBetween(1.0, 2.0);
        assertThat(whole.late()).isEqualTo(2.0, within(0.01));
        assertThat(rates.rows().getLast().median()).isBetween(2.0, 4.0);
        assertThat(rates.accepted()).isEqualTo(10);
        assertThat(TopText.of(rates, false))
                .containsExactly(
                        "100 req/s · 3 connections, 10 new/s · 1.0 kB/s out",
                        " REQ/S 5XX/S    P50    P99  OPEN  WHO",
                        "   100   2.0  1.4ms  2.0ms  2+1t  local/web  v1",
                        "   1.0     -  2.8ms  4.0ms  2+1t    v1-1  not ready");
    }

    @Test
    void counts_that_fell_began_anew() {
        Rates rates =
                Rates.between(
                        reading(10, "[50, 0, 0, 0]", "[50, 0, 0, 0]", 9),
                        reading(11, "[7, 0, 0, 0]", "[3, 0, 0, 0]", 1));
        assertThat(rates.rows().getFirst().requests()).isEqualTo(7);
        assertThat(rates.rows().getFirst().errors()).isEqualTo(1);
        assertThat(rates.rows().getLast().requests()).isEqualTo(3);
    }

    @Test
    void nothing_at_all_has_no_percentiles() {
        Reading same = reading(10, "[5, 0, 0, 0]", "[5, 0, 0, 0]", 0);
        Rates rates = Rates.between(same, reading(11, "[5, 0, 0, 0]", "[5, 0, 0, 0]", 0));
        assertThat(TopText.of(rates, false).get(2)).startsWith("     0     -      -      -");
        JsonNode json = JsonMapper.shared().readTree(Json.of(rates.json()));
        assertThat(json.at("/revisions/0/p50Millis").isMissingNode()).isTrue();
        assertThat(json.at("/revisions/0/inFlight").asInt()).isEqualTo(2);
        assertThat(json.at("/revisions/0/members/0/ready").asBoolean()).isFalse();
    }

    @Test
    void errors_are_red_where_colours_are_welcome() {
        Rates rates =
                Rates.between(
                        reading(10, "[0, 0, 0, 0]", "[0, 0, 0, 0]", 0),
                        reading(11, "[9, 0, 0, 0]", "[9, 0, 0, 0]", 1));
        List<String> lines = TopText.of(rates, true);
        assertThat(lines.get(2)).startsWith("\033[31m").contains("v1");
        assertThat(lines.get(3)).doesNotContain("\033[31m");
    }

    @Test
    void what_is_slower_than_every_bound_is_as_slow_as_the_last() {
        assertThat(Rates.quantile(new long[] {0, 0, 0, 4}, 4, List.of(1_000L, 2_000L, 4_000L), 0.5))
                .isEqualTo(4.0);
        assertThat(TopText.count(12_345)).isEqualTo("12.3k");
        assertThat(TopText.time(2_345)).isEqualTo("2.3s");
    }
}
