package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.journal.tree.NoteSigner;
import dev.belay.release.Scope;
import java.io.BufferedReader;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class KilledProcessTest {
    private static final int ACKNOWLEDGED = 300;

    @Test
    void what_a_killed_process_acknowledged_is_there(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("journal.db");
        Process process = WritesUntilKilled.command(file).start();
        var acknowledged = new HashMap<String, Long>();
        try (BufferedReader output = process.inputReader()) {
            for (int i = 0; i < ACKNOWLEDGED; i++) {
                note(output.readLine(), acknowledged);
            }
            assertThatThrownBy(() -> SqliteJournal.open(file))
                    .isInstanceOf(JournalException.class)
                    .hasMessage(
                            "The journal `%s` is in use by process %d; stop that Belay first, or"
                                    + " talk to it",
                            file, process.pid());
            // By its handle: the process would throw away what it still had to say.
            process.toHandle().destroyForcibly();
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                note(line, acknowledged);
            }
            process.waitFor();
        } finally {
            process.destroyForcibly();
        }

        assertThat(acknowledged).hasSize(WritesUntilKilled.THREADS);
        assertIntact(file);
        try (var journal = SqliteJournal.open(file)) {
            acknowledged.forEach((id, version) -> assertWhole(journal, id, version));
            assertThat(journal.claim("engine", Appends.LEASE, Set.of())).isPresent();
        }
    }

    private static void note(String line, Map<String, Long> acknowledged) {
        int space = line.indexOf(' ');
        // The last line may be cut short by the kill; its number would be too small, never too
        // great.
        if (space > 0 && space + 1 < line.length()) {
            acknowledged.merge(
                    line.substring(0, space), Long.parseLong(line.substring(space + 1)), Math::max);
        }
    }

    private static void assertWhole(Journal journal, String id, long acknowledged) {
        ReleaseRow row = journal.find(id).orElseThrow();
        List<Entry> entries = journal.entries(id, 0);
        assertThat(row.version()).isEqualTo(entries.size()).isGreaterThanOrEqualTo(acknowledged);
        var tokens = new ArrayList<Long>();
        for (int i = 0; i < entries.size(); i++) {
            assertThat(entries.get(i).seq()).isEqualTo(i + 1);
            if (entries.get(i).fact() instanceof Fact.Intent intent) {
                tokens.add(intent.token());
            }
        }
        Scope scope = row.scopes().iterator().next();
        assertThat(tokens).isSorted().doesNotHaveDuplicates().endsWith(journal.token(scope));
    }

    private static void assertIntact(Path file) throws Exception {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            try (var check = statement.executeQuery("PRAGMA integrity_check")) {
                assertThat(check.getString(1)).isEqualTo("ok");
            }
            try (var audited =
                    statement.executeQuery(
                            "SELECT (SELECT count(*) FROM journal) = (SELECT max(seq) FROM audit)")) {
                assertThat(audited.getBoolean(1)).isTrue();
            }
            var key = NoteSigner.random("nobody").publicKey();
            assertThat(AuditVerifier.verify(file, List.of(key), List.of()).findings()).isEmpty();
        }
    }
}
