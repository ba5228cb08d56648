package dev.belay.journal.tree;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/// A public key that verifies notes, written as C2SP's `signed-note` writes it: `NAME+ID+base64(1,
/// Ed25519 key)`. Can be printed, copied and compared.
public final class NoteKey {
    static final byte ED25519 = 1;
    static final int KEY_BYTES = 32;

    private static final int WRITTEN_MAX = 1000;
    private static final int ID_DIGITS = 8;

    /// What X.509 says before the 32 bytes of such a key.
    private static final byte[] X509 = HexFormat.of().parseHex("302a300506032b6570032100");

    private final String name;
    private final byte[] bytes;
    private final PublicKey key;

    NoteKey(String name, byte[] bytes) throws NotANote {
        if (!isName(name) || bytes.length != KEY_BYTES) {
            throw new NotANote("it is no key for notes");
        }
        this.name = name;
        this.bytes = bytes.clone();
        try {
            byte[] encoded = Arrays.copyOf(X509, X509.length + KEY_BYTES);
            System.arraycopy(bytes, 0, encoded, X509.length, KEY_BYTES);
            key = KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException _) {
            throw new NotANote("it is no Ed25519 key");
        }
    }

    /// Reads one.
    ///
    /// @throws NotANote when it is no key, or its id is another key's
    public static NoteKey parse(String written) throws NotANote {
        String[] parts = written.strip().split("\\+", 3);
        if (written.length() > WRITTEN_MAX || parts.length != 3) {
            throw new NotANote("a key is `NAME+ID+BASE64`");
        }
        byte[] typed = decode(parts[2]);
        if (typed.length != KEY_BYTES + 1 || typed[0] != ED25519) {
            throw new NotANote("it is no Ed25519 key");
        }
        var key = new NoteKey(parts[0], Arrays.copyOfRange(typed, 1, typed.length));
        if (!key.idDigits().equals(parts[1])) {
            throw new NotANote("its id does not fit: it was changed, or cut off");
        }
        return key;
    }

    static byte[] decode(String base64) throws NotANote {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException _) {
            throw new NotANote("a key is written in base64");
        }
    }

    static boolean isName(String name) {
        return !name.isEmpty()
                && name.length() <= 200
                && name.chars().noneMatch(c -> c <= ' ' || c == '+' || Character.isWhitespace(c));
    }

    /// The first four bytes as a number.
    static int number(byte[] bytes) {
        return java.nio.ByteBuffer.wrap(bytes).getInt();
    }

    public String name() {
        return name;
    }

    /// Tells keys of one name apart.
    public int id() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(name.getBytes(StandardCharsets.UTF_8));
            sha256.update((byte) '\n');
            sha256.update(ED25519);
            return number(sha256.digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    String idDigits() {
        return HexFormat.of().toHexDigits(id(), ID_DIGITS);
    }

    /// Whether its owner signed the note.
    public boolean signed(SignedNote note) {
        return note.signatures().stream()
                .filter(one -> one.name().equals(name) && one.keyId() == id())
                .anyMatch(one -> verifies(note.text(), one.bytes()));
    }

    private boolean verifies(String text, byte[] signature) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initVerify(key);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            return ed25519.verify(signature);
        } catch (GeneralSecurityException _) {
            // Of the wrong length, say.
            return false;
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NoteKey that && written().equals(that.written());
    }

    @Override
    public int hashCode() {
        return id();
    }

    /// As it is printed, and read again.
    public String written() {
        byte[] typed = new byte[KEY_BYTES + 1];
        typed[0] = ED25519;
        System.arraycopy(bytes, 0, typed, 1, KEY_BYTES);
        return name + "+" + idDigits() + "+" + Base64.getEncoder().encodeToString(typed);
    }

    @Override
    public String toString() {
        return written();
    }
}
