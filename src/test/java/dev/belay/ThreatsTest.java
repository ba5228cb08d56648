package dev.belay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// What befell others is told with a test for each, and that test is there.
class ThreatsTest {
    private static final Pattern CVE = Pattern.compile("CVE-20\\d\\d-\\d{4,6}");
    private static final Pattern NAMED = Pattern.compile("`([\\w.]+)#(\\w+)`");

    private static List<String> rows() throws IOException {
        return Files.readAllLines(Path.of("docs/reference/threats.md")).stream()
                .filter(line -> line.startsWith("| CVE-"))
                .toList();
    }

    @Test
    void every_row_names_tests_that_are_run_or_says_that_there_is_nothing_yet() throws IOException {
        assertThat(rows()).hasSizeGreaterThanOrEqualTo(44);
        var missing = new ArrayList<String>();
        for (String row : rows()) {
            String[] cells = row.split(" \\| ", -1);
            assertThat(cells).as(row).hasSize(4);
            var names = NAMED.matcher(cells[3]);
            int tests = 0;
            while (names.find()) {
                tests++;
                if (!isRun(names.group(1), names.group(2))) {
                    missing.add(names.group());
                }
            }
            assertThat(tests > 0 || cells[2].startsWith("Nothing yet:")).as(row).isTrue();
        }
        assertThat(missing).isEmpty();
    }

    @Test
    void no_record_is_told_twice() throws IOException {
        var all = new ArrayList<String>();
        for (String row : rows()) {
            var records = CVE.matcher(row.split(" \\| ", -1)[0]);
            while (records.find()) {
                all.add(records.group());
            }
        }
        assertThat(all).doesNotHaveDuplicates().hasSizeGreaterThan(60);
    }

    private static boolean isRun(String type, String method) throws IOException {
        Path file = Path.of("src/test/java/dev/belay", type.replace('.', '/') + ".java");
        if (!Files.exists(file)) {
            return false;
        }
        String text = Files.readString(file);
        int at = text.indexOf("void " + method + "(");
        if (at < 0) {
            return false;
        }
        String before = text.substring(0, at);
        String own = before.substring(Math.max(0, before.lastIndexOf("\n    }\n")));
        return own.contains("@Test") || own.contains("@ParameterizedTest");
    }
}
