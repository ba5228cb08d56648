package dev.belay.release;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SelectorTest {
    private static final Map<String, String> NAMES =
            Map.of("revision", "a.b\"c", "workload", "a.b", "namespace", "shop");

    @Test
    void names_stand_for_themselves_in_values_and_in_patterns() {
        var read =
                Selector.parse(
                        " http_total { pod =~ \"${workload}-[a-z]\\\\d+\", r='${revision}' , ns!=\"${namespace}\",} ");
        assertThat(read.filled(NAMES))
                .isEqualTo("http_total{pod=~\"a\\\\.b-[a-z]\\\\d+\",r=\"a.b\\\"c\",ns!=\"shop\"}");
        assertThat(Selector.parse(read.toString())).isEqualTo(read);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "rate(http_total{pod=\"${revision}\"}[5m]) | no expression",
                "sum(http_total) | no expression",
                "{__name__=\"http_total\",pod=\"${revision}\"} | no expression",
                "http_total{pod=\"${revision}\"}[5m] | no expression",
                "http_total{pod=\"${revision}\"} offset 1h | no expression",
                "http_total{pod=\"${revision}\"} or vector(0) | no expression",
                "http_total{pod=\"${revision}\" code=\"5\"} | with commas between",
                "http_total{pod=\"${revision}} | written as",
                "http_total{pod=\"a\\d${revision}\"} | written as",
                "http_total{pod=\"${revision}\"},x{y=\"\"} | written as",
                "http_total{pod=\"${pod}\"} | has `${pod}`",
                "http_total{pod=\"api\"} | tell revisions apart",
                "http_total | tell revisions apart",
            })
    void what_is_no_plain_counter_of_one_revision_is_refused(String text, String because) {
        assertThatThrownBy(() -> Selector.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(because);
    }
}
