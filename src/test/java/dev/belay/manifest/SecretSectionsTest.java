package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.release.Credential;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import dev.belay.release.SecretStore.Vault.Login;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// `secrets:` of an environment.
class SecretSectionsTest {
    private static final String TEXT =
            """
            platform: shop
            components:
              api: {kind: service, run: ./api, port: 80, env: {secret: [A]}}
            environments:
              local:
                target: process
                secrets: {main: %s}
            """;

    @TempDir private Path folder;

    private SecretSource source(String written) {
        return view(good(folder, TEXT.formatted(written)), "local").secrets().getFirst();
    }

    @Test
    void vault_is_read_with_all_that_it_needs() {
        SecretSource source =
                source(
                        "{vault: {address: 'https://vault.example.org:8200/', path: shop/api, namespace:"
                                + " team, ca: ops/ca.pem, auth: {approle: {role-id: r, secret-id: {file:"
                                + " /run/id}}}}, variables: {A: a.key, B: {path: other, key: b, version:"
                                + " 3}, C: {}}}");
        assertThat(source.store())
                .isEqualTo(
                        new SecretStore.Vault(
                                "https://vault.example.org:8200",
                                "team",
                                folder.resolve("ops/ca.pem").toString(),
                                "secret",
                                "shop/api",
                                new Login.AppRole("approle", "r", new Credential.File("/run/id")),
                                Duration.ofSeconds(5),
                                Duration.ofHours(1)));
        assertThat(source.variables())
                .isEqualTo(
                        Map.of(
                                "A", new SecretReference("", "a.key", 0),
                                "B", new SecretReference("other", "b", 3),
                                "C", new SecretReference("", "C", 0)));
    }

    @Test
    void other_stores_are_read_and_their_variables_may_be_a_list() {
        assertThat(source("{folder: /run/secrets, variables: [A]}"))
                .extracting(SecretSource::store, one -> one.variables().keySet().toString())
                .containsExactly(new SecretStore.Folder("/run/secrets"), "[A]");
        assertThat(source("{dotenv: s.env, variables: [A]}").store())
                .isEqualTo(new SecretStore.Dotenv(folder.resolve("s.env").toString()));
        assertThat(source("{sops: {file: s.enc.json}, variables: [A]}").store())
                .isEqualTo(
                        new SecretStore.Sops(
                                folder.resolve("s.enc.json").toString(),
                                SecretStore.Sops.Format.JSON,
                                new Credential.Variable("SOPS_AGE_KEY")));
        assertThat(source("{kubernetes: {secret: api, namespace: shop}, variables: [A]}").store())
                .isEqualTo(new SecretStore.Kubernetes("", "", "shop", "api", Duration.ofHours(1)));
        assertThat(
                        ((SecretStore.Vault)
                                        source(
                                                        "{vault: {address: 'http://127.0.0.1:8200', path: a, auth:"
                                                                + " {kubernetes: {role: belay}}}, variables: [A]}")
                                                .store())
                                .login())
                .isEqualTo(
                        new Login.Kubernetes(
                                "kubernetes",
                                "belay",
                                new Credential.File(
                                        "/var/run/secrets/kubernetes.io/serviceaccount/token")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{variables: [A]}",
                "{folder: s}",
                "{folder: s, dotenv: t, variables: [A]}",
                "{folder: s, variables: []}",
                "{folder: s, variables: [a-b]}",
                "{folder: s, variables: {A: ../x}}",
                "{folder: s, variables: {A: {path: x}}}",
                "{folder: s, variables: {A: {version: 1}}}",
                "{kubernetes: {secret: x}, variables: {A: {version: 1}}}",
                "{kubernetes: {}, variables: [A]}",
                "{vault: {address: 'https://v', auth: {token: {variable: T}}}, variables: [A]}",
                "{vault: {address: 'http://v.example.org', path: a, auth: {token: {variable: T}}}, variables: [A]}",
                "{vault: {address: 'https://u:p@v', path: a, auth: {token: {variable: T}}}, variables: [A]}",
                "{vault: {address: 'https://v', path: ../a, auth: {token: {variable: T}}}, variables: [A]}",
                "{vault: {address: 'https://v', path: a, auth: {token: hvs.abc}}, variables: [A]}",
                "{vault: {address: 'https://v', path: a, auth: {}}, variables: [A]}",
                "{vault: {address: 'https://v', path: a}, variables: [A]}",
                "{sops: {file: s, format: ini}, variables: [A]}"
            })
    void what_is_no_store_is_refused(String written) {
        assertThat(problems(folder, TEXT.formatted(written))).as(written).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{folder: s, variables: [A]}, other: {dotenv: t, variables: [A]} | name-taken |"
                        + " `A` comes from `main` already",
                "{sops: {file: s, identity: {variable: A}}, variables: [A]} | cycle |"
                        + " `A` opens `main`, and comes from `main`",
                "{kubernetes: {}, variables: {A: a}} | missing-key |"
                        + " `A` names no secret, and neither does its store"
            })
    void what_contradicts_itself_is_named_with_its_line(
            String written, String code, String message) {
        List<Problem> problems = problems(folder, TEXT.formatted(written));
        assertThat(Manifests.brief(problems)).singleElement().asString().startsWith(code + " 7:");
        assertThat(problems.getFirst().message()).isEqualTo(message);
    }

    @Test
    void what_is_elsewhere_is_neither_missing_nor_a_placeholder() {
        EnvironmentView view =
                view(good(folder, TEXT.formatted("{folder: s, variables: [A]}")), "local");
        assertThat(VariableCheck.check(view, Map.of())).hasSize(1);
        var elsewhere =
                new VariableCheck.Given() {
                    @Override
                    public java.util.Optional<String> find(String name) {
                        return java.util.Optional.empty();
                    }

                    @Override
                    public boolean isElsewhere(String name) {
                        return view.secretsOf(name).isPresent();
                    }
                };
        assertThat(VariableCheck.check(view, elsewhere)).isEmpty();
    }
}
