package dev.belay.driver.image;

import dev.belay.driver.configuration.Secret;
import dev.belay.release.ImageName;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/// A registry, and as whom one comes there.
///
/// @param host with its port, as images are named after it
/// @param plain whether it speaks HTTP without TLS; only on this machine
/// @param login absent for whoever needs to be nobody
public record RegistryAccess(String host, boolean plain, @Nullable Login login) {
    /// Who one is there.
    public record Login(String user, Secret password) {}

    /// A registry that lets everybody in.
    public static RegistryAccess open(String host) {
        return new RegistryAccess(host, false, null);
    }

    URI address() throws ImageFailure {
        if (plain && !ImageName.isLoopback(host)) {
            throw ImageFailure.unfit(
                    "the registry `%s` is not on this machine, and is not asked without TLS"
                            .formatted(host),
                    "give it a certificate, and leave `insecure` out");
        }
        // What images are named after and what answers for it are two hosts for this one alone.
        String answers = host.equals("docker.io") ? "registry-1.docker.io" : host;
        return URI.create((plain ? "http" : "https") + "://" + answers);
    }

    @Override
    public String toString() {
        return host;
    }
}
