package dev.belay.driver.postgres;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.FilledUrl;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.release.Dependency;

/// A datastore's address with an environment's values in it.
final class FilledAddress {
    private FilledAddress() {}

    static PostgresAddress of(ValueProvider values, Dependency datastore, String environment)
            throws PostgresFailure {
        String url;
        try {
            url = FilledUrl.of(values, datastore, environment);
        } catch (DataFailure e) {
            throw new PostgresFailure(e.reason(), e.hint());
        }
        return PostgresAddress.of(url);
    }
}
