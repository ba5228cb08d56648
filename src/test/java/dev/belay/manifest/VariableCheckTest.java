package dev.belay.manifest;

import static dev.belay.manifest.Manifests.brief;
import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VariableCheckTest {
    private static final String TEXT =
            """
            platform: shop
            datastores: {db: {engine: postgres, url: "${DATABASE_URL}"}}
            components:
              api:
                kind: service
                run: node main.js --region ${REGION} --port ${PORT}
                port: 3000
                env:
                  required: [DATABASE_URL, HOOK_URL, GIVEN]
                  secret: [TOKEN]
                  values: {GIVEN: here, LINK: "${REGION}-${GIVEN}"}
            environments: {local: {target: process}}
            """;
    private static final Map<String, String> RIGHT =
            Map.of(
                    "DATABASE_URL", "postgres://u:p@localhost:5432/shop",
                    "HOOK_URL", "https://example.org/hook",
                    "REGION", "north",
                    "TOKEN", "f3a9c1d07be24688");

    @TempDir Path folder;

    @Test
    void right_values_are_nothing_to_talk_about() {
        assertThat(check(Map.of())).isEmpty();
    }

    @Test
    void who_listens_at_a_socket_has_that_and_no_port() {
        String text = TEXT.replace("port: 3000", "port: 3000\n    listen: socket");
        assertThat(brief(VariableCheck.check(view(good(folder, text), "local"), right())))
                .containsExactly("variable-missing 6:10");
        String right = text.replace("--port ${PORT}", "--at ${SOCKET}");
        assertThat(VariableCheck.check(view(good(folder, right), "local"), right())).isEmpty();
        String port = TEXT.replace("--port ${PORT}", "--at ${SOCKET}");
        assertThat(brief(VariableCheck.check(view(good(folder, port), "local"), right())))
                .containsExactly("variable-missing 6:10");
    }

    @Test
    void values_that_lead_copies_out_of_a_boundary_are_told_at_scratch() {
        String text =
                TEXT.replace(
                                "\"${DATABASE_URL}\"}",
                                "\"${DATABASE_URL}\", backup: {scratch: \"${SCRATCH}\", recipients: [age1%s]}}"
                                        .formatted("q".repeat(58)))
                        .replace(
                                "process}", "process, boundary: {scratch: [db-scratch.internal]}}");
        var view = view(good(folder, text), "local");
        for (Map.Entry<String, String> one :
                Map.of(
                                "postgres://s:p@db-scratch.internal/x?sslmode=verify-full", "",
                                "postgres://s:p@elsewhere/x?sslmode=verify-full",
                                        "`elsewhere` is not",
                                "postgres://s:p@db-scratch.internal,b/x?sslmode=verify-full",
                                        "`b` is not",
                                "postgres://s:p@db-scratch.internal:1/x", "would not prove",
                                "mysql://s:p@db-scratch.internal/x?sslmode=verify-full", "no URL")
                        .entrySet()) {
            var values = right();
            values.put("SCRATCH", one.getKey());
            List<Problem> problems = VariableCheck.check(view, values);
            if (one.getValue().isEmpty()) {
                assertThat(problems).isEmpty();
            } else {
                assertThat(problems).hasSize(1);
                assertThat(problems.getFirst().message()).contains(one.getValue());
                assertThat(brief(problems).getFirst()).endsWith(" 2:79");
            }
        }
        assertThat(brief(VariableCheck.check(view, right())))
                .containsExactly("variable-missing 2:79");
    }

    private static Map<String, String> right() {
        var all = new HashMap<>(RIGHT);
        all.put("GIVEN", "here");
        return all;
    }

    @Test
    void missing_and_empty_values_are_told_once_where_they_are_asked_for() {
        List<Problem> problems = VariableCheck.check(view(good(folder, TEXT), "local"), Map.of());
        assertThat(brief(problems))
                .containsExactly(
                        "variable-missing 9:7",
                        "variable-missing 9:7",
                        "variable-missing 10:7",
                        "variable-missing 11:35");
        assertThat(check(Map.of("HOOK_URL", " "))).containsExactly("variable-empty 9:7");
        assertThat(ProblemText.of(problems).lines().findFirst())
                .contains(
                        "belay.yaml:9:7: `DATABASE_URL` has no value, and `api` needs it"
                                + "  [manifest/variable-missing]");
    }

    @Test
    void what_should_be_a_url_is_one() {
        assertThat(check(Map.of("HOOK_URL", "example.org"))).containsExactly("variable-url 9:7");
        assertThat(check(Map.of("HOOK_URL", "https://exa mple")))
                .containsExactly("variable-url 9:7");
        assertThat(check(Map.of("DATABASE_URL", "mysql://localhost/shop")))
                .containsExactly("variable-url 2:42");
    }

    @Test
    void a_secret_that_nobody_filled_in_is_told_without_being_shown() {
        for (String value :
                List.of(
                        "changeme-please",
                        "xxxxxxxxxxxx",
                        "your-secret-here",
                        "<paste it here>",
                        "TOKEN",
                        "short",
                        "00000000000",
                        "example-token",
                        "password")) {
            EnvironmentView view = view(good(folder, TEXT), "local");
            var values = new HashMap<>(RIGHT);
            values.put("TOKEN", value);
            List<Problem> problems = VariableCheck.check(view, values);
            assertThat(brief(problems)).as(value).containsExactly("variable-placeholder 10:7");
            if (!value.equals("TOKEN")) {
                assertThat(ProblemText.of(problems)).doesNotContain(value);
            }
        }
    }

    @Test
    void an_environment_file_is_read_and_never_run() throws IOException {
        Path file = folder.resolve(".env");
        Files.writeString(
                file,
                """
                # comment
                export A=1
                B = two words # comment
                C='$(id) ${HOME} `x`' # comment
                D="a\\nb\\"c\\$"
                E=$(id)#x
                F=
                A=2
                """);
        assertThat(values(file))
                .containsExactly(
                        Map.entry("A", "2"),
                        Map.entry("B", "two words"),
                        Map.entry("C", "$(id) ${HOME} `x`"),
                        Map.entry("D", "a\nb\"c\\$"),
                        Map.entry("E", "$(id)#x"),
                        Map.entry("F", ""));
    }

    @Test
    void later_files_win() throws IOException {
        Files.writeString(folder.resolve("a"), "A=1\r\nB=1\r\n");
        Files.writeString(folder.resolve("b"), "\uFEFFB=2\n");
        assertThat(values(folder.resolve("a"), folder.resolve("b")))
                .containsExactly(Map.entry("A", "1"), Map.entry("B", "2"));
    }

    @Test
    void a_broken_environment_file_is_named_by_line_and_not_shown() throws IOException {
        Path file = folder.resolve(".env");
        Files.writeString(file, "A=\"hunter2\nB='x' y\nhunter2\n1A=hunter2\n");
        List<Problem> problems = problems(EnvironmentFile.read(List.of(file)));
        assertThat(problems)
                .hasSize(4)
                .extracting(Problem::code)
                .containsOnly("manifest/environment-file");
        assertThat(ProblemText.of(problems)).contains(file + ":4: ").doesNotContain("hunter2");
        assertThat(problems(EnvironmentFile.read(List.of(folder.resolve("none"))))).hasSize(1);
        assertThat(problems(EnvironmentFile.read(List.of(folder)))).hasSize(1);
    }

    private static SortedMap<String, String> values(Path... files) {
        return switch (EnvironmentFile.read(List.of(files))) {
            case Reading.Read<SortedMap<String, String>>(var values) -> values;
            case Reading.Refused<SortedMap<String, String>>(var problems) ->
                    throw new AssertionError(ProblemText.of(problems));
        };
    }

    /// What is told with right values but for some.
    private List<String> check(Map<String, String> other) {
        var values = new HashMap<>(RIGHT);
        values.putAll(other);
        return brief(VariableCheck.check(view(good(folder, TEXT), "local"), values));
    }
}
