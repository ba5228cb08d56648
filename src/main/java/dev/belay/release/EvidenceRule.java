package dev.belay.release;

import java.time.Duration;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/// What an artifact must have shown before a release may bring it.
///
/// @param kind of evidence, `tests`
/// @param name which of that kind, where only one is meant; empty is all there are
/// @param own whether it must be good by the report's own lights
/// @param atLeast figures that must not be smaller
/// @param atMost figures that must not be greater
/// @param from the environment in which it must have been won; empty is any
/// @param youngerThan how old it may be; zero is any age
/// @param margin by how much the share of passed cases may be lower than that of what runs now,
///   from 0 to 1; below 0 when it is not compared
public record EvidenceRule(
        String kind,
        String name,
        boolean own,
        SortedMap<String, Double> atLeast,
        SortedMap<String, Double> atMost,
        String from,
        Duration youngerThan,
        double margin) {
    /// A margin of what is not compared.
    public static final double NOT_COMPARED = -1;

    public EvidenceRule {
        atLeast = Collections.unmodifiableSortedMap(new TreeMap<>(atLeast));
        atMost = Collections.unmodifiableSortedMap(new TreeMap<>(atMost));
    }

    /// That evidence of a kind is good by its own lights, wherever and whenever it was won.
    public static EvidenceRule pass(String kind) {
        return new EvidenceRule(
                kind, "", true, new TreeMap<>(), new TreeMap<>(), "", Duration.ZERO, NOT_COMPARED);
    }

    /// Whether it is held against what runs now.
    public boolean compares() {
        return margin >= 0;
    }
}
