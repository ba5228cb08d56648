package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandTreeTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir Path folder;

    @Test
    void help_says_purpose_examples_and_exit_codes() {
        assertThat(run("cancel", "--help")).isZero();
        assertThat(text(out))
                .isEqualTo(
                        """
                        Usage: belay cancel [-h] [--json] [--reason=TEXT] [--state=FOLDER] (--stop-here | --and-roll-back |
                                            --and-leave) RELEASE
                        Ends a release before its time, in the one of three ways that you choose.
                              RELEASE           Its id.
                              --and-leave       Everything stays as it is, held, until a person decides.
                              --and-roll-back   Everything it did is undone.
                          -h, --help            Print this.
                              --json            Print JSON, for programs.
                              --reason=TEXT     Why; kept with the release.
                              --state=FOLDER    Where the state is, if not in .belay beside belay.yaml.
                              --stop-here       It pauses: nothing new begins, and nothing is undone.

                        Examples:
                          belay cancel local-17 --and-roll-back
                          belay cancel local-17 --stop-here      (then `resume`, or cancel otherwise)
                          belay cancel local-17 --and-leave      (then `decide`)

                        Exit codes:
                          0   done
                          2   a problem in what you wrote
                          3   refused, or waiting for a person
                          4   failed; what ran before runs again
                          5   held: a person decides
                          70  a bug of ours
                          130 detached by Ctrl-C; the release goes on
                        """);
    }

    @Test
    void help_is_a_word_too() {
        assertThat(run("--help")).isZero();
        String all = text(out);
        out.reset();
        assertThat(run("help")).isZero();
        assertThat(text(out)).isEqualTo(all).contains("Usage: belay");
        out.reset();
        assertThat(run("cancel", "--help")).isZero();
        String cancel = text(out);
        out.reset();
        assertThat(run("help", "cancel")).isZero();
        assertThat(text(out)).isEqualTo(cancel).contains("Usage: belay cancel");
        assertThat(run("help", "cancle")).isEqualTo(2);
        assertThat(text(err)).contains("there is no command `cancle`", "did you mean `cancel`?");
    }

    @Test
    void every_command_has_a_purpose_of_one_sentence_and_an_example() {
        for (String name : CommandTree.names()) {
            out.reset();
            assertThat(run(name, "--help")).as(name).isZero();
            assertThat(text(out)).as(name).contains("Example", "belay " + name, "Exit codes:");
            for (String part : new CommandTree(context()).parts(name)) {
                out.reset();
                assertThat(run(name, part, "--help")).as(part).isZero();
                assertThat(text(out))
                        .as(part)
                        .contains("Example", "belay " + name + " " + part, "Exit codes:");
            }
        }
    }

    /// CVE-2024-23897: what is in a file that an argument seems to name is neither read nor said.
    @Test
    void an_argument_that_begins_with_an_at_sign_stands_for_no_file() throws IOException {
        Path file = folder.resolve("arguments");
        Files.writeString(file, "--help");
        Path secret = folder.resolve("secret");
        Files.writeString(secret, "--canary-Rq7Zw2");
        for (String name : CommandTree.names()) {
            var words = new ArrayList<List<String>>(List.of(List.of(name)));
            new CommandTree(context()).parts(name).forEach(part -> words.add(List.of(name, part)));
            for (List<String> command : words) {
                for (Path named : List.of(file, secret)) {
                    var typed = new ArrayList<>(command);
                    typed.add("@" + named);
                    out.reset();
                    err.reset();
                    run(typed.toArray(String[]::new));
                    assertThat(text(out) + text(err))
                            .as(typed.toString())
                            .doesNotContain("Exit codes:", "canary-Rq7Zw2");
                }
            }
        }
        out.reset();
        err.reset();
        assertThat(run("cancel", "local-1", "--stop-here", "--reason", "@" + secret)).isNotZero();
        assertThat(text(out) + text(err)).doesNotContain("canary-Rq7Zw2");
    }

    @Test
    void a_mistyped_command_or_flag_comes_with_what_was_meant() {
        assertThat(run("statsu")).isEqualTo(2);
        assertThat(run("deploy", "--onyl", "api")).isEqualTo(2);
        assertThat(text(err))
                .isEqualTo(
                        """
                        `belay`: there is no command `statsu`  [cli/unknown-command]
                        hint: did you mean `status`?
                        `belay deploy`: there is no flag `--onyl`  [cli/unknown-flag]
                        hint: did you mean `--only`?
                        """);
    }

    @Test
    void programs_get_what_was_mistyped_in_json() {
        for (String typed :
                List.of(
                        "statsu --json",
                        "deploy --json --onyl api",
                        "show --json",
                        "cancel local-1 --json")) {
            out.reset();
            assertThat(run(typed.split(" ", -1))).as(typed).isEqualTo(2);
            assertThat(text(out))
                    .as(typed)
                    .startsWith("{\"kind\":\"problem\",\"problems\":[{\"code\":\"cli/");
        }
        assertThat(text(err)).isEmpty();
    }

    @Test
    void a_cancel_that_does_not_say_how_is_a_problem() {
        assertThat(run("cancel", "local-1")).isEqualTo(2);
        assertThat(run("cancel", "local-1", "--stop-here", "--and-leave")).isEqualTo(2);
        assertThat(run("cancel", "--stop-here")).isEqualTo(2);
        assertThat(text(err)).contains("cli/missing-argument", "cli/one-of", "--and-roll-back");
    }

    @Test
    void a_reason_alone_is_no_consent() {
        assertThat(run("approve", "local-1", "--reason", "looks good")).isEqualTo(2);
        assertThat(text(err)).contains("cli/one-of", "nobody consents", "`belay approve local-1`");
    }

    @Test
    void nothing_at_all_is_a_problem_too() {
        assertThat(run()).isEqualTo(2);
        assertThat(text(err)).contains("a command is missing");
    }

    @Test
    void a_mere_word_is_read_as_it_is_beside_a_flag() {
        for (String name : List.of("plan", "releases", "status", "why")) {
            int code = run(name, "local", "--state", "elsewhere");
            String said = text(err);
            err.reset();
            assertThat(run(name, "local")).as(name).isEqualTo(code).isEqualTo(2);
            assertThat(text(err)).as(name).isEqualTo(said).contains("cli/no-manifest");
            err.reset();
            assertThat(run(name, "local", "more")).as(name).isEqualTo(2);
            assertThat(text(err)).as(name).contains("there is nothing to do with `more`");
            err.reset();
        }
        assertThat(run("status", "--statue")).isEqualTo(2);
        assertThat(text(err)).contains("there is no flag `--statue`", "did you mean `--state`?");
    }

    @Test
    void the_wrong_folder_is_said_in_a_sentence_and_for_programs_in_json() {
        assertThat(run("status")).isEqualTo(2);
        assertThat(text(err)).contains("there is no `belay.yaml` here or in a folder above");
        assertThat(run("status", "--json")).isEqualTo(2);
        assertThat(text(out))
                .startsWith("{\"kind\":\"problem\",\"problems\":[{\"code\":\"cli/no-m");
    }

    @Test
    void a_manifest_is_written_and_is_in_order() throws IOException {
        Path api = Files.createDirectories(folder.resolve("services/api"));
        Files.writeString(
                api.resolve("package.json"), "{\"scripts\":{\"build\":\"x\",\"start\":\"y\"}}");
        assertThat(run("init")).as(text(err)).isZero();
        assertThat(run("check")).as(text(err)).isZero();
        assertThat(text(out)).contains("belay.yaml is in order: 1 component, environments local");
        assertThat(run("init")).isEqualTo(2);
        assertThat(text(err)).contains("there is a manifest already");
    }

    @Test
    void a_check_looks_around_and_says_what_is_only_doubtful_beside_the_result()
            throws IOException {
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: shop
                components:
                  web: {kind: frontend, static: public, port: 1}
                  api: {kind: worker, run: no-such-program}
                environments: {local: {target: process}}
                """);
        assertThat(run("check")).isEqualTo(2);
        assertThat(text(err)).startsWith("belay.yaml:3:33: there is no `public`");
        err.reset();
        Files.createDirectory(folder.resolve("public"));
        assertThat(run("check")).isZero();
        assertThat(text(out)).contains("belay.yaml is in order");
        assertThat(text(err)).startsWith("warnings:\nbelay.yaml:4:28: `no-such-program` is not");
        out.reset();
        assertThat(run("check", "--json")).isZero();
        assertThat(text(out)).contains("\"warnings\":[{\"code\":\"manifest/program-missing\"");
    }

    @Test
    void an_empty_folder_gets_an_example_that_is_in_order() {
        assertThat(run("init")).isZero();
        assertThat(run("check")).as(text(err)).isZero();
    }

    @Test
    void the_quickstart_is_in_order() {
        folder = Path.of("examples/quickstart");
        assertThat(run("check")).as(text(err)).isZero();
    }

    @Test
    void completion_is_a_script_that_bash_takes() throws Exception {
        assertThat(run("completion", "bash")).isZero();
        Path script = Files.write(folder.resolve("completion"), out.toByteArray());
        var bash = new ProcessBuilder("bash", "-n", script.toString()).inheritIO().start();
        assertThat(bash.waitFor()).isZero();
        out.reset();
        assertThat(run("completion", "fish")).isZero();
        assertThat(text(out)).contains("complete -c belay -n __fish_use_subcommand -a deploy");
    }

    private int run(String... args) {
        return Main.run(context(), args);
    }

    private Context context() {
        var terminal =
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        false);
        return new Context(terminal, folder, Map.of());
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
