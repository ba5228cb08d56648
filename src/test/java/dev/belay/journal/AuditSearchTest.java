package dev.belay.journal;

import static dev.belay.journal.Appends.API;
import static dev.belay.journal.Appends.completed;
import static dev.belay.journal.Appends.start;
import static dev.belay.journal.Appends.write;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.journal.tree.NoteSigner;
import dev.belay.release.Scope;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditSearchTest {
    private final SettableClock clock = new SettableClock();

    @TempDir private Path folder;
    private SqliteJournal journal;

    /// Entries 1 to 3 are of `local-1`, 5 to 7 of `local-2-2`; a minute lies between any two
    /// groups.
    @BeforeEach
    void write9() {
        open();
        write(journal, completed(start(journal, API), API, "api-1"));
        clock.move(Duration.ofMinutes(1));
        deed("ann", "backup-begun", Map.of("release", "local-1", "note", "100% of 5_6"));
        clock.move(Duration.ofMinutes(1));
        Scope other = Scope.component("local-2", "api");
        write(journal, completed(start(journal, other), other, "api-1"));
        clock.move(Duration.ofMinutes(1));
        deed("ben", "drill-begun", Map.of("environment", "local", "release", "local-12"));
        deed("ben", "copy-made", Map.of("note", "about \"local-1\", and `started`"));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private void open() {
        journal =
                SqliteJournal.open(
                        folder.resolve("journal.db"),
                        new SqliteJournal.Settings(clock, 1 << 16, 1 << 16));
    }

    private void deed(String actor, String what, Map<String, String> of) {
        journal.record(new AuditLog.Deed(actor, what, of));
    }

    private List<Long> search(AuditSearch search) {
        return journal.search(search).stream().map(AuditLog.Leaf::seq).toList();
    }

    private static AuditSearch.Range all() {
        return new AuditSearch.Range(0, 0, 0, 0, false, 100);
    }

    private static AuditSearch.Range time(long since, long until) {
        return new AuditSearch.Range(0, 0, since, until, false, 100);
    }

    @Test
    void a_release_has_what_it_wrote_and_what_is_about_it_and_nothing_of_its_neighbours() {
        assertThat(search(new AuditSearch("local-1", "", "", "", "", all())))
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(search(new AuditSearch("local-2-2", "", "", "", "", all())))
                .containsExactly(5L, 6L, 7L);
        assertThat(search(new AuditSearch("local-2", "", "", "", "", all()))).isEmpty();
    }

    @Test
    void an_environment_has_its_releases_and_what_names_it() {
        assertThat(search(new AuditSearch("", "", "", "local", "", all())))
                .containsExactly(1L, 2L, 3L, 8L);
        assertThat(search(new AuditSearch("", "", "", "local-2", "", all())))
                .containsExactly(5L, 6L, 7L);
    }

    @Test
    void people_actions_and_texts_are_found_and_no_pattern_is_read_into_them() {
        assertThat(search(new AuditSearch("", "ben", "", "", "", all()))).containsExactly(8L, 9L);
        assertThat(search(new AuditSearch("", "be%", "", "", "", all()))).isEmpty();
        assertThat(search(new AuditSearch("", "", "started", "", "", all())))
                .containsExactly(2L, 6L);
        assertThat(search(new AuditSearch("", "", "drill-begun", "", "", all())))
                .containsExactly(8L);
        assertThat(search(new AuditSearch("", "", "", "", "100% OF 5_6", all())))
                .containsExactly(4L);
        assertThat(search(new AuditSearch("", "", "", "", "100%6", all()))).isEmpty();
        assertThat(search(new AuditSearch("", "", "", "", "' OR 1 --", all()))).isEmpty();
        assertThat(search(new AuditSearch("local-1", "ann", "backup-begun", "", "5_6", all())))
                .containsExactly(4L);
    }

    @Test
    void a_time_is_found_by_halving_and_an_end_is_not_in_it() {
        long first = journal.leaves(0, 1).getFirst().at();
        long minute = Duration.ofMinutes(1).toMillis();
        assertThat(search(AuditSearch.all(time(first + 1, 0)))).startsWith(4L).hasSize(6);
        assertThat(search(AuditSearch.all(time(first, first + minute))))
                .containsExactly(1L, 2L, 3L);
        assertThat(search(AuditSearch.all(time(first + minute, first + minute + 1))))
                .containsExactly(4L);
        assertThat(search(AuditSearch.all(time(1, 0)))).hasSize(9);
        assertThat(search(AuditSearch.all(time(first + 99 * minute, 0)))).isEmpty();
        assertThat(search(AuditSearch.all(time(0, 1)))).isEmpty();
    }

    @Test
    void pages_follow_each_other_in_either_direction() {
        assertThat(search(AuditSearch.all(new AuditSearch.Range(0, 0, 0, 0, false, 4))))
                .containsExactly(1L, 2L, 3L, 4L);
        assertThat(search(AuditSearch.all(new AuditSearch.Range(4, 7, 0, 0, false, 4))))
                .containsExactly(5L, 6L);
        assertThat(search(AuditSearch.all(new AuditSearch.Range(0, 0, 0, 0, true, 2))))
                .containsExactly(9L, 8L);
        assertThat(search(AuditSearch.all(new AuditSearch.Range(0, 8, 0, 0, true, 2))))
                .containsExactly(7L, 6L);
        assertThat(search(AuditSearch.all(new AuditSearch.Range(9, 0, 0, 0, false, 4)))).isEmpty();
    }

    @Test
    void a_clock_that_goes_back_makes_no_entry_older_than_the_one_before() {
        long last = journal.leaves(8, 1).getFirst().at();
        journal.close();
        clock.move(Duration.ofDays(-30));
        open();
        deed("ann", "backup-begun", Map.of());
        assertThat(journal.leaves(9, 1).getFirst().at()).isGreaterThanOrEqualTo(last);
        assertThat(search(AuditSearch.all(time(last, 0)))).containsExactly(8L, 9L, 10L);
        var key = List.of(NoteSigner.random("x").publicKey());
        assertThat(AuditVerifier.verify(folder.resolve("journal.db"), key, List.of()).isWell())
                .isTrue();
    }

    /// What somebody made of the log keeps nobody from looking at the rest.
    @Test
    void an_entry_that_is_no_json_any_more_is_passed_over() throws Exception {
        journal.close();
        try (var connection =
                        DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("journal.db"));
                var statement = connection.createStatement()) {
            statement.executeUpdate("DROP TRIGGER audit_never_changes");
            statement.executeUpdate("UPDATE audit SET body = '\"started\" {' WHERE seq = 2");
        }
        open();
        assertThat(search(new AuditSearch("", "", "started", "", "", all()))).containsExactly(6L);
        assertThat(search(new AuditSearch("", "", "", "local", "", all())))
                .containsExactly(1L, 3L, 8L);
    }
}
