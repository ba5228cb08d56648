package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.FreePort;
import dev.belay.driver.probe.CommandRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresAddressTest {
    @TempDir private static Path temp;
    private static ScratchCluster reads;
    private static ScratchCluster writes;

    @BeforeAll
    static void start() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        var programs = PostgresPrograms.of(15, List.of("postgres", "initdb", "psql"));
        writes = ScratchCluster.start(programs, temp.resolve("scratch"), List.of());
        reads =
                ScratchCluster.start(
                        programs,
                        temp.resolve("scratch"),
                        List.of("default_transaction_read_only=on"));
        Databases.run(
                reads.address("postgres"),
                "SET default_transaction_read_only = off",
                "ALTER ROLE %s PASSWORD '%s'"
                        .formatted(
                                writes.address("postgres").user(),
                                writes.address("postgres").password()));
    }

    @AfterAll
    static void stop() {
        reads.close();
        writes.close();
    }

    private static String hosts(int... ports) {
        PostgresAddress one = writes.address("postgres");
        var list = new StringBuilder();
        for (int port : ports) {
            list.append(list.isEmpty() ? "" : ",").append("127.0.0.1:").append(port);
        }
        return "postgres://" + one.user() + ":" + one.password() + "@" + list + "/postgres";
    }

    private static String port(PostgresAddress address) throws Exception {
        return TestDatabases.ask(address, "SHOW port").getFirst();
    }

    private static int reading() {
        return reads.address("postgres").port();
    }

    private static int writing() {
        return writes.address("postgres").port();
    }

    @Test
    void of_several_hosts_the_one_is_found_that_takes_writes() throws Exception {
        String url = hosts(FreePort.choose(), reading(), writing());
        assertThat(port(PostgresAddress.of(url))).isEqualTo("" + writing());
        assertThat(port(PostgresAddress.of(url + "?target_session_attrs=read-write")))
                .isEqualTo("" + writing());
        assertThat(port(PostgresAddress.of(url + "?target_session_attrs=any")))
                .isEqualTo("" + reading());
        assertThat(port(PostgresAddress.of(url + "?target_session_attrs=standby")))
                .isEqualTo("" + reading());
        assertThat(port(PostgresAddress.of(hosts(reading())))).isEqualTo("" + reading());
    }

    @Test
    void programs_of_postgresql_find_the_same() throws Exception {
        PostgresAddress address = PostgresAddress.of(hosts(reading(), writing()));
        var command =
                List.of(
                        writes.programs().program("psql").toString(),
                        "--no-psqlrc",
                        "--tuples-only",
                        "--command=SHOW port");
        assertThat(
                        CommandRun.run(
                                command,
                                Path.of("/"),
                                address.environment(),
                                Duration.ofMinutes(1)))
                .isInstanceOfSatisfying(
                        CommandRun.Outcome.Exited.class,
                        done -> assertThat(done.output().strip()).isEqualTo("" + writing()));
    }

    @Test
    void what_is_meant_by_another_word_is_asked_for() {
        String url = hosts(reading(), writing()) + "?target_session_attrs=master";
        assertThatThrownBy(() -> PostgresAddress.of(url))
                .isInstanceOf(PostgresFailure.class)
                .hasMessage("`target_session_attrs` of the address is `master`");
    }

    @Test
    void its_text_names_every_host_and_no_password() throws Exception {
        PostgresAddress address = PostgresAddress.of("postgres://u:secret@a:1,[::1]:2/db");
        assertThat(address).hasToString("u@a:1,[::1]:2/db");
    }
}
