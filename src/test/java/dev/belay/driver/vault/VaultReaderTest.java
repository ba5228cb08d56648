package dev.belay.driver.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.FoundSecret;
import dev.belay.driver.secrets.Keys;
import dev.belay.driver.secrets.TestTls;
import dev.belay.driver.vault.VaultServer.Lease;
import dev.belay.driver.vault.VaultServer.Trouble;
import dev.belay.release.Credential;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import dev.belay.release.SecretStore.Vault.Login;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Against a server that enforces Vault's API.
class VaultReaderTest {
    private static final String CANARY = "canary-4711-of-vault";
    private static final SecretReference JWT = new SecretReference("jwt");

    @TempDir private Path folder;
    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private VaultServer vault;
    private String authority = "";
    private final Map<String, String> variables = new HashMap<>();
    private final List<String> learnt = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        vault = new VaultServer(() -> now, null);
        vault.put("shop/api", Map.of("jwt", CANARY, "port", 8080));
    }

    @AfterEach
    void stop() {
        vault.close();
    }

    private Keys keys() {
        return new Keys(
                name -> Optional.ofNullable(variables.get(name)).map(Secret::new),
                secret -> learnt.add(secret.use(text -> text)));
    }

    private VaultReader reader(Login login, String namespace, String mount, String path) {
        return new VaultReader(
                new SecretStore.Vault(
                        vault.address(),
                        namespace,
                        authority,
                        mount,
                        path,
                        login,
                        Duration.ofMillis(1500),
                        Duration.ofHours(1)),
                keys(),
                () -> now);
    }

    private VaultReader byToken() {
        variables.put("VAULT_TOKEN", vault.makeToken("shop/"));
        return reader(
                new Login.Token(new Credential.Variable("VAULT_TOKEN")), "", "secret", "shop/api");
    }

    private VaultReader byRole() {
        vault.hasAppRole("the-role", "the-secret-id");
        variables.put("VAULT_SECRET_ID", "the-secret-id");
        return reader(role("the-role"), "", "secret", "shop/api");
    }

    private static Login role(String id) {
        return new Login.AppRole("approle", id, new Credential.Variable("VAULT_SECRET_ID"));
    }

    private static String text(FoundSecret found) {
        return found.value().use(text -> text);
    }

    private static String jwt(VaultReader reader) {
        return text(reader.read(JWT).find("jwt"));
    }

    private SecretFailure fails(VaultReader reader) {
        return fails(reader, JWT);
    }

    private SecretFailure fails(VaultReader reader, SecretReference what) {
        var failure =
                catchThrowableOfType(SecretFailure.class, () -> reader.read(what).find(what.key()));
        assertThat(failure).isNotNull();
        assertThat(failure.reason() + failure.hint() + failure)
                .doesNotContain(CANARY, "hvs.", "the-secret-id", "eyJ");
        assertThat(failure.hint()).isNotBlank();
        return failure;
    }

    @Test
    void a_secret_is_read_with_its_version_and_the_time_it_was_written() {
        try (VaultReader reader = byToken()) {
            FoundSecret found = reader.read(JWT).find("jwt");
            assertThat(text(found)).isEqualTo(CANARY);
            assertThat(found.version()).isEqualTo("1");
            assertThat(found.changed()).isEqualTo("2026-11-30T12:00:00Z");
            assertThat(text(reader.read(JWT).find("port"))).isEqualTo("8080");
        }
        assertThat(learnt).contains(variables.get("VAULT_TOKEN"));
    }

    @Test
    void the_newest_version_counts_unless_another_is_asked_for() {
        vault.put("shop/api", Map.of("jwt", "newer"));
        try (VaultReader reader = byToken()) {
            assertThat(jwt(reader)).isEqualTo("newer");
            assertThat(text(reader.read(new SecretReference("", "jwt", 1)).find("jwt")))
                    .isEqualTo(CANARY);
            assertThat(fails(reader, new SecretReference("", "jwt", 9)).reason())
                    .isEqualTo("Vault has no version 9 of `secret/shop/api`");
        }
    }

    @Test
    void a_token_that_was_given_is_renewed_and_left_alone_at_the_end() {
        vault.hasLease(new Lease(Duration.ofMinutes(30), Duration.ofHours(24), true));
        try (VaultReader reader = byToken()) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
            for (int i = 0; i < 5; i++) {
                now = now.plus(Duration.ofMinutes(25));
                reader.tend();
            }
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
        assertThat(vault.tokens()).isEqualTo(1);
    }

    @Test
    void a_token_of_an_approle_is_renewed_replaced_when_it_is_worn_and_given_back() {
        vault.hasLease(new Lease(Duration.ofMinutes(10), Duration.ofMinutes(25), true));
        try (VaultReader reader = byRole()) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
            for (int i = 0; i < 12; i++) {
                now = now.plus(Duration.ofMinutes(7));
                reader.tend();
                assertThat(jwt(reader)).isEqualTo(CANARY);
            }
            assertThat(vault.asked())
                    .contains("POST /v1/auth/token/renew-self")
                    .filteredOn("POST /v1/auth/approle/login"::equals)
                    .hasSizeBetween(3, 6);
        }
        assertThat(vault.asked()).last().isEqualTo("POST /v1/auth/token/revoke-self");
    }

    @Test
    void one_that_cannot_be_renewed_is_replaced_when_it_ends() {
        vault.hasLease(new Lease(Duration.ofMinutes(10), Duration.ofMinutes(10), false));
        try (VaultReader reader = byRole()) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
            now = now.plus(Duration.ofMinutes(11));
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
        assertThat(vault.tokens()).isZero();
    }

    @Test
    void one_that_vault_took_back_is_replaced_at_once() {
        try (VaultReader reader = byRole()) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
            vault.revokeAll();
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
    }

    @Test
    void a_service_account_logs_in_by_its_token() throws IOException {
        Path token = Files.writeString(folder.resolve("token"), "eyJhbGciOi.canary.jwt\n");
        vault.hasAccount("eyJhbGciOi.canary.jwt");
        var login =
                new Login.Kubernetes("kubernetes", "belay", new Credential.File(token.toString()));
        try (VaultReader reader = reader(login, "", "secret", "shop/api")) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
        assertThat(learnt).contains("eyJhbGciOi.canary.jwt");
        vault.hasAccount("another");
        try (VaultReader reader = reader(login, "", "secret", "shop/api")) {
            assertThat(fails(reader).reason())
                    .isEqualTo(
                            "Vault does not log Belay in: it does not accept the role `belay`, or its"
                                    + " account");
        }
    }

    @Test
    void a_namespace_goes_with_every_request() {
        vault.hasNamespace("team/shop");
        vault.hasAppRole("the-role", "the-secret-id");
        variables.put("VAULT_SECRET_ID", "the-secret-id");
        try (VaultReader reader = reader(role("the-role"), "team/shop", "secret", "shop/api")) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
        try (VaultReader reader = reader(role("the-role"), "team/other", "secret", "shop/api")) {
            assertThat(fails(reader).reason()).contains("does not log Belay in");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SEALED, Vault is sealed",
        "STANDBY, this Vault is a standby that sends Belay to another address",
        "NO_ACTIVE, 'this Vault is a standby, and none is active'",
        "LIMITED, Vault says that it is asked too often",
        "SLOW, did not answer within 1500 ms",
        "ENDLESS, did not answer within 1500 ms"
    })
    void what_keeps_vault_from_answering_is_told_apart(Trouble trouble, String said) {
        try (VaultReader reader = byToken()) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
            vault.is(trouble);
            SecretFailure failure = fails(reader);
            assertThat(failure.reason()).contains(said);
            assertThat(failure.isAway()).isTrue();
            vault.is(Trouble.NONE);
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
    }

    @Test
    void a_vault_that_is_down_is_away() throws IOException {
        try (VaultReader reader = byToken()) {
            vault.goesDown();
            SecretFailure failure = fails(reader);
            assertThat(failure.reason()).startsWith("nobody answers for Vault at `127.0.0.1:");
            assertThat(failure.isAway()).isTrue();
            vault.comesBack();
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
    }

    @Test
    void what_a_policy_does_not_let_read_is_refused_with_the_policy_that_would() {
        vault.put("other/api", Map.of("jwt", "theirs"));
        try (VaultReader reader = byRole()) {
            SecretFailure failure = fails(reader, new SecretReference("other/api", "jwt", 0));
            assertThat(failure.reason())
                    .isEqualTo("Vault does not let Belay read `secret/other/api`");
            assertThat(failure.hint()).contains("path \"secret/data/other/api\"");
            assertThat(failure.kind()).isEqualTo(SecretFailure.Kind.REFUSED);
        }
    }

    @Test
    void what_is_not_there_is_told_apart() {
        vault.put("shop/old", Map.of("jwt", "x"));
        vault.put("shop/ash", Map.of("jwt", "x"));
        vault.delete("shop/old", false);
        vault.delete("shop/ash", true);
        try (VaultReader reader = byToken()) {
            assertThat(fails(reader, new SecretReference("shop/none", "jwt", 0)).reason())
                    .isEqualTo("Vault has no secret `secret/shop/none`");
            assertThat(fails(reader, new SecretReference("shop/old", "jwt", 0)).reason())
                    .isEqualTo("version 1 of `secret/shop/old` was deleted");
            assertThat(fails(reader, new SecretReference("shop/ash", "jwt", 0)).reason())
                    .isEqualTo("version 1 of `secret/shop/ash` was destroyed");
            SecretFailure key = fails(reader, new SecretReference("", "jtw", 0));
            assertThat(key.reason()).isEqualTo("`secret/shop/api` has no key `jtw`");
            assertThat(key.hint()).isEqualTo("did you mean `jwt`?");
            assertThat(key.kind()).isEqualTo(SecretFailure.Kind.MISSING);
        }
    }

    @Test
    void an_engine_without_versions_and_a_mount_that_is_not_there_are_told_apart() {
        vault.hasMount("old", 1);
        vault.putFirst("data/shop/kv1", Map.of("jwt", CANARY));
        variables.put("VAULT_TOKEN", vault.makeToken("shop/"));
        var login = new Login.Token(new Credential.Variable("VAULT_TOKEN"));
        try (VaultReader reader = reader(login, "", "old", "shop/api")) {
            assertThat(fails(reader).reason()).isEqualTo("`old` is no engine of KV version 2");
            assertThat(fails(reader, new SecretReference("shop/kv1", "jwt", 0)).reason())
                    .isEqualTo("`old` is no engine of KV version 2");
        }
        try (VaultReader reader = reader(login, "", "nothing", "shop/api")) {
            assertThat(fails(reader).reason()).isEqualTo("Vault has nothing mounted at `nothing`");
        }
    }

    @Test
    void keys_that_are_wrong_or_missing_are_named_and_never_shown() {
        vault.hasAppRole("the-role", "another");
        variables.put("VAULT_SECRET_ID", "the-secret-id");
        try (VaultReader reader = reader(role("the-role"), "", "secret", "shop/api")) {
            assertThat(fails(reader).reason())
                    .isEqualTo(
                            "Vault does not log Belay in: it does not accept the AppRole's `role-id` or"
                                    + " `secret-id`");
        }
        variables.put("VAULT_TOKEN", "hvs.canary");
        var given = new Login.Token(new Credential.Variable("VAULT_TOKEN"));
        try (VaultReader reader = reader(given, "", "secret", "shop/api")) {
            assertThat(fails(reader).reason())
                    .isEqualTo("Vault does not know the token, or it has ended");
            variables.put("VAULT_TOKEN", "hvs.can\u0001ary");
            assertThat(fails(reader).reason())
                    .isEqualTo("the token holds characters that no token has");
            variables.clear();
            assertThat(fails(reader).reason())
                    .isEqualTo("the variable `VAULT_TOKEN` that opens it is not set");
        }
    }

    @Test
    void only_an_authority_that_is_named_is_believed() throws Exception {
        TestTls tls = TestTls.in(folder);
        vault.close();
        vault = new VaultServer(() -> now, tls.context());
        vault.put("shop/api", Map.of("jwt", CANARY));
        variables.put("VAULT_TOKEN", vault.makeToken("shop/"));
        var login = new Login.Token(new Credential.Variable("VAULT_TOKEN"));
        try (VaultReader reader = reader(login, "", "secret", "shop/api")) {
            assertThat(fails(reader).reason()).contains("is not believed");
        }
        authority = tls.authority().toString();
        try (VaultReader reader = reader(login, "", "secret", "shop/api")) {
            assertThat(jwt(reader)).isEqualTo(CANARY);
        }
    }

    @Test
    void a_path_is_sent_as_it_is_written() {
        vault.put("shop/a b.c", Map.of("jwt", "spaced"));
        try (VaultReader reader = byToken()) {
            assertThat(text(reader.read(new SecretReference("shop/a b.c", "jwt", 0)).find("jwt")))
                    .isEqualTo("spaced");
        }
    }
}
