package dev.belay.driver.acme;

import dev.belay.driver.disk.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// What went wrong with a wish so far, kept on disk: a control plane that starts again and again
/// must not ask the authority each time.
///
/// @param wish what was wished for, in short; other wishes begin anew
/// @param failures in a row
/// @param next when to try again
/// @param why what the last failure said
record RenewalRecord(String wish, int failures, Instant next, String why) {
    static RenewalRecord of(CertificateWish wish, int failures, Instant next, String why) {
        return new RenewalRecord(inShort(wish), failures, next, why);
    }

    /// Whether it is about this wish and not about another of the same name.
    boolean holds(CertificateWish other) {
        return wish.equals(inShort(other));
    }

    private static String inShort(CertificateWish wish) {
        return digest(
                String.join(
                        "\n",
                        wish.directory().toString(),
                        wish.contact(),
                        wish.challenge().word(),
                        String.join(" ", wish.hosts())));
    }

    static String digest(String text) {
        byte[] digest = SigningKey.sha256(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest, 0, 16);
    }

    static Optional<RenewalRecord> read(Path file) throws IOException {
        Optional<String> text = DurableFile.read(file);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            JsonNode json = Jws.MAPPER.readTree(text.get());
            return Optional.of(
                    new RenewalRecord(
                            json.path("wish").asString(""),
                            Math.max(1, json.path("failures").asInt(1)),
                            Instant.ofEpochMilli(json.path("next").asLong(0)),
                            json.path("why").asString("")));
        } catch (JacksonException _) {
            // It only says when to wait.
            return Optional.empty();
        }
    }

    void write(Path file) throws IOException {
        DurableFile.write(
                file,
                Jws.MAPPER
                        .createObjectNode()
                        .put("wish", wish)
                        .put("failures", failures)
                        .put("next", next.toEpochMilli())
                        .put("why", why)
                        .toString());
    }

    static void remove(Path file) throws IOException {
        Files.deleteIfExists(file);
    }
}
