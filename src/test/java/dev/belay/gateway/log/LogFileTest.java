package dev.belay.gateway.log;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogFileTest {
    @TempDir private Path folder;

    private static void append(LogFile file, String text) throws IOException {
        file.append(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void a_full_file_makes_room_and_the_oldest_goes() throws IOException {
        Path path = folder.resolve("a");
        try (var file = new LogFile(path, 10, 3)) {
            for (int i = 1; i <= 9; i++) {
                append(file, "l" + i + "\n");
            }
        }
        assertThat(path).hasContent("l7\nl8\nl9\n");
        assertThat(folder.resolve("a.1")).hasContent("l4\nl5\nl6\n");
        assertThat(folder.resolve("a.2")).hasContent("l1\nl2\nl3\n");
        try (var file = new LogFile(path, 10, 3)) {
            append(file, "la\n");
        }
        assertThat(folder.resolve("a.2")).hasContent("l4\nl5\nl6\n");
        assertThat(folder.resolve("a.3")).doesNotExist();
    }

    @Test
    void a_file_that_was_taken_away_is_made_anew() throws IOException {
        Path path = folder.resolve("a");
        try (var file = new LogFile(path, 1_000, 3)) {
            append(file, "one\n");
            Files.move(path, folder.resolve("elsewhere"));
            append(file, "two\n");
        }
        assertThat(path).hasContent("two\n");
    }

    @Test
    void half_a_line_stays_alone() throws IOException {
        Path path = folder.resolve("a");
        Files.writeString(path, "{\"half");
        try (var file = new LogFile(path, 1_000, 3)) {
            append(file, "whole\n");
        }
        assertThat(path).hasContent("{\"half\nwhole\n");
    }

    @Test
    void two_that_write_to_one_file_lose_nothing() throws IOException {
        Path path = folder.resolve("a");
        try (var one = new LogFile(path, 20, 4);
                var two = new LogFile(path, 20, 4)) {
            for (int i = 0; i < 10; i++) {
                append(i % 2 == 0 ? one : two, "line" + i + "\n");
            }
        }
        var all = new StringBuilder();
        for (String name : new String[] {"a.3", "a.2", "a.1", "a"}) {
            all.append(Files.readString(folder.resolve(name)));
        }
        assertThat(all.toString().lines())
                .containsExactly(
                        "line0", "line1", "line2", "line3", "line4", "line5", "line6", "line7",
                        "line8", "line9");
    }
}
