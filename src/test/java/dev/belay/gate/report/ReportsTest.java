package dev.belay.gate.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.gate.report.Case.Outcome;
import dev.belay.gate.report.Reading.Own;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/// What is read of files as the tools write them; they lie in `src/test/resources/reports`.
class ReportsTest {
    private static byte[] file(String name) throws IOException {
        return Files.readAllBytes(Path.of("src/test/resources/reports", name));
    }

    private static Reading read(String name) throws IOException, Unreadable {
        return Reports.read(file(name), Stated.NOTHING);
    }

    @Test
    void surefire() throws IOException, Unreadable {
        Reading reading = read("surefire.xml");
        assertThat(reading.words()).isEqualTo("2 of 4 passed, 1 failed, 1 skipped");
        assertThat(reading.kind()).isEqualTo("tests");
        assertThat(reading.tool()).isEqualTo("surefire");
        assertThat(reading.own()).isEqualTo(Own.FAILED);
        assertThat(reading.cases())
                .extracting(Case::id, Case::outcome)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("shop.CartTest.adds", Outcome.PASSED),
                        org.assertj.core.groups.Tuple.tuple(
                                "shop.CartTest.removes", Outcome.FAILED),
                        org.assertj.core.groups.Tuple.tuple("shop.CartTest.counts", Outcome.PASSED),
                        org.assertj.core.groups.Tuple.tuple(
                                "shop.CartTest.ships", Outcome.SKIPPED));
    }

    @Test
    void pytest() throws IOException, Unreadable {
        Reading reading = read("pytest.xml");
        assertThat(reading.words()).isEqualTo("2 of 3 passed, 1 failed, 0 skipped");
        assertThat(reading.at())
                .isEqualTo(Instant.parse("2026-03-01T09:15:30.123Z").toEpochMilli());
        assertThat(reading.cases().get(1).id()).isEqualTo("tests.test_api.test_get[1] #2");
    }

    @Test
    void tap() throws IOException, Unreadable {
        Reading reading = read("run.tap");
        assertThat(reading.words()).isEqualTo("2 of 5 passed, 1 failed, 2 skipped");
        assertThat(reading.own()).isEqualTo(Own.FAILED);
    }

    @Test
    void sarif() throws IOException, Unreadable {
        Reading reading = read("semgrep.sarif");
        assertThat(reading.words()).isEqualTo("2 critical, 1 high, 1 medium, 1 low");
        assertThat(reading.tool() + " " + reading.version()).isEqualTo("Semgrep OSS 1.90.0");
        assertThat(reading.own()).isEqualTo(Own.FAILED);
    }

    @Test
    void cyclonedx_with_and_without_vulnerabilities() throws IOException, Unreadable {
        Reading scan = read("grype.cdx.json");
        assertThat(scan.kind()).isEqualTo("scan");
        assertThat(scan.figures())
                .containsEntry("critical", 1.0)
                .containsEntry("high", 0.0)
                .containsEntry("unknown", 1.0)
                .containsEntry("components", 2.0);
        assertThat(scan.tool()).isEqualTo("grype");
        Reading bill = read("syft.cdx.json");
        assertThat(bill.kind()).isEqualTo("sbom");
        assertThat(bill.words()).isEqualTo("1 components");
        assertThat(bill.own()).isEqualTo(Own.PASSED);
    }

    @Test
    void spdx() throws IOException, Unreadable {
        Reading bill = read("syft.spdx.json");
        assertThat(bill.figures()).isEqualTo(Map.of("components", 2.0));
        assertThat(bill.tool()).isEqualTo("syft-1.18.0");
        assertThat(bill.at()).isEqualTo(Instant.parse("2026-03-01T09:00:00Z").toEpochMilli());
    }

    @Test
    void jacoco_counts_the_whole_and_not_its_parts() throws IOException, Unreadable {
        Reading reading = read("jacoco.xml");
        assertThat(reading.figures()).containsEntry("lines", 90.0).containsEntry("branches", 75.0);
        assertThat(reading.own()).isEqualTo(Own.SILENT);
        assertThat(reading.words()).isEqualTo("branches 75%, lines 90%");
    }

    @Test
    void cobertura() throws IOException, Unreadable {
        Reading reading = read("cobertura.xml");
        assertThat(reading.figures()).containsEntry("lines", 75.0).containsEntry("branches", 50.0);
        assertThat(reading.at()).isEqualTo(1_772_359_200_123L);
    }

    @Test
    void k6_says_whether_a_threshold_was_crossed_in_two_ways() throws IOException, Unreadable {
        Reading export = read("k6-export.json");
        assertThat(export.own()).isEqualTo(Own.FAILED);
        assertThat(export.figures())
                .containsEntry("thresholds", 3.0)
                .containsEntry("thresholds-crossed", 1.0)
                .containsEntry("p95", 210.75)
                .containsEntry("http_req_duration.p90", 180.5)
                .containsEntry("error-rate", 0.2)
                .containsEntry("requests", 1000.0);
        Reading summary = read("k6-summary.json");
        assertThat(summary.own()).isEqualTo(Own.PASSED);
        assertThat(summary.figures()).containsEntry("p95", 190.0).containsEntry("error-rate", 0.0);
    }

    @Test
    void jmeter() throws IOException, Unreadable {
        Reading reading = read("jmeter.json");
        assertThat(reading.own()).isEqualTo(Own.FAILED);
        assertThat(reading.words()).isEqualTo("error-rate 0.5, p95 220");
    }

    @Test
    void promptfoo_counts_items_and_not_answers() throws IOException, Unreadable {
        Reading reading = read("promptfoo.json");
        assertThat(reading.words())
                .isEqualTo("1 of 3 items passed, 1 failed, 1 could not be tried");
        assertThat(reading.version()).isEqualTo("0.121.0");
        Case first = reading.cases().getFirst();
        assertThat(first.id()).startsWith("refuses advice ");
        assertThat(first.outcome()).isEqualTo(Outcome.FAILED);
        assertThat(first.score()).isEqualTo(0.75);
    }

    @Test
    void any_json_by_a_stated_rule() throws Unreadable {
        var figures = new TreeMap<>(Map.of("accuracy", "/metrics/accuracy"));
        byte[] json =
                "{\"status\": \"ok\", \"metrics\": {\"accuracy\": 0.91}}"
                        .getBytes(StandardCharsets.UTF_8);
        Reading reading = Reports.read(json, new Stated("quality", "/status=ok", figures));
        assertThat(reading.own()).isEqualTo(Own.PASSED);
        assertThat(reading.figures()).isEqualTo(Map.of("accuracy", 0.91));
        assertThat(Reports.read(json, new Stated("quality", "/status=fine", figures)).own())
                .isEqualTo(Own.FAILED);
    }

    @Test
    void packed_and_plain_are_the_same() throws IOException, Unreadable {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(file("surefire.xml"));
        }
        assertThat(Reports.read(bytes.toByteArray(), Stated.NOTHING))
                .isEqualTo(read("surefire.xml"));
    }

    @Test
    void two_files_are_added_up_where_that_has_a_meaning() throws IOException, Unreadable {
        Reading both = read("surefire.xml").and(read("pytest.xml"));
        assertThat(both.words()).isEqualTo("4 of 7 passed, 2 failed, 1 skipped");
        Reading coverage = read("jacoco.xml").and(read("jacoco.xml"));
        assertThat(coverage.figures())
                .containsEntry("lines", 90.0)
                .containsEntry("lines-covered", 72.0);
        Reading k6 = read("k6-export.json");
        assertThatThrownBy(() -> k6.and(k6)).isInstanceOf(Unreadable.class);
        Reading tests = read("surefire.xml");
        Reading tap = read("run.tap");
        assertThatThrownBy(() -> tests.and(tap)).hasMessageContaining("another sort");
    }
}
