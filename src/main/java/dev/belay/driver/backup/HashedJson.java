package dev.belay.driver.backup;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// A value as a JSON object whose last field is the hash of all the text before it: one flipped bit
/// anywhere, and it does not read.
public final class HashedJson {
    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private static final String FIELD = ",\n  \"hash\" : \"";
    private static final String END = "\"\n}\n";

    private HashedJson() {}

    /// A value and the hash that its text ends with.
    public record Read<T>(T value, String hash) {}

    public static byte[] bytes(Object value) {
        String json = MAPPER.writeValueAsString(value).replace("\r\n", "\n");
        String body = json.substring(0, json.lastIndexOf('}')).stripTrailing();
        return (body + FIELD + hash(body) + END).getBytes(StandardCharsets.UTF_8);
    }

    /// What was written there.
    ///
    /// @throws IOException when the file is not as it was written, or not of that type
    public static <T> Read<T> read(Path file, Class<T> type) throws IOException {
        String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        int at = text.lastIndexOf(FIELD);
        String body = at < 0 ? "" : text.substring(0, at);
        String hash = hash(body);
        if (at < 0 || !text.substring(at).equals(FIELD + hash + END)) {
            throw new IOException("`" + file.getFileName() + "` is not as it was written");
        }
        try {
            return new Read<>(MAPPER.readValue(body + "\n}", type), hash);
        } catch (JacksonException e) {
            throw new IOException(
                    "`%s` cannot be read: %s".formatted(file.getFileName(), e.getOriginalMessage()),
                    e);
        }
    }

    private static String hash(String body) {
        return HexFormat.of()
                .formatHex(Seal.sha256().digest(body.getBytes(StandardCharsets.UTF_8)));
    }
}
