package dev.belay.driver.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.PathPattern;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Looks into folders, archives and histories that are really there.
class ScansTest {
    private static final String TOKEN = "gh" + "p_zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";

    @TempDir private Path folder;

    private final SecretScanner scanner = new SecretScanner(Map.of());

    private void write(String name, String text) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private Looked sources(String... places) throws IOException {
        return new SourceScan(scanner, folder, file -> file.endsWith("left.out"))
                .scan(List.of(places).stream().map(Path::of).toList());
    }

    private static List<String> places(Looked looked) {
        return looked.leaks().stream().map(Leak::place).toList();
    }

    // --- sources ------------------------------------------------------------------------------

    @Test
    void each_file_is_looked_at_once_and_what_tools_fetched_is_not() throws IOException {
        write("a/one.ts", "\n" + TOKEN);
        write("a/node_modules/x/two.ts", TOKEN);
        write("a/.git/config", TOKEN);
        write("a/.belay/token", TOKEN);
        write("a/left.out", TOKEN);
        write("b/three.ts", TOKEN);

        assertThat(places(sources("a", "a/one.ts", ".")))
                .containsExactly("a/one.ts:2:1", "b/three.ts:1:1");
        assertThat(sources("a").files()).isEqualTo(1);
    }

    @Test
    void links_are_not_followed_and_nothing_outside_is_looked_at() throws IOException {
        Path outside = Files.createTempDirectory("outside");
        Files.writeString(outside.resolve("secret.ts"), TOKEN);
        Files.createDirectories(folder.resolve("a"));
        Files.createSymbolicLink(folder.resolve("a/link"), outside);
        Files.createSymbolicLink(folder.resolve("a/file"), outside.resolve("secret.ts"));

        assertThat(sources("a", "..", outside.toString()).leaks()).isEmpty();
        assertThat(sources("a").files()).isZero();
    }

    @Test
    void what_is_too_large_is_named() throws IOException {
        write("large.bin", "");
        try (var file = new java.io.RandomAccessFile(folder.resolve("large.bin").toFile(), "rw")) {
            file.setLength(SourceScan.FILE_MAX + 1);
        }

        assertThat(sources(".").notLookedAt()).containsExactly("large.bin");
    }

    // --- archives -----------------------------------------------------------------------------

