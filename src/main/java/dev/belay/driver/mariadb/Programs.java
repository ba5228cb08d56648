package dev.belay.driver.mariadb;

import dev.belay.driver.backup.DataFailure;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// MariaDB's own programs on this machine: arguments one by one, no shell, nothing inherited, and
/// the password in their environment only.
///
/// @param folders where they may lie
record Programs(List<Path> folders) {
    static final Programs OF_THIS_MACHINE =
            new Programs(
                    Stream.of("/usr/local/bin", "/usr/bin", "/usr/sbin", "/usr/local/sbin")
                            .map(Path::of)
                            .toList());

    private static final List<String> NEEDED =
            List.of("mariadbd", "mariadb-install-db", "mariadb-dump", "mariadb");
    private static final Pattern VERSION = Pattern.compile("Ver ([0-9]+\\.[0-9]+)");
    private static final int SAID_MAX = 4096;

    /// 10.6: the first to rename several tables as a whole.
    private static final int OLDEST = 1006;

    Programs {
        folders = List.copyOf(folders);
    }

    /// Its path.
    Path program(String name) throws DataFailure {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() ->
                        new DataFailure(
                                "the program `" + name + "` is not on this machine",
                                "sudo apt-get install mariadb-server"));
    }

    private static boolean isOld(String series) {
        String[] parts = series.split("\\.", -1);
        return parts.length == 2
                && parts[0].matches("[0-9]{1,3}")
                && parts[1].matches("[0-9]{1,3}")
                && 100 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]) < OLDEST;
    }

    /// Whether all are there, and are of the server's own series: another one writes definitions in
    /// other words, and nothing could be compared.
    void require(String version) throws DataFailure {
        for (String name : NEEDED) {
            program(name);
        }
        String here;
        try {
            Process asked =
                    new ProcessBuilder(program("mariadbd").toString(), "--no-defaults", "--version")
                            .redirectErrorStream(true)
                            .start();
            asked.getOutputStream().close();
            String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            var found = VERSION.matcher(said);
            here = found.find() ? found.group(1) : "";
        } catch (IOException e) {
            throw new DataFailure("`mariadbd` cannot be started: " + e.getMessage(), "", e);
        }
        String there = MariadbFacts.series(version);
        if (isOld(there)) {
            throw new DataFailure("the server is MariaDB " + there, "10.6 is needed, or later");
        }
        if (!here.equals(there)) {
            throw new DataFailure(
                    "this machine has MariaDB %s, and the data are of %s".formatted(here, there),
                    "install `mariadb-server` of " + there + " here; it need not run");
        }
    }

    /// One that runs.
    ///
    /// @param said where it complains
    record Running(String name, Process process, Path said, MariadbAddress address)
            implements AutoCloseable {
        InputStream output() {
            return process.getInputStream();
        }

        OutputStream input() {
            return process.getOutputStream();
        }

        /// Waits for its end.
        ///
        /// @return what it complained of, or empty when it did what it should
        String complaint() throws IOException, InterruptedException {
            int status = process.waitFor();
            if (status == 0) {
                return "";
            }
            byte[] all = Files.readAllBytes(said);
            String text =
                    new String(all, 0, Math.min(all.length, SAID_MAX), StandardCharsets.UTF_8);
            return "`%s` fails: %s"
                    .formatted(
                            name,
                            text.isBlank()
                                    ? "it ends with " + status
                                    : address.safe(text.replaceAll("-{5,}[^-]*-{5,}", "")));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    /// What makes the database's objects, without rows.
    ///
    /// @param more which of them
    Running dump(MariadbAddress address, List<String> more, Path bench)
            throws DataFailure, IOException {
        var command = new ArrayList<String>();
        command.add(program("mariadb-dump").toString());
        command.add("--no-defaults");
        command.addAll(address.arguments());
        command.addAll(
                List.of(
                        "--skip-comments",
                        "--no-data",
                        "--skip-lock-tables",
                        "--no-tablespaces",
                        "--default-character-set=utf8mb4"));
        command.addAll(more);
        command.addAll(List.of("--", address.database()));
        return start(command, address, bench);
    }

    /// What carries statements out that are written to it.
    Running client(MariadbAddress address, Path bench) throws DataFailure, IOException {
        var command = new ArrayList<String>();
        command.add(program("mariadb").toString());
        command.add("--no-defaults");
        command.addAll(address.arguments());
        command.addAll(
                List.of(
                        "--batch",
                        "--binary-mode",
                        "--max-allowed-packet=1G",
                        "--default-character-set=utf8mb4",
                        "--database=" + address.database()));
        return start(command, address, bench);
    }

    private static Running start(List<String> command, MariadbAddress address, Path bench)
            throws IOException {
        String name = Path.of(command.getFirst()).getFileName().toString();
        Path said = Files.createTempFile(bench, name, ".log");
        boolean writes = name.equals("mariadb-dump");
        var builder = new ProcessBuilder(command).redirectError(said.toFile());
        if (writes) {
            builder.redirectInput(new File("/dev/null"));
        } else {
            builder.redirectOutput(new File("/dev/null"));
        }
        builder.environment().clear();
        builder.environment()
                .putAll(
                        Map.of(
                                "PATH",
                                "/usr/bin:/bin",
                                "LANG",
                                "C.UTF-8",
                                "MYSQL_PWD",
                                address.password()));
        return new Running(name, builder.start(), said, address);
    }
}
