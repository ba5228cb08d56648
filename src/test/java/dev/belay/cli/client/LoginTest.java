package dev.belay.cli.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.cli.Stop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoginTest {
    @TempDir Path folder;

    private Login of(Map<String, String> variables) {
        return Login.of(folder, variables);
    }

    private void refused(String code, Map<String, String> variables) {
        assertThatThrownBy(() -> of(variables))
                .as(variables.toString())
                .isInstanceOfSatisfying(
                        Stop.class,
                        stop ->
                                assertThat(stop.problems())
                                        .singleElement()
                                        .satisfies(problem ->
                                                assertThat(problem.code()).isEqualTo(code)));
    }

    private Path file(String content, String permissions) throws IOException {
        Path file = folder.resolve("token");
        Files.writeString(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return file;
    }

    @Test
    void without_variables_it_is_the_owner() {
        assertThat(of(Map.of("PATH", "/bin"))).isEqualTo(Login.OWNER);
    }

    @Test
    void a_variable_that_lost_its_token_never_makes_somebody_the_owner() throws IOException {
        for (String nothing : List.of("", " ", "\n", "two words", "two\nlines")) {
            refused("cli/token", Map.of("BELAY_TOKEN", nothing));
            file(nothing, "rw-------");
            refused("cli/token", Map.of("BELAY_TOKEN_FILE", "token"));
        }
        refused("cli/token-file", Map.of("BELAY_TOKEN_FILE", ""));
        refused("cli/token-file", Map.of("BELAY_TOKEN_FILE", "nothing-there"));
        refused("cli/token", Map.of("BELAY_TOKEN", "t", "BELAY_TOKEN_FILE", "token"));
    }

    @Test
    void a_file_that_others_can_read_is_refused() throws IOException {
        assertThat(file("belay_x\n", "rw-------")).exists();
        assertThat(of(Map.of("BELAY_TOKEN_FILE", "token")).token()).isEqualTo("belay_x");
        for (String open : List.of("rw-r-----", "rw----r--", "rw--w----", "rwxrwxrwx")) {
            file("belay_x\n", open);
            refused("cli/token-file", Map.of("BELAY_TOKEN_FILE", "token"));
        }
    }

    @Test
    void a_token_is_sent_nowhere_but_to_this_machine() {
        for (String here : List.of("7070", "127.0.0.1:7070", "http://localhost:7070/")) {
            assertThat(of(Map.of("BELAY_SERVER", here)).port()).as(here).isEqualTo(7070);
        }
        for (String elsewhere :
                List.of(
                        "",
                        "0",
                        "65536",
                        "example.org:80",
                        "127.0.0.1.example.org:80",
                        "127.0.0.1:80@example.org:80",
                        "https://127.0.0.1:80",
                        "10.0.0.1:80",
                        "-1")) {
            refused("cli/server-address", Map.of("BELAY_SERVER", elsewhere));
        }
    }

    @Test
    void what_it_holds_is_in_no_text_of_it() {
        assertThat(of(Map.of("BELAY_TOKEN", "canary"))).hasToString("login at 0");
    }
}
