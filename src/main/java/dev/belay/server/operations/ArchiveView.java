package dev.belay.server.operations;

import java.util.List;

/// The archive of a datastore's log as people see it.
///
/// @param archive as `pgbackrest main`
/// @param spans instants that it covers, the oldest first
/// @param trouble what is wrong with it, or empty
public record ArchiveView(String datastore, String archive, List<Span> spans, String trouble) {
    public ArchiveView {
        spans = List.copyOf(spans);
    }

    /// From one instant to another, milliseconds since the epoch.
    public record Span(long from, long to) {}
}
