package dev.belay.journal;

import static dev.belay.journal.Appends.API;
import static dev.belay.journal.Appends.WEB;
import static dev.belay.journal.Appends.append;
import static dev.belay.journal.Appends.claim;
import static dev.belay.journal.Appends.completed;
import static dev.belay.journal.Appends.done;
import static dev.belay.journal.Appends.ended;
import static dev.belay.journal.Appends.intent;
import static dev.belay.journal.Appends.on;
import static dev.belay.journal.Appends.queue;
import static dev.belay.journal.Appends.release;
import static dev.belay.journal.Appends.running;
import static dev.belay.journal.Appends.start;
import static dev.belay.journal.Appends.write;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.ReleaseState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What only the file on the disk can show. The rest is [JournalContract].
class SqliteJournalTest {
    private static final Pattern END = Pattern.compile(";\n");

    private final SettableClock clock = new SettableClock();

    @TempDir private Path folder;
    private Path file;
    private SqliteJournal journal;

    @BeforeEach
    void open() {
        file = folder.resolve("a folder? with 100% #odd name").resolve("journal.db");
        journal = reopened();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private SqliteJournal reopened() {
        return SqliteJournal.open(file, new SqliteJournal.Settings(clock, 1 << 20, 1 << 20));
    }

    private Connection sql() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file.toUri());
    }

    @Test
    void everything_is_there_after_reopening() {
        ReleaseRow row = start(journal, API, WEB);
        row = write(journal, running(row, intent(1, API)));
        List<Entry> entries = journal.entries(row.id(), 0);
        journal.close();

        journal = reopened();
        assertThat(journal.find(row.id())).contains(row);
        assertThat(journal.entries(row.id(), 0)).isEqualTo(entries);
        write(journal, running(row, done(1), intent(2, API)));
        assertThat(journal.token(API)).isEqualTo(2);
    }

    @Test
    void a_journal_of_the_first_form_is_brought_to_this_one() throws Exception {
        journal.close();
        Files.delete(file);
        try (var connection = sql();
                var statement = connection.createStatement()) {
            for (String form : List.of("schema-1.sql", "guards-sqlite.sql")) {
                for (String sql : END.splitAsStream(script(form)).toList()) {
                    statement.executeUpdate(sql);
                }
            }
            statement.executeUpdate("INSERT INTO schema_version VALUES (1, 5)");
        }

        journal = reopened();
        ReleaseRow first = start(journal, API);
        String next = queue(journal, release(on("api-1", API), API));
        write(journal, completed(first, API, "api-1"));
        assertThat(claim(journal)).map(ReleaseRow::id).contains(next);
        try (var connection = sql();
                var rows =
                        connection
                                .createStatement()
                                .executeQuery("SELECT max(version) FROM schema_version")) {
            assertThat(rows.getInt(1)).isEqualTo(Schema.VERSION);
        }
    }

    private static String script(String name) throws IOException {
        try (var in = Schema.class.getResourceAsStream(name)) {
            return new String(requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
                    .replaceAll("(?m)--.*$", "")
                    .replaceAll(" +\n", "\n");
        }
    }

    @Test
    void a_restarted_process_claims_at_once_because_nobody_else_can_hold_a_lease() {
        ReleaseRow row = start(journal, API);
        journal.close();
        journal = reopened();

        assertThat(claim(journal).orElseThrow().fence()).isGreaterThan(row.fence());
    }

    @Test
    void time_goes_on_from_where_it_was_although_the_wall_clock_went_back() {
        queue(journal, release(API));
        long then = journal.now();
        journal.close();
        clock.move(Duration.ofDays(-1));
        journal = reopened();

        assertThat(journal.now()).isEqualTo(then);
        clock.move(Duration.ofSeconds(1));
        assertThat(journal.now()).isEqualTo(then + 1000);
    }

    @Test
    void a_line_that_is_not_understood_stops_its_own_release_only() throws Exception {
        ReleaseRow future = start(journal, API);
        ReleaseRow other = start(journal, WEB);
        try (var connection = sql();
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    """
                    INSERT INTO journal (release_id, seq, kind, fence, actor, at, body)
                      VALUES ('local-1', 3, 'frobnicated', 9, 'belay', 1,
                        '{"v":1,"type":"frobnicated"}')\
                    """);
        }

        assertThatThrownBy(() -> journal.entries(future.id(), 0))
                .isInstanceOf(UnreadableEntry.class)
                .hasMessage(
                        "Entry 3 of release `local-1` cannot be understood: it says"
                                + " `frobnicated`; a newer Belay may have written it");
        assertThat(journal.find(future.id())).isPresent();
        assertThat(journal.list("", Set.of(), Long.MAX_VALUE, 9)).hasSize(2);
        assertThat(journal.entries(other.id(), 0)).hasSize(2);
    }

    @Test
    void every_line_has_its_leaf_in_the_audit_log() throws Exception {
        ReleaseRow row = start(journal, API);
        row = write(journal, running(row, intent(1, API)));
        row = write(journal, running(row, done(1)));
        row = write(journal, append(row, ReleaseState.HELD, new Fact.Held("held/x", 1, "why")));
        write(journal, ended(row, ReleaseState.WRITTEN_OFF));

        var bodies = new ArrayList<String>();
        try (var connection = sql();
                var statement = connection.createStatement();
                var leaves = statement.executeQuery("SELECT * FROM audit ORDER BY seq")) {
            while (leaves.next()) {
                bodies.add(leaves.getString("body"));
                assertThat(leaves.getString("leaf_hash"))
                        .isEqualTo(AuditLeaf.hash(leaves.getString("body")));
                assertThat(leaves.getLong("seq")).isEqualTo(bodies.size());
            }
        }
        List<Entry> entries = journal.entries(row.id(), 0);
        assertThat(bodies).hasSameSizeAs(entries);
        for (int i = 0; i < bodies.size(); i++) {
            assertThat(bodies.get(i)).contains(FactCodec.encode(entries.get(i).fact()));
        }
        assertThat(bodies.get(2)).contains("\"state\":\"running\"").contains("\"actor\":\"belay\"");
    }

    @Test
    void what_is_done_beside_releases_has_its_leaf_too() {
        start(journal, API);
        long before = journal.leaves(0, 100).getLast().seq();
        var deed = new AuditLog.Deed("ann", "restore-begun", Map.of("datastore", "db", "as", "x"));
        journal.record(deed);
        journal.record(deed.then("restore-ended", Map.of("because", "done")));
        journal.close();
        journal = reopened();

        List<AuditLog.Leaf> leaves = journal.leaves(before, 9);
        assertThat(leaves).extracting(AuditLog.Leaf::seq).containsExactly(before + 1, before + 2);
        assertThat(leaves.getLast().actor()).isEqualTo("ann");
        assertThat(leaves.getLast().body())
                .isEqualTo(
                        "{\"actor\":\"ann\",\"at\":%d,\"deed\":\"restore-ended\",\"of\":{\"as\":\"x\",\"because\":\"done\",\"datastore\":\"db\"},\"seq\":%d,\"v\":1}"
                                .formatted(leaves.getLast().at(), before + 2));
        assertThat(leaves.getLast().hash()).isEqualTo(AuditLeaf.hash(leaves.getLast().body()));
    }

    @Test
    void a_leaf_is_hashed_as_rfc_6962_says() {
        // The well-known hash of an empty leaf.
        assertThat(AuditLeaf.hash(""))
                .isEqualTo("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    /// Whoever gets round the code still meets the constraints.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UPDATE journal SET actor = 'x'",
                "DELETE FROM journal",
                "UPDATE audit SET actor = 'x'",
                "DELETE FROM audit",
                "INSERT INTO journal SELECT release_id, 9, kind, step, direction, scope, token,"
                        + " done, fence, actor, at, body FROM journal WHERE seq = 1",
                "INSERT INTO journal SELECT release_id, 3, kind, step, direction, scope, token,"
                        + " done, 0, actor, at, body FROM journal WHERE release_id = 'local-1'"
                        + " AND seq = 1",
                "INSERT INTO journal SELECT release_id, 4, kind, step, direction, scope, token,"
                        + " done, 1, actor, at, body FROM journal WHERE release_id = 'local-2'"
                        + " AND seq = 1",
                "INSERT INTO journal SELECT release_id, 4, kind, step, direction, scope, token,"
                        + " done, fence, actor, at, body FROM journal WHERE token = 1",
                "INSERT INTO audit SELECT 99, at, actor, body, leaf_hash, nodes FROM audit WHERE seq = 1",
                "UPDATE audit SET nodes = 'x' WHERE seq = 1",
                "UPDATE audit SET nodes = '' WHERE seq = 2",
                "UPDATE release SET plan_digest = 'x'",
                "UPDATE release_plan SET plan = 'x'",
                "UPDATE release SET state = 'RUNNING', active = 1, ended_at = NULL"
                        + " WHERE id = 'local-1'",
                "UPDATE release SET state = 'HELD', active = 0 WHERE id = 'local-2'",
                "UPDATE release SET state = 'COMPLETED', active = 0 WHERE id = 'local-2'",
                "UPDATE release SET fence = 0 WHERE id = 'local-2'",
                "UPDATE release SET direction = 'UNDO' WHERE id = 'local-2'",
                "DELETE FROM release WHERE id = 'local-1'",
                "UPDATE scope SET op_token = 0",
                "DELETE FROM scope",
                "INSERT INTO scope_owner VALUES ('local/component/api', 'local-3')",
                "INSERT INTO open_intent VALUES ('local/component/api', 'local-2', 8, 'DO', 9)",
                "INSERT INTO open_intent VALUES ('local/component/web', 'local-2', 8, 'DO', 9)",
                "DELETE FROM scope_owner",
            })
    void the_database_itself_refuses(String change) throws Exception {
        write(journal, completed(start(journal, API), API, "api-1"));
        ReleaseRow second = start(journal, API);
        journal.giveBack(second.id(), second.fence());
        second = claim(journal).orElseThrow();
        write(journal, running(second, intent(1, API)));
        queue(journal, release(API, WEB));

        try (var connection = sql();
                var statement = connection.createStatement()) {
            statement.execute("PRAGMA foreign_keys = ON");
            assertThatThrownBy(() -> statement.executeUpdate(change))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("SQLITE_CONSTRAINT");
        }
    }

    @Test
    void no_question_reads_a_table_from_end_to_end() throws Exception {
        List<String> questions =
                List.of(
                        Releases.PAGE,
                        Releases.PAGE_OF_ENVIRONMENT,
                        Releases.PAGE_OF_STATE,
                        Releases.PAGE_OF_ENVIRONMENT_AND_STATE,
                        Queue.WAITING,
                        ClaimTransaction.ORPHANS,
                        Lines.ENTRIES,
                        Lines.HISTORY,
                        Lines.SCOPES);
        try (var connection = sql();
                var statement = connection.createStatement()) {
            for (String question : questions) {
                var steps = new ArrayList<String>();
                try (var plan = statement.executeQuery("EXPLAIN QUERY PLAN " + question)) {
                    while (plan.next()) {
                        steps.add(plan.getString("detail"));
                    }
                }
                assertThat(steps)
                        .as(question)
                        .isNotEmpty()
                        .noneMatch(step -> step.startsWith("SCAN"))
                        .noneMatch(step -> step.equals("USE TEMP B-TREE FOR ORDER BY"));
            }
        }
    }

    @Test
    void a_long_history_is_read_a_page_at_a_time() throws Exception {
        queue(journal, release(API));
        try (var connection = sql();
                var statement = connection.createStatement()) {
            statement.executeUpdate(
                    """
                    WITH RECURSIVE n (i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 100000)
                    INSERT INTO release (id, ordinal, environment, title, state, active,
                      plan_digest, manifest_digest, engine, version, created_by, created_at,
                      ended_at)
                      SELECT 'local-' || i, i, 'local', 'old', 'COMPLETED', 0, 'p', 'm', 1, 1,
                        'anna', 1, 2 FROM n\
                    """);
            statement.executeUpdate(
                    "INSERT INTO release_plan SELECT id, '{}' FROM release WHERE ordinal > 1");
        }

        assertThat(journal.list("local", Set.of(), Long.MAX_VALUE, Integer.MAX_VALUE))
                .hasSize(Releases.PAGE_MAX)
                .first()
                .extracting(ReleaseRow::id)
                .isEqualTo("local-100000");
        var states = Set.of(ReleaseState.values());
        assertThat(journal.list("", states, 50_000, 3))
                .extracting(ReleaseRow::ordinal)
                .containsExactly(49_999L, 49_998L, 49_997L);
        assertThat(journal.list("", Set.of(ReleaseState.QUEUED), Long.MAX_VALUE, 3)).hasSize(1);
        assertThat(queue(journal, release(WEB))).isEqualTo("local-100001");
        assertThat(claim(journal)).isPresent();
    }

    @Test
    void many_threads_read_while_others_write() throws Exception {
        ReleaseRow row = start(journal, API);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var readers = new ArrayList<Future<Integer>>();
            for (int i = 0; i < 32; i++) {
                readers.add(threads.submit(() -> journal.entries("local-1", 0).size()));
            }
            for (int i = 0; i < 20; i++) {
                row = write(journal, running(row, new Fact.Waiting(i, "")));
            }
            for (var reader : readers) {
                assertThat(reader.get()).isBetween(2, 22);
            }
        }
        assertThat(journal.entries("local-1", 0)).hasSize(22);
    }

    @Test
    void a_closed_journal_says_so() {
        journal.close();
        journal.close();
        assertThatThrownBy(() -> claim(journal)).hasMessageContaining("is closed");
        assertThatThrownBy(() -> journal.find("x")).hasMessageContaining("is closed");
    }
}
