package dev.belay.driver.probe;

import dev.belay.FreePort;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// A real server of a test, without the rights of root, ended with the test.
final class TestServer implements AutoCloseable {
    private final Process process;
    private final Path log;

    private TestServer(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    static TestServer start(Path folder, Map<String, String> environment, String... command)
            throws IOException {
        var builder =
                new ProcessBuilder(unprivileged(command))
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectInput(new File("/dev/null"))
                        .redirectOutput(
                                ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
        builder.environment().putAll(environment);
        return new TestServer(builder.start(), folder.resolve("log"));
    }

    /// Runs a command to its end.
    static void run(Path folder, String... command) throws IOException, InterruptedException {
        try (var run = start(folder, Map.of(), command)) {
            int status = run.process.waitFor();
            if (status != 0) {
                throw new IOException(
                        command[0]
                                + " exits with "
                                + status
                                + "\n"
                                + Files.readString(folder.resolve("log")));
            }
        }
    }

    /// A folder that anybody may write to.
    static Path folder(Path temp, String name) throws IOException {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        Path folder = Files.createDirectory(temp.resolve(name));
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        return folder;
    }

    static int freePort() throws IOException {
        return FreePort.choose();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    boolean endsWithin(int millis) throws InterruptedException {
        return process.waitFor(millis, TimeUnit.MILLISECONDS);
    }

    String log() throws IOException {
        return Files.readString(log);
    }

    private static List<String> unprivileged(String... command) {
        var words = new ArrayList<String>();
        if ("root".equals(System.getProperty("user.name"))) {
            words.addAll(List.of("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"));
        }
        words.addAll(List.of(command));
        return words;
    }

    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        children.forEach(ProcessHandle::destroyForcibly);
    }
}
