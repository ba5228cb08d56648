package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Files that were written to harm, or by accident.
class LintHostileTest {
    private static final String SHOP =
            """
            platform: shop
            components:
              orders: {kind: service, dir: orders, run: node main.js, port: 3001}
              billing: {kind: service, dir: billing, run: node main.js, port: 3002}
            environments: {local: {target: process}}
            """;

    @TempDir private Path folder;

    @BeforeEach
    void shop() throws IOException {
        write("belay.yaml", SHOP);
        write("orders/main.js", "export const x = 1;");
    }

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private long found() {
        return LintCorpusTest.look(folder).wrong(Set.of()).size();
    }

    @Test
    void what_is_no_text_or_too_long_is_said_to_have_been_passed_by() throws IOException {
        Files.createDirectories(folder.resolve("billing"));
        Files.write(folder.resolve("billing/binary.js"), new byte[] {'a', 0, 'b'});
        Files.write(folder.resolve("billing/latin.js"), "é".getBytes(StandardCharsets.ISO_8859_1));
        write("billing/long.js", "x".repeat(PlatformFiles.FILE_MAX + 1));
        assertThat(LintCorpusTest.look(folder).passedBy())
                .containsExactly("billing/binary.js", "billing/latin.js", "billing/long.js");
    }

    @Test
    void links_are_not_followed(@TempDir Path outside) throws IOException {
        Files.writeString(outside.resolve("x.js"), "import \"../orders/main.js\";");
        Files.createDirectories(folder.resolve("billing"));
        Files.createSymbolicLink(folder.resolve("billing/x.js"), outside.resolve("x.js"));
        Files.createSymbolicLink(folder.resolve("billing/out"), outside);
        Files.createSymbolicLink(folder.resolve("billing/loop"), folder);
        assertThat(found()).isZero();
    }

    /// Each is the beginning of a text that never ends, or goes down without an end.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "`${",
                "`${`",
                "(",
                "{[",
                "import {",
                "import x, ",
                "/*",
                "\"\\",
                "/[",
                "${'",
                "<script>",
                "fetch(",
                "a + ",
                "export * ",
                "from '"
            })
    void what_never_ends_takes_time_in_proportion(String piece) throws IOException {
        write("billing/main.tsx", "import \"../orders/main.js\";\n" + piece.repeat(40_000));
        write("billing/page.html", piece.repeat(40_000));
        write("billing/main.py", "import " + piece.repeat(40_000));
        write("billing/main.go", "import (" + piece.repeat(40_000));
        write("billing/main.rs", "r#\"" + piece.repeat(40_000));
        write("billing/Cargo.toml", "[dependencies]\n" + piece.repeat(40_000));
        write("billing/package.json", "{\"dependencies\": " + piece.repeat(40_000));
        write("billing/pom.xml", "<dependency>".repeat(20_000) + piece);
        assertThat(found()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"select 1 from (", "SELECT a FROM ", "with a as (", "insert into x "})
    void sql_that_never_ends_is_looked_at_as_far_as_it_goes(String piece) throws IOException {
        write(
                "belay.yaml",
                SHOP.replace("environments", "lint: {shared-database: warning}\nenvironments")
                                .replace("port: 3001", "port: 3001, uses: [db]")
                                .replace("port: 3002", "port: 3002, uses: [db]")
                        + "datastores: {db: {engine: postgres, url: \"${DATABASE_URL}\"}}\n");
        write("billing/q.sql", piece.repeat(5_000));
        write("billing/q.js", "const q = `" + piece.repeat(5_000) + "`;");
        assertThat(found()).isZero();
    }

    @Test
    void configurations_that_extend_each_other_in_a_circle_end() throws IOException {
        write("billing/tsconfig.json", "{\"extends\": \"./tsconfig.json\"}");
        write("billing/main.ts", "import x from \"@orders/main\";");
        assertThat(found()).isZero();
    }

    @Test
    void variables_that_name_each_other_in_a_circle_end() throws IOException {
        write(
                "belay.yaml",
                SHOP.replace("port: 3002", "port: 3002, env: {values: {A: \"${B}${B}\"}}")
                        .replace("process}", "process, env-file: local.env}"));
        write("local.env", "A=${B}${B}\nB=${A}${A}\n");
        assertThat(found()).isZero();
    }

    @Test
    void values_of_variables_are_in_no_finding() throws IOException {
        write(
                "belay.yaml",
                SHOP.replace("port: 3001", "port: 3001, uses: [db]")
                                .replace("port: 3002", "port: 3002, env: {secret: [STORE]}")
                                .replace("process}", "process, env-file: local.env}")
                        + "datastores: {db: {engine: postgres, url: \"${STORE}\"}}\n");
        write("local.env", "STORE=postgres://orders:canary-word@localhost/shop\n");
        Linting looked = LintCorpusTest.look(folder);
        assertThat(looked.wrong(Set.of())).hasSize(1);
        assertThat(looked.doubtful(Set.of())).hasSize(1);
        assertThat(looked.sarif(Set.of(), "1") + looked.body(Set.of()) + looked.wrong(Set.of()))
                .doesNotContain("canary-word");
    }

    @Test
    void an_allowance_that_names_nobody_or_is_over_is_doubted() throws IOException {
        write(
                "belay.yaml",
                SHOP
                        + """
                        lint:
                          allow:
                            - {rule: order-assumption, of: orderz, reason: mistyped}
                            - {rule: order-assumption, of: orders, reason: over, until: 2026-11-30}
                            - {rule: order-assumption, of: orders, reason: today, until: 2026-12-01}
                        """);
        assertThat(LintCorpusTest.look(folder).doubtful(Set.of()))
                .extracting(problem -> problem.code() + " " + problem.hint())
                .containsExactly(
                        "lint/unknown-name did you mean `orders`?",
                        "lint/allowance-over take it out, or give it another day");
    }
}
