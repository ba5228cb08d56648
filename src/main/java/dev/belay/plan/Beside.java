package dev.belay.plan;

import java.util.List;

/// What is told beside a plan by looking at the world: no part of it, nor of its digest.
///
/// @param inTheWay what it would run into now
/// @param there what it changes where its environment lives, and what somebody else changed there
public record Beside(List<String> inTheWay, List<String> there) {
    /// Nothing was looked at.
    public static final Beside NOTHING = new Beside(List.of(), List.of());

    public Beside {
        inTheWay = List.copyOf(inTheWay);
        there = List.copyOf(there);
    }
}
