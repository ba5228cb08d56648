package dev.belay.driver.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolsTest {
    /// Long enough for a script to start on a busy machine.
    private static final Duration WITHIN = Duration.ofSeconds(2);

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "latest", "node", ">=", "*"})
    void a_range_without_a_version_is_satisfied_by_nothing(String range) {
        assertThat(Tools.satisfies("20.1.0", range)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "18.19.1, >=18, true",
        "18.0.0, >=18.0.1, false",
        "9.15.0, >=18, false",
        "8.15.4, 8, true",
        "9.0.0, 8, false",
        "8.15.4, 8.15, true",
        "8.15.4, =8.14, false",
        "20.1.0, >=20 <23, true",
        "23.0.0, >=20 <23, false",
        "22.99.9, <23, true",
        "23.5.1, <=23, true",
        "24.0.0, <=23, false",
        "20.0.0, >20, false",
        "20.0.1, >20, true",
        "1.9.3, ^1.2, true",
        "1.1.9, ^1.2, false",
        "2.0.0, ^1.2, false",
        "1.2.9, ~1.2.3, true",
        "1.2.2, ~1.2.3, false",
        "1.3.0, ~1.2.3, false",
        "1.9, ~1, true",
        "3.11, >=3.9, true",
        "21, >=21.0.0, true"
    })
    void every_part_of_a_range_holds_or_it_does_not(String version, String range, boolean fits) {
        assertThat(Tools.satisfies(version, range)).isEqualTo(fits);
    }

    @Test
    void what_is_not_installed_or_too_old_is_said_with_a_way_to_get_it() {
        var tools = new Tools();

        assertThat(tools.missing("no-such-tool-here", ">=1"))
                .contains(
                        new Tools.Missing(
                                "`no-such-tool-here` is not installed",
                                "`sudo apt-get install no-such-tool-here`"));
        assertThat(tools.missing("bash", ">=1")).isEmpty();
        assertThat(tools.missing("bash", ">=999").orElseThrow().reason())
                .startsWith("`bash` is ")
                .endsWith(", and >=999 is wanted");
    }

    @Test
    @Timeout(60)
    void a_tool_that_hangs_is_ended_with_its_children_and_is_said_to_have_said_nothing()
            throws IOException {
        Path pid = folder.resolve("pid");
        String tool = tool("hangs", "sleep 600 & echo $! > " + pid + "; wait");
        assertThat(new Tools(WITHIN).missing(tool, ">=1").orElseThrow().reason())
                .isEqualTo("`%s` does not say its version: it did not end within 2 s", tool);
        ended(pid);
    }

    @Test
    @Timeout(60)
    void a_tool_that_floods_is_heard_to_its_first_page_and_ended() throws IOException {
        Path pid = folder.resolve("pid");
        String flood = "echo $$ > " + pid + "; %s; exec yes no number here";
        // It would never end: hearing its version is only possible by not waiting for that.
        var patient = new Tools(Duration.ofHours(1));
        String knows = tool("knows", flood.formatted("echo tool 1.2.3"));
        assertThat(patient.missing(knows, ">=1.2")).isEmpty();
        ended(pid);
        String knowsNot = tool("knows-not", flood.formatted(":"));
        assertThat(patient.missing(knowsNot, ">=1").orElseThrow().reason())
                .endsWith("there is no number in what it answers");
        ended(pid);
    }

    @Test
    @Timeout(60)
    void a_child_that_keeps_the_output_open_keeps_nobody_waiting() throws IOException {
        Path pid = folder.resolve("pid");
        String tool = tool("leaves", "sleep 600 & echo $! > " + pid + "; echo tool 3.1");
        try {
            assertThat(new Tools(Duration.ofHours(1)).missing(tool, ">=3")).isEmpty();
        } finally {
            ProcessHandle.of(number(pid)).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    private String tool(String name, String script) throws IOException {
        Path file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + script + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        return file.toString();
    }

    private static void ended(Path pid) throws IOException {
        ProcessHandle.of(number(pid))
                .ifPresent(process ->
                        assertThat(process.onExit()).succeedsWithin(Duration.ofSeconds(20)));
    }

    private static long number(Path pid) throws IOException {
        return Long.parseLong(Files.readString(pid).strip());
    }
}
