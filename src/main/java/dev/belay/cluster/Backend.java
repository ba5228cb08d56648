package dev.belay.cluster;

/// A Service that a route leads to.
///
/// @param service its name
/// @param weight relative to the other backends of the route; 0 is none
public record Backend(String service, int weight) {
    /// The component's own, whatever that sends to.
    public static Backend of(Line line) {
        return new Backend(line.name(), 1);
    }

    /// That of one revision.
    public static Backend of(String revision, int weight) {
        return new Backend(ObjectName.revision(revision), weight);
    }
}
