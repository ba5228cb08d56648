package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.probe.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Databases of a scratch cluster, for tests.
final class Databases {
    private Databases() {}

    static ScratchCluster cluster(Path temp) throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        var programs = PostgresPrograms.of(15, List.of("postgres", "initdb"));
        return ScratchCluster.start(programs, temp.resolve("scratch"), List.of());
    }

    static void run(PostgresAddress address, String... statements) throws Exception {
        try (Connection connection = address.connect("belay/test")) {
            run(connection, statements);
        }
    }

    static void run(Connection connection, String... statements) throws SQLException {
        try (var statement = connection.createStatement()) {
            for (String one : statements) {
                statement.execute(one);
            }
        }
    }

    /// A file of `src/test/resources/schema`, as a person would run it.
    static void script(ScratchCluster cluster, String database, String file) {
        Path path = Path.of("src/test/resources/schema").resolve(file).toAbsolutePath();
        call(
                cluster,
                cluster.address(database),
                "psql",
                "--no-psqlrc",
                "--quiet",
                "--set=ON_ERROR_STOP=1",
                "--file=" + path);
    }

    static void call(ScratchCluster cluster, PostgresAddress at, String... words) {
        var command = new ArrayList<>(List.of(words));
        command.set(0, cluster.programs().program(words[0]).toString());
        assertThat(CommandRun.run(command, Path.of("/"), at.environment(), Duration.ofMinutes(1)))
                .isInstanceOfSatisfying(
                        CommandRun.Outcome.Exited.class,
                        done -> assertThat(done.status()).as(done.output()).isZero());
    }
}
