package dev.belay.driver.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.belay.driver.configuration.SecretFailure;
import dev.belay.release.SecretReference;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Secrets in files: a file for each, and a file of lines.
class SecretFilesTest {
    private static final String CANARY = "canary-4711-of-a-file";

    @TempDir private Path folder;

    private static Path write(Path file, String text, String mode) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    private static String text(SecretReader reader, String key) {
        return reader.read(new SecretReference(key)).find(key).value().use(text -> text);
    }

    private static SecretFailure fails(SecretReader reader, String key) {
        var failure = catchThrowableOfType(SecretFailure.class, () -> text(reader, key));
        assertThat(failure).isNotNull();
        assertThat(failure.reason() + failure.hint()).doesNotContain(CANARY);
        assertThat(failure.hint()).isNotBlank();
        return failure;
    }

    @Test
    void each_file_of_a_folder_is_a_secret_without_the_end_of_its_last_line() throws Exception {
        write(folder.resolve("jwt"), CANARY + "\n", "rw-------");
        write(folder.resolve("key"), "two\nlines\n\n", "r--------");
        var reader = new FolderReader(folder);
        assertThat(text(reader, "jwt")).isEqualTo(CANARY);
        assertThat(text(reader, "key")).isEqualTo("two\nlines\n");
    }

    @Test
    void links_inside_of_the_folder_are_followed_as_kubernetes_makes_them() throws Exception {
        write(folder.resolve("mount/..2026_11_30/jwt"), CANARY, "r--------");
        Path mount = folder.resolve("mount");
        Files.createSymbolicLink(mount.resolve("..data"), Path.of("..2026_11_30"));
        Files.createSymbolicLink(mount.resolve("jwt"), Path.of("..data/jwt"));
        assertThat(text(new FolderReader(mount), "jwt")).isEqualTo(CANARY);
    }

    @Test
    void a_link_that_leads_out_of_the_folder_is_refused() throws Exception {
        Path outside = write(folder.resolve("outside"), CANARY, "rw-------");
        Path mount = Files.createDirectories(folder.resolve("mount"));
        Files.createSymbolicLink(mount.resolve("jwt"), outside);
        assertThat(fails(new FolderReader(mount), "jwt").reason())
                .isEqualTo("`" + mount.resolve("jwt") + "` is a link that leads out of its folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
    void what_others_can_read_is_refused_with_the_mend(String mode) throws Exception {
        Path file = write(folder.resolve("jwt"), CANARY, mode);
        SecretFailure failure = fails(new FolderReader(folder), "jwt");
        assertThat(failure.reason()).contains("can be read or written by others than its owner");
        assertThat(failure.hint()).isEqualTo("`chmod 600 " + file + "`");
        assertThat(fails(new DotenvReader(file), "jwt").hint())
                .isEqualTo("`chmod 600 " + file + "`");
    }

    @Test
    void what_is_not_there_or_is_no_text_is_named() throws Exception {
        write(folder.resolve("large"), "x".repeat((1 << 20) + 1), "rw-------");
        Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, 0, 1});
        Files.setPosixFilePermissions(
                folder.resolve("binary"), PosixFilePermissions.fromString("rw-------"));
        Files.createDirectory(folder.resolve("sub"));
        var reader = new FolderReader(folder);
        assertThat(fails(reader, "none").kind()).isEqualTo(SecretFailure.Kind.MISSING);
        assertThat(fails(reader, "large").reason()).contains("has more than 1 MiB");
        assertThat(fails(reader, "binary").reason()).contains("is not UTF-8 text");
        assertThat(fails(reader, "sub").reason()).contains("is no file");
        assertThat(fails(new FolderReader(folder.resolve("nowhere")), "jwt").reason())
                .isEqualTo("there is no folder `" + folder.resolve("nowhere") + "`");
    }

    @Test
    void a_file_of_lines_has_a_secret_for_each_name() throws Exception {
        Path file =
                write(folder.resolve("secrets.env"), "JWT='" + CANARY + "'\nKEY=x\n", "rw-------");
        var reader = new DotenvReader(file);
        assertThat(text(reader, "JWT")).isEqualTo(CANARY);
        assertThat(fails(reader, "JTW").hint()).isEqualTo("did you mean `JWT`?");
        write(file, CANARY + "\n", "rw-------");
        assertThat(fails(reader, "JWT").reason()).contains("this line is not `NAME=value`");
    }
}
