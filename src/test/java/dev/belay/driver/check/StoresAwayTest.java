package dev.belay.driver.check;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.FilledUrl;
import dev.belay.driver.configuration.ConfigurationStore;
import dev.belay.driver.configuration.Redactor;
import dev.belay.driver.configuration.RuntimeValues;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.driver.probe.DependencyAnswer;
import dev.belay.driver.s3.S3Opener;
import dev.belay.release.Dependency;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whoever asks for a variable says what its store said, each in its own way, and none is
/// surprised.
class StoresAwayTest {
    private static final String REASON = "Vault is sealed";
    private static final String HINT = "unseal it";
    private static final ValueProvider AWAY =
            (_, _) -> {
                throw SecretFailure.away(REASON, HINT);
            };
    private static final Dependency DATABASE =
            new Dependency("db", Dependency.Engine.POSTGRES, "${DATABASE_URL}", false);

    @TempDir private Path folder;

    @Test
    void what_starts_an_instance_names_the_reason_and_the_mend() throws Exception {
        var store = new ConfigurationStore(folder);
        var values = new RuntimeValues(store, AWAY, new Redactor());
        var needs =
                new RuntimeValues.Needs(
                        "production",
                        store.keep(Map.of()),
                        List.of("run"),
                        Set.of("KEY"),
                        Set.of("KEY"),
                        Map.of());
        assertThat(values.resolve(needs)).isEqualTo(new RuntimeValues.Unresolved(REASON, HINT));
        assertThat(values.learn("production", Set.of("KEY"))).isFalse();
    }

    @Test
    void an_address_that_is_in_a_store_is_not_reached() throws Exception {
        assertThat(new Dependencies(AWAY).ask(DATABASE, "production"))
                .isEqualTo(new DependencyAnswer.NotReached("address", REASON, HINT));
        var failure =
                catchThrowableOfType(
                        DataFailure.class, () -> FilledUrl.of(AWAY, DATABASE, "production"));
        assertThat(failure.reason() + failure.hint()).isEqualTo(REASON + HINT);
        var bucket =
                catchThrowableOfType(
                        DataFailure.class,
                        () -> new S3Opener(AWAY).open("production", "db", "s3://backups/shop"));
        assertThat(bucket.reason() + bucket.hint()).isEqualTo(REASON + HINT);
    }
}
