package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.CopyLog;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.backup.Verification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Copies on a server that somebody named, by a user that is no superuser there.
@Timeout(240)
class ScratchDatabasesTest {
    private static LentServer servers;

    @TempDir private Path folder;
    private PostgresAddress shop;
    private LentServer.Plane plane;

    @BeforeAll
    static void start() throws Exception {
        servers = new LentServer();
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void aShop() throws Exception {
        shop = servers.shop();
        plane = servers.plane(folder, shop);
    }

    private static String at() {
        return "127.0.0.1:" + servers.lent().port();
    }

    @Test
    void a_backup_is_proven_there_and_nothing_is_left() throws Exception {
        var seen = new ArrayList<String>();
        BackupOutcome outcome =
                plane.backUp(line -> {
                    if (line.contains("compar") && seen.isEmpty()) {
                        seen.add(theCopy());
                    }
                });
        assertThat(outcome).isInstanceOf(BackupOutcome.Verified.class);
        Verification verification = ((BackupOutcome.Verified) outcome).verification();
        assertThat(verification.where()).startsWith("scratch server " + at() + ", PostgreSQL 15");
        assertThat(verification.remarks()).isEmpty();
        assertThat(verification.rows()).isEqualTo(352);
        assertThat(seen).hasSize(1);
        assertThat(seen.getFirst())
                .contains("scratch of Belay ")
                .contains(": a copy of db in live for a backup, made ")
                .endsWith("|app keeper reader|=T/app");
        assertThat(servers.left()).isEmpty();
        assertThat(plane.audit)
                .containsExactly(
                        "made live/db on " + at() + ": belay_scratch_… for backup",
                        "dropped live/db on " + at() + ": belay_scratch_… for backup");
        assertThat(plane.scratch).isEmptyDirectory();
    }

    private static String theCopy() {
        try {
            return BackupDatabases.ask(
                    servers.lent(),
                    "SELECT shobj_description(oid, 'pg_database') || '|' || (SELECT"
                            + " string_agg(rolname, ' ' ORDER BY rolname) FROM pg_roles WHERE NOT"
                            + " rolcanlogin AND rolname !~ '^pg_') || '|' || (SELECT"
                            + " string_agg(acl::text, ' ') FROM unnest(datacl) acl WHERE acl::text"
                            + " LIKE '=%') FROM pg_database WHERE datname LIKE"
                            + " 'belay_scratch_%'");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void a_drill_and_rehearsals_are_there_too() throws Exception {
        StoredBackup backup = plane.good();
        assertThat(plane.drill(backup)).isInstanceOf(BackupOutcome.Verified.class);

        RehearsalReport adds =
                plane.rehearse(
                        "adds",
                        "ALTER TABLE orders ADD total int; CREATE TABLE lines (id int);"
                                + " GRANT SELECT ON lines TO reader",
                        "DROP TABLE lines; ALTER TABLE orders DROP total");
        assertThat(adds.refused()).isEmpty();
        assertThat(adds.tripFaults()).isEmpty();
        assertThat(adds.verdict().backIsExact()).isTrue();
        assertThat(adds.verdict().standing()).isEqualTo("compatible");
        assertThat(adds.lines())
                .anyMatch(line -> line.startsWith("rehearsed on the scratch server " + at()))
                .anyMatch(line -> line.contains("its user is no superuser"))
                .anyMatch(line -> line.contains("ALTER ROLE app BYPASSRLS"));

        RehearsalReport takes =
                plane.rehearse(
                        "takes",
                        "ALTER TABLE orders DROP note",
                        "ALTER TABLE orders ADD note text");
        assertThat(takes.verdict().standing()).isEqualTo("breaking");
        assertThat(takes.verdict().backIsExact()).isFalse();
        // As the role that migrates, and not as whoever owns everything there.
        assertThat(plane.rehearse("may-not", "ALTER TABLE stock.counts ADD x int", "SELECT 1"))
                .satisfies(report -> assertThat(report.refused()).contains("must be owner"));
        assertThat(servers.left()).isEmpty();
        assertThat(plane.audit)
                .filteredOn(line -> line.startsWith("dropped "))
                .extracting(line -> line.replaceFirst(".* for ", ""))
                .containsExactly("backup", "drill", "rehearsal", "rehearsal", "rehearsal");
    }

    @Test
    void roles_that_cannot_be_made_are_named_with_what_an_administrator_runs() throws Exception {
        plane.on(LentServer.url(servers.lent().as("plain", "p")));
        BackupOutcome outcome = plane.backUp();
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        BackupOutcome.Refused.class,
                        refused -> {
                            assertThat(refused.reason())
                                    .contains("`plain` may not act on the scratch server " + at());
                            assertThat(refused.hint())
                                    .contains(
                                            "CREATE ROLE \"app\" NOLOGIN; GRANT \"app\" TO \"plain\"")
                                    .contains("\"reader\"");
                        });
        assertThat(plane.kept()).isEmpty();
        assertThat(plane.audit).isEmpty();

        String hint = ((BackupOutcome.Refused) outcome).hint();
        LentServer.run(
                servers.lent(), hint.substring(hint.indexOf('`') + 1, hint.lastIndexOf('`')));
        plane.good();
        // They were there, and stay.
        assertThat(servers.left()).isEqualTo("app keeper reader");
        LentServer.run(servers.lent(), "DROP ROLE app; DROP ROLE keeper; DROP ROLE reader");
    }

    @Test
    void a_role_that_is_somebody_elses_there_is_not_taken() throws Exception {
        LentServer.run(servers.lent(), "CREATE ROLE app LOGIN PASSWORD 'theirs'");
        try {
            assertThat(plane.backUp())
                    .isInstanceOfSatisfying(
                            BackupOutcome.Refused.class,
                            refused ->
                                    assertThat(refused.hint())
                                            .isEqualTo(
                                                    "an administrator runs there: `GRANT \"app\" TO"
                                                            + " \"belay_s\"`"));
            assertThat(servers.left()).isEqualTo("app");
        } finally {
            LentServer.run(servers.lent(), "DROP ROLE app");
        }
    }

    @Test
    void what_the_server_does_not_take_is_told_and_not_blamed_on_the_backup() throws Exception {
        StoredBackup backup = plane.good();
        String right = LentServer.url(servers.lent().as("belay_s", "s"));
        plane.on(right.replace(":s@", ":wrong@"));
        assertThatThrownBy(() -> plane.drill(backup))
                .isInstanceOf(DataFailure.class)
                .hasMessageStartingWith("the scratch server cannot be used: ")
                .hasMessageContaining("password authentication failed");
        assertThatThrownBy(() -> plane.backUp()).isInstanceOf(DataFailure.class);
        assertThat(plane.kept()).singleElement().extracting(StoredBackup::verified).isNotNull();

        LentServer.run(servers.lent(), "ALTER ROLE belay_s NOCREATEDB");
        plane.on(right);
        assertThatThrownBy(() -> plane.drill(backup))
                .isInstanceOfSatisfying(
                        PostgresFailure.class,
                        failure ->
                                assertThat(failure.hint())
                                        .startsWith("`ALTER ROLE \"belay_s\" CREATEDB`"));
        LentServer.run(servers.lent(), "ALTER ROLE belay_s CREATEDB");
        assertThat(servers.left()).isEmpty();
    }

    @Test
    void a_server_of_another_version_is_refused() throws Exception {
        StoredBackup backup = plane.good();
        var shop = plane.backups.shop("live", plane.policy(), "drill", _ -> {});
        assertThatThrownBy(() -> ScratchDatabases.open(shop, 14))
                .hasMessageContaining("the scratch server " + at() + " is PostgreSQL 15")
                .hasMessageContaining("what is copied is of PostgreSQL 14");
        assertThat(plane.drill(backup)).isInstanceOf(BackupOutcome.Verified.class);
    }

    @Test
    void an_extension_that_is_not_there_is_told_before_anything_is_made() throws Exception {
        var shop = plane.backups.shop("live", plane.policy(), "drill", _ -> {});
        PostgresFacts facts = PostgresVerification.facts(plane.good().manifest());
        facts.extensions().put("timescaledb", "2.14 in public");
        try (var scratch = ScratchDatabases.open(shop, 15)) {
            assertThat(scratch.prepare(facts))
                    .hasValueSatisfying(
                            refused -> assertThat(refused.reason()).endsWith(": timescaledb 2.14"));
            assertThat(servers.left()).isEmpty();
        }
    }

    @Test
    void the_living_server_is_used_with_a_word_and_the_living_database_never() throws Exception {
        plane.on(LentServer.url(servers.livingServer()));
        assertThat(plane.backUp())
                .isInstanceOfSatisfying(
                        BackupOutcome.Verified.class,
                        made -> {
                            assertThat(made.verification().where()).endsWith("is the living one");
                            assertThat(made.verification().remarks())
                                    .anyMatch(one -> one.contains("share its disk"));
                        });
        plane.on(LentServer.url(servers.livingServer().at(shop.database())));
        assertThatThrownBy(() -> plane.backUp())
                .hasMessageContaining("`scratch` names the living database itself");
        plane.on(LentServer.url(servers.livingServer())).within(false, "127.0.0.1");
        assertThatThrownBy(() -> plane.backUp())
                .hasMessageContaining("leads to the server of the living database");
    }

    @Test
    void what_a_killed_process_left_goes_and_nothing_else() throws Exception {
        Process killed = Killed.begin(plane, LentServer.url(shop));
        assertThat(killed.waitFor())
                .as(
                        new String(
                                killed.getInputStream().readAllBytes(),
                                java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(137);
        String owner =
                plane.backups.shop("live", plane.policy(), "drill", _ -> {}).server().owner();
        assertThat(servers.left()).matches("app belay_scratch_[0-9a-f]{16} keeper reader");
        List<String> theirs =
                List.of("belay_scratch_0123456789abcdef", "belay_scratch_of_another", "recorded");
        for (String one : theirs) {
            // Another control plane has the same user there, who may drop what is ours.
            LentServer.run(servers.lent().as("belay_s", "s"), "CREATE DATABASE " + one);
        }
        LentServer.run(
                servers.lent(),
                "COMMENT ON DATABASE belay_scratch_of_another IS 'scratch of Belay 1"
                        + owner
                        + ": x'");
        LentServer.run(servers.lent(), "COMMENT ON DATABASE recorded IS 'somebody made it anew'");
        new CopyNotes(plane.scratch).write(new CopyLog.Copy("live", "db", at(), "recorded", "x"));

        plane.backups.sweep("live", plane.policy());
        assertThat(plane.audit)
                .containsExactly(
                        "dropped, as a process that was killed had left it live/db on "
                                + at()
                                + ": belay_scratch_… for backup");
        assertThat(servers.left()).isEqualTo(String.join(" ", theirs));
        for (String one : theirs) {
            LentServer.run(servers.lent(), "DROP DATABASE " + one);
        }
    }

    @Test
    void another_control_plane_works_there_meanwhile() throws Exception {
        LentServer.Plane other = servers.plane(folder.resolve("other"), servers.shop());
        var outcome = new ArrayList<BackupOutcome>();
        plane.backUp(line -> {
            if (line.contains("compar") && outcome.isEmpty()) {
                try {
                    outcome.add(other.backUp());
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }
        });
        assertThat(outcome).hasOnlyElementsOfType(BackupOutcome.Verified.class);
        assertThat(servers.left()).isEmpty();
    }

    @Test
    void a_server_that_goes_away_in_the_middle_is_no_fault_of_the_backup() throws Exception {
        try (var own = new LentServer()) {
            LentServer.Plane there = own.plane(folder.resolve("there"), own.shop());
            assertThatThrownBy(() ->
                            there.backUp(line -> {
                                if (line.contains("compar")) {
                                    own.stopLent();
                                }
                            }))
                    .isInstanceOf(DataFailure.class)
                    .hasMessageContaining("went away in the middle");
            assertThat(there.audit).hasSize(2).last().asString().startsWith("not destroyed: ");
            assertThat(there.scratch).isNotEmptyDirectory();
        }
    }
}
