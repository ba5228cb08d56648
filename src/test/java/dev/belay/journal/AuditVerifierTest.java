package dev.belay.journal;

import static dev.belay.journal.Appends.API;
import static dev.belay.journal.Appends.completed;
import static dev.belay.journal.Appends.done;
import static dev.belay.journal.Appends.intent;
import static dev.belay.journal.Appends.running;
import static dev.belay.journal.Appends.start;
import static dev.belay.journal.Appends.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.journal.AuditReport.Finding;
import dev.belay.journal.AuditReport.Kind;
import dev.belay.journal.tree.Checkpoint;
import dev.belay.journal.tree.NotANote;
import dev.belay.journal.tree.NoteSigner;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What somebody who can write the file does to it, and what is found of that.
class AuditVerifierTest {
    private static final List<String> GUARDS =
            List.of(
                    "audit_never_changes",
                    "audit_never_shrinks",
                    "audit_is_dense",
                    "audit_nodes_never_change",
                    "audit_checkpoint_never_changes",
                    "audit_checkpoint_never_shrinks",
                    "journal_never_changes",
                    "journal_never_shrinks");

    private final NoteSigner signer = NoteSigner.random("belay/test");
    private final SettableClock clock = new SettableClock();

    @TempDir private Path folder;
    private Path file;
    private SqliteJournal journal;
    private ReleaseRow release;

    /// Two lines of a start, then an intent and its outcome in turn, and deeds in between.
    @BeforeEach
    void write20() {
        file = folder.resolve("journal.db");
        journal = reopened();
        release = start(journal, API);
        for (int step = 1; step <= 6; step++) {
            release = write(journal, running(release, intent(step, API)));
            release = write(journal, running(release, done(step)));
            if (step % 2 == 0) {
                journal.record(
                        new AuditLog.Deed(
                                "ann\"ä", "backup-begun", Map.of("datastore", "d" + step)));
            }
            if (step == 3) {
                sign();
            }
        }
        write(journal, completed(release, API, "api-1"));
        journal.record(new AuditLog.Deed("ben", "drill-begun", Map.of("environment", "local")));
        journal.record(new AuditLog.Deed("ben", "drill-ended", Map.of("environment", "local")));
        sign();
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private SqliteJournal reopened() {
        return SqliteJournal.open(file, new SqliteJournal.Settings(clock, 1 << 16, 1 << 16));
    }

    private Vouched sign() {
        var head = journal.head();
        String note =
                signer.sign(new Checkpoint("belay/test", head.size(), head.root()).text())
                        .written();
        journal.keep(new AuditTree.Kept(head.size(), head.root(), note, journal.now()));
        return vouched("a witness", note);
    }

    private static Vouched vouched(String by, String note) {
        try {
            return Vouched.parse(by, note);
        } catch (NotANote e) {
            throw new AssertionError(e);
        }
    }

    private AuditReport verify(Vouched... witnessed) {
        return AuditVerifier.verify(file, List.of(signer.publicKey()), List.of(witnessed));
    }

    /// Closes the journal and goes round everything that guards it.
    private void tamper(String... statements) throws SQLException {
        journal.close();
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            for (String guard : GUARDS) {
                statement.executeUpdate("DROP TRIGGER IF EXISTS " + guard);
            }
            for (String one : statements) {
                assertThat(statement.executeUpdate(one)).as(one).isPositive();
            }
        }
    }

    private Finding first(AuditReport report) {
        assertThat(report.findings()).as(report.toString()).isNotEmpty();
        return report.findings().getFirst();
    }

    @Test
    void what_nobody_touched_is_well_while_it_is_written_and_afterwards() {
        AuditReport living = verify();
        assertThat(living.findings()).isEmpty();
        assertThat(living.entries()).isEqualTo(20);
        assertThat(living.root()).isEqualTo(journal.head().root());
        assertThat(living.signedUpTo()).isEqualTo(20);
        assertThat(living.checkpoints()).isEqualTo(2);
        journal.close();
        assertThat(verify()).isEqualTo(living);
    }

