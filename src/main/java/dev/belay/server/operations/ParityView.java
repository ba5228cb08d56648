package dev.belay.server.operations;

import java.util.List;

/// In what an environment differs from another one.
///
/// @param with the other one
public record ParityView(String environment, String with, List<Line> differences) {
    public ParityView {
        differences = List.copyOf(differences);
    }

    /// One difference.
    ///
    /// @param what a dotted name, as `api.instances`
    /// @param here in the environment
    /// @param there in the other one
    /// @param direction `looser`, `stricter` or `other`
    /// @param refused whether nothing is released because of it
    public record Line(String what, String here, String there, String direction, boolean refused) {}
}
