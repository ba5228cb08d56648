package dev.belay.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What somebody may put into a contract to harm who compares it.
class HostileContractsTest {
    private final Map<String, byte[]> files = new HashMap<>();
    private final Set<String> asked = new LinkedHashSet<>();

    private Reading read(String... paths) {
        return ContractSet.read(
                List.of(paths),
                path -> {
                    asked.add(path);
                    return Optional.ofNullable(files.get(path));
                });
    }

    private void write(String path, String text) {
        files.put(path, text.getBytes(StandardCharsets.UTF_8));
    }

    private List<Problem> refused(String... paths) {
        return switch (read(paths)) {
            case Reading.Refused(List<Problem> problems) -> problems;
            case Reading.Read _ -> throw new AssertionError("it was read");
        };
    }

    private ContractSet set(String text) {
        write("api.yaml", text);
        return switch (read("api.yaml")) {
            case Reading.Read(ContractSet set) -> set;
            case Reading.Refused(List<Problem> problems) ->
                    throw new AssertionError(problems.toString());
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/etc/passwd",
                "../../etc/passwd",
                "a/../../../etc/passwd",
                "http://example.com/a.yaml",
                "https://example.com/a.yaml#/a",
                "file:///etc/passwd",
                "%2e%2e/%2e%2e/etc/passwd",
                "..%2f..%2fetc%2fpasswd",
                "..\\..\\etc\\passwd",
                "C:\\secrets",
                "//example.com/a.yaml"
            })
    void a_reference_out_of_the_folder_is_refused_where_it_is_written(String reference) {
        write(
                "api.yaml",
                """
                openapi: 3.0.3
                paths:
                  /a:
                    $ref: '%s'
                """
                        .formatted(reference));

        assertThat(refused("api.yaml"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("contract/reference-outside");
                    assertThat(problem.place().toString()).contains("api.yaml:4");
                    assertThat(problem.message()).endsWith("leads out of the component's folder");
                });
        assertThat(asked).containsExactly("api.yaml");
    }

    @Test
    void a_reference_to_nothing_is_refused_where_it_is_written() {
        write(
                "api.yaml",
                """
                openapi: 3.0.3
                paths:
                  /a: {$ref: "other.yaml"}
                  /b: {$ref: "#/components/pathItems/Gone"}
                """);

        assertThat(refused("api.yaml"))
                .extracting(Problem::code)
                .containsExactlyInAnyOrder("contract/unreadable", "contract/reference-missing");
    }

    @Test
    void references_that_go_in_circles_end() {
        ContractSet set =
                set(
                        """
                        openapi: 3.0.3
                        paths:
                          /a: {get: {responses: {"200": {$ref: "#/components/responses/A"}}}}
                        components:
                          responses:
                            A: {$ref: "#/components/responses/B"}
                            B: {$ref: "#/components/responses/A"}
                          schemas:
                            Self: {$ref: "#/components/schemas/Self"}
                            All: {allOf: [{$ref: "#/components/schemas/All"}]}
                            One: {oneOf: [{$ref: "#/components/schemas/One"}, {type: "null"}]}
                        """);

        assertThat(set.since(set)).isEmpty();
    }

    @Test
    void aliases_that_multiply_are_refused() {
        var bomb = new StringBuilder("openapi: 3.0.3\nx0: &a0 [1, 2, 3, 4, 5, 6, 7, 8, 9]\n");
        for (int i = 1; i < 10; i++) {
            bomb.append("x%d: &a%d [".formatted(i, i));
            bomb.append("*a%d, ".formatted(i - 1).repeat(8));
            bomb.append("*a%d]\n".formatted(i - 1));
        }
        write("api.yaml", bomb.toString());

        assertThat(refused("api.yaml").getFirst().message()).startsWith("aliases make this stand");
    }

    @Test
    void what_is_nested_without_end_is_refused() {
        write("api.yaml", "openapi: 3.0.3\npaths: " + "[".repeat(100_000));
        write("deep.proto", "syntax = 'proto3'; " + "message A {".repeat(100_000));
        write("option.proto", "option a = " + "{".repeat(100_000));

        assertThat(refused("api.yaml").getFirst().message()).contains("nested more than 64 deep");
        assertThat(refused("deep.proto").getFirst().message()).contains("more than 50 deep");
        assertThat(refused("option.proto").getFirst().message()).contains("has no end");
    }

    @Test
    void what_is_too_large_is_refused() {
        files.put("api.yaml", new byte[Documents.BYTES_MAX + 1]);

        assertThat(refused("api.yaml").getFirst().message()).contains("has more than");
    }