    @Test
    void a_copy_in_a_folder_that_nobody_can_write_is_read_and_left_as_it_is() throws Exception {
        journal.close();
        Path sealed = Files.createDirectory(folder.resolve("sealed"));
        Path copy = Files.copy(file, sealed.resolve("copy.db"));
        Files.setPosixFilePermissions(copy, PosixFilePermissions.fromString("r--------"));
        Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("r-x------"));
        byte[] before = Files.readAllBytes(copy);
        try {
            assertThat(AuditVerifier.verify(copy, List.of(signer.publicKey()), List.of()).isWell())
                    .isTrue();
            assertThat(Files.readAllBytes(copy)).isEqualTo(before);
        } finally {
            Files.setPosixFilePermissions(sealed, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /// Every bit of one entry's row in the file itself, as a bad disk or a hex editor does it.
    @Test
    void a_flipped_bit_of_an_entry_is_found_wherever_it_is() throws Exception {
        String body = journal.leaves(6, 1).getFirst().body();
        journal.close();
        byte[] good = Files.readAllBytes(file);
        // What a page held before it was split may lie there, too.
        List<Integer> places = places(good, body.getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < body.length(); i += 7) {
            byte[] bad = good.clone();
            for (int at : places) {
                bad[at + i] ^= (byte) (1 << (i % 7));
            }
            Files.write(file, bad);
            assertThat(first(verify())).extracting(Finding::entry).isEqualTo(7L);
        }
        Files.write(file, good);
        assertThat(verify().isWell()).isTrue();
    }

    private static List<Integer> places(byte[] bytes, byte[] wanted) {
        var places = new ArrayList<Integer>();
        for (int i = 0; i + wanted.length <= bytes.length; i++) {
            if (java.util.Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                places.add(i);
            }
        }
        assertThat(places).isNotEmpty();
        return places;
    }

    @Test
    void a_changed_entry_is_named() throws Exception {
        tamper("UPDATE audit SET body = replace(body, 'd4', 'd5') WHERE seq = 12");
        assertThat(verify().findings())
                .first()
                .isEqualTo(
                        new Finding(
                                Kind.CHANGED,
                                12,
                                "entry 12 is not what was hashed when it was written"));
    }

    @Test
    void a_changed_entry_is_named_although_its_hash_was_made_to_fit() throws Exception {
        String body = journal.leaves(4, 1).getFirst().body().replace("\"step\":2", "\"step\":9");
        assertThat(body).contains("\"step\":9");
        tamper(
                "UPDATE audit SET body = '%s', leaf_hash = '%s' WHERE seq = 5"
                        .formatted(body, AuditLeaf.hash(body)));
        Finding first = first(verify());
        assertThat(first.kind()).isEqualTo(Kind.CHANGED);
        assertThat(first.entry()).isEqualTo(5);
        assertThat(first.what()).contains("line 5 of release `local-1` is not what it was");
    }

    @Test
    void a_changed_deed_is_found_by_the_tree_and_a_tree_made_to_fit_by_what_was_signed()
            throws Exception {
        String body = journal.leaves(18, 1).getFirst().body().replace("ben", "bob");
        tamper(
                "UPDATE audit SET actor = 'bob', body = '%s', leaf_hash = '%s' WHERE seq = 19"
                        .formatted(body, AuditLeaf.hash(body)));
        Finding first = first(verify());
        assertThat(first.kind()).isEqualTo(Kind.CHANGED);
        assertThat(first.what()).startsWith("one of the entries 19 to 20 is not what it was");

        tamper("UPDATE audit SET nodes = ''");
        rebuild();
        Finding signed = first(verify());
        assertThat(signed.kind()).isEqualTo(Kind.CHANGED);
        assertThat(signed.entry()).isEqualTo(10);
        assertThat(signed.what())
                .startsWith("the first 20 entries are not those that were signed")
                .endsWith("What differs is among entries 10 to 20");
    }

    private void rebuild() throws SQLException {
        try (var session = new Session(DriverManager.getConnection("jdbc:sqlite:" + file))) {
            session.begin();
            new TreeRows(session).fill();
            session.commit();
        }
    }

    @Test
    void a_column_beside_an_entry_is_part_of_it() throws Exception {
        tamper("UPDATE audit SET actor = 'somebody else' WHERE seq = 8");
        assertThat(first(verify()))
                .isEqualTo(
                        new Finding(
                                Kind.CHANGED,
                                8,
                                "who did it, or when, stands otherwise beside entry 8 than in it"));
    }

    @Test
    void a_line_of_a_release_that_was_changed_or_taken_out_is_named() throws Exception {
        tamper("UPDATE journal SET body = replace(body, '\"step\":1', '\"step\":7') WHERE seq = 3");
        assertThat(first(verify()).what())
                .isEqualTo(
                        "line 3 of release `local-1` is not what it was when it was written: see"
                                + " entry 3, which tells it");
    }

    @Test
    void a_line_of_a_release_that_is_gone_is_named() throws Exception {
        tamper("DELETE FROM journal WHERE seq = 6");
        assertThat(verify().findings()).hasSize(1);
        assertThat(first(verify()).entry()).isEqualTo(6);
    }

    @Test
    void a_line_of_a_release_that_nobody_wrote_is_found() throws Exception {
        tamper(
                "INSERT INTO release SELECT 'local-2', 2, environment, title, state, active,"
                        + " direction, soaking, plan_digest, manifest_digest, engine, version,"
                        + " fence, lease_owner, lease_millis, lease_until, created_by, created_at,"
                        + " NULL FROM (SELECT * FROM release) WHERE 0 UNION ALL SELECT 'local-2',"
                        + " 2, 'local', 't', 'QUEUED', 0, 'DO', 0, 'p', 'm', 1, 0, 0, NULL, 0, 0,"
                        + " 'x', 1, NULL",
                "INSERT INTO journal SELECT 'local-2', 1, kind, step, direction, scope, token,"
                        + " done, fence, actor, at, body FROM journal WHERE seq = 1");
        assertThat(first(verify()).what())
                .isEqualTo("releases have 16 lines, and entries tell 15 of them");
    }

    @Test
    void an_entry_that_is_gone_is_named() throws Exception {
        tamper("DELETE FROM audit WHERE seq = 7");
        assertThat(verify().findings())
                .containsExactly(new Finding(Kind.REMOVED, 7, "entry 7 is gone"));
    }

    @Test
    void an_entry_that_is_gone_is_named_although_the_others_moved_up() throws Exception {
        var moves = new ArrayList<String>();
        moves.add("DELETE FROM audit WHERE seq = 7");
        for (int seq = 8; seq <= 20; seq++) {
            moves.add("UPDATE audit SET seq = " + (seq - 1) + " WHERE seq = " + seq);
        }
        tamper(moves.toArray(String[]::new));
        assertThat(first(verify()))
                .extracting(Finding::kind, Finding::entry)
                .containsExactly(Kind.REMOVED, 7L);
    }

    @Test
    void entries_that_changed_places_are_named() throws Exception {
        tamper(
                "UPDATE audit SET seq = 99 WHERE seq = 7",
                "UPDATE audit SET seq = 7 WHERE seq = 9",
                "UPDATE audit SET seq = 9 WHERE seq = 99");
        Finding first = first(verify());
        assertThat(first.entry()).isEqualTo(7);
        assertThat(first.what())
                .isEqualTo(
                        "where entry 7 was, there is what was written as entry 9: entries were"
                                + " removed or changed places");
    }

    @Test
    void an_entry_that_was_put_in_is_named() throws Exception {
        var moves = new ArrayList<String>();
        for (int seq = 20; seq >= 8; seq--) {
            moves.add("UPDATE audit SET seq = " + (seq + 1) + " WHERE seq = " + seq);
        }
        String body = "{\"actor\":\"eve\",\"at\":5,\"deed\":\"x\",\"of\":{},\"seq\":8,\"v\":1}";
        moves.add(
                "INSERT INTO audit VALUES (8, 5, 'eve', '%s', '%s', '')"
                        .formatted(body, AuditLeaf.hash(body)));
        tamper(moves.toArray(String[]::new));
        assertThat(verify().findings())
                .extracting(Finding::kind, Finding::entry)
                .contains(org.assertj.core.groups.Tuple.tuple(Kind.INSERTED, 8L));
        assertThat(first(verify()).entry()).isEqualTo(7);
    }

    @Test
    void a_tail_that_was_cut_off_is_found_by_what_was_signed() throws Exception {
        tamper("DELETE FROM audit WHERE seq > 18");
        AuditReport report = verify();
        assertThat(report.findings())
                .containsExactly(
                        new Finding(
                                Kind.CUT_OFF,
                                19,
                                "the log ends with entry 18, and the journal keeps a checkpoint of"
                                        + " 20 entries"));
    }

    @Test
    void a_tail_that_nobody_signed_is_missed_by_the_releases() throws Exception {
        tamper("DELETE FROM audit WHERE seq > 15", "DELETE FROM audit_checkpoint");
        assertThat(verify().findings())
                .extracting(Finding::what)
                .containsExactly("releases have 15 lines, and entries tell 13 of them");
    }

    @Test
    void a_node_that_was_changed_or_added_is_found() throws Exception {
        tamper(
                "UPDATE audit SET nodes = replace(nodes, substr(nodes, 65, 4), '0000') WHERE seq = 8");
        assertThat(first(verify()).what())
                .startsWith("one of the entries 5 to 8 is not what it was");
        tamper("UPDATE audit SET nodes = leaf_hash WHERE seq = 3");
        assertThat(first(verify()).what())
                .isEqualTo("nodes stand beside entry 3 that it does not complete");
    }

    @Test
    void an_older_journal_that_was_put_back_is_found_by_a_witness_alone() throws Exception {
        journal.close();
        Path old = Files.copy(file, folder.resolve("old.db"));
        journal = reopened();
        journal.record(new AuditLog.Deed("eve", "restore-begun", Map.of()));
        Vouched seen = sign();
        assertThat(verify(seen).isWell()).isTrue();
        journal.close();
        Files.copy(old, file, java.nio.file.StandardCopyOption.REPLACE_EXISTING);

        assertThat(verify().isWell()).isTrue();
        assertThat(verify(seen).findings())
                .containsExactly(
                        new Finding(
                                Kind.CUT_OFF,
                                21,
                                "the log ends with entry 20, and a witness keeps a checkpoint of"
                                        + " 21 entries"));
        journal = reopened();
        journal.record(new AuditLog.Deed("eve", "backup-begun", Map.of()));
        sign();
        Finding fork = first(verify(seen));
        assertThat(fork.kind()).isEqualTo(Kind.FORKED);
        assertThat(fork.entry()).isEqualTo(21);
    }

    @Test
    void a_forged_checkpoint_and_one_by_another_key_are_told() throws Exception {
        NoteSigner eve = NoteSigner.random("belay/test");
        String forged =
                eve.sign(new Checkpoint("belay/test", 20, "ab".repeat(32)).text()).written();
        Vouched witnessed = vouched("a witness", forged);
        assertThat(verify(witnessed).findings())
                .containsExactly(
                        new Finding(
                                Kind.FORGED,
                                20,
                                "the checkpoint of 20 entries that a witness keeps is not signed by"
                                        + " `belay/test`"));
        tamper("UPDATE audit_checkpoint SET note = 'nonsense' WHERE tree_size = 20");
        assertThat(first(verify()).kind()).isEqualTo(Kind.FORGED);
    }

    @Test
    void a_log_of_another_key_is_not_taken_for_this_one() {
        AuditReport report =
                AuditVerifier.verify(
                        file, List.of(NoteSigner.random("belay/test").publicKey()), List.of());
        assertThat(report.findings())
                .hasSize(2)
                .extracting(Finding::kind)
                .containsOnly(Kind.FORGED);
        assertThat(report.signedUpTo()).isZero();
    }

    @Test
    void what_is_no_journal_is_said_to_be_none() throws Exception {
        Path other = folder.resolve("other.db");
        assertThatThrownBy(
                        () -> AuditVerifier.verify(other, List.of(signer.publicKey()), List.of()))
                .hasMessageContaining("there is no such file");
        Files.writeString(other, "nothing like a database, however long it goes on ".repeat(99));
        assertThatThrownBy(
                        () -> AuditVerifier.verify(other, List.of(signer.publicKey()), List.of()))
                .hasMessageContaining("cannot be read as a journal");
        Files.delete(other);
        DriverManager.getConnection("jdbc:sqlite:" + other).close();
        assertThatThrownBy(
                        () -> AuditVerifier.verify(other, List.of(signer.publicKey()), List.of()))
                .isInstanceOf(JournalException.class);
    }

    @Test
    void a_file_that_was_cut_short_is_unreadable_from_there_on() throws Exception {
        for (int i = 0; i < 400; i++) {
            journal.record(new AuditLog.Deed("ann", "drill-begun", Map.of("n", "x".repeat(300))));
        }
        journal.close();
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(whole, whole.length / 2 / 4096 * 4096));
        try {
            assertThat(first(verify()).kind()).isIn(Kind.UNREADABLE, Kind.REMOVED);
        } catch (JournalException e) {
            assertThat(e).hasMessageContaining("cannot be read as a journal");
        }
    }

    @Test
    void an_earlier_journal_gets_its_tree_when_it_is_opened() throws Exception {
        String root = journal.head().root();
        tamper("DELETE FROM schema_version WHERE version >= 3");
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate("ALTER TABLE audit DROP COLUMN nodes");
            statement.executeUpdate(
                    "CREATE TRIGGER audit_never_changes BEFORE UPDATE ON audit BEGIN SELECT"
                            + " RAISE(ABORT, 'no'); END");
            statement.executeUpdate("DROP TABLE audit_checkpoint");
            // What came after that form.
            statement.executeUpdate("DROP TABLE appointment");
            statement.executeUpdate("DROP TABLE api_token");
            statement.executeUpdate("DROP TABLE person");
        }
        assertThatThrownBy(this::verify).hasMessageContaining("gets one when a control plane");
        journal = reopened();
        assertThat(journal.head().root()).isEqualTo(root);
        assertThat(verify().isWell()).isTrue();
        journal.record(new AuditLog.Deed("ann", "backup-begun", Map.of()));
        assertThat(verify().isWell()).isTrue();
    }

    /// The tree had grown over what is then taken back, and goes on from where the log is.
    @Test
    void a_transaction_that_is_taken_back_leaves_nothing_in_the_tree() {
        ReleaseRow other = start(journal, API);
        for (int i = 0; i < 4; i++) {
            assertThatThrownBy(() ->
                            write(
                                    journal,
                                    running(
                                            other,
                                            new Fact.Waiting(1, "a"),
                                            new Fact.Waiting(1, "b"),
                                            intent(2, Appends.WEB))))
                    .hasMessageContaining("does not own");
            journal.record(new AuditLog.Deed("ann", "backup-begun", Map.of()));
        }
        assertThat(verify().findings()).isEmpty();
        assertThat(journal.head().size()).isEqualTo(26);
    }

    @Test
    void a_journal_without_entries_is_well() {
        journal.close();
        file = folder.resolve("empty.db");
        journal = reopened();
        AuditReport report = verify();
        assertThat(report.isWell()).isTrue();
        assertThat(report.entries()).isZero();
        assertThat(report.root())
                .isEqualTo("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    }
}
