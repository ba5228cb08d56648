package dev.belay.driver.scan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.Choices;
import dev.belay.driver.configuration.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// What is found, and above all what is not. Tokens are put together here, so that nobody who scans
/// this file finds one; none was ever given out.
class SecretScannerTest {
    private static final String RANDOM_36 = "zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17";
    private static final String BASE_64 =
            """
            MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKjMzEf
            YyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvuNMoSfm76
            """;

    private static List<Leak> scan(String path, String text) {
        return new SecretScanner(Map.of()).scan(path, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> rules(String path, String text) {
        return scan(path, text).stream().map(Leak::rule).toList();
    }

    private static String varied(String letters, int length) {
        var always = new SplittableRandom(length);
        var text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.append(letters.charAt(always.nextInt(letters.length())));
        }
        return text.toString();
    }

    private static String alphanumeric(int length) {
        return varied("aZ3kQ9xLm2Vb7RtY5cWp1HsN8dFg4JuE6", length);
    }

    private static String hex(int length) {
        return varied("a3f09c7e1b5d2846", length);
    }

    private record Case(String rule, String text) {}

    private static Stream<Case> secrets() {
        return Stream.of(
                new Case("github-token", "token: gh" + "p_" + RANDOM_36),
                new Case(
                        "github-token",
                        "git clone https://gh" + "s_" + RANDOM_36 + "@github.com/x"),
                new Case("github-token", "x=\"github" + "_pat_" + alphanumeric(82) + "\""),
                new Case("npm-token", "//registry/:_authToken=np" + "m_" + RANDOM_36),
                new Case("gitlab-token", "gl" + "pat-" + alphanumeric(20)),
                new Case("aws-access-key", "aws_access_key_id = AK" + "IAQ3EGRZ7KPL2VNM4T"),
                new Case("google-api-key", "key=AI" + "za" + alphanumeric(35)),
                new Case("slack-token", "xo" + "xb-2048271937-8173620495-" + alphanumeric(24)),
                new Case(
                        "slack-webhook",
                        "https://hooks.slack"
                                + ".com/services/T02AB3CDE/B04FG5HIJ/"
                                + alphanumeric(24)),
                new Case("stripe-key", "Stripe(\"sk_" + "live_" + alphanumeric(24) + "\")"),
                new Case("sendgrid-key", "S" + "G." + alphanumeric(22) + "." + alphanumeric(43)),
                new Case("twilio-key", "S" + "K" + hex(32)),
                new Case(
                        "openai-key",
                        "sk" + "-proj-" + alphanumeric(24) + "T3Blbk" + "FJ" + alphanumeric(24)),
                new Case("anthropic-key", "sk" + "-ant-api03-" + alphanumeric(93) + "AA"),
                new Case("vault-token", "VAULT_TOKEN=hv" + "s." + alphanumeric(95)),
                new Case("pypi-token", "py" + "pi-AgEIcHlwaS5vcmc" + alphanumeric(120)),
                new Case(
                        "age-secret-key",
                        "AGE-SECRET"
                                + "-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33"),
                new Case("digitalocean-token", "do" + "p_v1_" + hex(64)),
                new Case("hugging-face-token", "h" + "f_" + alphanumeric(34)),
                new Case("shopify-token", "sh" + "pat_" + hex(32)),
                new Case("private-key", "-----BEGIN " + "PRIVATE KEY-----\n" + BASE_64),
                new Case(
                        "private-key",
                        "\"private_key\": \"-----BEGIN "
                                + "RSA PRIVATE KEY-----\\n"
                                + BASE_64.replace("\n", "\\n")
                                + "\""),
                new Case("web-token", "Bearer " + webToken("{\"sub\":\"42\",\"role\":\"admin\"}")),
                new Case("url-password", "postgres://shop:Wq8zKp2mXv@db.internal:5432/shop"),
                new Case("url-password", "amqps://app:t0p%2Fsecre7x@queue:5671"),
                new Case("assignment", "const password = \"h7!kQz0p$Lw\";"),
                new Case("assignment", "clientSecret: '9fK2xQ7vB4nM1zT8wL5c'"),
                new Case("assignment", "\"api_key\": \"" + hex(40) + "\","));
    }

    private static String webToken(String payload) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString("{\"alg\":\"HS256\"}".getBytes(StandardCharsets.UTF_8))
                + "."
                + encoder.encodeToString(payload.getBytes(StandardCharsets.UTF_8))
                + "."
                + alphanumeric(43);
    }

