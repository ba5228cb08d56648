package dev.belay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real `./belay`, in a folder that looks like a built clone, with JDKs that are a few lines of
/// shell and say what they were given.
class StartScriptTest {
    @TempDir Path folder;

    private Path home;
    private Path jdk;

    private record Ended(int code, String out, String err) {}

    @BeforeEach
    void clone_with_a_jdk() throws IOException {
        home = Files.createDirectories(folder.resolve("a clone"));
        Files.copy(Path.of("belay"), home.resolve("belay"));
        Files.createDirectories(home.resolve("bin"));
        Files.copy(Path.of("bin/find-jdk"), home.resolve("bin/find-jdk"));
        assertThat(home.resolve("belay").toFile().setExecutable(true)).isTrue();
        Files.createDirectories(home.resolve("target"));
        Files.writeString(home.resolve("target/belay.jar"), "");
        jdk = jdk("a jdk", "25.0.3");
    }

    @Test
    void it_starts_from_anywhere_with_blanks_in_its_path() throws Exception {
        Ended ended = start(home.resolve("belay"), Map.of("JAVA_HOME", jdk.toString()));
        assertThat(ended.out())
                .contains(
                        "[-cp]["
                                + home.toRealPath().resolve("target/belay.jar")
                                + "][dev.belay.cli.Main][status][x y]");
        assertThat(ended.out()).contains("[@" + home.toRealPath() + "/target/jvm/cli.args]");
        assertThat(ended.code()).isZero();
    }

    @Test
    void mere_words_have_a_cache_of_their_own() throws Exception {
        script(
                jdk.resolve("bin/java"),
                """
                for a; do case $a in -XX:AOTCacheOutput=*) echo x > "${a#*=}" ;; esac; done
                for a; do printf '[%s]' "$a"; done\
                """);
        var environment = Map.of("JAVA_HOME", jdk.toString(), "BELAY_NO_CACHE", "");
        String caches =
                "[-XX:AOTCache=%s/target/belay-25%s-"
                        .formatted(home.toRealPath(), jdk.toString().replace('/', '_'));
        assertThat(start(home.resolve("belay"), environment).out()).contains(caches + "words.aot]");
        assertThat(start(home.resolve("belay"), environment, "status").out())
                .contains(caches + "all.aot]");
        assertThat(start(home.resolve("belay"), environment, "plan", "--json").out())
                .contains(caches + "all.aot]");
        assertThat(home.resolve("target").toFile().list())
                .noneMatch(name -> name.endsWith("server.aot"));
        assertThat(start(home.resolve("belay"), environment, "server", "x").out())
                .contains("server.args]")
                // Whose classes would stay in its memory for nothing.
                .doesNotContain("gateway.aot")
                .contains(caches + "server.aot]");
        assertThat(home.resolve("target").toFile().list())
                .anyMatch(name -> name.endsWith("-gateway.aot"));
    }

    @Test
    void a_cache_that_cannot_be_made_is_tried_once() throws Exception {
        script(
                jdk.resolve("bin/java"),
                """
                case "$*" in *Training*) echo x >> "${0%/*}/tries"; exit 1 ;; esac
                for a; do printf '[%s]' "$a"; done\
                """);
        var environment = Map.of("JAVA_HOME", jdk.toString(), "BELAY_NO_CACHE", "");
        for (int i = 0; i < 2; i++) {
            assertThat(start(home.resolve("belay"), environment, "up").out())
                    .endsWith("[dev.belay.cli.Main][up]")
                    .doesNotContain("AOTCache");
        }
        assertThat(jdk.resolve("bin/tries")).hasContent("x\nx\nx\nx");
    }

    @Test
    void a_start_beside_one_that_prepares_does_not_wait_for_it() throws Exception {
        Files.createSymbolicLink(
                home.resolve("target/belay.lock"),
                Path.of(Long.toString(ProcessHandle.current().pid())));
        var environment = Map.of("JAVA_HOME", jdk.toString(), "BELAY_NO_CACHE", "");
        Ended ended = start(home.resolve("belay"), environment);
        assertThat(ended.out()).doesNotContain("AOTCache").contains("[status]");
        assertThat(ended.err()).isEmpty();
    }

    @Test
    void it_starts_through_links_to_links() throws Exception {
        Path first = Files.createSymbolicLink(home.resolve("one"), Path.of("belay"));
        Path second = Files.createSymbolicLink(folder.resolve("two"), first);
        assertThat(start(second, Map.of("JAVA_HOME", jdk.toString())).out())
                .contains("[" + home.toRealPath().resolve("target/belay.jar") + "]");
    }

