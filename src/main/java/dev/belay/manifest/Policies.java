package dev.belay.manifest;

import dev.belay.problem.Place;
import java.util.List;

/// What releases of an environment are held to.
///
/// @param regulated the pack that cannot be left out, excepted or loosened here; empty for none
/// @param all in the order in which they are shown
/// @param written those of the platform's own, whether they count here or not
public record Policies(String regulated, List<InForce> all, List<PolicyRule> written) {
    /// Nothing.
    public static final Policies NONE = new Policies("", List.of(), List.of());

    public Policies {
        written = List.copyOf(written);
        all = List.copyOf(all);
    }

    /// A rule that counts in an environment.
    ///
    /// @param parameters of its pack
    /// @param exceptable whether somebody may go past it by name
    /// @param place where the manifest turns it on
    public record InForce(
            PolicyRule rule, PolicyParameters parameters, boolean exceptable, Place place) {}
}
