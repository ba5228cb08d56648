package dev.belay.driver.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.artifact.ArtifactStore.Soundness;
import dev.belay.release.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactStoreTest {
    @TempDir private Path folder;
    private ArtifactStore store;
    private Path source;

    @BeforeEach
    void start() throws IOException {
        store = new ArtifactStore(folder.resolve("store"));
        source = Files.createDirectories(folder.resolve("source"));
    }

    @Test
    void a_folder_comes_back_as_it_was_and_read_only() throws IOException {
        write("bin/run", "#!/bin/sh\n");
        Files.setPosixFilePermissions(
                source.resolve("bin/run"), PosixFilePermissions.fromString("rwxr-x---"));
        write("lib/ünïcode name.txt", "hello");
        write("n/" + "long".repeat(60) + "/x", "far");
        Files.createDirectories(source.resolve("empty"));
        Files.createSymbolicLink(source.resolve("lib/link"), Path.of("../bin/run"));

        Path unpacked = store.unpack(store.put(source, List.of()));

        assertThat(unpacked.resolve("lib/ünïcode name.txt")).hasContent("hello");
        assertThat(unpacked.resolve("n/" + "long".repeat(60) + "/x")).hasContent("far");
        assertThat(unpacked.resolve("lib/link")).isSymbolicLink().hasContent("#!/bin/sh");
        assertThat(unpacked.resolve("empty")).isEmptyDirectory();
        assertThat(permissions(unpacked.resolve("bin/run"))).isEqualTo("r-xr-xr-x");
        assertThat(permissions(unpacked.resolve("lib"))).isEqualTo("r-xr-xr-x");
        assertThat(permissions(unpacked)).isEqualTo("r-xr-xr-x");
    }

    @Test
    void the_same_content_has_the_same_digest_whenever_and_by_whomever() throws IOException {
        write("b", "2");
        write("a/c", "1");
        Digest first = store.put(source, List.of());
        Files.setLastModifiedTime(source.resolve("b"), FileTime.from(Instant.EPOCH));
        Files.setPosixFilePermissions(
                source.resolve("b"), PosixFilePermissions.fromString("rw-------"));
        Files.createDirectories(source.resolve(".git/objects"));
        write("a/.belay/state", "ours");

        assertThat(store.put(source, List.of())).isEqualTo(first);
        write("b", "3");
        assertThat(store.put(source, List.of())).isNotEqualTo(first);
    }

    @Test
    void only_what_is_included_is_stored() throws IOException {
        write("dist/main.js", "x");
        write("node_modules/left-pad/index.js", "y");
        write("src/main.ts", "z");

        Path unpacked = store.unpack(store.put(source, List.of("dist/main.js", "node_modules")));

        assertThat(unpacked.resolve("dist/main.js")).exists();
        assertThat(unpacked.resolve("node_modules/left-pad/index.js")).exists();
        assertThat(unpacked.resolve("src")).doesNotExist();
    }

    @Test
    void an_include_outside_of_the_folder_is_refused() throws IOException {
        for (String include : List.of("../secret", "/etc/passwd", "missing")) {
            assertThatThrownBy(() -> store.put(source, List.of(include)))
                    .isInstanceOf(ArtifactException.class)
                    .hasMessageContaining("`" + include + "` is not in");
        }
    }

    @Test
    void a_link_out_of_the_folder_is_refused_with_its_name() throws IOException {
        for (String to : List.of("/etc/passwd", "../outside", "a/../../outside")) {
            Path link = Files.createSymbolicLink(source.resolve("link"), Path.of(to));
            assertThatThrownBy(() -> store.put(source, List.of()))
                    .hasMessage("`link` links to `" + to + "`, which is not part of the artifact");
            Files.delete(link);
        }
    }

    @Test
    void an_archive_that_was_changed_or_cut_is_refused() throws IOException {
        write("a", "content");
        Digest digest = store.put(source, List.of());
        assertThat(store.verify(digest)).isEqualTo(new Soundness.Sound());
        byte[] bytes = Files.readAllBytes(archive(digest));

        bytes[600] ^= 1;
        Files.write(archive(digest), bytes);
        assertThat(store.verify(digest)).isInstanceOf(Soundness.Damaged.class);
        assertThatThrownBy(() -> store.unpack(digest)).isInstanceOf(ArtifactException.class);

        Files.write(archive(digest), new byte[0]);
        assertThatThrownBy(() -> store.unpack(digest)).isInstanceOf(ArtifactException.class);

        Files.delete(archive(digest));
        assertThat(store.verify(digest)).isEqualTo(new Soundness.Missing());
        assertThatThrownBy(() -> store.unpack(digest))
                .hasMessage("artifact `" + digest.brief() + "` is not in the store");
        assertThat(store.unpacked(digest)).doesNotExist();
    }

    @Test
    void an_unpacked_folder_that_was_changed_is_made_anew() throws IOException {
        write("a", "content");
        Digest digest = store.put(source, List.of());
        Path unpacked = store.unpack(digest);
        Files.setPosixFilePermissions(unpacked, PosixFilePermissions.fromString("rwx------"));
        Files.delete(unpacked.resolve("a"));
        Files.writeString(unpacked.resolve("a"), "tampered");

        assertThat(store.unpack(digest).resolve("a")).hasContent("content");
    }

    @Test
    void many_may_unpack_at_once() throws Exception {
        write("a", "content");
        Digest digest = store.put(source, List.of());
        Callable<Path> unpack = () -> new ArtifactStore(folder.resolve("store")).unpack(digest);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : threads.invokeAll(Collections.nCopies(8, unpack))) {
                assertThat(done.get().resolve("a")).hasContent("content");
            }
        }
    }

    @Test
    void collecting_spares_what_is_pinned_or_young() throws IOException {
        write("a", "1");
        Digest pinned = store.put(source, List.of());
        store.unpack(pinned);
        write("a", "2");
        Digest loose = store.put(source, List.of());
        store.unpack(loose);

        assertThat(store.collect(pinned::equals, Duration.ofHours(1))).isEmpty();
        assertThat(store.collect(pinned::equals, Duration.ZERO)).containsExactly(loose);

        assertThat(store.stored()).containsExactly(pinned);
        assertThat(store.unpacked(loose)).doesNotExist();
        assertThat(store.unpack(pinned).resolve("a")).hasContent("1");
    }

    @Test
    void hostile_archives_are_refused_and_leave_nothing() throws IOException {
        refused("an absolute name", tar -> file(tar, "/etc/cron.d/evil"));
        refused("a name that climbs", tar -> file(tar, "a/../../evil"));
        refused("a backslash", tar -> file(tar, "a\\..\\evil"));
        refused("an absolute link", tar -> link(tar, "l", "/etc"));
        refused("a link that climbs", tar -> link(tar, "a/l", "../../x"));
        refused(
                "a file through a link",
                tar -> {
                    link(tar, "l", ".");
                    file(tar, "l/x");
                });
        refused(
                "links that climb together",
                tar -> {
                    file(tar, "a/b/x");
                    link(tar, "a/up", "b/..");
                    link(tar, "c", "a/up/../../..");
                });
        refused(
                "two of one name",
                tar -> {
                    file(tar, "a");
                    file(tar, "a");
                });
        refused(
                "a file that is a folder too",
                tar -> {
                    file(tar, "a");
                    file(tar, "a/b");
                });
        refused("a hard link", tar -> special(tar, TarConstants.LF_LINK));
        refused("a device", tar -> special(tar, TarConstants.LF_BLK));
        refused("a character device", tar -> special(tar, TarConstants.LF_CHR));
        refused("a pipe", tar -> special(tar, TarConstants.LF_FIFO));
    }

    @Test
    void archives_over_the_limits_are_refused() throws IOException {
        store = new ArtifactStore(folder.resolve("store"), new Limits(3, 30, 20));
        refused("too many", tar -> List.of("a", "b", "c", "d").forEach(n -> file(tar, n)));
        refused("too long a name", tar -> file(tar, "x".repeat(21)));
        refused(
                "too big",
                tar -> {
                    for (int i = 0; i < 3; i++) {
                        file(tar, "f" + i);
                    }
                    file(tar, "g");
                });
    }

    private void refused(String what, Consumer<TarArchiveOutputStream> writing) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(bytes)) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            writing.accept(tar);
        }
        Digest digest = Digest.of(bytes.toByteArray());
        Files.createDirectories(folder.resolve("store/archives"));
        Files.write(archive(digest), bytes.toByteArray());
        assertThatThrownBy(() -> store.unpack(digest))
                .as(what)
                .isInstanceOf(ArtifactException.class);
        assertThat(folder.resolve("store/unpacked")).as(what).isEmptyDirectory();
    }

    private static void file(TarArchiveOutputStream tar, String name) {
        byte[] content = "0123456789".getBytes(StandardCharsets.UTF_8);
        var entry = new TarArchiveEntry(name, true);
        entry.setSize(content.length);
        put(tar, entry, content);
    }

    private static void link(TarArchiveOutputStream tar, String name, String to) {
        var entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK, true);
        entry.setLinkName(to);
        put(tar, entry, new byte[0]);
    }

    private static void special(TarArchiveOutputStream tar, byte type) {
        var entry = new TarArchiveEntry("special", type, true);
        entry.setLinkName("a");
        put(tar, entry, new byte[0]);
    }

    private static void put(TarArchiveOutputStream tar, TarArchiveEntry entry, byte[] content) {
        try {
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path archive(Digest digest) {
        return folder.resolve("store/archives/" + digest.hex() + ".tar");
    }

    private void write(String name, String content) throws IOException {
        Path file = source.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content);
    }

    private static String permissions(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }
}