    @Test
    void a_jdk_that_is_too_old_is_passed_over() throws Exception {
        Path old = jdk("old", "17.0.15");
        Map<String, String> environment =
                Map.of("JAVA_HOME", old.toString(), "BELAY_JDKS", folder.toString());
        assertThat(start(home.resolve("belay"), environment).out()).contains("jdk 25.0.3");
    }

    @Test
    void without_a_jdk_the_way_to_one_is_said() throws Exception {
        Path old = jdk("old", "17.0.15");
        Files.delete(jdk.resolve("release"));
        Ended ended =
                start(
                        home.resolve("belay"),
                        Map.of("JAVA_HOME", old.toString(), "BELAY_JDKS", folder.toString()));
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err()).contains("needs a JDK 25 or newer, and found none", "install one");
    }

    @Test
    void a_jdk_that_was_asked_for_by_name_must_be_one() throws Exception {
        Ended ended = start(home.resolve("belay"), Map.of("BELAY_JAVA_HOME", folder.toString()));
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err()).contains("BELAY_JAVA_HOME is `" + folder + "`, which is not a JDK");
    }

    @Test
    void sources_that_are_newer_are_built_once() throws Exception {
        sources();
        program("mvn", "echo built >> \"$PWD/builds\"; echo new > target/belay-1.jar");
        var environment = Map.of("JAVA_HOME", jdk.toString());
        assertThat(start(home.resolve("belay"), environment).err()).contains("belay: building");
        assertThat(start(home.resolve("belay"), environment).err()).doesNotContain("building");
        assertThat(home.resolve("builds")).hasContent("built");
        assertThat(home.resolve("target/belay.jar")).hasContent("new");
    }

    @Test
    void a_build_that_fails_shows_its_end_and_changes_nothing() throws Exception {
        sources();
        program("mvn", "echo the reason; exit 1");
        Ended ended = start(home.resolve("belay"), Map.of("JAVA_HOME", jdk.toString()));
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.err()).contains("the reason", "the build failed", "belay-build.log");
        assertThat(home.resolve("target/belay.jar")).hasContent("");
        assertThat(home.resolve("target/belay.lock")).doesNotExist();
    }

    @Test
    void two_starts_at_once_build_once() throws Exception {
        sources();
        program("mvn", "echo built >> \"$PWD/builds\"; sleep 0.3; echo new > target/belay-1.jar");
        var environment = Map.of("JAVA_HOME", jdk.toString());
        Process one = process(home.resolve("belay"), environment).start();
        Process two = process(home.resolve("belay"), environment).start();
        assertThat(ended(one).code()).isZero();
        assertThat(ended(two).code()).isZero();
        assertThat(home.resolve("builds")).hasContent("built");
    }

    @Test
    void a_lock_that_a_killed_build_left_is_taken_away() throws Exception {
        sources();
        program("mvn", "echo new > target/belay-1.jar");
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Files.createSymbolicLink(
                home.resolve("target/belay.lock"), Path.of(Long.toString(gone.pid())));
        assertThat(start(home.resolve("belay"), Map.of("JAVA_HOME", jdk.toString())).code())
                .isZero();
    }

    private void sources() throws IOException {
        Files.createDirectories(home.resolve("src/main"));
        Files.writeString(home.resolve("pom.xml"), "");
    }

    private Path jdk(String name, String version) throws IOException {
        Path made = Files.createDirectories(folder.resolve(name));
        Files.createDirectories(made.resolve("bin"));
        Files.writeString(
                made.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        for (String program : new String[] {"java", "javac"}) {
            script(
                    made.resolve("bin").resolve(program),
                    "echo jdk " + version + "; for a in \"$@\"; do printf '[%s]' \"$a\"; done");
        }
        return made;
    }

    private void program(String name, String body) throws IOException {
        Files.createDirectories(folder.resolve("bin"));
        script(folder.resolve("bin").resolve(name), body);
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private ProcessBuilder process(
            Path script, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of("sh", script.toString()));
        command.addAll(arguments.length == 0 ? List.of("status", "x y") : List.of(arguments));
        var builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.contains("JAVA"));
        builder.environment().put("PATH", folder.resolve("bin") + ":/usr/bin:/bin");
        builder.environment().put("BELAY_JDKS", folder.resolve("none").toString());
        builder.environment().put("BELAY_NO_CACHE", "1");
        builder.environment().putAll(environment);
        return builder.directory(folder.toFile());
    }

    private Ended start(Path script, Map<String, String> environment, String... arguments)
            throws Exception {
        return ended(process(script, environment, arguments).start());
    }

    private static Ended ended(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), out, err);
    }
}
