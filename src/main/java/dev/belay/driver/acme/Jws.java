package dev.belay.driver.acme;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A signed message to an authority (RFC 8555 §6.2).
final class Jws {
    static final ObjectMapper MAPPER = JsonMapper.shared();

    private static final Base64.Encoder BASE64_URL = Base64.getUrlEncoder().withoutPadding();

    private Jws() {}

    /// @param account the account's address, null while it has none and the key itself is sent
    /// @param payload empty where the message only asks
    static String of(SigningKey key, @Nullable URI account, String nonce, URI url, String payload) {
        ObjectNode head = MAPPER.createObjectNode().put("alg", "ES256");
        if (account == null) {
            head.set("jwk", MAPPER.readTree(key.json()));
        } else {
            head.put("kid", account.toString());
        }
        head.put("nonce", nonce).put("url", url.toString());
        String protectedPart = encoded(head.toString());
        String payloadPart = encoded(payload);
        byte[] signature =
                key.signFixed(
                        (protectedPart + "." + payloadPart).getBytes(StandardCharsets.US_ASCII));
        return MAPPER.createObjectNode()
                .put("protected", protectedPart)
                .put("payload", payloadPart)
                .put("signature", BASE64_URL.encodeToString(signature))
                .toString();
    }

    private static String encoded(String text) {
        return encoded(text.getBytes(StandardCharsets.UTF_8));
    }

    static String encoded(byte[] bytes) {
        return BASE64_URL.encodeToString(bytes);
    }
}
