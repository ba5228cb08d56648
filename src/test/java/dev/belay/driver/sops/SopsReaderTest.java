package dev.belay.driver.sops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.exceptionfactory.jagged.x25519.X25519KeyPairGenerator;
import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.FoundSecret;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.SecretDocument;
import dev.belay.release.Credential;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import dev.belay.release.SecretStore.Sops.Format;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// Against files that a writer of our own makes from the format's description.
class SopsReaderTest {
    private static final String CANARY = "canary-4711-of-sops";

    @TempDir private Path folder;
    private KeyPair pair;
    private String identity;
    private SopsWriter writer;

    @BeforeEach
    void keys() throws Exception {
        pair = new X25519KeyPairGenerator().generateKeyPair();
        identity = pair.getPrivate().toString();
        writer = new SopsWriter(pair.getPublic().toString());
    }

    private static Map<String, Object> values() {
        var values = new LinkedHashMap<String, Object>();
        values.put("password", CANARY);
        values.put("db", new LinkedHashMap<>(Map.of("user", "shop")));
        values.put("hosts", List.of("one", "two"));
        values.put("port", 5432);
        values.put("ratio", 0.25);
        values.put("debug", true);
        values.put("empty", "");
        values.put("region_unencrypted", "eu-north-1");
        return values;
    }

    private SecretDocument read(Format format, String text) throws Exception {
        Path file = Files.writeString(folder.resolve("secrets.enc"), text);
        var store = new SecretStore.Sops(file.toString(), format, new Credential.Variable("KEY"));
        var keys = new Keys(_ -> Optional.of(new Secret("# made by a test\n" + identity)), _ -> {});
        return new SopsReader(store, keys).read(new SecretReference("password"));
    }

    private static String text(SecretDocument document, String key) {
        return document.find(key).value().use(text -> text);
    }

    private SecretFailure fails(Format format, String text) {
        var failure =
                catchThrowableOfType(
                        SecretFailure.class, () -> read(format, text).find("password"));
        assertThat(failure).isNotNull();
        assertThat(failure.reason() + failure.hint() + failure).doesNotContain(CANARY, identity);
        assertThat(failure.hint()).isNotBlank();
        return failure;
    }

    @ParameterizedTest
    @ValueSource(strings = {"YAML", "JSON"})
    void every_type_of_value_is_read_by_its_name(Format format) throws Exception {
        SecretDocument document = read(format, writer.json(values()));
        assertThat(text(document, "password")).isEqualTo(CANARY);
        assertThat(text(document, "db.user")).isEqualTo("shop");
        assertThat(text(document, "hosts.1")).isEqualTo("two");
        assertThat(text(document, "port")).isEqualTo("5432");
        assertThat(text(document, "ratio")).isEqualTo("0.25");
        assertThat(text(document, "debug")).isEqualTo("true");
        assertThat(text(document, "empty")).isEmpty();
        assertThat(text(document, "region_unencrypted")).isEqualTo("eu-north-1");
        FoundSecret found = document.find("password");
        assertThat(found.version()).isEqualTo("2026-11-30T12:00:00Z");
        assertThat(found.changed()).isEqualTo("2026-11-30T12:00:00Z");
    }

    /// Made by Python's `cryptography`, over OpenSSL, and by `age` 1.1.1: none of it by Java.
    /// Backtracking would take longer over this key than there is time.
    @Test
    void a_pattern_that_goes_back_and_forth_ends_all_the_same() throws Exception {
        Map<String, Object> values = values();
        values.put("a".repeat(120) + "b", "x");
        SopsWriter patterned =
                new SopsWriter(pair.getPublic().toString())
                        .rule(
                                "encrypted_regex",
                                "^(.*a){12}$|^pass",
                                path -> !path.getFirst().startsWith("pass"));
        assertThat(text(read(Format.YAML, patterned.json(values)), "password")).isEqualTo(CANARY);
    }

