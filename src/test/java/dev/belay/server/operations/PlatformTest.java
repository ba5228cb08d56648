package dev.belay.server.operations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.manifest.Manifest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlatformTest {
    private static final String WHOLE =
            """
            platform: small
            include: [more.yaml]
            components:
              one: {kind: worker, run: sleep 1, instances: 1}
            environments:
              local: {target: process}
            """;
    private static final String MORE = "components: {two: {kind: worker, run: sleep 2}}\n";

    @TempDir private Path folder;
    private Path file;
    private Platform platform;

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("belay.yaml"), WHOLE);
        Files.writeString(folder.resolve("more.yaml"), MORE);
        platform = new Platform(file);
    }

    @Test
    void what_has_not_changed_is_not_understood_anew() throws IOException {
        Manifest first = platform.manifest();
        Files.writeString(file, WHOLE);
        assertThat(platform.manifest()).isSameAs(first);
    }

    private String shown() {
        return platform.in("local", List.of()).view().components().toString();
    }

    @Test
    void a_change_of_the_same_length_and_time_is_seen_in_any_file() throws IOException {
        String one = shown();
        var time = Files.getLastModifiedTime(file);
        Files.writeString(file, WHOLE.replace("instances: 1", "instances: 3"));
        Files.setLastModifiedTime(file, time);
        assertThat(shown()).isNotEqualTo(one).contains("instances=3");

        Manifest before = platform.manifest();
        Files.writeString(folder.resolve("more.yaml"), MORE.replace("sleep 2", "sleep 3"));
        assertThat(platform.manifest().digest()).isNotEqualTo(before.digest());
    }

    @Test
    void what_is_broken_is_refused_at_once_and_taken_again_when_it_is_mended() throws IOException {
        Manifest first = platform.manifest();
        Files.delete(folder.resolve("more.yaml"));
        assertThatThrownBy(platform::manifest).isInstanceOf(Denied.class);
        assertThat(platform.lately("local").manifestDigest()).isEqualTo(first.digest().text());

        Path outside = Files.writeString(folder.resolveSibling("outside.yaml"), MORE);
        Files.createSymbolicLink(folder.resolve("more.yaml"), outside);
        assertThatThrownBy(platform::manifest).isInstanceOf(Denied.class);
        Files.delete(outside);

        Files.delete(folder.resolve("more.yaml"));
        Files.writeString(folder.resolve("more.yaml"), MORE);
        assertThat(platform.manifest().digest()).isEqualTo(first.digest());
    }
}
