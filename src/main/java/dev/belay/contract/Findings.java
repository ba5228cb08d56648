package dev.belay.contract;

import dev.belay.manifest.text.Mark;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// Gathers the differences of one comparison.
final class Findings {
    static final int MAX = 2_000;

    private final Set<Difference> all = new LinkedHashSet<>();

    void now(Weight weight, Rule rule, String at, String what, Mark mark) {
        add(new Difference(weight, rule, at, what, Spot.now(mark)));
    }

    /// Of what is gone.
    void was(Weight weight, Rule rule, String at, String what, Mark mark) {
        add(new Difference(weight, rule, at, what, Spot.before(mark)));
    }

    void add(Difference difference) {
        if (all.size() < MAX || difference.weight() == Weight.BREAKING) {
            all.add(difference);
        }
    }

    boolean breaks() {
        return all.stream().anyMatch(one -> one.weight() == Weight.BREAKING);
    }

    boolean isEmpty() {
        return all.isEmpty();
    }

    int size() {
        return all.size();
    }

    List<Difference> inOrder() {
        var sorted = new ArrayList<>(all);
        sorted.sort(Difference.ORDER);
        return List.copyOf(sorted);
    }
}
