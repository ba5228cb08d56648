package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ScratchServer;
import dev.belay.gateway.tls.TestCertificates;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Boundary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Copies that stay inside of what an environment declares, or are not made.
@Timeout(240)
class BoundaryTest {
    /// Loopback by its number alone: nothing but its certificate says who it is.
    private static final String HOST = "127.0.0.2";

    @TempDir private static Path certificates;
    private static TestCertificates made;
    private static LentServer servers;
    private static PostgresAddress shop;

    @TempDir private Path folder;
    private LentServer.Plane plane;

    @BeforeAll
    static void start() throws Exception {
        made = new TestCertificates(certificates.resolve("pairs"));
        made.pair("server", HOST).pair("another", HOST);
        // The server runs as somebody else when this is run by root.
        for (Path one : new Path[] {certificates, made.folder()}) {
            Files.setPosixFilePermissions(one, PosixFilePermissions.fromString("rwx--x--x"));
        }
        Path key = made.key("server");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        if (ScratchServer.isRoot()) {
            assertThat(new ProcessBuilder("chown", "nobody", key.toString()).start().waitFor())
                    .isZero();
        }
        Files.setPosixFilePermissions(
                made.certificate("server"), PosixFilePermissions.fromString("rw-r--r--"));
        servers =
                new LentServer(
                        "listen_addresses=127.0.0.1," + HOST,
                        "ssl=on",
                        "ssl_cert_file=" + made.certificate("server"),
                        "ssl_key_file=" + key);
        shop = servers.shop();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void aPlane() throws Exception {
        plane = servers.plane(folder, shop);
    }

    private static String url(String query) {
        PostgresAddress lent = servers.lent();
        return "postgres://belay_s:s@%s:%d/postgres%s".formatted(HOST, lent.port(), query);
    }

    private static String trusting(String name) {
        return "?sslmode=verify-full&sslrootcert=" + made.certificate(name);
    }

    private void refused(String reason) throws Exception {
        for (String why : new String[] {"backup", "drill", "rehearsal"}) {
            assertThatThrownBy(() -> plane.backups.shop("live", plane.policy(), why, _ -> {}))
                    .isInstanceOf(DataFailure.class)
                    .hasMessageContaining(reason)
                    .hasMessageNotContaining("belay_s");
        }
        assertThatThrownBy(() -> plane.backUp()).hasMessageContaining(reason);
        assertThat(folder.resolve("kept")).doesNotExist();
        assertThat(plane.audit).isEmpty();
        assertThat(servers.left()).isEmpty();
    }

    @Test
    void a_server_that_is_not_listed_gets_nothing() throws Exception {
        plane.on(url(trusting("server"))).within(true, "db-scratch.internal", "localhost");
        refused(
                "`127.0.0.2` is not one of the boundary's servers (db-scratch.internal, localhost)");
        // Whichever of several answers gets the data.
        plane.on(url(trusting("server")).replace("/postgres?", ",elsewhere/postgres?"))
                .within(true, HOST);
        refused("`elsewhere` is not one of");
        // Loopback, too, has to be listed.
        plane.on(url("").replace(HOST, "localhost"));
        refused("`localhost` is not one of");
    }

    @Test
    void a_line_that_does_not_prove_the_servers_name_is_not_used() throws Exception {
        plane.within(true, HOST);
        for (String query : new String[] {"", "?sslmode=require", "?sslmode=verify-ca"}) {
            plane.on(url(query));
            refused("the line to `127.0.0.2` would not prove that server's name");
        }
    }

    @Test
    void a_server_with_somebody_elses_certificate_gets_nothing() throws Exception {
        plane.on(url(trusting("another"))).within(true, HOST);
        assertThatThrownBy(() -> plane.backUp())
                .isInstanceOf(DataFailure.class)
                .hasMessageStartingWith("the scratch server cannot be used: ");
        assertThat(plane.kept()).isEmpty();
        assertThat(plane.audit).isEmpty();
    }

    @Test
    void inside_a_copy_is_made_compared_and_destroyed_with_two_lines_of_it() throws Exception {
        plane.on(url(trusting("server"))).within(true, HOST);
        BackupOutcome outcome =
                plane.backUp(line -> {
                    if (line.contains("compar")) {
                        plane.audit.add(encrypted() + " sessions are encrypted");
                    }
                });
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        String at =
                " live/db on %s:%d: belay_scratch_… for backup"
                        .formatted(HOST, servers.lent().port());
        assertThat(plane.audit.stream().distinct())
                .containsExactly("made" + at, "all sessions are encrypted", "dropped" + at);
    }

    private static String encrypted() {
        try {
            return BackupDatabases.ask(
                    servers.lent(),
                    "SELECT CASE WHEN bool_and(ssl) THEN 'all' ELSE 'not all' END FROM pg_stat_ssl"
                            + " JOIN pg_stat_activity USING (pid) WHERE usename = 'belay_s'");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void backups_without_recipients_are_not_made() throws Exception {
        plane.on(url(trusting("server"))).within(false, HOST);
        var open = plane.policy();
        var policy =
                new BackupPolicy(
                        open.datastore(),
                        "",
                        open.keep(),
                        List.of(),
                        open.scratch(),
                        new Boundary(List.of(HOST), true));
        assertThatThrownBy(() -> plane.backups.make("live", policy, Duration.ZERO, _ -> {}))
                .hasMessageContaining("those of `db` would not be");
        assertThat(folder.resolve("kept")).doesNotExist();
    }

    @Test
    void this_machine_is_inside_only_when_it_is_listed() throws Exception {
        plane.within(true, HOST);
        assertThatThrownBy(
                        () -> plane.backups.make("live", plane.policy(""), Duration.ZERO, _ -> {}))
                .hasMessageContaining("would be made on this machine")
                .hasMessageContaining("the boundary of `live` names 127.0.0.2 alone");
        assertThat(folder.resolve("kept")).doesNotExist();

        plane.within(true, HOST, "localhost");
        assertThat(plane.backups.make("live", plane.policy(""), Duration.ZERO, _ -> {}))
                .isInstanceOf(BackupOutcome.Verified.class);
        String copy = " live/db on localhost: postgres in " + plane.scratch + " for backup";
        assertThat(plane.audit).containsExactly("made" + copy, "deleted" + copy);
    }
}