    private static byte[] zip(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry(name));
            zip.write(content);
        }
        return out.toByteArray();
    }

    private Looked archive(String name, byte[] content) throws IOException {
        var out = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(out)) {
            var entry = new TarArchiveEntry(name);
            entry.setSize(content.length);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return ArchiveScan.scan(scanner, new ByteArrayInputStream(out.toByteArray()));
    }

    @Test
    void a_secret_in_a_jar_in_a_jar_is_found_and_is_that_of_others() throws IOException {
        byte[] inner = zip("x.properties", TOKEN.getBytes(StandardCharsets.UTF_8));

        Looked own = archive("app.jar", inner);
        assertThat(places(own)).containsExactly("app.jar!/x.properties:1:1");
        assertThat(own.leaks().getFirst().foreign()).isFalse();
        Looked library = archive("app.jar", zip("BOOT-INF/lib/x.jar", inner));
        assertThat(places(library))
                .containsExactly("app.jar!/BOOT-INF/lib/x.jar!/x.properties:1:1");
        assertThat(library.leaks().getFirst().foreign()).isTrue();
    }

    @Test
    void archives_deeper_than_that_and_damaged_ones_are_named() throws IOException {
        byte[] deep = TOKEN.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < 3; i++) {
            deep = zip("x.zip", deep);
        }
        byte[] damaged = zip("a", new byte[10_000]);
        damaged[40] ^= 0x55;

        assertThat(archive("a.zip", deep).notLookedAt()).containsExactly("a.zip!/x.zip!/x.zip");
        assertThat(archive("b.zip", damaged).notLookedAt()).contains("b.zip");
    }

    @Test
    void a_bomb_is_passed_by() throws IOException {
        byte[] bomb = zip("zeros", new byte[(int) SourceScan.FILE_MAX + 2]);

        assertThat(archive("bomb.zip", bomb).notLookedAt()).containsExactly("bomb.zip!/zeros");
    }

    // --- commits ------------------------------------------------------------------------------

    private String git(String... arguments) throws Exception {
        var command =
                new ArrayList<>(
                        List.of(
                                "git",
                                "-c",
                                "user.name=a",
                                "-c",
                                "user.email=a@b",
                                "-c",
                                "commit.gpgsign=false"));
        command.addAll(List.of(arguments));
        Process git =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .start();
        String said = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(git.waitFor()).as(said).isZero();
        return said.strip();
    }

    private String commit(String name, String text) throws Exception {
        write(name, text);
        git("add", "-A");
        git("commit", "-q", "--allow-empty", "-m", "next");
        return git("rev-parse", "HEAD");
    }

    @Test
    void what_was_committed_and_taken_out_again_is_found_with_its_commit() throws Exception {
        git("init", "-q", "-b", "main");
        String first = commit("a.ts", "one\ntwo\n");
        String second = commit("a.ts", "one\n+++ b/x\n@@ -1 +1 @@\n" + TOKEN + "\ntwo\n");
        commit("a.ts", "one\ntwo\n");

        Looked looked = CommitScan.scan(scanner, folder, first);
        assertThat(places(looked)).containsExactly("a.ts:4:1 in commit " + second.substring(0, 12));
        assertThat(CommitScan.scan(scanner, folder, second).leaks()).isEmpty();
    }

    @Test
    void what_a_merge_brought_is_told_once() throws Exception {
        git("init", "-q", "-b", "main");
        String first = commit("a.ts", "one\n");
        git("checkout", "-q", "-b", "side");
        commit("b.ts", TOKEN + "\n");
        git("checkout", "-q", "main");
        commit("c.ts", "three\n");
        git("merge", "-q", "--no-ff", "-m", "merged", "side");

        assertThat(CommitScan.scan(scanner, folder, first).leaks()).hasSize(1);
    }

    @Test
    void nothing_that_a_repository_configures_is_run() throws Exception {
        git("init", "-q", "-b", "main");
        String first = commit("a.ts", "one\n");
        write(".gitattributes", "*.ts diff=evil\n");
        commit("a.ts", TOKEN + "\n");
        Path ran = folder.resolve("ran");
        for (String key :
                List.of(
                        "diff.external",
                        "diff.evil.textconv",
                        "diff.evil.command",
                        "core.pager",
                        "core.fsmonitor",
                        "gpg.program")) {
            git("config", key, "touch " + ran + "; cat");
        }
        git("config", "log.showSignature", "true");

        assertThat(CommitScan.scan(scanner, folder, first).leaks()).hasSize(1);
        assertThat(ran).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--output=x",
                "-n1",
                "",
                " ",
                "HEAD..HEAD",
                "HEAD;id",
                "$(id)",
                "a b",
                "nowhere",
                ":/text",
                "HEAD:a.ts",
                "\n"
            })
    void what_names_no_commit_is_refused_and_reaches_no_option(String since) throws Exception {
        git("init", "-q", "-b", "main");
        commit("a.ts", "one\n");

        assertThatThrownBy(() -> CommitScan.scan(scanner, folder, since))
                .isInstanceOf(CommitScan.NoHistory.class);
        assertThat(folder.resolve("x")).doesNotExist();
    }

    @Test
    void a_folder_without_history_says_so() {
        assertThatThrownBy(() -> CommitScan.scan(scanner, folder, "HEAD"))
                .isInstanceOf(CommitScan.NoHistory.class)
                .hasMessageContaining("has no commit `HEAD`");
    }

    // --- what is allowed ----------------------------------------------------------------------

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a/b.ts",
                "a/*.ts",
                "a/*",
                "**/b.ts",
                "**",
                "a/?.ts",
                "a/",
                "a/**/b.ts",
                "**/a/**"
            })
    void a_pattern_goes_with_a_path(String pattern) {
        assertThat(new PathPattern(pattern).matches("a/b.ts")).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "b.ts", "*.ts", "*", "a", "a/b", "?/b.t", "**/b", "a/b.ts/", "**/*.js", "a?b.ts"
            })
    void and_others_do_not(String pattern) {
        assertThat(new PathPattern(pattern).matches("a/b.ts")).isFalse();
    }

    @Test
    void a_pattern_of_many_stars_ends() {
        assertThat(new PathPattern("*a".repeat(90) + "b").matches("a".repeat(4000))).isFalse();
    }

    @Test
    void an_allowance_is_for_its_rule_and_until_its_day() {
        Leak leak = scanner.scan("a/b.ts", TOKEN.getBytes(StandardCharsets.UTF_8)).getFirst();
        LocalDate day = LocalDate.of(2026, 5, 1);

        assertThat(Allowance.of("a/*", "*", Optional.empty()).allows(leak, day)).isTrue();
        assertThat(Allowance.of("a/*", "github-token", Optional.of(day)).allows(leak, day))
                .isTrue();
        assertThat(Allowance.of("a/*", "npm-token", Optional.empty()).allows(leak, day)).isFalse();
        assertThat(Allowance.of("a/*", "*", Optional.of(day)).allows(leak, day.plusDays(1)))
                .isFalse();
        var declared =
                new Leak("a/b.ts", 1, 1, SecretScanner.DECLARED, Leak.Kind.DECLARED, "", "", false);
        assertThat(Allowance.of("**", "*", Optional.empty()).allows(declared, day)).isFalse();
        assertThat(
                        Allowance.of("**", SecretScanner.DECLARED, Optional.empty())
                                .allows(declared, day))
                .isTrue();
    }
}
