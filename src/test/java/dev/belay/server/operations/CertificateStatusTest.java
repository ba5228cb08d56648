package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.acme.CertificateState;
import dev.belay.server.text.StatusText;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/// What is said of certificates that come to their end.
class CertificateStatusTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");

    private static CertificateStatus left(Duration left) {
        String json =
                """
                {"certificates": [{"name": "shop", "hosts": ["a.example.org"], "until": "%s"}],
                 "warnings": ["`b.key` is not there"]}
                """
                        .formatted(NOW.plus(left));
        return CertificateStatus.of(JsonMapper.shared().readTree(json), NOW);
    }

    private static String state(Duration left) {
        return left(left).shown().getFirst().state();
    }

    @Test
    void three_weeks_before_is_a_warning_and_three_days_before_is_red() {
        assertThat(state(Duration.ofDays(21).plusSeconds(1))).isEqualTo("well");
        assertThat(state(Duration.ofDays(21))).isEqualTo("ending");
        assertThat(state(Duration.ofDays(3).plusSeconds(1))).isEqualTo("ending");
        assertThat(state(Duration.ofDays(3))).isEqualTo("unwell");
        assertThat(state(Duration.ofDays(-1))).isEqualTo("unwell");
    }

    @Test
    void it_says_how_long_there_is_and_what_was_not_taken() {
        assertThat(text(left(Duration.ofDays(90))))
                .contains("`b.key` is not there")
                .doesNotContain("shop ");
        assertThat(text(left(Duration.ofDays(20))))
                .contains("certificate shop  ending  it expires in 20 days, at 2026-03-21T12:00");
        assertThat(text(left(Duration.ofHours(30)))).contains("unwell  it expires in 30 hours");
        assertThat(text(left(Duration.ofHours(-1)))).contains("expired", "clients refuse it");
    }

    @Test
    void a_gateway_that_says_nothing_of_them_is_no_failure() {
        assertThat(CertificateStatus.of(JsonMapper.shared().readTree("{}"), NOW))
                .isEqualTo(CertificateStatus.NONE);
    }

    private static CertificateStatus ordered(@Nullable Instant until, int failures, String why) {
        var state =
                new CertificateState(
                        "local.public",
                        List.of("a.example.org"),
                        until,
                        NOW.plusSeconds(60),
                        failures,
                        why);
        var one =
                CertificateStatus.Ordered.of(
                        "public", URI.create("https://ca.example.org/dir"), state, NOW);
        return CertificateStatus.NONE.with(List.of(one));
    }

    @Test
    void one_that_is_ordered_waits_or_has_failed_or_is_valid() {
        Instant later = NOW.plusSeconds(3_600);
        assertThat(text(ordered(null, 0, "")))
                .contains("certificate of public  waiting  ordered from ca.example.org\n");
        assertThat(text(ordered(later, 0, "")))
                .contains("certificate of public  valid  until 2026-03-01T13:00:00Z\n");
        assertThat(text(ordered(null, 2, "the authority refused: no")))
                .contains(
                        "certificate of public  failed  the authority refused: no;"
                                + " next try at 2026-03-01T12:01:00Z\n");
        assertThat(text(ordered(later, 1, "no")))
                .contains("failed  no; next try", "the one before is valid until 2026-03-01T13");
        assertThat(text(ordered(NOW.minusSeconds(1), 0, "")))
                .contains("waiting  ordered from", "the one before expired at 2026-03-01T11:59");
    }

    private static String text(CertificateStatus certificates) {
        var process = new GatewayUpkeep.View(1, "", true, List.of());
        var status =
                new StatusView(
                        "small",
                        "local",
                        true,
                        process,
                        certificates,
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of(),
                        List.of());
        return StatusText.of(status, NOW.toEpochMilli(), false);
    }
}
