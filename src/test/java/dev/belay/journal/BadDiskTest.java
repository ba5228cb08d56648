package dev.belay.journal;

import static dev.belay.journal.Appends.API;
import static dev.belay.journal.Appends.WEB;
import static dev.belay.journal.Appends.done;
import static dev.belay.journal.Appends.intent;
import static dev.belay.journal.Appends.queue;
import static dev.belay.journal.Appends.release;
import static dev.belay.journal.Appends.running;
import static dev.belay.journal.Appends.start;
import static dev.belay.journal.Appends.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Files and disks as they should not be. Every sentence names the file.
@Timeout(60)
class BadDiskTest {
    private static final int MEGABYTE = 1 << 20;

    @TempDir private Path folder;

    private static SqliteJournal open(Path file) {
        return SqliteJournal.open(
                file, new SqliteJournal.Settings(new SettableClock(), MEGABYTE, MEGABYTE / 4));
    }

    @Test
    void on_a_full_disk_outcomes_get_through_and_nothing_new_begins() throws Exception {
        try (var disk = new SmallDisk(folder, 8);
                var journal = open(disk.folder().resolve("journal.db"))) {
            ReleaseRow row = start(journal, API, WEB);
            row = write(journal, running(row, intent(1, API)));
            Path filler = disk.fill();

            ReleaseRow before = row;
            assertThatThrownBy(() -> journal.append(running(before, intent(2, WEB))))
                    .isInstanceOf(JournalFull.class)
                    .hasMessageContaining("journal.db")
                    .hasMessageContaining("is full");
            row = write(journal, running(row, done(1)));
            for (int i = 0; i < 10; i++) {
                row = write(journal, running(row, new Fact.Waiting(2, "room on the disk")));
            }
            ReleaseRow after = row;
            assertThatThrownBy(() -> journal.append(running(after, intent(2, WEB))))
                    .isInstanceOf(JournalFull.class);
            assertThatThrownBy(() -> queue(journal, release(API))).isInstanceOf(JournalFull.class);

            Files.delete(filler);
            write(journal, running(row, intent(2, WEB)));
            assertThat(disk.folder().resolve("journal.db.ballast")).hasSize(MEGABYTE);
        }
    }

    @Test
    void when_the_ballast_is_used_up_too_nothing_is_lost() throws Exception {
        try (var disk = new SmallDisk(folder, 4)) {
            Path file = disk.folder().resolve("journal.db");
            String id;
            long acknowledged;
            try (var journal = open(file)) {
                ReleaseRow row = start(journal, API);
                disk.fill();
                long version = row.version();
                try {
                    String because = "x".repeat(10_000);
                    while (true) {
                        row = write(journal, running(row, new Fact.Waiting(1, because)));
                        version = row.version();
                    }
                } catch (JournalFull e) {
                    assertThat(e).hasMessageContaining("is full");
                }
                id = row.id();
                acknowledged = version;
                assertThat(journal.entries(id, 0)).hasSize((int) acknowledged);
            }
            Files.delete(disk.folder().resolve("filler"));
            try (var journal = open(file)) {
                assertThat(journal.entries(id, 0)).hasSize((int) acknowledged);
            }
        }
    }

    @Test
    void a_ballast_that_was_cut_short_is_laid_down_again() throws Exception {
        Path file = folder.resolve("journal.db");
        Path ballast = folder.resolve("journal.db.ballast");
        Files.writeString(ballast, "half");
        open(file).close();
        assertThat(ballast).hasSize(MEGABYTE);
    }

    @Test
    void a_read_only_disk_is_named() throws Exception {
        try (var disk = new SmallDisk(folder, 8)) {
            Path file = disk.folder().resolve("journal.db");
            open(file).close();
            disk.makeReadOnly();
            assertRefused(file, "may write to");
        }
    }

    @Test
    void a_deleted_folder_is_noticed_before_anything_is_promised() throws Exception {
        Path file = folder.resolve("state").resolve("journal.db");
        try (var journal = open(file)) {
            ReleaseRow row = start(journal, API);
            try (var files = Files.walk(file.getParent())) {
                for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
            assertThatThrownBy(() -> journal.append(running(row, intent(1, API))))
                    .isInstanceOf(JournalException.class)
                    .hasMessageContaining(file.toString())
                    .hasMessageContaining("was deleted or replaced");
        }
    }

    @Test
    void a_file_that_is_no_database_is_left_alone() throws Exception {
        Path file = folder.resolve("journal.db");
        Files.writeString(file, "notes for myself\n".repeat(500));
        assertRefused(file, "is damaged, or is not a journal");
        assertThat(file).content().startsWith("notes for myself");
    }

    @Test
    void a_damaged_database_is_named() throws Exception {
        Path file = folder.resolve("journal.db");
        try (var journal = open(file)) {
            start(journal, API);
        }
        try (var channel = Files.newByteChannel(file, StandardOpenOption.WRITE)) {
            channel.position(50).write(ByteBuffer.wrap(new byte[4000]));
        }
        assertRefused(file, "is damaged");
    }

    @Test
    void another_programs_database_is_left_alone() throws Exception {
        Path file = folder.resolve("journal.db");
        sql(file, "CREATE TABLE song (title TEXT)");
        assertRefused(file, "is a database of another program");
    }

    @Test
    void a_journal_of_a_newer_belay_is_left_to_it() throws Exception {
        Path file = folder.resolve("journal.db");
        open(file).close();
        sql(file, "INSERT INTO schema_version VALUES (7, 0)");
        assertRefused(
                file,
                "was written by a newer Belay (its form is 7, this one knows "
                        + Schema.VERSION
                        + ")");
    }

    @Test
    void a_folder_is_no_journal() throws Exception {
        assertRefused(Files.createDirectory(folder.resolve("journal.db")), "has to be a file");
    }

    @Test
    void a_folder_that_is_a_file_is_named() throws Exception {
        Path file = Files.createFile(folder.resolve("state")).resolve("journal.db");
        assertRefused(file, "may write to");
    }

    @Test
    void a_second_opener_in_the_same_process_is_refused_and_takes_nothing_away() {
        Path file = folder.resolve("journal.db");
        try (var journal = open(file)) {
            for (int i = 0; i < 2; i++) {
                assertRefused(file, "is in use by process " + ProcessHandle.current().pid());
            }
            queue(journal, release(API));
        }
        open(file).close();
    }

    @Test
    void a_refused_opening_leaves_the_file_free() throws Exception {
        Path file = folder.resolve("journal.db");
        Files.writeString(file, "notes");
        assertRefused(file, "is damaged");
        Files.delete(file);
        open(file).close();
        try (var files = Files.list(folder)) {
            assertThat(files.map(path -> path.getFileName().toString()).toList())
                    .hasSameElementsAs(
                            List.of("journal.db", "journal.db.lock", "journal.db.ballast"));
        }
    }

    private static void assertRefused(Path file, String sentence) {
        assertThatThrownBy(() -> open(file).close())
                .isInstanceOf(JournalException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(sentence);
    }

    private static void sql(Path file, String change) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.executeUpdate(change);
        }
    }
}
