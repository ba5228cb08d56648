package dev.belay.driver.sops;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Decrypts single values: AES-256-GCM, with where a value stands as additional data.
final class SopsCipher {
    private static final Pattern VALUE =
            Pattern.compile(
                    "ENC\\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([a-z]+)\\]");
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;

    /// @param key of 32 bytes
    SopsCipher(byte[] key) {
        this.key = new SecretKeySpec(key, "AES");
    }

    /// A value as it is encrypted, its parts in base64.
    record Sealed(String data, String iv, String tag, String type) {
        /// Empty when the text is none.
        static Optional<Sealed> of(String text) {
            Matcher matcher = VALUE.matcher(text);
            return matcher.matches()
                    ? Optional.of(
                            new Sealed(
                                    matcher.group(1),
                                    matcher.group(2),
                                    matcher.group(3),
                                    matcher.group(4)))
                    : Optional.empty();
        }
    }

    /// What it stands for; empty when it is not what was encrypted for that place with this key.
    Optional<String> open(Sealed sealed, String place) {
        try {
            Base64.Decoder decoder = Base64.getDecoder();
            byte[] data = decoder.decode(sealed.data());
            byte[] tag = decoder.decode(sealed.tag());
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    key,
                    new GCMParameterSpec(TAG_BITS, decoder.decode(sealed.iv())));
            cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
            byte[] both = ByteBuffer.allocate(data.length + tag.length).put(data).put(tag).array();
            byte[] plain = cipher.doFinal(both);
            return Optional.of(
                    StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(plain)).toString());
        } catch (GeneralSecurityException
                | CharacterCodingException
                | IllegalArgumentException changed) {
            // A tag that does not fit, no base64, an initialisation vector of no length.
            return Optional.empty();
        }
    }
}
