package dev.belay.cluster;

/// Which pods of a component its Service sends requests to, as far as they are ready.
public sealed interface Audience {
    /// Those of one revision: to change it is to switch over at once. Whoever does so has seen that
    /// the revision is ready; a Service does not ask.
    record Revision(String id) implements Audience {}

    /// All of them, of whichever revision: their numbers are the shares.
    record Instances() implements Audience {}
}
