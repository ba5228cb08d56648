package dev.belay.driver.secrets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.secrets.SecretStores.Wanted;
import dev.belay.driver.secrets.SecretStores.Where;
import dev.belay.release.SecretReference;
import dev.belay.release.SecretStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What is remembered of stores, and for how long.
class SecretStoresTest {
    private static final Where WHERE =
            new Where(
                    "production",
                    "main",
                    new SecretStore.Kubernetes("", "", "", "api", Duration.ofMinutes(30)));

    private Instant now = Instant.parse("2026-11-30T12:00:00Z");
    private final Shelf shelf = new Shelf();
    private SecretStores stores;
    private final List<String> learnt = new ArrayList<>();
    private final Keys keys =
            new Keys(_ -> Optional.empty(), secret -> learnt.add(secret.use(text -> text)));

    /// A store in memory that counts how often it is asked.
    private final class Shelf implements SecretReader {
        private String value = "first";
        private @Nullable SecretFailure failure;
        private int asked;
        private int tended;
        private boolean closed;

        @Override
        public String unit(SecretReference what) {
            return what.path();
        }

        @Override
        public SecretDocument read(SecretReference what) {
            asked++;
            if (failure != null) {
                throw failure;
            }
            return SecretDocument.of("it", Map.of("key", new Secret(value)), "1", now);
        }

        @Override
        public void tend() {
            tended++;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @BeforeEach
    void open() {
        stores = new SecretStores((_, _) -> shelf, () -> now);
    }

    private String find(Wanted wanted) {
        return stores.find(WHERE, new SecretReference("key"), keys, wanted)
                .value()
                .use(text -> text);
    }

    private void passes(Duration time) {
        now = now.plus(time);
    }

    @Test
    void a_round_of_a_thousand_questions_asks_once() {
        Wanted round = stores.now();
        for (int i = 0; i < 1000; i++) {
            passes(Duration.ofMillis(20));
            assertThat(find(round)).isEqualTo("first");
        }
        assertThat(shelf.asked).isEqualTo(1);
        assertThat(learnt).contains("first");
    }

    @Test
    void a_round_counts_nothing_that_was_asked_before_it() {
        find(stores.now());
        shelf.value = "second";
        assertThat(find(stores.lately())).isEqualTo("first");
        passes(Duration.ofMillis(1));
        assertThat(find(stores.now())).isEqualTo("second");
    }

    @Test
    void while_a_store_is_away_what_it_said_last_starts_instances_and_releases_nothing() {
        find(stores.now());
        shelf.failure = SecretFailure.away("it is away", "wait");
        passes(Duration.ofHours(5));
        assertThat(find(stores.lately())).isEqualTo("first");
        assertThatThrownBy(() -> find(stores.now()))
                .isInstanceOf(SecretFailure.class)
                .hasMessage("secrets `main` of `production`: it is away");
        assertThat(stores.troubles("production"))
                .singleElement()
                .asString()
                .contains("it is away", "until 2026-11-30T17:30:00Z");
        passes(Duration.ofMinutes(29));
        assertThat(find(stores.lately())).isEqualTo("first");
        passes(Duration.ofMinutes(2));
        assertThatThrownBy(() -> find(stores.lately())).isInstanceOf(SecretFailure.class);
        shelf.failure = null;
        passes(Duration.ofMinutes(1));
        assertThat(find(stores.lately())).isEqualTo("first");
        assertThat(stores.troubles("production")).isEmpty();
    }

    @Test
    void a_store_that_is_away_is_not_asked_for_every_variable() {
        shelf.failure = SecretFailure.away("it is away", "wait");
        Wanted round = stores.now();
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> find(round)).isInstanceOf(SecretFailure.class);
        }
        assertThat(shelf.asked).isEqualTo(1);
    }

    @Test
    void who_is_refused_gets_nothing_that_was_given_before() {
        find(stores.now());
        shelf.failure = SecretFailure.refused("it says no", "ask for it");
        passes(Duration.ofSeconds(10));
        Wanted round = stores.lately();
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> find(round)).hasMessageContaining("it says no");
        }
        assertThat(shelf.asked).isEqualTo(2);
        shelf.failure = SecretFailure.away("it is away", "wait");
        passes(Duration.ofSeconds(10));
        assertThatThrownBy(() -> find(stores.lately())).hasMessageContaining("it is away");
    }

    @Test
    void what_nothing_declares_any_more_is_closed() {
        find(stores.now());
        stores.tend(Set.of(WHERE));
        assertThat(shelf.tended).isEqualTo(1);
        assertThat(shelf.closed).isFalse();
        stores.tend(Set.of());
        assertThat(shelf.closed).isTrue();
    }
}
