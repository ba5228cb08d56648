package dev.belay.driver.configuration;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// Where the value of a variable comes from, without the value: for plans and pages.
///
/// @param provider as people call it: a source of the manifest's `secrets` by its name, a file, or
///   the control plane's own environment
/// @param kind `vault`, `sops`, `kubernetes`, `folder`, `dotenv`, `env-file` or `environment`
/// @param version the provider's own name for this value; empty where it has none
/// @param changed when the value came to be what it is; null where nobody knows
public record ValueOrigin(String provider, String kind, String version, @Nullable Instant changed) {
    /// `main (vault), version 7`, as plans and pages say it.
    public String said() {
        return provider + " (" + kind + ")" + (version.isEmpty() ? "" : ", version " + version);
    }
}