    @Test
    void a_file_that_other_programs_encrypted_is_read() throws Exception {
        identity = "AGE-SECRET-KEY-1V2537D7JYMU58UPL2R9UDEP3WMNA99DCU8R8VDA2NGCA0EUQXWCSLATZCM";
        String file;
        try (var in = getClass().getResourceAsStream("/sops/vector.enc.yaml")) {
            file = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
        }
        SecretDocument document = read(Format.YAML, file);
        assertThat(text(document, "jwt")).isEqualTo("vector of æøå");
        assertThat(text(document, "db.port")).isEqualTo("5432");
        assertThat(text(document, "db.ratio")).isEqualTo("0.1");
        assertThat(text(document, "db.tls")).isEqualTo("true");
        assertThat(text(document, "hosts.0")).isEqualTo("one");
        assertThat(fails(Format.YAML, file.replace("1.50", "1.51")).reason())
                .contains("is not whole");
    }

    @Test
    void a_dotenv_file_is_read_too() throws Exception {
        SecretDocument document = read(Format.DOTENV, writer.dotenv(Map.of("password", CANARY)));
        assertThat(text(document, "password")).isEqualTo(CANARY);
    }

    @Test
    void what_is_encrypted_may_be_said_in_four_ways() throws Exception {
        String to = pair.getPublic().toString();
        for (SopsWriter one :
                List.of(
                        new SopsWriter(to)
                                .rule(
                                        "encrypted_regex",
                                        "^pass",
                                        path -> !path.getFirst().startsWith("pass")),
                        new SopsWriter(to)
                                .rule(
                                        "unencrypted_regex",
                                        "^(db|port)$",
                                        path -> List.of("db", "port").contains(path.getFirst())),
                        new SopsWriter(to)
                                .rule(
                                        "encrypted_suffix",
                                        "word",
                                        path -> !path.getFirst().endsWith("word")),
                        new SopsWriter(to)
                                .rule(
                                        "unencrypted_suffix",
                                        "s",
                                        path -> path.getLast().endsWith("s")),
                        new SopsWriter(to)
                                .macOnlyEncrypted()
                                .rule(
                                        "encrypted_regex",
                                        "^pass",
                                        path -> !path.getFirst().startsWith("pass")))) {
            SecretDocument document = read(Format.YAML, one.json(values()));
            assertThat(text(document, "password")).isEqualTo(CANARY);
            assertThat(text(document, "port")).isEqualTo("5432");
            assertThat(text(document, "ratio")).isEqualTo("0.25");
        }
    }

    @Test
    void a_flipped_bit_is_named_with_its_key() throws Exception {
        String text = writer.json(values());
        int at = text.indexOf("data:", text.indexOf("\"user\"")) + 5;
        char flipped = text.charAt(at) == 'A' ? 'B' : 'A';
        assertThat(
                        fails(Format.JSON, text.substring(0, at) + flipped + text.substring(at + 1))
                                .reason())
                .isEqualTo(
                        "`db.user` in `%s/secrets.enc` was changed after it was encrypted"
                                .formatted(folder));
    }

    @Test
    void values_that_were_exchanged_are_told_from_changed_ones() throws Exception {
        Map<String, Object> encrypted =
                writer.encrypt(new LinkedHashMap<>(Map.of("password", CANARY, "other", "x")));
        Object password = encrypted.put("password", encrypted.get("other"));
        encrypted.put("other", password);
        String text = JsonMapper.shared().writeValueAsString(encrypted);
        assertThat(fails(Format.JSON, text).reason()).contains("holds what was encrypted for `");
    }

    @Test
    void values_of_a_list_that_were_exchanged_or_left_out_make_it_another_file() throws Exception {
        Map<String, Object> encrypted = writer.encrypt(values());
        List<?> hosts = (List<?>) Objects.requireNonNull(encrypted.get("hosts"));
        encrypted.put("hosts", hosts.reversed());
        var mapper = JsonMapper.shared();
        assertThat(fails(Format.JSON, mapper.writeValueAsString(encrypted)).reason())
                .contains("is not whole");
        encrypted.put("hosts", hosts);
        assertThat(text(read(Format.JSON, mapper.writeValueAsString(encrypted)), "password"))
                .isEqualTo(CANARY);
        encrypted.remove("port");
        assertThat(fails(Format.JSON, mapper.writeValueAsString(encrypted)).reason())
                .contains("is not whole: values were removed, added or moved");
    }

