package dev.belay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The real `./verify`, where Maven and Debian's programs are a few lines of shell.
class VerifyScriptTest {
    private static final List<String> TOOLS =
            List.of(
                    "sh",
                    "cat",
                    "chmod",
                    "cut",
                    "dirname",
                    "env",
                    "grep",
                    "mktemp",
                    "readlink",
                    "rm",
                    "setsid",
                    "sleep",
                    "tail",
                    "tr");

    @TempDir Path folder;

    private Path home;
    private Path jdk;

    private record Ended(int code, String text) {}

    @BeforeEach
    void a_clone_on_a_debian_that_has_everything() throws IOException {
        home = Files.createDirectories(folder.resolve("a clone"));
        for (String file : List.of("verify", "bin/find-jdk", ".ci/packages", ".ci/run")) {
            Path copy = home.resolve(file);
            Files.createDirectories(copy.resolveSibling("."));
            Files.copy(Path.of(file), copy);
        }
        jdk = Files.createDirectories(folder.resolve("jdk"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        Files.createDirectories(folder.resolve("bin"));
        Files.createDirectories(jdk.resolve("bin"));
        script(jdk.resolve("bin/java"), "");
        script(jdk.resolve("bin/javac"), "");
        for (String tool : TOOLS) {
            Path program = Path.of("/usr/bin", tool);
            Path real = Files.exists(program) ? program : Path.of("/bin", tool);
            script(folder.resolve("bin").resolve(tool), "exec " + real + " \"$@\"");
        }
        program("id", "echo 1000");
        program("dpkg-query", "echo install ok installed");
        program("apt-get", "echo \"apt-get $*\" >> '" + folder.resolve("apt") + "'");
        program("mvn", "echo \"[$JAVA_HOME] $*\"");
    }

    @Test
    void it_runs_maven_on_the_jdk_that_it_finds() throws Exception {
        Ended ended = run(".ci/run");
        assertThat(ended.text()).contains("[" + jdk + "]", " verify\n", "no process was left");
        assertThat(ended.code()).isZero();
    }

    @Test
    void a_run_that_fails_fails() throws Exception {
        program("mvn", "exit 3");
        assertThat(run("verify").code()).isEqualTo(3);
    }

    @Test
    void a_process_that_is_left_behind_is_named_and_ended() throws Exception {
        program(
                "mvn",
                "cd \"$TMPDIR\"; setsid env -i sleep 77 > /dev/null 2>&1 & echo \"left $!.\"");
        Ended ended = run("verify");
        assertThat(ended.code()).isEqualTo(1);
        assertThat(ended.text()).contains("these processes were left behind", "sleep 77");
        String said = ended.text();
        int from = said.indexOf("left ") + "left ".length();
        long pid = Long.parseLong(said.substring(from, said.indexOf('.', from)));
        assertThat(runs(pid)).isFalse();
    }

    @Test
    void what_is_missing_is_said_and_installed() throws Exception {
        program("dpkg-query", "[ \"$4\" = redis-server ] || echo install ok installed");
        program("sudo", "case $1 in env) shift 2 ;; esac; \"$@\"");
        // Where there is no policy about services yet, one is made for the time being.
        program("sh", "true");
        Files.delete(folder.resolve("bin/rm"));
        program("rm", "case $* in */policy-rc.d) ;; *) /bin/rm \"$@\" ;; esac");
        Ended ended = run("verify");
        assertThat(ended.text()).contains("installing redis-server (their services stay off)");
        assertThat(folder.resolve("apt")).content().contains("install", " redis-server");
        assertThat(folder.resolve("apt")).content().doesNotContain("postgresql");
    }

    @Test
    void without_the_right_to_install_the_command_is_said() throws Exception {
        program("dpkg-query", "false");
        Ended ended = run("verify");
        assertThat(ended.code()).isEqualTo(4);
        assertThat(ended.text())
                .contains("only the administrator can install them: apt-get install ")
                .contains("redis-server");
        assertThat(folder.resolve("apt")).doesNotExist();
    }

    /// Whether it still runs; one that has ended and that nobody has asked about yet does not.
    private static boolean runs(long pid) throws IOException {
        try {
            return !Files.readString(Path.of("/proc/" + pid + "/cmdline")).isEmpty();
        } catch (NoSuchFileException _) {
            return false;
        }
    }

    private void program(String name, String body) throws IOException {
        Path file = folder.resolve("bin").resolve(name);
        Files.deleteIfExists(file);
        script(file, body);
    }

    private static void script(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private Ended run(String script) throws Exception {
        var builder = new ProcessBuilder("/bin/sh", home.resolve(script).toString());
        builder.environment().clear();
        builder.environment().put("PATH", folder.resolve("bin").toString());
        builder.environment().put("BELAY_JAVA_HOME", jdk.toString());
        builder.environment().put("TMPDIR", folder.toString());
        Process process = builder.redirectErrorStream(true).directory(folder.toFile()).start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(process.exitValue(), text);
    }
}