    @Test
    void a_chain_of_files_without_end_is_refused() {
        write("api.yaml", "openapi: 3.0.3\npaths: {/a: {$ref: 0.yaml}}\n");
        for (int i = 0; i < 1_000; i++) {
            write(i + ".yaml", "$ref: " + (i + 1) + ".yaml\n");
        }

        assertThat(refused("api.yaml").getFirst().message())
                .isEqualTo("there are more than 200 files");
    }

    /// Each pair of kinds holds each other pair: what is compared would grow without end.
    @Test
    void kinds_that_multiply_are_not_compared_without_end() {
        var text = new StringBuilder("openapi: 3.1.0\npaths: {}\nwebhooks:\n  a:\n    post:\n");
        text.append(
                "      requestBody: {content: {application/json: {schema: {$ref: '#/s/S0'}}}}\n");
        text.append("      responses: {'200': {description: x}}\ns:\n");
        for (int i = 0; i < 40; i++) {
            text.append("  S%d:\n    oneOf:\n".formatted(i));
            for (int kind = 0; kind < 6; kind++) {
                text.append(
                        ("      - {type: object, required: [k%d], properties: {k%d: {const: LEAF},"
                                        + " n: {$ref: '#/s/S%d'}}}\n")
                                .formatted(kind, kind, (i + kind + 1) % 40));
            }
        }
        ContractSet was = set(text.toString());
        ContractSet now = set(text.toString().replace("LEAF", "OTHER"));

        assertThat(now.since(was)).isNotEmpty();
        assertThat(was.since(was)).isEmpty();
    }

    @Test
    void a_long_chain_of_schemas_is_not_passed_over() {
        var text = new StringBuilder("openapi: 3.1.0\nwebhooks:\n  a:\n    post:\n");
        text.append(
                "      requestBody: {content: {application/json: {schema: {$ref: '#/s/S0'}}}}\n");
        text.append("      responses: {'200': {description: x}}\ns:\n");
        for (int i = 0; i < 5_000; i++) {
            text.append(
                    "  S%d: {type: object, properties: {n: {$ref: '#/s/S%d'}}}\n"
                            .formatted(i, i + 1));
        }
        ContractSet was = set(text + "  S5000: {type: string}\n");
        ContractSet now = set(text + "  S5000: {type: integer}\n");

        assertThat(now.since(was))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.rule()).isEqualTo(Rule.TOO_LARGE);
                    assertThat(one.weight()).isEqualTo(Weight.BREAKING);
                });
    }

    @Test
    void numbers_that_would_fill_the_memory_are_texts() {
        ContractSet set =
                set(
                        """
                        openapi: 3.1.0
                        webhooks:
                          a:
                            post:
                              requestBody: {content: {application/json: {schema:
                                {type: number, minimum: 1e999999999, enum: [1e-999999999]}}}}
                              responses: {"200": {description: x}}
                        """);

        assertThat(set.since(set)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "message",
                "message A { string a = 0; }",
                "message A { string a = 99999999999; }",
                "message A { string a = 1",
                "/* no end",
                "option a = \"no end",
                "message A { oneof b { string a = ; } }",
                "service S { rpc A(B) }",
                "\u0000"
            })
    void a_file_of_protocol_buffers_that_is_none_is_refused_or_empty(String text) {
        write("a.proto", text);

        switch (read("a.proto")) {
            case Reading.Read(ContractSet set) -> assertThat(set.since(set)).isEmpty();
            case Reading.Refused(List<Problem> problems) ->
                    assertThat(problems)
                            .extracting(Problem::code)
                            .containsOnly("contract/unreadable");
        }
    }

    @Test
    void descriptors_that_are_none_are_refused() {
        files.put("a.binpb", new byte[] {10, 127, 1});
        files.put("b.binpb", new byte[0]);
        files.put("c.binpb", new byte[] {10, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1});

        for (String path : List.of("a.binpb", "b.binpb", "c.binpb")) {
            assertThat(refused(path))
                    .extracting(Problem::code)
                    .containsExactly("contract/unreadable");
        }
    }

    @Test
    void other_versions_and_other_files_are_refused_with_what_goes() {
        write("swagger.json", "{\"swagger\": \"2.0\", \"paths\": {}}");
        write("any.yaml", "name: something\n");

        assertThat(refused("swagger.json"))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.code()).isEqualTo("contract/version");
                    assertThat(problem.hint()).startsWith("OpenAPI 3.x and AsyncAPI 2.x and 3.x");
                });
        assertThat(refused("any.yaml"))
                .extracting(Problem::code)
                .containsExactly("contract/unknown-kind");
        assertThat(refused("gone.yaml").getFirst().message())
                .isEqualTo("there is no file `gone.yaml` below the component's folder");
    }
}
