package dev.belay.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.Terminal;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The audit log of a whole control plane, as the command line and an auditor see it.
class AuditedTest {
    @TempDir private Path folder;

    /// What a command printed, and how it ended.
    private record Said(int code, String out, String err) {
        JsonNode json() {
            return JsonMapper.shared().readTree(out);
        }
    }

    private Said belay(Path in, String... words) {
        var out = new ByteArrayOutputStream();
        var err = new ByteArrayOutputStream();
        var terminal =
                new Terminal(
                        new PrintStream(out, true, StandardCharsets.UTF_8),
                        new PrintStream(err, true, StandardCharsets.UTF_8),
                        false,
                        false);
        int code = new CommandTree(new Context(terminal, in, Map.of())).run(words);
        return new Said(
                code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    private Said done(String... words) {
        Said said = belay(folder, words);
        assertThat(said.code()).as(List.of(words) + " " + said).isZero();
        return said;
    }

    @Test
    void a_release_is_searched_exported_and_verified_by_somebody_who_has_only_the_file_and_the_key()
            throws Exception {
        Files.createDirectory(folder.resolve("app"));
        Files.writeString(folder.resolve("app/work.sh"), "exec sleep 600\n");
        Files.writeString(
                folder.resolve("belay.yaml"),
                """
                platform: small
                components:
                  ticker: {kind: worker, build: {output: app}, run: sh work.sh}
                environments:
                  local: {target: process}
                """);
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        Path witness = elsewhere.resolve("belay.jsonl");
        String key;
        Path bundle = elsewhere.resolve("release.jsonl");
        try (ControlPlane plane = TestPlane.start(folder)) {
            done("audit", "witness", "--add", "file:" + witness);
            done("deploy", "local");
            searches();
            key = done("audit", "key").out().strip();
            assertThat(done("audit", "verify").out()).endsWith("nothing was changed\n");
            done("audit", "export", "local-1", "-o", bundle.toString());
            assertThat(elsewhere)
                    .isDirectoryContaining("glob:**release.jsonl")
                    .isDirectoryNotContaining("glob:**.part");
            assertThat(done("audit", "proof", "1").out())
                    .startsWith("c2sp.org/tlog-proof@v1\nindex 0\n");
            assertThat(done("audit", "proof", "--from", "1").out()).startsWith("from 1\nto ");
            assertThat(belay(folder, "audit", "proof", "99999").code()).isEqualTo(2);
            assertThat(belay(folder, "audit", "proof").code()).isEqualTo(2);
            assertThat(done("audit", "witness").out()).contains("told of").doesNotContain("since");
            done("audit", "verify", "--witness", witness.toString());
            away(plane, witness);
        } finally {
            Leftovers.end(folder.resolve(".belay"));
        }
        offline(elsewhere, bundle, key);
    }

    /// No release waits for a witness that is away, and the status tells of it.
    private void away(ControlPlane plane, Path witness) throws Exception {
        Path moved = witness.resolveSibling("moved");
        Files.move(witness, moved);
        Files.writeString(folder.resolve("app/work.sh"), "exec sleep 601\n");
        done("deploy", "local");
        var client = new Client(plane.port(), Files.readString(folder.resolve(".belay/token")));
        String status = "/api/v1/environments/local/status";
        client.await(status, view -> view.path("notices").toString().contains("witness `file`"));
        assertThat(done("status", "local").out()).contains("audit: witness `file`: ");
        Files.move(moved, witness);
    }

    private void searches() {
        assertThat(done("audit", "--release", "local-1", "--action", "ended").out())
                .contains("ended  local-1", "state=completed")
                .hasLineCount(1);
        JsonNode page = done("audit", "--limit", "2", "--json").json();
        assertThat(page.path("leaves")).hasSize(2);
        assertThat(page.path("after").asLong()).isEqualTo(2);
        assertThat(done("audit", "--newest", "-n", "1", "--environment", "local").out())
                .contains("ended  local-1");
        assertThat(done("audit", "--action", "witness-added", "--text", "BELAY.jsonl").out())
                .hasLineCount(1);
        assertThat(done("audit", "--until", "2020-01-01").out()).isEmpty();
        assertThat(done("audit", "--since", "2020-01-01T00:00:00Z", "--actor", "nobody").out())
                .isEmpty();
        assertThat(belay(folder, "audit", "--since", "yesterday").code()).isEqualTo(2);
    }

    /// From a folder without a manifest, after the control plane has gone.
    private void offline(Path elsewhere, Path bundle, String key) throws Exception {
        assertThat(belay(elsewhere, "audit", "verify", "release.jsonl", "--key", key).out())
                .contains("release      local-1  completed")
                .endsWith("nothing was changed\n");
        Files.copy(folder.resolve(".belay/journal.db"), elsewhere.resolve("journal.db"));
        assertThat(belay(elsewhere, "audit", "verify", "journal.db").code()).isEqualTo(2);
        Said whole =
                belay(
                        elsewhere,
                        "audit",
                        "verify",
                        "journal.db",
                        "--key",
                        key,
                        "--witness",
                        "belay.jsonl",
                        "--json");
        assertThat(whole.code()).as(whole.toString()).isZero();
        assertThat(whole.json().path("report").path("signedUpTo"))
                .isEqualTo(whole.json().path("report").path("entries"));
        Files.writeString(bundle, Files.readString(bundle).replace("completed", "rolled-back"));
        Said forged = belay(elsewhere, "audit", "verify", "release.jsonl", "--key", key);
        assertThat(forged.code()).isEqualTo(4);
        assertThat(forged.out()).contains("it is not what was written");
        assertThat(belay(elsewhere, "audit", "verify", "nothing", "--key", key).code())
                .isEqualTo(2);
    }
}
