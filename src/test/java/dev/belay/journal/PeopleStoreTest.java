package dev.belay.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.people.ApiToken;
import dev.belay.release.people.Directory;
import dev.belay.release.people.Grant;
import dev.belay.release.people.Person;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PeopleStoreTest {
    private static final AuditLog.Deed DEED = new AuditLog.Deed("root", "done", Map.of());
    private static final Person ANNA =
            new Person(
                    "anna",
                    Person.State.ACTIVE,
                    new TreeSet<>(List.of(Grant.parse("deployer@eu-west").orElseThrow())));

    @TempDir private Path folder;
    private SqliteJournal journal;

    @BeforeEach
    void open() {
        journal = SqliteJournal.open(folder.resolve("journal.db"));
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private static ApiToken token(String id, String hash) {
        var scopes = new TreeSet<>(List.of(Grant.LOOKING));
        return new ApiToken(id, "anna", id, hash, "r" + hash, scopes, "p", "root", 5, 9, 0);
    }

    private void write(List<Person> people, List<ApiToken> given, List<ApiToken> revoked) {
        journal.write(new PeopleStore.Change(people, given, revoked, DEED));
    }

    private List<Person> anna(Person.State state) {
        return List.of(ANNA.in(state));
    }

    @Test
    void what_was_written_is_there_after_a_restart() {
        write(List.of(ANNA), List.of(token("a", "1"), token("b", "2")), List.of());
        write(anna(Person.State.DISABLED), List.of(), List.of(token("b", "2").revoked(7)));
        Directory before = journal.people();
        journal.close();
        open();
        assertThat(journal.people())
                .isEqualTo(before)
                .isEqualTo(
                        Directory.EMPTY
                                .with(ANNA.in(Person.State.DISABLED))
                                .with(token("a", "1"))
                                .with(token("b", "2").revoked(7)));
    }

    @Test
    void what_is_refused_is_in_neither_place() {
        write(List.of(ANNA), List.of(token("a", "1")), List.of());
        Directory before = journal.people();
        int told = journal.leaves(0, 100).size();
        for (ApiToken wrong :
                List.of(token("a", "2"), token("b", "1"), ownedBy("nobody"), token("c", ""))) {
            List<ApiToken> given =
                    wrong.id().equals("c")
                            ? List.of(token("c", "3"), token("c", "3"))
                            : List.of(wrong);
            assertThatThrownBy(() -> write(anna(Person.State.DISABLED), given, List.of()))
                    .isInstanceOf(IllegalStateException.class);
        }
        assertThat(journal.people()).isEqualTo(before);
        assertThat(journal.leaves(0, 100)).hasSize(told);
    }

    private static ApiToken ownedBy(String owner) {
        var none = new TreeSet<Grant>();
        return new ApiToken("x", owner, "x", "9", "r9", none, "", "root", 5, 9, 0);
    }

    @Test
    void who_was_removed_and_what_was_revoked_does_not_come_back() {
        write(List.of(ANNA), List.of(token("a", "1")), List.of());
        write(anna(Person.State.REMOVED), List.of(), List.of(token("a", "1").revoked(7)));
        assertThatThrownBy(() -> write(anna(Person.State.ACTIVE), List.of(), List.of()))
                .hasStackTraceContaining("who was removed does not come back");
        assertThatThrownBy(() -> write(List.of(), List.of(), List.of(token("a", "1").revoked(0))))
                .hasStackTraceContaining("a revoked token stays revoked");
        assertThat(journal.people().person("anna").orElseThrow().state())
                .isEqualTo(Person.State.REMOVED);
    }
}