    @Test
    void a_plain_value_that_was_changed_makes_it_another_file() throws Exception {
        String text = writer.json(values()).replace("eu-north-1", "us-east-1");
        assertThat(fails(Format.YAML, text).reason()).contains("is not whole");
    }

    @Test
    void a_value_in_the_clear_is_none_of_an_encrypted_file() throws Exception {
        Map<String, Object> encrypted = writer.encrypt(values());
        encrypted.put("password", "in the clear");
        String text = JsonMapper.shared().writeValueAsString(encrypted);
        assertThat(fails(Format.JSON, text).reason())
                .contains("`password` in")
                .contains("is not encrypted, and must be");
    }

    @Test
    void a_file_without_a_mac_or_with_another_time_is_refused() throws Exception {
        assertThat(fails(Format.JSON, writer.withoutMac().json(values())).reason())
                .contains("has no MAC");
        keys();
        String text = writer.json(values()).replace("2026-11-30T12", "2026-11-30T13");
        assertThat(fails(Format.JSON, text).reason())
                .contains("the MAC or `lastmodified` of")
                .contains("was changed");
    }

    @Test
    void another_identity_opens_nothing_and_is_told_whose_would() throws Exception {
        String text = writer.json(values());
        identity = new X25519KeyPairGenerator().generateKeyPair().getPrivate().toString();
        assertThat(fails(Format.JSON, text).reason()).contains(pair.getPublic().toString());
        identity = "no key at all";
        assertThat(fails(Format.JSON, text).reason())
                .isEqualTo("the `identity` is no secret key of age");
    }

    @Test
    void what_is_not_known_here_is_refused_and_not_guessed() throws Exception {
        assertThat(fails(Format.YAML, "password: open\n").reason())
                .contains("is not encrypted by SOPS");
        assertThat(fails(Format.YAML, "a: [1\nb: 2").reason()).contains("is not YAML");
        assertThat(fails(Format.JSON, "{\"a\": 1, \"a\": 2}").reason()).contains("a key twice");
        assertThat(fails(Format.YAML, "[".repeat(5000)).reason()).contains("nested");
        assertThat(fails(Format.YAML, "a: &x 1\nb: *x\nsops: {}\n").reason()).contains("an alias");
        assertThat(fails(Format.YAML, "a: 1\nsops: {mac: x, pgp: []}\n").reason())
                .contains("is encrypted to no key of age");
        String comments = writer.withMetadata("encrypted_comment_regex", "secret").json(values());
        assertThat(fails(Format.YAML, comments).reason())
                .contains("says by comments what is encrypted");
        assertThat(fails(Format.YAML, "x: 1\n".repeat(300_000)).reason())
                .contains("more than 1 MiB");
    }

    @Test
    void an_identity_that_others_can_read_opens_nothing() throws Exception {
        Path key = Files.writeString(folder.resolve("age.key"), identity + "\n");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Path file = Files.writeString(folder.resolve("s.json"), writer.json(values()));
        var store =
                new SecretStore.Sops(
                        file.toString(), Format.JSON, new Credential.File(key.toString()));
        var reader = new SopsReader(store, new Keys(_ -> Optional.empty(), _ -> {}));
        var failure =
                catchThrowableOfType(
                        SecretFailure.class, () -> reader.read(new SecretReference("password")));
        assertThat(failure).isNotNull();
        assertThat(failure.hint()).isEqualTo("`chmod 600 " + key + "`");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        assertThat(text(reader.read(new SecretReference("password")), "password"))
                .isEqualTo(CANARY);
    }
}
