package dev.belay.gate.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.TreeMap;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files by somebody who means harm, or whose disk was full.
class HostileReportsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    @TempDir Path folder;

    private static Reading read(String text) throws Unreadable {
        return Reports.read(text.getBytes(StandardCharsets.UTF_8), Stated.NOTHING);
    }

    private static void refused(String text, String because) {
        Assertions.assertTimeoutPreemptively(
                SOON,
                () ->
                        assertThatThrownBy(() -> read(text))
                                .isInstanceOf(Unreadable.class)
                                .hasMessageContaining(because));
    }

    @Test
    void a_file_of_this_machine_is_not_read_into_a_report() throws IOException {
        Path secret = Files.writeString(folder.resolve("secret"), "tests=\"1\"");
        refused(
                """
                <?xml version="1.0"?>
                <!DOCTYPE testsuite [<!ENTITY secret SYSTEM "%s">]>
                <testsuite name="a"><testcase name="&secret;"/></testsuite>
                """
                        .formatted(secret.toUri()),
                "declares entities");
        refused(
                """
                <!DOCTYPE testsuite [<!ENTITY %% all SYSTEM "%s"> %%all;]><testsuite/>
                """
                        .formatted(secret.toUri()),
                "declares entities");
    }

    @Test
    void a_document_type_elsewhere_is_not_fetched() throws Unreadable {
        // Nobody answers there: whoever asked would wait, or fail.
        Reading reading =
                read(
                        """
                        <!DOCTYPE coverage SYSTEM "http://192.0.2.1:1/coverage.dtd">
                        <coverage line-rate="0.5"/>
                        """);
        assertThat(reading.figures()).containsEntry("lines", 50.0);
    }

    @Test
    void a_document_type_of_blanks_takes_no_longer_than_another() {
        refused("<!DOCTYPE" + " ".repeat(20_000_000) + "<testsuite/>", "declares entities");
    }

    @Test
    void entities_that_multiply_are_refused() {
        var bomb = new StringBuilder("<!DOCTYPE testsuite [<!ENTITY a \"lol\">");
        for (char c = 'b'; c < 'k'; c++) {
            bomb.append("<!ENTITY ").append(c).append(" \"");
            bomb.append(("&" + (char) (c - 1) + ";").repeat(10)).append("\">");
        }
        refused(bomb + "]><testsuite><testcase name=\"&j;\"/></testsuite>", "declares entities");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<testsuite><testcase name='a&nothing;'/></testsuite>",
                "<testsuite>&nothing;</testsuite>",
                "<!-- <a> --><!DOCTYPE a [<!ENTITY b 'c'>]><testsuite>&b;</testsuite>",
                "<!doctype testsuite [ ]><testsuite/>"
            })
    void what_stands_for_something_else_is_refused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(Unreadable.class);
    }

    @Test
    void what_is_packed_to_a_thousandth_is_unpacked_no_further_than_the_limit() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            byte[] spaces = new byte[1024 * 1024];
            Arrays.fill(spaces, (byte) ' ');
            for (int i = 0; i < 512; i++) {
                out.write(spaces);
            }
        }
        assertThat(bytes.size()).isLessThan(1024 * 1024);
        assertThatThrownBy(() -> Reports.read(bytes.toByteArray(), Stated.NOTHING))
                .isInstanceOf(Unreadable.class)
                .hasMessageContaining("more than 32 MiB");
    }

    @Test
    void a_packed_file_that_was_cut_off_is_refused() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            out.write(
                    "<testsuite><testcase name='a'/></testsuite>".getBytes(StandardCharsets.UTF_8));
        }
        byte[] half = Arrays.copyOf(bytes.toByteArray(), bytes.size() - 9);
        assertThatThrownBy(() -> Reports.read(half, Stated.NOTHING))
                .isInstanceOf(Unreadable.class)
                .hasMessageContaining("cannot be unpacked");
    }

    @Test
    void depth_is_bounded() {
        refused("<testsuite>".repeat(100_000), "deeper ones");
        refused("[".repeat(1_000_000), "cannot be read as JSON");
        refused("{\"runs\":".repeat(5_000), "cannot be read as JSON");
    }

    @Test
    void a_tree_of_nothing_is_not_built() {
        refused("{\"runs\": [" + "[],".repeat(3_000_000) + "[]]}", "cannot be read as JSON");
    }

    @Test
    void every_beginning_of_a_report_is_refused_or_seen_to_have_failed() throws IOException {
        for (String name : new String[] {"surefire.xml", "semgrep.sarif", "promptfoo.json"}) {
            byte[] whole = Files.readAllBytes(Path.of("src/test/resources/reports", name));
            for (int end = 0; end < whole.length - 2; end += 7) {
                byte[] part = Arrays.copyOf(whole, end);
                assertThatThrownBy(() -> Reports.read(part, Stated.NOTHING))
                        .as(name + " up to " + end)
                        .isInstanceOf(Unreadable.class);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "tests passed",
                "<html/>",
                "{}",
                "[]",
                "null",
                "{\"runs\": 3}",
                "{\"metrics\": {}}",
                "{\"metrics\": {\"a\": {\"value\": NaN}}}",
                "{\"metrics\": {\"a\": {\"value\": 1e999}}}",
                "{\"metrics\": {\"a\": {\"value\": 1}, \"a\": {\"value\": 2}}}",
                "{\"metrics\": {\"a\": {\"value\": 1}}} {}",
                "{\"metrics\": {\"a\": {\"value\": 1, \"thresholds\": {\"v<1\": \"fine\"}}}}",
                "{\"Total\": {\"sampleCount\": -1, \"errorCount\": 0}}",
                "{\"Total\": {\"sampleCount\": \"NaN\", \"errorCount\": 0}}",
                "<coverage line-rate='NaN'/>",
                "<coverage line-rate='7'/>",
                "<coverage lines-valid='3' lines-covered='4'/>",
                "<report/>",
                "<testsuite failures='-1'/>",
                "<testsuite failures='many'/>",
                "<testsuite><testcase name='a' time='Infinity'/></testsuite>",
                "<?xml version='1.0' encoding='UTF-7'?><testsuite/>",
                "{\"results\": {\"results\": [{\"score\": 1}]}}",
                "{\"results\": {\"results\": [{\"score\": \"1\", \"success\": true}]}}",
                "ok 1 - a\nok 2 - b\n",
                "1..1\n1..2\nok 1\n"
            })
    void what_is_no_report_is_refused(String text) {
        assertThatThrownBy(() -> read(text)).isInstanceOf(Unreadable.class);
    }

    @Test
    void bytes_that_are_no_text_are_refused() {
        byte[] latin = "<testsuite name='caf\u00e9'/>".getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> Reports.read(latin, Stated.NOTHING))
                .hasMessageContaining("no UTF-8");
        assertThatThrownBy(() -> Reports.read(new byte[] {'{', 0, '}'}, Stated.NOTHING))
                .hasMessageContaining("no text");
    }

    @Test
    void what_says_its_encoding_is_read_by_it() throws Unreadable {
        String text =
                "<?xml version='1.0' encoding='%s'?><testsuite><testcase name='caf\u00e9'/></testsuite>";
        for (var charset :
                new java.nio.charset.Charset[] {
                    StandardCharsets.ISO_8859_1, StandardCharsets.UTF_8
                }) {
            byte[] bytes = text.formatted(charset.name()).getBytes(charset);
            assertThat(Reports.read(bytes, Stated.NOTHING).cases().getFirst().id())
                    .isEqualTo("caf\u00e9");
        }
        byte[] wide = ("\ufeff" + text.formatted("UTF-16")).getBytes(StandardCharsets.UTF_16BE);
        assertThat(Reports.read(wide, Stated.NOTHING).cases().getFirst().id())
                .isEqualTo("caf\u00e9");
    }

    @Test
    void nothing_that_ran_is_nothing_good() throws Unreadable {
        for (String text :
                new String[] {
                    "<testsuites/>",
                    "<testsuite tests='0'/>",
                    "<testsuite><testcase name='a'><skipped/></testcase></testsuite>",
                    "1..0 # SKIP nothing to do",
                    "{\"runs\": []}",
                    "{\"runs\": [{\"tool\": {}}]}",
                    "{\"runs\": [{\"invocations\": [{\"executionSuccessful\": false}], \"results\": []}]}",
                    "{\"Total\": {\"sampleCount\": 0, \"errorCount\": 0}}",
                    "{\"results\": {\"results\": []}}",
                    "{\"bomFormat\": \"CycloneDX\", \"components\": []}",
                    "{\"spdxVersion\": \"SPDX-2.3\", \"packages\": []}"
                }) {
            assertThat(read(text).own()).as(text).isEqualTo(Reading.Own.FAILED);
        }
    }

    @Test
    void failures_that_are_counted_and_not_shown_count() throws Unreadable {
        assertThat(read("<testsuite failures='2'><testcase name='a'/></testsuite>").figures())
                .containsEntry("failed", 2.0);
        assertThat(
                        read("<testsuites failures='2'><testsuite failures='1'><testcase name='a'>"
                                        + "<error/></testcase></testsuite></testsuites>")
                                .figures())
                .containsEntry("failed", 2.0);
        assertThat(read("1..3\nok 1\n").figures()).containsEntry("failed", 2.0);
        assertThat(read("ok 1\nBail out! the disk is full\n").own()).isEqualTo(Reading.Own.FAILED);
        assertThat(read("<testsuite><error message='setup'/></testsuite>").figures())
                .containsEntry("failed", 1.0);
    }

    @Test
    void a_stated_rule_that_meets_nothing_is_refused() {
        var json = "{\"a\": {\"b\": 1}, \"c\": null}".getBytes(StandardCharsets.UTF_8);
        for (String passes : new String[] {"/x=1", "/a=1", "/c=null", "a/b=1", "/a/b", "=1"}) {
            assertThatThrownBy(() -> Reports.read(json, new Stated("own", passes, new TreeMap<>())))
                    .as(passes)
                    .isInstanceOf(Unreadable.class);
        }
        var figures = new TreeMap<String, String>();
        figures.put("depth", "/a");
        assertThatThrownBy(() -> Reports.read(json, new Stated("own", "", figures)))
                .hasMessageContaining("no number at `/a`");
    }
}
