package dev.belay.driver.backup;

import dev.belay.driver.configuration.Secret;
import dev.belay.driver.configuration.SecretFailure;
import dev.belay.driver.configuration.Template;
import dev.belay.driver.configuration.ValueProvider;
import dev.belay.release.Dependency;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/// A datastore's address with an environment's values in it.
public final class FilledUrl {
    private FilledUrl() {}

    /// The address, which may hold a password from here on.
    ///
    /// @throws DataFailure when a value is missing
    public static String of(ValueProvider values, Dependency datastore, String environment)
            throws DataFailure {
        return of(values, datastore.url(), environment);
    }

    /// The same of any address.
    public static String of(ValueProvider values, String written, String environment)
            throws DataFailure {
        var missing = new TreeSet<String>();
        String url;
        try {
            url = filled(values, written, environment, missing);
        } catch (SecretFailure e) {
            throw new DataFailure(e.reason(), e.hint());
        }
        if (!missing.isEmpty()) {
            throw new DataFailure(
                    "`" + String.join("`, `", missing) + "` has no value",
                    "set it in the environment file");
        }
        return url;
    }

    private static String filled(
            ValueProvider values, String written, String environment, Set<String> missing) {
        return new Template(written)
                .fill(name -> {
                    Optional<Secret> value = values.find(environment, name);
                    if (value.isEmpty()) {
                        missing.add(name);
                    }
                    return value.map(secret -> secret.use(text -> text));
                });
    }
}