    @TestFactory
    Stream<DynamicTest> a_secret_is_found_by_its_rule() {
        return secrets()
                .map(one ->
                        DynamicTest.dynamicTest(
                                one.rule(),
                                () ->
                                        assertThat(rules("src/main.ts", one.text()))
                                                .containsExactly(one.rule())));
    }

    @TestFactory
    Stream<DynamicTest> what_only_looks_like_one_is_not_found() {
        return innocents()
                .map(one ->
                        DynamicTest.dynamicTest(
                                one.rule(),
                                () -> assertThat(scan(one.rule(), one.text())).isEmpty()));
    }

    private static Stream<Case> innocents() {
        String integrity =
                "sha512-"
                        + Base64.getEncoder()
                                .encodeToString(alphanumeric(64).getBytes(StandardCharsets.UTF_8));
        return Stream.of(
                new Case("package-lock.json", "\"integrity\": \"" + integrity + "\","),
                new Case("package-lock.json", "\"token\": \"" + hex(40) + "\""),
                new Case("yarn.lock", "resolved \"https://registry/x/-/x-1.0.0.tgz#" + hex(40)),
                new Case("go.sum", "github.com/x/y v1.2.3 h1:" + alphanumeric(43) + "="),
                new Case("index.html", "<script integrity=\"" + integrity + "\"></script>"),
                new Case("ids.ts", "const token = \"6f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0\""),
                new Case("aws.md", "AK" + "IAIOSFODNN7EXAMPLE"),
                new Case("aws.ts", "AK" + "IAIOSFODNN7EXAMPLE"),
                new Case("gh.ts", "gh" + "p_" + "x".repeat(36)),
                new Case("gh.ts", "gh" + "p_" + alphanumeric(36)),
                new Case("gh.ts", "starts with gh" + "p_ and more"),
                new Case("age.txt", "AGE-SECRET" + "-KEY-1" + "Q".repeat(58)),
                new Case("sendgrid.ts", "S" + "G.xxxxxxxxxxxxxxxxxxxxxx." + "y".repeat(43)),
                new Case("pem.go", "if bytes.HasPrefix(b, \"-----BEGIN " + "PRIVATE KEY-----\") {"),
                new Case(
                        "pem.md",
                        "-----BEGIN " + "PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----"),
                new Case("cert.pem", "-----BEGIN CERTIFICATE-----\n" + BASE_64),
                new Case("jwt.ts", webToken("{\"sub\":\"1234567890\",\"name\":\"John Doe\"}")),
                new Case("jwt.ts", webToken("{\"iss\":\"supabase\",\"role\":\"anon\"}")),
                new Case("compose.yaml", "postgres://postgres:postgres@db:5432/app"),
                new Case("compose.yaml", "postgres://app:${DB_PASSWORD}@db:5432/app"),
                new Case("README.md", "postgres://user:password@db.internal/app"),
                new Case("dev.ts", "postgres://app:Wq8zKp2mXv@localhost:5432/app"),
                new Case("doc.ts", "https://user:Wq8zKp2mXv@example.com/"),
                new Case("a.ts", "https://example.org/a:b@c"),
                new Case("a.ts", "password: string;"),
                new Case("a.ts", "const password = process.env.DATABASE_PASSWORD_PRODUCTION_2;"),
                new Case("a.ts", "if (token == \"9fK2xQ7vB4nM1zT8wL5c\") {}"),
                new Case("a.ts", "passwordHash = '" + hex(64) + "'"),
                new Case("a.ts", "const secret = \"your-secret-goes-here-12\""),
                new Case("a.ts", "const token = \"auth.access_token\""),
                new Case("a.ts", "token: 'oauth2AccessTokenForUsers1'"),
                new Case("a.ts", "secret: \"${JWT_SECRET_OF_2024}\""),
                new Case("a.ts", "publicKey = \"" + alphanumeric(44) + "\""),
                new Case("a.test.ts", "const password = \"h7!kQz0p$Lw\";"),
                new Case("tests/fixtures/a.ts", "const password = \"h7!kQz0p$Lw\";"),
                new Case("app.min.js", "var token=\"9fK2xQ7vB4nM1zT8wL5c\""),
                new Case(".env.example", "JWT_SECRET=9fK2xQ7vB4nM1zT8wL5c"));
    }

    @Test
    void it_says_line_and_column_and_never_the_secret() {
        String token = "gh" + "p_" + RANDOM_36;
        List<Leak> found = scan("a/b.ts", "// ümläut\n  const ü = \"" + token + "\";\n");

        assertThat(found)
                .singleElement()
                .satisfies(leak -> {
                    assertThat(leak.place()).isEqualTo("a/b.ts:2:14");
                    assertThat(leak.toString())
                            .contains("`ghp_…`")
                            .doesNotContain(RANDOM_36.substring(0, 4));
                });
    }

