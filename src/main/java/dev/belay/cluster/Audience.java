package dev.belay.cluster;

/// Which pods of a component its Service sends requests to, as far as they are ready.
public sealed interface Audience {
    /// All of one revision: to change it is to switch over at once.
    record Revision(String id) implements Audience {}

    /// Those with the label [Labels#TRAFFIC], of whichever revision: their numbers are the shares.
    /// Whoever carries the shares out puts it on; a pod that the cluster starts again is without.
    record Marked() implements Audience {}
}
