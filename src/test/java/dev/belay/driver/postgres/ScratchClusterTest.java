package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScratchClusterTest {
    @TempDir private Path temp;
    private Path scratch;

    @BeforeEach
    void anybody_may_enter() throws Exception {
        Files.setPosixFilePermissions(temp, PosixFilePermissions.fromString("rwx--x--x"));
        scratch = temp.resolve("scratch");
    }

    private ScratchCluster start() throws Exception {
        var programs = PostgresPrograms.of(15, List.of("postgres", "initdb"));
        return ScratchCluster.start(programs, scratch, List.of("max_connections=20"));
    }

    private static String ask(PostgresAddress address, String query) throws Exception {
        try (Connection connection = address.connect("belay/test");
                var statement = connection.createStatement();
                var rows = statement.executeQuery(query)) {
            rows.next();
            return rows.getString(1);
        }
    }

    @Test
    void it_answers_its_owner_only_and_leaves_nothing() throws Exception {
        PostgresAddress address;
        try (ScratchCluster cluster = start()) {
            address = cluster.address("postgres");
            assertThat(ask(address, "SHOW max_connections")).isEqualTo("20");
            assertThat(ask(address, "SELECT current_setting('application_name')"))
                    .isEqualTo("belay/test");
            assertThatThrownBy(() -> address.as("belay", "guess").connect("belay/test"))
                    .isInstanceOf(PostgresFailure.class)
                    .hasMessageContaining("password authentication failed");
            assertThat(address.toString()).doesNotContain(address.password());
        }
        assertThatThrownBy(() -> address.connect("belay/test")).hasMessageContaining("refused");
        assertThat(scratch)
                .isDirectoryNotContaining(
                        one -> !one.getFileName().toString().startsWith("empty-"));
    }

    @Test
    void clusters_of_one_template_have_each_their_own_password() throws Exception {
        try (ScratchCluster one = start();
                ScratchCluster other = start()) {
            String password = one.address("postgres").password();
            assertThatThrownBy(() -> other.address("postgres").as("belay", password).connect("x"))
                    .hasMessageContaining("password authentication failed");
            assertThatThrownBy(() -> other.address("postgres").as("belay", "").connect("x"))
                    .isInstanceOf(PostgresFailure.class);
        }
    }

    @Test
    void a_template_that_gives_no_cluster_is_made_anew() throws Exception {
        start().close();
        Path template;
        try (var all = Files.list(scratch)) {
            template = all.findFirst().orElseThrow();
        }
        Files.delete(template.resolve("global/pg_control"));
        assertThatThrownBy(this::start).hasMessageContaining("making a scratch cluster");
        try (ScratchCluster cluster = start()) {
            assertThat(ask(cluster.address("postgres"), "SELECT 1")).isEqualTo("1");
        }
    }

    @Test
    void what_a_killed_process_left_is_ended() throws Exception {
        ScratchCluster left = start();
        PostgresAddress address = left.address("postgres");
        ScratchCluster.discardLeftOver(scratch);
        assertThat(scratch)
                .isDirectoryNotContaining(
                        one -> !one.getFileName().toString().startsWith("empty-"));
        assertThatThrownBy(() -> address.connect("belay/test")).hasMessageContaining("refused");
        left.close();
    }

    @Test
    void a_version_that_is_not_here_is_named_with_its_package() {
        assertThatThrownBy(() -> PostgresPrograms.of(3, List.of("pg_dump")))
                .isInstanceOfSatisfying(
                        PostgresFailure.class,
                        failure -> {
                            assertThat(failure).hasMessageContaining("PostgreSQL 3");
                            assertThat(failure.hint()).contains("postgresql-client-3");
                        });
    }
}
