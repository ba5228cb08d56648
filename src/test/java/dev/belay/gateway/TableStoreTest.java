package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The table's files as a crash may leave them.
class TableStoreTest {
    private static final List<String> CHANGES = List.of("one", "two, ü", "three");

    @TempDir private Path folder;

    @Test
    void nothing_was_ever_written() throws Exception {
        try (var store = new TableStore(folder)) {
            assertThat(store.load()).isEmpty();
            assertThat(store.wantsGeneration()).isTrue();
        }
    }

    @Test
    void what_was_written_is_read() throws Exception {
        write();
        assertThat(read()).isEqualTo(new TableStore.Saved("ab", CHANGES));
    }

    @Test
    void a_change_cut_at_any_byte_leaves_those_before_it_and_room_for_the_next() throws Exception {
        write();
        Path file = folder.resolve("table.changes");
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int ends = 0;
            for (int i = 0; i < length; i++) {
                ends += whole[i] == '\n' ? 1 : 0;
            }
            List<String> left = new ArrayList<>(CHANGES.subList(0, Math.max(0, ends - 1)));
            assertThat(read().changes()).as("%s bytes", length).isEqualTo(left);
            try (var store = new TableStore(folder)) {
                store.load();
                store.change("next");
            }
            left.add("next");
            assertThat(read().changes()).as("%s bytes, and one more", length).isEqualTo(left);
        }
    }

    @Test
    void after_its_end_nothing_is_written_over() throws Exception {
        write();
        var store = new TableStore(folder);
        store.load();
        store.close();
        assertThatThrownBy(() -> store.change("late")).hasMessageContaining("stopping");
        assertThatThrownBy(() -> store.generation(List.of("late").iterator()))
                .hasMessageContaining("stopping");
        assertThat(read().changes()).isEqualTo(CHANGES);
    }

    @Test
    void a_generation_that_cannot_be_written_leaves_the_room_to_the_changes() throws Exception {
        try (var store = new TableStore(folder, 100)) {
            store.generation(List.of("ab").iterator());
            store.change("x".repeat(200));
            assertThat(store.wantsGeneration()).isTrue();
            Files.createDirectory(folder.resolve("table.next"));
            assertThatThrownBy(() -> store.generation(List.of("cd").iterator()))
                    .isInstanceOf(IOException.class);
            assertThat(folder.resolve("table.next")).doesNotExist();
            assertThat(store.wantsGeneration()).isFalse();
            store.change("y".repeat(200));
            assertThat(store.wantsGeneration()).isTrue();
            store.generation(List.of("ef").iterator());
            assertThat(store.wantsGeneration()).isFalse();
        }
        assertThat(read()).isEqualTo(new TableStore.Saved("ef", List.of()));
    }

    @Test
    void what_an_attempt_that_failed_has_left_is_cut_off() throws Exception {
        write();
        try (var store = new TableStore(folder)) {
            store.load();
            store.change("four");
            Path file = folder.resolve("table.changes");
            Files.writeString(
                    file, ("longer".repeat(20) + "\n").repeat(2), StandardOpenOption.APPEND);
            store.change("five");
        }
        assertThat(read().changes()).containsExactly("one", "two, ü", "three", "four", "five");
        assertThat(folder.resolve("table.unreadable")).doesNotExist();
    }

    @Test
    void a_change_that_was_altered_ends_what_is_believed() throws Exception {
        write();
        Path file = folder.resolve("table.changes");
        String text = Files.readString(file);
        Files.writeString(file, text.replace("two", "tvo"));
        assertThat(read().changes()).containsExactly("one");
        assertThat(folder.resolve("table.unreadable")).content().contains("tvo").contains("three");
    }

    @Test
    void a_crash_at_any_step_of_a_new_generation_loses_nothing() throws Exception {
        write();
        Map<String, byte[]> before = files();
        try (var store = new TableStore(folder)) {
            store.load();
            store.generation(List.of("c", "d").iterator());
        }
        Map<String, byte[]> after = files();
        assertThat(after).containsKeys("table", "table.previous", "table.changes.previous");
        var old = new TableStore.Saved("ab", CHANGES);
        var fresh = new TableStore.Saved("cd", List.of());
        var step = new HashMap<>(before);
        step.put("table.next", Arrays.copyOf(after.get("table"), 10));
        assertThat(readOf(step)).isEqualTo(old);
        step.put("table.next", after.get("table"));
        assertThat(readOf(step)).isEqualTo(old);
        step.put("table.previous", step.remove("table"));
        assertThat(readOf(step)).isEqualTo(old);
        step.put("table", step.remove("table.next"));
        assertThat(readOf(step)).isEqualTo(fresh);
        assertThat(readOf(after)).isEqualTo(fresh);
        // The disk lied: the generation before is there with its changes.
        after.put("table", "nonsense".getBytes(StandardCharsets.UTF_8));
        assertThat(readOf(after)).isEqualTo(old);
    }

    @Test
    void many_changes_become_a_generation() throws Exception {
        try (var store = new TableStore(folder, 300)) {
            store.generation(List.of("a").iterator());
            int changes = 0;
            while (!store.wantsGeneration()) {
                store.change("change " + changes++);
            }
            assertThat(changes).isBetween(2, 5);
            store.generation(List.of("b").iterator());
            assertThat(store.wantsGeneration()).isFalse();
            store.change("last");
        }
        assertThat(read()).isEqualTo(new TableStore.Saved("b", List.of("last")));
    }

    @Test
    void a_generation_of_before_there_were_changes_is_read_and_replaced() throws Exception {
        byte[] body = "old".getBytes(StandardCharsets.UTF_8);
        byte[] sha = MessageDigest.getInstance("SHA-256").digest(body);
        String head = "belay-table-1 " + HexFormat.of().formatHex(sha) + "\n";
        Files.writeString(folder.resolve("table"), head + "old");
        try (var store = new TableStore(folder)) {
            assertThat(store.load()).contains(new TableStore.Saved("old", List.of()));
            assertThat(store.wantsGeneration()).isTrue();
        }
    }

    @Test
    void a_table_that_cannot_be_read_is_not_taken_for_an_empty_one() throws Exception {
        write();
        Files.writeString(folder.resolve("table"), "belay-table-2 0\nab");
        assertThatThrownBy(this::read).isInstanceOf(IOException.class).hasMessageContaining("torn");
    }

    private void write() throws IOException {
        try (var store = new TableStore(folder)) {
            store.generation(List.of("a", "b").iterator());
            for (String change : CHANGES) {
                assertThat(store.wantsGeneration()).isFalse();
                store.change(change);
            }
            store.settle();
        }
    }

    private TableStore.Saved read() throws IOException {
        try (var store = new TableStore(folder)) {
            return store.load().orElseThrow();
        }
    }

    private Map<String, byte[]> files() throws IOException {
        var files = new HashMap<String, byte[]>();
        try (Stream<Path> all = Files.list(folder)) {
            for (Path file : all.toList()) {
                files.put(file.getFileName().toString(), Files.readAllBytes(file));
            }
        }
        return files;
    }

    private TableStore.Saved readOf(Map<String, byte[]> files) throws IOException {
        for (String name : files().keySet()) {
            Files.delete(folder.resolve(name));
        }
        for (var file : files.entrySet()) {
            Files.write(folder.resolve(file.getKey()), file.getValue());
        }
        return read();
    }
}
