package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gate.report.Reports;
import dev.belay.gate.report.Stated;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LintCommandTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path folder;

    @BeforeEach
    void writes() throws IOException {
        for (String service : new String[] {"orders", "billing"}) {
            Files.createDirectories(folder.resolve(service));
            Files.writeString(folder.resolve(service + "/main.js"), "run();\n");
        }
        Files.writeString(folder.resolve("billing/db.js"), "import x from '../orders/main.js';\n");
        manifest("");
    }

    private void manifest(String lint) throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: shop
                %scomponents:
                  orders: {kind: service, dir: orders, run: sh main.js, port: 3000}
                  billing:
                    kind: service
                    dir: billing
                    run: sh main.js
                    port: 3001
                    env: {values: {ORDERS: "http://localhost:3000"}}
                environments:
                  local: {target: process}
                """
                        .formatted(lint));
    }

    private int run(String... words) {
        out.reset();
        err.reset();
        var terminal =
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        false);
        return Main.run(new Context(terminal, folder, Map.of("PATH", "/usr/bin:/bin")), words);
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void what_is_found_is_told_with_its_line_and_a_warning_is_none_of_it() {
        assertThat(run("lint")).isEqualTo(ExitCode.PROBLEM.number());
        assertThat(said())
                .contains("billing/db.js:1:15: `billing` imports `../orders/main.js`")
                .contains("    1 | import x from '../orders/main.js';\n")
                .contains("[lint/cross-service-import]")
                .contains("warnings:\nbelay.yaml:9:28: `billing` is told where `orders` is");
        assertThat(run("lint", "orders")).isZero();
        assertThat(said()).contains("nothing found");
        assertThat(run("lint", "order")).isEqualTo(ExitCode.PROBLEM.number());
        assertThat(said()).contains("did you mean `orders`?");
    }

    @Test
    void programs_get_findings_and_gates_a_report_that_they_read() throws Exception {
        assertThat(run("lint", "--json", "--sarif", "l.sarif")).isEqualTo(2);
        assertThat(said())
                .contains(
                        "\"rule\":\"cross-service-import\",\"level\":\"error\","
                                + "\"component\":\"billing\",\"about\":[\"billing\",\"orders\"],"
                                + "\"path\":\"billing/db.js\",\"line\":1,\"column\":15");
        byte[] report = Files.readAllBytes(folder.resolve("l.sarif"));
        assertThat(new String(report, StandardCharsets.UTF_8))
                .contains("\"ruleId\" : \"cross-service-import\"", "\"endColumn\" : 34");
        assertThat(Reports.read(report, Stated.NOTHING).toString())
                .contains("kind=scan", "high=1.0, info=0.0, low=0.0, medium=1.0");
    }

    @Test
    void check_looks_once_the_manifest_says_how_strictly() throws IOException {
        assertThat(run("check")).isZero();
        manifest("lint: {order-assumption: off}\n");
        assertThat(run("check")).isEqualTo(ExitCode.PROBLEM.number());
        assertThat(said()).contains("[lint/cross-service-import]");
        manifest("lint: {cross-service-import: warning}\n");
        assertThat(run("check")).isZero();
        assertThat(said()).contains("[lint/cross-service-import]", "[lint/order-assumption]");
        manifest(
                "lint: {allow: [{rule: cross-service-import, of: [billing, orders], reason: soon"
                        + " one}, {rule: order-assumption, path: belay.yaml, reason: it waits}]}\n");
        assertThat(run("check")).isZero();
        assertThat(said()).doesNotContain("lint/");
        manifest("lint: {shared-databases: off}\n");
        assertThat(run("lint")).isEqualTo(ExitCode.PROBLEM.number());
        assertThat(said()).contains("did you mean `shared-database`?");
    }
}
