package dev.belay.driver.secrets;

import dev.belay.driver.configuration.SecretFailure;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// A file that holds a secret: ours, readable for nobody else, and no larger than a secret is.
///
/// @param text as it stands there
/// @param changed when it was written last
public record PrivateFile(String text, Instant changed) {
    /// As much as Kubernetes lets a Secret hold.
    public static final int BYTES_MAX = 1 << 20;

    private static final Set<PosixFilePermission> OTHERS =
            Set.of(
                    PosixFilePermission.GROUP_READ,
                    PosixFilePermission.GROUP_WRITE,
                    PosixFilePermission.GROUP_EXECUTE,
                    PosixFilePermission.OTHERS_READ,
                    PosixFilePermission.OTHERS_WRITE,
                    PosixFilePermission.OTHERS_EXECUTE);

    @Override
    public String toString() {
        return "PrivateFile[***]";
    }

    /// Reads one; a link is followed to wherever it leads.
    ///
    /// @throws SecretFailure when it is not there, not private or too large
    public static PrivateFile read(Path file) {
        return read(file, true);
    }

    /// Reads one that may be readable for others, as what is encrypted is.
    public static PrivateFile readShared(Path file) {
        return read(file, false);
    }

    private static PrivateFile read(Path file, boolean secret) {
        try {
            Path real = file.toRealPath();
            PosixFileAttributes attributes = Files.readAttributes(real, PosixFileAttributes.class);
            if (!attributes.isRegularFile()) {
                throw SecretFailure.refused(
                        "`" + file + "` is no file", "name a regular file that holds it");
            }
            if (secret) {
                looseness(real, attributes)
                        .ifPresent(failure -> {
                            throw failure;
                        });
            }
            return new PrivateFile(text(real), attributes.lastModifiedTime().toInstant());
        } catch (NoSuchFileException gone) {
            throw SecretFailure.missing("there is no file `" + file + "`", "put it there");
        } catch (IOException e) {
            throw SecretFailure.refused(
                    "`" + file + "` cannot be read: " + e.getClass().getSimpleName(),
                    "make it readable for the user that Belay runs as");
        }
    }

    /// What is wrong with who can get at a file; empty when nobody else can.
    public static Optional<SecretFailure> looseness(Path file) {
        try {
            Path real = file.toRealPath();
            return looseness(real, Files.readAttributes(real, PosixFileAttributes.class));
        } catch (IOException gone) {
            return Optional.empty();
        }
    }

    private static Optional<SecretFailure> looseness(Path file, PosixFileAttributes attributes)
            throws IOException {
        String me = System.getProperty("user.name", "");
        String owner = attributes.owner().getName();
        if (!owner.equals(me) && !owner.equals("root")) {
            return Optional.of(
                    SecretFailure.refused(
                            "`%s` belongs to `%s`".formatted(file, owner),
                            "`chown %s %s`: whoever owns it could change it".formatted(me, file)));
        }
        if (attributes.permissions().stream().anyMatch(OTHERS::contains)) {
            return Optional.of(
                    SecretFailure.refused(
                            "`%s` can be read or written by others than its owner".formatted(file),
                            "`chmod 600 " + file + "`"));
        }
        return Optional.empty();
    }

    private static String text(Path file) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            bytes = in.readNBytes(BYTES_MAX + 1);
        }
        if (bytes.length > BYTES_MAX) {
            throw SecretFailure.refused(
                    "`" + file + "` has more than 1 MiB", "a file of secrets is smaller");
        }
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException binary) {
            throw SecretFailure.refused(
                    "`" + file + "` is not UTF-8 text",
                    "a variable holds text: encode what is not, with base64 say");
        }
    }
}
