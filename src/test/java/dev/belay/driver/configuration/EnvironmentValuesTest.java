package dev.belay.driver.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentValuesTest {
    @TempDir private Path folder;

    @Test
    void the_file_comes_before_our_own_environment_and_is_read_anew() throws IOException {
        var values =
                new EnvironmentValues(
                        environment -> folder.resolve(environment + ".env"),
                        Map.of("KEY", "own", "ONLY_OURS", "here"));
        assertThat(text(values, "KEY")).isEqualTo("own");
        assertThat(values.find("local", "NOBODY")).isEmpty();

        Files.writeString(folder.resolve("local.env"), "KEY=file\n");
        assertThat(text(values, "KEY")).isEqualTo("file");
        Files.writeString(folder.resolve("local.env"), "KEY=rotated\n");

        assertThat(text(values, "KEY")).isEqualTo("rotated");
        assertThat(text(values, "ONLY_OURS")).isEqualTo("here");
    }

    @Test
    void a_file_is_read_as_written_and_never_expanded() {
        var file =
                EnvironmentFile.parse(
                        ".env",
                        "# comment\r\n\nexport A=1\nB = \"two words\" \nC='$(id)'\nD=a=b#c\nE=\n");

        assertThat(file.problems()).isEmpty();
        assertThat(file.values())
                .isEqualTo(Map.of("A", "1", "B", "two words", "C", "$(id)", "D", "a=b#c", "E", ""));
    }

    @Test
    void every_bad_line_is_reported_and_none_is_shown() {
        var file = EnvironmentFile.parse(".env", "hunter22\nA=1\n9X=2\nA=3\n");

        assertThat(file.problems())
                .extracting(problem -> problem.code())
                .containsExactly(
                        "environment-file/not-an-assignment",
                        "environment-file/not-an-assignment",
                        "environment-file/duplicate");
        assertThat(file.problems().toString()).contains(".env:1", ".env:3", ".env:4");
        assertThat(file.problems().toString()).doesNotContain("hunter22");
    }

    private static String text(EnvironmentValues values, String name) {
        return values.find("local", name).orElseThrow().use(value -> value);
    }
}
