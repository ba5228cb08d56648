package dev.belay.driver.configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.configuration.RuntimeValues.Needs;
import dev.belay.driver.configuration.RuntimeValues.Resolved;
import dev.belay.driver.configuration.RuntimeValues.Unresolved;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RuntimeValuesTest {
    @TempDir private Path folder;
    private ConfigurationStore store;
    private final Map<String, String> provided = new HashMap<>();
    private final Redactor redactor = new Redactor();
    private RuntimeValues values;

    @BeforeEach
    void start() {
        store = new ConfigurationStore(folder);
        values =
                new RuntimeValues(
                        store,
                        (_, name) -> Optional.ofNullable(provided.get(name)).map(Secret::new),
                        redactor);
    }

    @Test
    void a_rollback_gets_the_old_plain_values_and_the_current_secret() throws IOException {
        String old = store.keep(Map.of("LIMIT", "10"));
        provided.put("KEY", "first");
        store.keep(Map.of("LIMIT", "20"));
        provided.put("KEY", "rotated");

        assertThat(resolve(old, List.of("run"), Set.of("KEY")).environment())
                .containsEntry("LIMIT", "10")
                .containsEntry("KEY", "rotated");
    }

    @Test
    void names_are_replaced_in_commands_and_values_and_nothing_is_expanded() throws IOException {
        provided.put("PASSWORD", "p${HOME}$(id)`id`");
        String version =
                store.keep(Map.of("URL", "postgres://app:${PASSWORD}@db", "HOME", "/home"));

        var resolved =
                resolve(
                        version,
                        List.of("run", "--db=${URL}", "$HOME", "${PORT:-1}", "${PORT}"),
                        Set.of("PASSWORD"));

        assertThat(resolved.environment())
                .containsEntry("URL", "postgres://app:p${HOME}$(id)`id`@db");
        assertThat(resolved.command())
                .containsExactly(
                        "run",
                        "--db=postgres://app:p${HOME}$(id)`id`@db",
                        "$HOME",
                        "${PORT:-1}",
                        "4711");
    }

    @Test
    void all_missing_names_are_reported_together() throws IOException {
        String version = store.keep(Map.of("A", "${NOT_THERE}"));

        assertThat(
                        values.resolve(
                                new Needs(
                                        "local",
                                        version,
                                        List.of("run", "${ALSO_NOT}"),
                                        Set.of("REQUIRED"),
                                        Set.of("KEY"),
                                        Map.of())))
                .isEqualTo(
                        new Unresolved(
                                "`ALSO_NOT`, `KEY`, `NOT_THERE`, `REQUIRED` are not set",
                                "set it in the file of environment `local`, and name it under"
                                        + " `env` of the component"));
    }

    @Test
    void a_name_that_is_not_declared_is_never_asked_of_the_provider() throws IOException {
        provided.put("CLOUD_KEY", "the control plane's own");
        String version = store.keep(Map.of());

        assertThat(
                        values.resolve(
                                new Needs(
                                        "local",
                                        version,
                                        List.of("run", "${CLOUD_KEY}"),
                                        Set.of(),
                                        Set.of(),
                                        Map.of())))
                .isInstanceOfSatisfying(
                        Unresolved.class,
                        no -> assertThat(no.reason()).isEqualTo("`CLOUD_KEY` is not set"));
    }

    @Test
    void an_empty_required_value_is_as_bad_as_none() throws IOException {
        provided.put("KEY", "");
        String version = store.keep(Map.of());

        assertThat(values.resolve(needs(version, List.of("run"), Set.of("KEY"))))
                .isInstanceOfSatisfying(
                        Unresolved.class,
                        no -> assertThat(no.reason()).isEqualTo("`KEY` is empty"));
    }

    @Test
    void values_that_name_each_other_in_a_circle_are_refused() throws IOException {
        String version = store.keep(Map.of("A", "${B}", "B", "${A}"));

        assertThat(values.resolve(needs(version, List.of("run"), Set.of())))
                .isInstanceOfSatisfying(
                        Unresolved.class,
                        no -> assertThat(no.reason()).contains("`A` names `B`", "`B` names `A`"));
    }

    @Test
    void versions_tell_values_apart_and_are_the_same_for_the_same() throws IOException {
        String version = store.keep(Map.of("A", "1", "B", "2"));

        assertThat(store.keep(Map.of("B", "2", "A", "1"))).isEqualTo(version);
        assertThat(store.keep(Map.of("A", "12", "B", ""))).isNotEqualTo(version);
        assertThat(store.load(version)).isEqualTo(Map.of("A", "1", "B", "2"));
    }

    @Test
    void a_version_cannot_be_guessed_from_its_values_elsewhere() throws IOException {
        var elsewhere = new ConfigurationStore(folder.resolve("elsewhere"));

        assertThat(store.keep(Map.of("A", "1"))).isNotEqualTo(elsewhere.keep(Map.of("A", "1")));
    }

    @Test
    void values_that_were_changed_on_disk_are_refused() throws IOException {
        String version = store.keep(Map.of("A", "1"));
        Files.writeString(folder.resolve(version + ".json"), "{\"A\":\"2\"}");
        assertThatThrownBy(() -> store.load(version)).hasMessageContaining("was changed on disk");
        Files.writeString(folder.resolve(version + ".json"), "{\"A\":");
        assertThatThrownBy(() -> store.load(version)).hasMessageContaining("is damaged on disk");
        assertThatThrownBy(() -> store.load("../key")).hasMessageContaining("no configuration");
    }

    @Test
    void only_the_owner_can_read_what_is_kept() throws IOException {
        store.keep(Map.of("A", "1"));
        try (var files = Files.list(folder)) {
            for (Path file : files.filter(f -> !f.endsWith("key.lock")).toList()) {
                assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                        .isEqualTo("rw-------");
            }
        }
    }

    @Test
    void a_secret_is_never_shown_by_what_carries_it() throws IOException {
        provided.put("KEY", "hunter22");
        String version = store.keep(Map.of());
        var resolved = resolve(version, List.of("run", "${KEY}"), Set.of("KEY"));

        assertThat(resolved.command()).contains("hunter22");
        assertThat(resolved.toString()).doesNotContain("hunter22");
        assertThat(new Secret("hunter22")).hasToString("***");
        assertThat(redactor.redact("its hunter22.")).isEqualTo("its ***.");
    }

    private Resolved resolve(String version, List<String> command, Set<String> secrets) {
        return (Resolved) values.resolve(needs(version, command, secrets));
    }

    private static Needs needs(String version, List<String> command, Set<String> secrets) {
        return new Needs("local", version, command, Set.of(), secrets, Map.of("PORT", "4711"));
    }
}
