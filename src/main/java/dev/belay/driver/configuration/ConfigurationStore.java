package dev.belay.driver.configuration;

import dev.belay.driver.disk.DurableFile;
import dev.belay.driver.disk.PathLock;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import tools.jackson.core.JacksonException;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// Plain values by version. The version is made from the values with a key that never leaves this
/// installation, so that it can stand in plans and pages and nobody can try out values against it.
public final class ConfigurationStore {
    private static final Pattern VERSION = Pattern.compile("[0-9a-f]{32}");
    private static final int KEY_BYTES = 32;
    private static final Duration LOCK_WITHIN = Duration.ofSeconds(10);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Path folder;

    public ConfigurationStore(Path folder) {
        this.folder = folder;
    }

    /// Keeps the values for ever and answers their version; the same values have the same one.
    public String keep(Map<String, String> values) throws IOException {
        DurableFile.folder(folder);
        SortedMap<String, String> sorted = new TreeMap<>(values);
        String version = version(sorted, keyMadeAtFirstUse());
        Path file = file(version);
        if (!Files.exists(file)) {
            DurableFile.write(file, JSON.writeValueAsBytes(sorted));
        }
        return version;
    }

    /// The values of a version.
    ///
    /// @throws NoSuchFileException when it was never kept here
    /// @throws IOException when the file is not what was kept
    public Map<String, String> load(String version) throws IOException {
        if (!VERSION.matcher(version).matches()) {
            throw new NoSuchFileException("there is no configuration `" + version + "`");
        }
        Optional<String> text = DurableFile.read(file(version));
        if (text.isEmpty()) {
            throw new NoSuchFileException("there is no configuration `" + version + "`");
        }
        SortedMap<String, String> values = parse(version, text.get());
        if (!version(values, Files.readAllBytes(keyFile())).equals(version)) {
            throw new IOException("configuration `" + version + "` was changed on disk");
        }
        return Map.copyOf(values);
    }

    private static SortedMap<String, String> parse(String version, String text) throws IOException {
        try {
            return JSON.readValue(text, new TypeReference<TreeMap<String, String>>() {});
        } catch (JacksonException e) {
            throw new IOException("configuration `" + version + "` is damaged on disk", e);
        }
    }

    private Path file(String version) {
        return folder.resolve(version + ".json");
    }

    private Path keyFile() {
        return folder.resolve("key");
    }

    private byte[] keyMadeAtFirstUse() throws IOException {
        PathLock lock =
                PathLock.acquire(folder.resolve("key.lock"), LOCK_WITHIN)
                        .orElseThrow(
                                () -> new IOException("`" + folder + "` is locked by another"));
        try (lock) {
            if (!Files.exists(keyFile())) {
                byte[] key = new byte[KEY_BYTES];
                new SecureRandom().nextBytes(key);
                DurableFile.write(keyFile(), key);
            }
            return Files.readAllBytes(keyFile());
        }
    }

    private static String version(SortedMap<String, String> values, byte[] key) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(unambiguous(values))).substring(0, 32);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA-256", e);
        }
    }

    /// Each text with its length before it, so that no two maps give the same bytes.
    private static byte[] unambiguous(SortedMap<String, String> values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            for (Map.Entry<String, String> entry : values.entrySet()) {
                for (String part : new String[] {entry.getKey(), entry.getValue()}) {
                    byte[] text = part.getBytes(StandardCharsets.UTF_8);
                    out.writeInt(text.length);
                    out.write(text);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("memory does not fail", e);
        }
        return bytes.toByteArray();
    }
}
