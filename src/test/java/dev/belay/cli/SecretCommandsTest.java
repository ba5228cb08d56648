package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the command line says of secrets without a control plane, and what it never says.
class SecretCommandsTest {
    private static final String TOKEN = "gh" + "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";
    private static final String VALUE = "h7kQz0pLw4vT9";

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path folder;

    @BeforeEach
    void writes() throws IOException {
        Files.createDirectory(folder.resolve("app"));
        Files.writeString(folder.resolve("app/run.sh"), "sleep 1\n");
        Files.writeString(folder.resolve(".env"), "JWT_SECRET=" + VALUE + "\nREGION=\n");
        manifest("");
    }

    private void manifest(String more) throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: shop
                %sdatastores:
                  pg: {engine: postgres, url: "${DATABASE_URL}"}
                components:
                  api:
                    kind: service
                    dir: app
                    run: sh run.sh
                    port: 3000
                    uses: [pg]
                    env:
                      required: [REGION]
                      secret: [JWT_SECRET]
                      values: {LOG_LEVEL: info}
                      meaning: {JWT_SECRET: Signs sessions.}
                environments:
                  local: {target: process, env-file: [.env]}
                """
                        .formatted(more));
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
        int code = Main.run(new Context(terminal, folder, Map.of("PATH", "/usr/bin:/bin")), words);
        assertThat(said()).doesNotContain(VALUE, TOKEN.substring(0, 8));
        return code;
    }

    private String said() {
        return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void a_secret_in_the_sources_is_a_problem_of_check_and_of_scan() throws IOException {
        assertThat(run("check")).isZero();
        Files.writeString(
                folder.resolve("app/a.js"),
                "a\n x = '" + TOKEN + "'\ny = \"" + VALUE + "\"\npassword = \"h7!kQz0p$Lw\"\n");

        for (String command : List.of("check", "scan")) {
            assertThat(run(command)).as(command).isEqualTo(ExitCode.PROBLEM.number());
            assertThat(said())
                    .contains("app/a.js:2:7: here is a secret by its form: `github-token`")
                    .contains("app/a.js:3:6: here is the value of `JWT_SECRET` of `local`");
        }
        assertThat(said()).contains("app/a.js:4:13: here a random text is assigned to `password`");
        assertThat(run("scan", "--json", "--sarif", "s.sarif")).isEqualTo(2);
        assertThat(said())
                .contains(
                        "\"path\":\"app/a.js\",\"line\":2,\"column\":7,\"rule\":\"github-token\"");
        assertThat(Files.readString(folder.resolve("s.sarif")))
                .contains("\"ruleId\" : \"github-token\"", "\"startLine\" : 2")
                .doesNotContain(VALUE, TOKEN.substring(0, 8));
    }

    @Test
    void what_the_manifest_allows_is_let_be_and_what_it_allows_in_vain_is_said()
            throws IOException {
        Files.writeString(folder.resolve("app/a.js"), "x = '" + TOKEN + "'\n");
        manifest(
                """
                allowed-secrets:
                  - {path: "app/*.js", rule: github-token, reason: revoked in 2020}
                  - {path: "app/*.js", rule: github-tokens, reason: mistyped}
                  - {path: "**", rule: npm-token, reason: over, until: 2020-01-01}
                """);

        assertThat(run("scan")).isZero();
        assertThat(said())
                .contains("no rule is called `github-tokens`", "did you mean `github-token`?")
                .contains("this counts no more since 2020-01-01");
        manifest("allowed-secrets: [{path: app, rule: github-token}]\n");
        assertThat(run("scan")).isEqualTo(2);
        assertThat(said()).contains("`reason`");
    }

    @Test
    void a_template_says_what_is_needed_and_by_whom_and_no_value() {
        assertThat(run("config", "template", "local")).isZero();
        assertThat(said())
                .isEqualTo(
                        """
                        # Variables of environment `local` of `shop`, as its manifest asks for them.
                        # Fill in what is empty, and keep this file out of the repository.

                        # used by pg
                        DATABASE_URL=

                        # Signs sessions.
                        # secret, used by api; set in .env
                        # JWT_SECRET=

                        # used by api; the manifest has this value
                        # LOG_LEVEL=info

                        # used by api; empty in .env
                        REGION=
                        """);
    }

    @Test
    void a_template_is_written_for_its_owner_and_over_no_file() throws IOException {
        assertThat(run("config", "template", "local", "--missing", "--output", "new.env")).isZero();
        assertThat(said()).contains("2 of 2 variables have no value");
        assertThat(Files.readString(folder.resolve("new.env")))
                .contains("DATABASE_URL=\n", "REGION=\n")
                .doesNotContain("JWT_SECRET");
        assertThat(Files.getPosixFilePermissions(folder.resolve("new.env")))
                .isEqualTo(PosixFilePermissions.fromString("rw-------"));
        assertThat(run("config", "template", "local", "--output", ".env"))
                .isEqualTo(ExitCode.WAITING.number());
        assertThat(Files.readString(folder.resolve(".env"))).contains(VALUE);
        Files.createSymbolicLink(folder.resolve("link"), folder.resolve("nowhere"));
        assertThat(run("config", "template", "local", "--output", "link")).isNotZero();
        assertThat(folder.resolve("nowhere")).doesNotExist();
    }
}
