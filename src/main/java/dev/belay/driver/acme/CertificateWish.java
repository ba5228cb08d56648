package dev.belay.driver.acme;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A certificate that somebody wants to have at all times.
///
/// @param name by which its files go
/// @param folder where the files are to be, for a gateway to find
/// @param directory the authority's address
/// @param contact a mail address for the authority to warn, or empty
/// @param hosts in lower case and ASCII, no wildcards: these challenges cannot prove them
/// @param roots a file with the certificates that vouch for the authority's own server; null where
///   those of the Java runtime do
public record CertificateWish(
        String name,
        Path folder,
        URI directory,
        String contact,
        List<String> hosts,
        Challenge challenge,
        @Nullable Path roots) {
    public CertificateWish {
        hosts = List.copyOf(hosts);
    }

    public Optional<Path> rootsFile() {
        return Optional.ofNullable(roots);
    }
}
