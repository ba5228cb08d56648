package dev.belay.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class ShellWordsTest {
    @Test
    void plain_words_stay_plain() {
        assertThat(ShellWords.of(List.of("node", "main.js", "--port=3000")))
                .isEqualTo("node main.js --port=3000");
    }

    @Test
    void a_shell_reads_every_word_back() throws Exception {
        var words = List.of("a b", "it's", "", "$HOME `x` \\", "\"q\"", "*", "two\nlines", "&&");
        var shell =
                new ProcessBuilder("sh", "-c", "printf '%s\\0' " + ShellWords.of(words)).start();
        String read = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();
        assertThat(read).isEqualTo(String.join("\0", words) + "\0");
    }
}
