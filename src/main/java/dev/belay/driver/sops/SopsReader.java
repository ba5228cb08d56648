package dev.belay.driver.sops;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.framework.armor.ArmoredDecryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.PrivateFile;
import dev.belay.driver.secrets.SecretDocument;
import dev.belay.driver.secrets.SecretReader;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Secrets in a file that SOPS encrypted to keys of age. The file itself may be read by anybody;
/// the key that opens it by nobody else.
public final class SopsReader implements SecretReader {
    private static final int KEY_BYTES = 32;

    private final SecretStore.Sops store;
    private final Keys keys;

    public SopsReader(SecretStore.Sops store, Keys keys) {
        this.store = store;
        this.keys = keys;
    }

    @Override
    public String unit(SecretReference what) {
        return "";
    }

    @Override
    public SecretDocument read(SecretReference what) {
        String file = store.file();
        String text = PrivateFile.readShared(Path.of(file)).text();
        SopsTree.Branch root = SopsText.read(file, store.format(), text);
        SopsMetadata metadata = SopsMetadata.of(file, root);
        var cipher = new SopsCipher(key(metadata));
        return SecretDocument.of(
                "`" + file + "`",
                SopsFile.open(file, root, metadata, cipher),
                metadata.lastModified(),
                instant(metadata.lastModified()));
    }

    private byte[] key(SopsMetadata metadata) {
        List<RecipientStanzaReader> readers = readers(keys.of(store.identity()));
        for (SopsMetadata.Recipient recipient : metadata.recipients()) {
            byte[] key = opened(recipient, readers);
            if (key.length == KEY_BYTES) {
                return key;
            }
        }
        throw SecretFailure.refused(
                "the identity opens `%s` not: it is encrypted to %s"
                        .formatted(
                                store.file(),
                                String.join(
                                        ", ",
                                        metadata.recipients().stream()
                                                .map(SopsMetadata.Recipient::publicKey)
                                                .toList())),
                "give the secret key of one of them by `identity`, or `sops rotate -i --add-age` yours");
    }

    private static byte[] opened(
            SopsMetadata.Recipient recipient, List<RecipientStanzaReader> readers) {
        byte[] armored = (recipient.encryptedKey().strip() + "\n").getBytes(StandardCharsets.UTF_8);
        try (var from = Channels.newChannel(new ByteArrayInputStream(armored));
                InputStream in =
                        Channels.newInputStream(
                                new ArmoredDecryptingChannelFactory()
                                        .newDecryptingChannel(from, readers))) {
            return in.readNBytes(KEY_BYTES + 1);
        } catch (GeneralSecurityException | IOException | IllegalArgumentException other) {
            return new byte[0];
        }
    }

    /// A file of `age-keygen` has comments beside the key, and may have several.
    private static List<RecipientStanzaReader> readers(Secret identity) {
        var readers = new ArrayList<RecipientStanzaReader>();
        try {
            for (String line : identity.use(String::lines).map(String::strip).toList()) {
                if (!line.isEmpty() && !line.startsWith("#")) {
                    readers.add(X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(line));
                }
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            readers.clear();
        }
        if (readers.isEmpty()) {
            throw SecretFailure.refused(
                    "the `identity` is no secret key of age",
                    "it begins with `AGE-SECRET-KEY-1` and has 74 characters; keys of plugins and of SSH"
                            + " are not known here");
        }
        return readers;
    }

    private static @Nullable Instant instant(String text) {
        try {
            return text.isEmpty() ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
