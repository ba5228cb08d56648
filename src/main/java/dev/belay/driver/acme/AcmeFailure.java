package dev.belay.driver.acme;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Why there is no certificate: a sentence for whoever runs the place. Always worth another try,
/// since the other side and the network are beyond our knowledge; when, [RenewalPace] says.
final class AcmeFailure extends Exception {
    private static final long serialVersionUID = 1;

    private final @Nullable Duration notBefore;

    AcmeFailure(String message) {
        this(message, null);
    }

    /// @param notBefore how long the authority asked to be left alone
    AcmeFailure(String message, @Nullable Duration notBefore) {
        super(message);
        this.notBefore = notBefore;
    }

    Optional<Duration> notBefore() {
        return Optional.ofNullable(notBefore);
    }
}
