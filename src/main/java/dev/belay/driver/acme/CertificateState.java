package dev.belay.driver.acme;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// How it stands with one wish.
///
/// @param until how long the certificate that stands is good; null where there is none
/// @param next when the authority is asked next
/// @param failures orders that failed in a row
/// @param why what the last of these said, empty where none failed
public record CertificateState(
        String name,
        List<String> hosts,
        @Nullable Instant until,
        Instant next,
        int failures,
        String why) {
    public CertificateState {
        hosts = List.copyOf(hosts);
    }

    public Optional<Instant> end() {
        return Optional.ofNullable(until);
    }
}
