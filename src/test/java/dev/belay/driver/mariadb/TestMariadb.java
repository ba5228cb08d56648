package dev.belay.driver.mariadb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// A real MariaDB of a test, asked by MariaDB's own program and not by what is tested.
public final class TestMariadb implements AutoCloseable {
    private final ScratchMariadb server;

    private TestMariadb(ScratchMariadb server) {
        this.server = server;
    }

    /// Starts one.
    ///
    /// @param temp a folder that goes with the test
    public static TestMariadb start(Path temp) throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        return new TestMariadb(
                ScratchMariadb.start(Programs.OF_THIS_MACHINE, temp.resolve("server"), "0"));
    }

    MariadbAddress address() {
        return server.address();
    }

    /// The address of one of its databases, for a user who may do everything.
    public String url(String database) {
        return url(database, server.address().user(), server.address().password());
    }

    String url(String database, String user, String password) {
        return "mysql://%s:%s@127.0.0.1:%d/%s"
                .formatted(user, password, server.address().port(), database);
    }

    /// What it answers.
    ///
    /// @param into the database that they are for
    public String say(String into, String statements) throws Exception {
        MariadbAddress address = server.address();
        var command = new ArrayList<String>(List.of("mariadb", "--no-defaults"));
        command.addAll(address.arguments());
        command.addAll(
                List.of("--batch", "--skip-column-names", "--default-character-set=utf8mb4", into));
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MYSQL_PWD", address.password());
        Process process = builder.start();
        try (var in = process.getOutputStream()) {
            in.write(statements.getBytes(StandardCharsets.UTF_8));
        }
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(text).isZero();
        return text.strip();
    }

    @Override
    public void close() {
        server.close();
    }
}
