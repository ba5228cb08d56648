package dev.belay.gateway.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TraceContextTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String GOOD = "00-" + TRACE + "-b7ad6b7169203331-01";

    private static TraceContext read(String header) {
        return Objects.requireNonNull(TraceContext.parse(header), header);
    }

    @Test
    void a_header_is_read_and_written_the_same() {
        TraceContext context = read(GOOD);
        assertThat(context.sampled()).isTrue();
        assertThat(context.trace()).isEqualTo(TRACE);
        assertThat(context.header()).isEqualTo(GOOD);
        TraceContext child = context.child();
        assertThat(child.trace()).isEqualTo(TRACE);
        assertThat(child.span()).isNotEqualTo(context.span()).isNotZero();
        assertThat(child.header()).matches("00-" + TRACE + "-[0-9a-f]{16}-01");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "00",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 ",
                " 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0",
                "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b716920333g-01",
                "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                "00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
                "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0x",
                "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "0g-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01.what",
                "00-0af7651916cd43dd8448eb211c80319cb7ad6b7169203331-01-xx"
            })
    void what_is_no_header_is_not_read(String header) {
        assertThat(TraceContext.parse(header)).isNull();
    }

    @Test
    void a_later_version_is_read_as_far_as_it_is_known() {
        for (String later :
                List.of("01-" + GOOD.substring(3), "cc-" + GOOD.substring(3) + "-more")) {
            TraceContext context = read(later);
            assertThat(context.trace()).as(later).isEqualTo(TRACE);
            assertThat(context.header()).startsWith("00-");
        }
    }

    @Test
    void flags_that_nobody_knows_are_not_passed_to_a_child() {
        TraceContext context = read(GOOD.replaceFirst("01$", "ff"));
        assertThat(context.child().header()).endsWith("-03");
    }

    @Test
    void a_state_is_a_list_of_distinct_keys_with_values() {
        assertThat(TraceState.valid(List.of())).isTrue();
        assertThat(TraceState.valid(List.of("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"))).isTrue();
        assertThat(TraceState.valid(List.of("a=1, b=2 ,,", "tenant@sys= x y"))).isTrue();
        assertThat(TraceState.valid(List.of("a=1", "a=2"))).isFalse();
        for (String bad : List.of("a", "=1", "a=", "A=1", "a=b=c", "a b=1", "a=\u00e9", "a@1=2")) {
            assertThat(TraceState.valid(List.of(bad))).as(bad).isFalse();
        }
        var many = new StringBuilder();
        for (int i = 0; i < 33; i++) {
            many.append("k").append(i).append("=v,");
        }
        assertThat(TraceState.valid(List.of(many.toString()))).isFalse();
    }

    @Test
    void samplers_are_those_of_opentelemetry() {
        TraceContext sampled = TraceContext.parse(GOOD);
        TraceContext not = TraceContext.parse(GOOD.replaceFirst("01$", "00"));
        Sampler usual = Sampler.of(Map.of());
        assertThat(usual.samples(null, 7)).isTrue();
        assertThat(usual.samples(sampled, 7)).isTrue();
        assertThat(usual.samples(not, 7)).isFalse();
        assertThat(Sampler.of(Map.of("OTEL_TRACES_SAMPLER", "always_on")).samples(not, 7)).isTrue();
        assertThat(Sampler.of(Map.of("OTEL_TRACES_SAMPLER", "always_off")).samples(sampled, 7))
                .isFalse();
        Sampler tenth =
                Sampler.of(
                        Map.of(
                                "OTEL_TRACES_SAMPLER", "parentbased_traceidratio",
                                "OTEL_TRACES_SAMPLER_ARG", "0.1"));
        int hits = 0;
        for (int i = 0; i < 10_000; i++) {
            hits += tenth.samples(null, TraceContext.id()) ? 1 : 0;
        }
        assertThat(hits).isBetween(700, 1_300);
        assertThat(tenth.samples(sampled, Long.MAX_VALUE)).isTrue();
        assertThat(Sampler.of(Map.of("OTEL_TRACES_SAMPLER", "sometimes")).samples(not, 1))
                .isFalse();
        assertThat(
                        Sampler.of(
                                        Map.of(
                                                "OTEL_TRACES_SAMPLER", "traceidratio",
                                                "OTEL_TRACES_SAMPLER_ARG", "2"))
                                .samples(null, Long.MAX_VALUE))
                .isTrue();
    }

    @Test
    void a_collector_is_what_the_variables_say() {
        assertThat(Collector.of(Map.of())).isEmpty();
        assertThat(Collector.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "not a url"))).isEmpty();
        assertThat(Collector.of(Map.of("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://h"))).isEmpty();
        assertThat(
                        Collector.of(
                                Map.of(
                                        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318",
                                        "OTEL_SDK_DISABLED", "true")))
                .isEmpty();
        Collector collector =
                Collector.of(
                                Map.of(
                                        "OTEL_EXPORTER_OTLP_ENDPOINT", "http://h:4318/",
                                        "OTEL_EXPORTER_OTLP_HEADERS", "key=a%20b+c, x=y",
                                        "OTEL_RESOURCE_ATTRIBUTES", "service.name=one,host.name=h1",
                                        "OTEL_SERVICE_NAME", "two"))
                        .orElseThrow();
        assertThat(collector.endpoint()).hasToString("http://h:4318/v1/traces");
        assertThat(collector.headers()).isEqualTo(Map.of("key", "a b+c", "x", "y"));
        assertThat(collector.resource())
                .isEqualTo(Map.of("service.name", "two", "host.name", "h1"));
        assertThat(
                        Collector.of(
                                        Map.of(
                                                "OTEL_EXPORTER_OTLP_ENDPOINT", "http://h",
                                                "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                                                        "https://t/here"))
                                .orElseThrow()
                                .endpoint())
                .hasToString("https://t/here");
    }
}
