package dev.belay.driver.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.WrittenLines;
import dev.belay.driver.configuration.Redactor;
import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What lies on the disk, whoever wrote it.
class LogsTest {
    private static final Scope API = Scope.component("local", "api");
    private static final Scope MAILER = Scope.component("local", "mailer");

    @TempDir Path state;

    @Test
    void so_many_lines_are_so_many_of_all_together() throws IOException {
        wants(API, "api-2", 2);
        wrote(API, "api-1/1", 1, "old 1", "old 2");
        wrote(API, "api-2/1", 3, "a 1", "a 2", "a 3");
        wrote(API, "api-2/2", 2, "b 1", "b 2", "b 3");
        assertThat(last(4, API)).containsExactly("b 2", "b 3", "a 2", "a 3");
        assertThat(last(5, API)).containsExactly("b 2", "b 3", "a 1", "a 2", "a 3");
        assertThat(last(1, API)).containsExactly("a 3");
        assertThat(last(0, API)).isEmpty();
    }

    @Test
    void what_has_ended_comes_in_only_where_there_is_room() throws IOException {
        wants(API, "api-3", 1);
        wrote(API, "api-1/1", 1, "oldest 1", "oldest 2");
        wrote(API, "api-2/1", 2, "older 1", "older 2");
        wrote(API, "api-3/1", 3, "now");
        assertThat(last(2, API)).containsExactly("older 2", "now");
        assertThat(last(4, API)).containsExactly("oldest 2", "older 1", "older 2", "now");
    }

    @Test
    void components_share_the_lines_and_what_is_left_over() throws IOException {
        wants(API, "api-1", 1);
        wants(MAILER, "mailer-1", 1);
        wrote(API, "api-1/1", 1, "only");
        wrote(MAILER, "mailer-1/1", 2, "m 1", "m 2", "m 3", "m 4");
        assertThat(last(4, API, MAILER)).containsExactly("only", "m 2", "m 3", "m 4");
    }

    @Test
    void one_instance_is_asked_for_by_its_name_also_when_it_has_ended() throws IOException {
        wants(API, "api-2", 1);
        wrote(API, "api-1/1", 1, "old 1", "old 2");
        wrote(API, "api-2/1", 2, "new");
        assertThat(logs().last(List.of(API), "api-1-1", 1))
                .containsExactly(new WrittenLines.Line("api", "api-1-1", "old 2"));
    }

    private List<String> last(int lines, Scope... scopes) throws IOException {
        return logs().last(List.of(scopes), "", lines).stream()
                .map(WrittenLines.Line::text)
                .toList();
    }

    private Logs logs() {
        return new Logs(state, new Redactor());
    }

    private void wants(Scope scope, String revision, int instances) throws IOException {
        Files.createDirectories(folder(scope));
        Files.writeString(
                folder(scope).resolve("wanted.json"),
                "{\"%s\": {\"instances\": %d, \"token\": 1, \"release\": \"local-1\"}}"
                        .formatted(revision, instances));
    }

    /// @param second at which it wrote last
    private void wrote(Scope scope, String instance, int second, String... lines)
            throws IOException {
        Path folder = Files.createDirectories(folder(scope).resolve("revisions").resolve(instance));
        Path log = Files.write(folder.resolve("log"), List.of(lines));
        Files.setLastModifiedTime(log, FileTime.from(Instant.ofEpochSecond(second)));
    }

    private Path folder(Scope scope) {
        return state.resolve("instances/local").resolve(scope.name());
    }
}
