package dev.belay.driver.process;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Starts programs that outlive us: in a session of their own, through a small script that we ship
/// and that writes down how they end.
public final class Launcher {
    /// What of our own environment a program gets to see.
    private static final List<String> PASSED_ON =
            List.of("PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_ALL", "TZ", "TMPDIR");

    private static final String PATH_WITHOUT_ANY = "/usr/local/bin:/usr/bin:/bin";

    private final Path script;

    /// @param folder where the script is written
    public Launcher(Path folder) {
        script = folder.resolve("launcher.sh");
    }

    /// What is started.
    ///
    /// @param environment on top of the few variables that are passed on
    /// @param groups control groups to run in
    public record Start(
            RunFolder run,
            Path log,
            Path folder,
            List<String> command,
            Map<String, String> environment,
            int openFiles,
            List<Path> groups) {}

    /// Our own variables that everything gets, and then the given ones.
    public static Map<String, String> environment(Map<String, String> given) {
        Map<String, String> environment = new HashMap<>();
        environment.put("PATH", PATH_WITHOUT_ANY);
        for (String name : PASSED_ON) {
            String value = System.getenv(name);
            if (value != null) {
                environment.put(name, value);
            }
        }
        environment.putAll(given);
        return new TreeMap<>(environment);
    }

    /// Starts it and answers the launcher's pid; the program itself begins a moment later, with the
    /// claim.
    public long start(Start start) throws IOException {
        writeScript();
        if (!Files.exists(start.log())) {
            Files.createFile(
                    start.log(),
                    PosixFilePermissions.asFileAttribute(
                            PosixFilePermissions.fromString("rw-------")));
        }
        List<String> command = new ArrayList<>();
        command.addAll(
                List.of(
                        "setsid",
                        "/bin/sh",
                        script.toString(),
                        start.run().path().toString(),
                        Integer.toString(start.openFiles())));
        start.groups().forEach(group -> command.add(group.toString()));
        command.add("--");
        command.addAll(start.command());
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(start.environment());
        builder.directory(start.folder().toFile());
        builder.redirectInput(Redirect.from(Path.of("/dev/null").toFile()));
        // Appending, so that the log can be cut while it is written to.
        builder.redirectOutput(Redirect.appendTo(start.log().toFile()));
        builder.redirectErrorStream(true);
        return builder.start().pid();
    }

    /// Another version of Belay may have written another script: a running shell reads its script
    /// as it goes, so that the file is replaced and never changed.
    private void writeScript() throws IOException {
        byte[] content;
        try (InputStream in = Launcher.class.getResourceAsStream("launcher.sh")) {
            if (in == null) {
                throw new IllegalStateException("launcher.sh is not among our resources");
            }
            content = in.readAllBytes();
        }
        String wanted = new String(content, StandardCharsets.UTF_8);
        if (!DurableFile.read(script).equals(Optional.of(wanted))) {
            DurableFile.write(script, content);
        }
    }
}
