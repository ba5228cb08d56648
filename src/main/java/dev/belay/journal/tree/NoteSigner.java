package dev.belay.journal.tree;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.interfaces.EdECPrivateKey;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// Signs notes with an Ed25519 key. Written as `golang.org/x/mod/sumdb/note` writes it,
/// `PRIVATE+KEY+NAME+ID+base64(1, seed)`, and below that its public key, so that other tools can
/// use it.
public final class NoteSigner {
    private static final String PREFIX = "PRIVATE+KEY+";

    private final NoteKey publicKey;
    private final byte[] seed;
    private final PrivateKey key;

    private NoteSigner(NoteKey publicKey, byte[] seed) throws NotANote {
        this.publicKey = publicKey;
        this.seed = seed.clone();
        try {
            key =
                    KeyFactory.getInstance("Ed25519")
                            .generatePrivate(
                                    new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed));
        } catch (GeneralSecurityException _) {
            throw new NotANote("it is no Ed25519 key");
        }
        if (!publicKey.signed(sign("whether the two halves belong together\n"))) {
            throw new NotANote("its two halves do not belong together");
        }
    }

    /// A new one.
    ///
    /// @param name of the key, which says whose it is
    public static NoteSigner random(String name) {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            byte[] seed = ((EdECPrivateKey) pair.getPrivate()).getBytes().orElseThrow();
            byte[] encoded = pair.getPublic().getEncoded();
            int from = encoded.length - NoteKey.KEY_BYTES;
            return new NoteSigner(
                    new NoteKey(name, Arrays.copyOfRange(encoded, from, encoded.length)), seed);
        } catch (GeneralSecurityException | NotANote e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }

    /// Reads one that was written down.
    ///
    /// @throws NotANote when it is none
    public static NoteSigner parse(String written) throws NotANote {
        List<String> lines = written.lines().toList();
        if (lines.size() != 2 || !lines.getFirst().startsWith(PREFIX)) {
            throw new NotANote("it is no key that signs notes");
        }
        NoteKey publicKey = NoteKey.parse(lines.get(1));
        String[] parts = lines.getFirst().substring(PREFIX.length()).split("\\+", 3);
        byte[] typed = NoteKey.decode(parts[parts.length - 1]);
        boolean same = parts[0].equals(publicKey.name());
        if (!same || typed.length != NoteKey.KEY_BYTES + 1 || typed[0] != NoteKey.ED25519) {
            throw new NotANote("it is no Ed25519 key");
        }
        return new NoteSigner(publicKey, Arrays.copyOfRange(typed, 1, typed.length));
    }

    /// What is written down for [#parse]; a secret.
    public String written() {
        byte[] typed = new byte[seed.length + 1];
        typed[0] = NoteKey.ED25519;
        System.arraycopy(seed, 0, typed, 1, seed.length);
        return PREFIX
                + publicKey.name()
                + "+"
                + publicKey.idDigits()
                + "+"
                + Base64.getEncoder().encodeToString(typed)
                + "\n"
                + publicKey.written()
                + "\n";
    }

    public NoteKey publicKey() {
        return publicKey;
    }

    /// Signs a text.
    ///
    /// @param text ends with a line break
    public SignedNote sign(String text) {
        try {
            Signature ed25519 = Signature.getInstance("Ed25519");
            ed25519.initSign(key);
            ed25519.update(text.getBytes(StandardCharsets.UTF_8));
            byte[] signature = ed25519.sign();
            byte[] marked =
                    java.nio.ByteBuffer.allocate(Integer.BYTES + signature.length)
                            .putInt(publicKey.id())
                            .put(signature)
                            .array();
            String base64 = Base64.getEncoder().encodeToString(marked);
            return new SignedNote(
                    text,
                    List.of(new SignedNote.Signature(publicKey.name(), publicKey.id(), base64)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has Ed25519", e);
        }
    }
}
