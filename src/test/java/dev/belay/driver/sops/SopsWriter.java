package dev.belay.driver.sops;

import com.exceptionfactory.jagged.RecipientStanzaWriter;
import com.exceptionfactory.jagged.framework.armor.ArmoredEncryptingChannelFactory;
import com.exceptionfactory.jagged.x25519.X25519RecipientStanzaWriterFactory;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.databind.json.JsonMapper;

/// Encrypts as the SOPS format is described, without any of the reader's code: what is written here
/// is Java's own maps, lists and values, each encrypted by AES-256-GCM with an initialisation
/// vector of 32 bytes and its path as additional data.
public final class SopsWriter {
    private final byte[] key = new byte[32];
    private final SecureRandom random = new SecureRandom();
    private final String recipient;
    private final MessageDigest mac;
    private Predicate<List<String>> plain =
            path -> path.stream().anyMatch(k -> k.endsWith("_unencrypted"));
    private final Map<String, Object> more = new LinkedHashMap<>();
    private boolean onlyEncrypted;
    private String lastModified = "2026-11-30T12:00:00Z";
    private boolean withMac = true;

    /// @param recipient age's public key
    public SopsWriter(String recipient) throws Exception {
        this.recipient = recipient;
        random.nextBytes(key);
        mac = MessageDigest.getInstance("SHA-512");
    }

    public SopsWriter rule(String name, String value, Predicate<List<String>> leaves) {
        more.put(name, value);
        plain = leaves;
        return this;
    }

    public SopsWriter withMetadata(String name, Object value) {
        more.put(name, value);
        return this;
    }

    public SopsWriter macOnlyEncrypted() throws Exception {
        onlyEncrypted = true;
        more.put("mac_only_encrypted", true);
        mac.update(
                MessageDigest.getInstance("SHA-256")
                        .digest("sops".getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    public SopsWriter withoutMac() {
        withMac = false;
        return this;
    }

    /// The tree with its values encrypted, and `sops` beside them.
    public Map<String, Object> encrypt(Map<String, Object> values) throws Exception {
        Map<String, Object> result = branch(values, List.of());
        Map<String, Object> metadata = new LinkedHashMap<>();
        metadata.put("age", List.of(Map.of("recipient", recipient, "enc", sealedKey())));
        metadata.put("lastmodified", lastModified);
        if (withMac) {
            String digest = HexFormat.of().withUpperCase().formatHex(mac.digest());
            metadata.put("mac", seal(digest, "str", lastModified));
        }
        metadata.putAll(more);
        metadata.put("version", "3.13.1");
        result.put("sops", metadata);
        return result;
    }

    /// JSON is YAML, too.
    public String json(Map<String, Object> values) throws Exception {
        return JsonMapper.shared()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(encrypt(values));
    }

    /// As `sops` writes dotenv files.
    public String dotenv(Map<String, Object> values) throws Exception {
        var text = new StringBuilder("#ENC[AES256_GCM,data:eA==,iv:eA==,tag:eA==,type:comment]\n");
        for (Map.Entry<String, Object> one : encrypt(values).entrySet()) {
            if (!(one.getValue() instanceof Map<?, ?> metadata)) {
                text.append(one.getKey()).append('=').append(one.getValue()).append('\n');
                continue;
            }
            for (Map.Entry<?, ?> each : metadata.entrySet()) {
                if (each.getValue() instanceof List<?> list) {
                    for (Map.Entry<?, ?> part : ((Map<?, ?>) list.getFirst()).entrySet()) {
                        text.append("sops_age__list_0__map_")
                                .append(part.getKey())
                                .append('=')
                                .append(String.valueOf(part.getValue()).replace("\n", "\\n"))
                                .append('\n');
                    }
                } else {
                    text.append("sops_%s=%s\n".formatted(each.getKey(), each.getValue()));
                }
            }
        }
        return text.toString();
    }

    private Map<String, Object> branch(Map<?, ?> values, List<String> path) throws Exception {
        Map<String, Object> result = new LinkedHashMap<>();
        for (Map.Entry<?, ?> one : values.entrySet()) {
            var below = new ArrayList<>(path);
            below.add(String.valueOf(one.getKey()));
            result.put(String.valueOf(one.getKey()), node(one.getValue(), below));
        }
        return result;
    }

    private Object node(Object value, List<String> path) throws Exception {
        if (value instanceof Map<?, ?> map) {
            return branch(map, path);
        }
        if (value instanceof List<?> list) {
            var items = new ArrayList<>();
            for (Object item : list) {
                items.add(node(item, path));
            }
            return items;
        }
        boolean encrypted = !plain.test(path);
        String text =
                switch (value) {
                    case Boolean truth -> truth ? "True" : "False";
                    default -> String.valueOf(value);
                };
        if (encrypted || !onlyEncrypted) {
            mac.update(text.getBytes(StandardCharsets.UTF_8));
        }
        if (!encrypted) {
            return value;
        }
        String type =
                switch (value) {
                    case Boolean _ -> "bool";
                    case Integer _ -> "int";
                    case Double _ -> "float";
                    default -> "str";
                };
        return text.isEmpty() ? "" : seal(text, type, String.join(":", path) + ":");
    }

    private String seal(String text, String type, String place) throws Exception {
        byte[] iv = new byte[32];
        random.nextBytes(iv);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(
                Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, iv));
        cipher.updateAAD(place.getBytes(StandardCharsets.UTF_8));
        byte[] sealed = cipher.doFinal(text.getBytes(StandardCharsets.UTF_8));
        int data = sealed.length - 16;
        Base64.Encoder base64 = Base64.getEncoder();
        return "ENC[AES256_GCM,data:%s,iv:%s,tag:%s,type:%s]"
                .formatted(
                        base64.encodeToString(Arrays.copyOf(sealed, data)),
                        base64.encodeToString(iv),
                        base64.encodeToString(Arrays.copyOfRange(sealed, data, sealed.length)),
                        type);
    }

    private String sealedKey() throws Exception {
        var out = new ByteArrayOutputStream();
        List<RecipientStanzaWriter> writers =
                List.of(X25519RecipientStanzaWriterFactory.newRecipientStanzaWriter(recipient));
        try (var channel =
                new ArmoredEncryptingChannelFactory()
                        .newEncryptingChannel(Channels.newChannel(out), writers)) {
            channel.write(ByteBuffer.wrap(key));
        }
        return out.toString(StandardCharsets.UTF_8);
    }
}
