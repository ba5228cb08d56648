package dev.belay.driver.backup;

import com.exceptionfactory.jagged.RecipientStanzaReader;
import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaReaderFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.util.ArrayList;
import java.util.List;

/// Who can read a backup: age's keys (age-encryption.org). `age -d -i KEYFILE` reads the files as
/// well.
///
/// @param recipients public keys, `age1…`; none leaves the files unencrypted
/// @param identities secret keys, `AGE-SECRET-KEY-1…`; needed to read, not to write
public record BackupKeys(List<String> recipients, List<String> identities) {
    public static final BackupKeys UNENCRYPTED = new BackupKeys(List.of(), List.of());

    public BackupKeys {
        recipients = List.copyOf(recipients);
        identities = List.copyOf(identities);
    }

    /// These, and one more that exists only as long as the value: with it a backup that was just
    /// made can be verified where nobody's secret key is kept.
    public BackupKeys withPassing() throws KeyFailure {
        if (recipients.isEmpty()) {
            return this;
        }
        try {
            KeyPair pair = new X25519KeyPairGenerator().generateKeyPair();
            var more = new ArrayList<>(recipients);
            more.add(pair.getPublic().toString());
            var secrets = new ArrayList<>(identities);
            secrets.add(pair.getPrivate().toString());
            return new BackupKeys(more, secrets);
        } catch (GeneralSecurityException e) {
            throw new KeyFailure("no key can be made: " + e.getMessage(), "");
        }
    }

    List<RecipientStanzaWriter> writers() throws KeyFailure {
        var writers = new ArrayList<RecipientStanzaWriter>();
        for (String recipient : recipients) {
            try {
                writers.add(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new KeyFailure(
                        "`" + recipient + "` is no public key of age",
                        "it begins with `age1` and has 62 characters; `age-keygen` makes one");
            }
        }
        return writers;
    }

    List<RecipientStanzaReader> readers() throws KeyFailure {
        if (identities.isEmpty()) {
            throw new KeyFailure(
                    "the backup is encrypted, and no secret key is given",
                    "give one of the keys that it was encrypted to, `AGE-SECRET-KEY-1…`");
        }
        var readers = new ArrayList<RecipientStanzaReader>();
        for (String identity : identities) {
            try {
                readers.add(X25519RecipientStanzaReaderFactory.newRecipientStanzaReader(identity));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new KeyFailure(
                        "a secret key that is given is none of age",
                        "it begins with `AGE-SECRET-KEY-1` and has 74 characters");
            }
        }
        return readers;
    }

    /// Whether the text is one to encrypt to, its checksum included.
    public static boolean isRecipient(String text) {
        try {
            return !new BackupKeys(List.of(text), List.of()).writers().isEmpty();
        } catch (KeyFailure e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return recipients + " and " + identities.size() + " secret keys";
    }
}
