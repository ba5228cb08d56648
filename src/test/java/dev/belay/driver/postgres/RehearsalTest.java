package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.postgres.Rehearsal.Contract;
import dev.belay.driver.postgres.Rehearsal.Refused;
import dev.belay.driver.postgres.Rehearsal.Rehearsed;
import dev.belay.driver.postgres.Rehearsal.Result;
import dev.belay.driver.postgres.Rehearsal.RoundTrip;
import dev.belay.schema.Danger;
import dev.belay.schema.Finding;
import dev.belay.schema.OldOnNew;
import dev.belay.schema.Replay.Coverage;
import dev.belay.schema.Rule;
import dev.belay.schema.Signals.Lock;
import dev.belay.schema.Verdict;
import dev.belay.schema.script.Script;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
    /// No way back brings these as they were, though the server takes each: what is kept nowhere is
    /// gone.
    private static final List<String> NOT_EXACT = List.of("P04");

    @TempDir private static Path temp;
    private static ScratchCluster cluster;
    private static int made;

    @BeforeAll
    static void a_shop() throws Exception {
        cluster = Databases.cluster(temp);
        Databases.run(
                cluster.address("postgres"), "CREATE ROLE app_rw LOGIN", "CREATE DATABASE shop");
        Databases.script(cluster, "shop", "shop.sql");
    }

    @AfterAll
    static void ends() {
        cluster.close();
    }

    private static synchronized PostgresAddress copy() throws Exception {
        String name = "copy" + ++made;
        Databases.run(
                cluster.address("postgres"),
                "CREATE DATABASE " + name + " TEMPLATE shop STRATEGY file_copy");
        return cluster.address(name);
    }

    private static Result rehearse(Contract contract, String up, String down) throws Exception {
        Optional<Script> back = down.isEmpty() ? Optional.empty() : Optional.of(Script.of(down));
        return new Rehearsal(copy(), "", contract, _ -> {})
                .run(List.of(Script.of(up)), back.map(List::of));
    }

    private static Rehearsed rehearsed(String up, String down) throws Exception {
        return (Rehearsed) rehearse(new Contract("app_rw", Coverage.OBSERVED, List.of()), up, down);
    }

    private static RoundTrip trip(String up, String down) throws Exception {
        return rehearsed(up, down).trip().orElseThrow();
    }

    @Test
    void locks_rewrites_and_scans_are_seen_in_the_transaction() throws Exception {
        var signals =
                rehearsed(
                                "ALTER TABLE orders ADD x text; ALTER TABLE orders ALTER flag SET NOT NULL;"
                                        + " ALTER TABLE marks ADD y uuid DEFAULT gen_random_uuid();"
                                        + " DROP TABLE lines; UPDATE notes SET room = room + 1",
                                "")
                        .signals();
        assertThat(signals.statements()).hasSize(5);
        assertThat(signals.statements().getFirst().locks())
                .containsEntry("public.orders", Lock.ACCESS_EXCLUSIVE);
        assertThat(signals.statements().getFirst().rewritten()).isEmpty();
        assertThat(signals.statements().get(1).scans()).containsEntry("public.orders", 1L);
        assertThat(signals.statements().get(2).rewritten()).contains("public.marks");
        assertThat(signals.statements().get(2).wal()).isPositive();
        assertThat(signals.statements().get(3).locks())
                .containsEntry("public.lines", Lock.ACCESS_EXCLUSIVE)
                .containsEntry("public.orders", Lock.ACCESS_EXCLUSIVE);
        assertThat(signals.tuples("public.notes").updated()).isEqualTo(50);
        assertThat(signals.danger("public.orders")).isEqualTo(Danger.SCAN_UNDER_LOCK);
        assertThat(signals.danger("public.marks")).isEqualTo(Danger.REWRITE_UNDER_LOCK);
        assertThat(signals.heldUp("public.marks")).isPositive();
        assertThat(signals.heldUp("public.tenants")).isZero();
        assertThat(signals.danger("public.customers")).isEqualTo(Danger.NONE);
    }

    @Test
    void what_must_be_alone_is_run_alone() throws Exception {
        var seen =
                rehearsed(
                        "ALTER TABLE orders ADD x text;"
                                + " CREATE INDEX CONCURRENTLY by_x ON orders (x);"
                                + " ALTER TABLE orders ADD y text",
                        "");
        assertThat(seen.signals().statements())
                .extracting(one -> one.alone())
                .containsExactly(false, true, false);
        assertThat(seen.verdict().findings())
                .extracting(Finding::rule)
                .contains(Rule.CREATE_INDEX_CONCURRENTLY);
    }

    @Test
    void what_commits_on_its_own_may_do_so_where_its_file_says_so() throws Exception {
        String commits = "DO $$ BEGIN UPDATE notes SET room = 1; COMMIT; END $$;";
        assertThat(rehearse(Contract.UNKNOWN, commits, "").getClass()).isEqualTo(Refused.class);
        var seen = rehearsed("-- belay: no-transaction\n" + commits + " SELECT 1;", "");
        assertThat(seen.signals().statements())
                .extracting(one -> one.alone())
                .containsExactly(true, false);
    }

    @Test
    void a_server_that_has_no_room_says_nothing_of_the_migration() throws Exception {
        PostgresAddress full = copy();
        Databases.run(
                full,
                "ALTER DATABASE \"" + full.database() + "\" SET temp_file_limit = '64kB'",
                "ALTER DATABASE \"" + full.database() + "\" SET work_mem = '64kB'");
        var up =
                Script.of(
                        "CREATE TABLE sorted AS SELECT i FROM generate_series(1, 90000) i ORDER BY -i");
        var rehearsal = new Rehearsal(full, "", Contract.UNKNOWN, _ -> {});
        assertThatThrownBy(() -> rehearsal.run(List.of(up), Optional.empty()))
                .isInstanceOf(PostgresFailure.class)
                .hasMessageContaining("nothing can be said of the migration")
                .hasMessageContaining("temp_file_limit");
    }

    @Test
    void a_refused_statement_is_named_and_nothing_of_it_stays() throws Exception {
        assertThat(
                        rehearse(
                                Contract.UNKNOWN,
                                "ALTER TABLE notes ADD x int;\nALTER TABLE notes ALTER x SET NOT NULL",
                                ""))
                .isInstanceOfSatisfying(
                        Refused.class,
                        refused ->
                                assertThat(refused.reason())
                                        .contains("statement 2 (line 2)")
                                        .contains("contains null values"));
    }

    @Test
    void a_way_back_that_the_server_takes_can_lose_rows_all_the_same() throws Exception {
        RoundTrip dropped =
                trip("ALTER TABLE orders DROP extra", "ALTER TABLE orders ADD extra text");
        assertThat(dropped.isExact()).isTrue();
        RoundTrip noted = trip("ALTER TABLE notes DROP room", "ALTER TABLE notes ADD room int");
        assertThat(noted.catalogueLeft()).isEmpty();
        assertThat(noted.dataLeft()).containsExactly("public.notes");
        assertThat(noted.isExact()).isFalse();
        RoundTrip emptied = trip("DELETE FROM notes WHERE id > 3", "SELECT 1");
        assertThat(emptied.dataLeft()).containsExactly("public.notes");
        RoundTrip identity =
                trip(
                        "ALTER TABLE orders ALTER id DROP IDENTITY",
                        "ALTER TABLE orders ALTER id ADD GENERATED BY DEFAULT AS IDENTITY");
        assertThat(identity.catalogueLeft())
                .singleElement()
                .asString()
                .contains("orders_id_seq")
                .contains("acl");
        assertThat(identity.dataLeft()).containsExactly("public.orders_id_seq");
        assertThat(trip("ALTER TYPE order_status ADD VALUE 'gone'", "SELECT 1").catalogueLeft())
                .singleElement()
                .asString()
                .contains("order_status");
        assertThat(trip("CREATE VIEW w AS SELECT 1 AS n", "DROP VIEW nothing").backRefused())
                .contains("does not exist");
        assertThat(trip("CREATE TABLE w (n int)", "SELECT 1").againRefused())
                .contains("already exists");
    }

    /// No false "reversible", and no false "irreversible".
    @Test
    void every_way_back_of_the_cases_is_as_exact_as_it_is() throws Exception {
        var inexact = new ArrayList<String>();
        List<SchemaCase> cases =
                SchemaCase.all().stream().filter(one -> !one.down().isEmpty()).toList();
        assertThat(cases).hasSizeGreaterThan(40);
        try (var two = Executors.newFixedThreadPool(2)) {
            List<Callable<Boolean>> trips = new ArrayList<>();
            cases.forEach(one -> trips.add(() -> trip(one.up(), one.down()).isExact()));
            List<Future<Boolean>> exact = two.invokeAll(trips);
            for (int i = 0; i < cases.size(); i++) {
                if (!exact.get(i).get()) {
                    inexact.add(cases.get(i).name().substring(0, 3));
                }
            }
        }
        assertThat(inexact).isEqualTo(NOT_EXACT);
    }

    @Test
    void a_column_that_no_statement_of_the_old_release_names_can_go() throws Exception {
        var names =
                List.of(
                        "SELECT id, body FROM notes WHERE id = $1",
                        "INSERT INTO notes (body) VALUES ($1)");
        var all =
                (Rehearsed)
                        rehearse(
                                new Contract("app_rw", Coverage.COMPLETE, names),
                                "ALTER TABLE notes DROP room",
                                "");
        assertThat(all.verdict().standing()).isEqualTo(Verdict.Standing.DANGEROUS);
        assertThat(all.verdict().isPlainRevertible()).isTrue();
        assertThat(droppedWhenSeen(names)).isEqualTo(OldOnNew.WEAKENS);
        // Nothing was seen of the table, or it was read without names.
        assertThat(droppedWhenSeen(List.of("SELECT id FROM tenants"))).isEqualTo(OldOnNew.BREAKS);
        assertThat(droppedWhenSeen(List.of("SELECT id FROM notes", "SELECT n.* FROM notes n")))
                .isEqualTo(OldOnNew.BREAKS);
        assertThat(droppedWhenSeen(List.of("SELECT count(*) FROM notes")))
                .isEqualTo(OldOnNew.WEAKENS);
        assertThat(droppedWhenSeen(List.of())).isEqualTo(OldOnNew.BREAKS);
        var used =
                (Rehearsed)
                        rehearse(
                                new Contract("app_rw", Coverage.COMPLETE, names),
                                "ALTER TABLE notes DROP body",
                                "");
        assertThat(used.verdict().breaking().filter(one -> one.rule() == Rule.STATEMENT))
                .hasSize(2)
                .allMatch(one -> one.oldOnNew() == OldOnNew.BREAKS);
    }

    /// What a dropped column is to the old release, of which these statements were seen.
    private static OldOnNew droppedWhenSeen(List<String> statements) throws Exception {
        var seen =
                (Rehearsed)
                        rehearse(
                                new Contract("app_rw", Coverage.OBSERVED, statements),
                                "ALTER TABLE notes DROP room",
                                "");
        return seen.verdict().findings().stream()
                .filter(one -> one.rule() == Rule.DROP_COLUMN)
                .findFirst()
                .orElseThrow()
                .oldOnNew();
    }
}