    @Test
    void what_is_known_by_its_form_is_told_as_that_though_its_name_tells_too() {
        String token = "gh" + "p_" + RANDOM_36;

        assertThat(rules("belay.yaml", "x-token: " + token)).containsExactly("github-token");
        assertThat(rules(".env", "TOKEN=" + token)).containsExactly("github-token");
        assertThat(rules("a.ts", "token = '" + token + "'")).containsExactly("github-token");
    }

    @Test
    void a_declared_value_is_found_in_every_form_that_it_travels_in() {
        String value = "s3cr/t+\"välue\"=9";
        var scanner = new SecretScanner(Map.of("`KEY` of `local`", new Secret(value)));
        String base64 =
                Base64.getEncoder()
                        .encodeToString(("user:" + value).getBytes(StandardCharsets.UTF_8));
        String encoded = java.net.URLEncoder.encode(value, StandardCharsets.UTF_8);
        for (String text : List.of(value, base64, encoded, "{\"a\":\"s3cr/t+\\\"välue\\\"=9\"}")) {
            List<Leak> found = scanner.scan("x", text.getBytes(StandardCharsets.UTF_8));
            assertThat(found).as(text).hasSize(1);
            assertThat(found.getFirst().kind()).isEqualTo(Leak.Kind.DECLARED);
            assertThat(found.getFirst().hint()).isEqualTo("the value of `KEY` of `local`");
        }
    }

    @Test
    void an_ordinary_word_as_value_is_not_looked_for() {
        var scanner = new SecretScanner(Map.of("`KEY`", new Secret("postgres")));

        assertThat(scanner.scan("x", "image: postgres".getBytes(StandardCharsets.UTF_8))).isEmpty();
    }

    @Test
    void a_marker_with_a_reason_allows_it_and_one_without_does_not() {
        String token = "gh" + "p_" + RANDOM_36;

        assertThat(scan("a.ts", token + " // belay:allow-secret revoked in 2020\n")).isEmpty();
        assertThat(scan("a.ts", "# belay:allow-secret: for tests only\n" + token)).isEmpty();
        assertThat(scan("a.ts", token + " // belay:allow-secret\n")).hasSize(1);
        assertThat(scan("a.ts", token + " // belay:allow-secret --\n")).hasSize(1);
        assertThat(scan("a.ts", "let a = 1; // belay:allow-secret tests only\n" + token))
                .hasSize(1);
    }

    @Test
    void no_marker_allows_a_declared_value() {
        var scanner = new SecretScanner(Map.of("`KEY`", new Secret("h7kQz0pLw4")));

        assertThat(
                        scanner.scan(
                                "a.ts",
                                "h7kQz0pLw4 // belay:allow-secret tests only"
                                        .getBytes(StandardCharsets.UTF_8)))
                .hasSize(1);
    }

    @Test
    void a_file_that_is_no_text_is_looked_at_by_formats_alone() {
        String token = "gh" + "p_" + RANDOM_36;

        List<Leak> found = scan("app.bin", "\0\0" + token + "\0password=\"h7!kQz0p$Lw\"");

        assertThat(found)
                .singleElement()
                .satisfies(leak -> assertThat(leak.place()).isEqualTo("app.bin, byte 3"));
    }

    @Test
    void whatever_it_is_given_it_ends_and_finds_at_most_a_hundred() {
        String begins = "eyJ-----BEGIN gh" + "p_://a:sk-password=\"";
        Choices.forAll(
                200,
                choices -> {
                    var text = new StringBuilder();
                    while (text.length() < 5000) {
                        int from = choices.between(0, begins.length() - 1);
                        text.append(begins, from, choices.between(from, begins.length()));
                    }
                    assertThat(scan("a.ts", text.toString()).size()).isLessThanOrEqualTo(100);
                });
    }

    @Test
    void ours_is_found_by_its_checksum() {
        String body = "0123456789ab" + hex(64);
        var crc = new java.util.zip.CRC32();
        crc.update(body.getBytes(StandardCharsets.US_ASCII));
        String sum = java.util.HexFormat.of().toHexDigits((int) crc.getValue());
        String token = "bel" + "ay_0123456789ab_" + hex(64) + sum;

        assertThat(rules("x", token)).containsExactly("belay-token");
        assertThat(rules("x", "bel" + "ay_0123456789ab_" + hex(64) + "00000000")).isEmpty();
    }
}
