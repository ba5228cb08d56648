package dev.belay.release;

import java.util.List;

/// Who gets a component's requests: its line in the gateway's table.
///
/// @param port the stable port that the gateway listens on; 0 when it is to listen on none
public record Traffic(int port, List<Share> shares) {
    /// Nobody, and no port: the gateway has no line for it.
    public static final Traffic NOWHERE = new Traffic(0, List.of());

    public Traffic {
        shares = List.copyOf(shares);
    }

    /// Nobody: the gateway answers 503.
    public static Traffic none(int port) {
        return new Traffic(port, List.of());
    }

    /// A part of the traffic.
    ///
    /// @param weight relative to the other shares; 0 is none
    /// @param instances how many of the revision's instances take part, the lowest numbered first;
    ///   0 for a frontend, which the gateway serves from the artifact itself
    public record Share(String revision, int weight, int instances) {}
}
