package dev.belay.driver.postgres;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.FreePort;
import dev.belay.schema.migration.MigrationSet;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// PgBouncer between the runner and its server.
class PoolerTest {
    private static final MigrationSet FILES =
            MigrationSet.read(Map.of("1_a.sql", "CREATE TABLE a (id int)")).set();

    @TempDir private static Path temp;
    private static TestDatabases databases;

    private final List<Process> running = new ArrayList<>();
    private PostgresAddress database;

    @BeforeAll
    static void start() throws Exception {
        databases = new TestDatabases(temp);
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    @BeforeEach
    void fresh() throws Exception {
        database = databases.fresh();
    }

    @AfterEach
    void end() {
        running.forEach(Process::destroyForcibly);
    }

    /// The database, by a pooler.
    private PostgresAddress pooled(String mode, int size, boolean inTurn) throws Exception {
        int port = FreePort.choose();
        Path settings =
                Files.writeString(
                        temp.resolve("pooler-" + port + ".ini"),
                        """
                        [databases]
                        * = host=%s port=%d user=%s password=%s
                        [pgbouncer]
                        listen_addr = 127.0.0.1
                        listen_port = %d
                        unix_socket_dir =
                        auth_type = any
                        pool_mode = %s
                        default_pool_size = %d
                        min_pool_size = %d
                        server_round_robin = %d
                        ignore_startup_parameters = extra_float_digits
                        """
                                .formatted(
                                        database.host(),
                                        database.port(),
                                        database.user(),
                                        database.password(),
                                        port,
                                        mode,
                                        size,
                                        size,
                                        inTurn ? 1 : 0));
        var command = new ArrayList<>(List.of("pgbouncer", "--quiet", settings.toString()));
        if ("root".equals(System.getProperty("user.name"))) {
            command.add("--user=nobody");
        }
        running.add(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(temp.resolve("pooler-" + port + ".log").toFile())
                        .start());
        var address =
                new PostgresAddress(
                        "127.0.0.1",
                        port,
                        database.database(),
                        database.user(),
                        database.password(),
                        Map.of());
        awaitAnswer(address);
        return address;
    }

    private static void awaitAnswer(PostgresAddress address) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (true) {
            try (Connection connection = address.connect("belay/test")) {
                assertThat(Pooler.process(connection)).isPositive();
                return;
            } catch (PostgresFailure notYet) {
                assertThat(System.nanoTime()).as(notYet.getMessage()).isLessThan(deadline);
            }
        }
    }

    private static MigrationRunner runner(PostgresAddress address) {
        return new MigrationRunner(address, "shop", LockPatience.DEFAULT, Duration.ofSeconds(20));
    }

    private static MigrationOutcome up(PostgresAddress address) throws Exception {
        return runner(address).up(FILES, new MigrationRunner.Claim(1, "r1"));
    }

    @ParameterizedTest
    @CsvSource({
        "transaction, 1, false",
        "transaction, 5, false",
        "transaction, 5, true",
        "statement, 2, false"
    })
    void one_that_lends_sessions_for_a_moment_is_refused(String mode, int size, boolean inTurn)
            throws Exception {
        PostgresAddress address = pooled(mode, size, inTurn);
        assertThat(up(address))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.reason()).contains("for single transactions");
                            assertThat(refused.hint()).contains("the server's own address");
                            assertThat(refused.left()).isFalse();
                        });
        assertThatThrownBy(() -> runner(address).seal(1))
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("for single transactions");
        assertThat(ask(database, "SELECT 1 FROM pg_class WHERE relname = 'a'")).isEmpty();
        assertThat(ask(database, "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'")).isEmpty();
        assertThat(up(database)).isInstanceOf(MigrationOutcome.Done.class);
        assertThat(up(address))
                .isInstanceOfSatisfying(
                        MigrationOutcome.Refused.class,
                        refused -> assertThat(refused.left()).isTrue());
    }

    @ParameterizedTest
    @CsvSource({"1", "5"})
    void one_that_lends_them_for_good_does_no_harm(int size) throws Exception {
        assertThat(up(pooled("session", size, false))).isInstanceOf(MigrationOutcome.Done.class);
        assertThat(ask(database, "SELECT 1 FROM pg_class WHERE relname = 'a'")).hasSize(1);
    }

    @Test
    void without_one_nobody_else_is_asked() throws Exception {
        try (Connection connection = database.connect("belay/test")) {
            PostgresAddress nowhere =
                    new PostgresAddress(
                            "127.0.0.1", FreePort.choose(), "none", "none", "none", Map.of());
            assertThat(Pooler.lends(connection, nowhere)).isFalse();
        }
    }
}
