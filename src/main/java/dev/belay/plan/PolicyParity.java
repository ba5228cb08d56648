package dev.belay.plan;

import dev.belay.manifest.Policies;
import dev.belay.manifest.PolicyParameters;
import dev.belay.plan.Parity.Difference;
import dev.belay.plan.Parity.Direction;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// In what the policies of two environments differ: a pack or rule less is looser, and so is one
/// that is measured by less.
final class PolicyParity {
    private static final String REGULATED = "regulated";

    private final Found found;

    /// Takes a difference.
    interface Found {
        void add(String what, String here, String there, Direction direction);
    }

    PolicyParity(Found found) {
        this.found = found;
    }

    /// Whether a difference counts even where the manifest says that it may be.
    static boolean stands(Difference difference) {
        return difference.direction() == Direction.LOOSER
                && difference.what().startsWith(REGULATED);
    }

    void of(Policies here, Policies there) {
        if (!here.regulated().equals(there.regulated())) {
            found.add(
                    REGULATED,
                    here.regulated().isEmpty() ? "no" : here.regulated(),
                    there.regulated().isEmpty() ? "no" : there.regulated(),
                    there.regulated().isEmpty() ? Direction.STRICTER : Direction.LOOSER);
        }
        SortedMap<String, PolicyParameters> mine = groups(here);
        SortedMap<String, PolicyParameters> theirs = groups(there);
        var names = new TreeSet<>(mine.keySet());
        names.addAll(theirs.keySet());
        for (String name : names) {
            PolicyParameters one = mine.get(name);
            PolicyParameters other = theirs.get(name);
            String what = "policies." + name;
            if (one == null) {
                found.add(what, "not asked for", "asked for", Direction.LOOSER);
            } else if (other == null) {
                found.add(what, "asked for", "not asked for", Direction.STRICTER);
            } else {
                measures(
                        name.equals(there.regulated()) ? REGULATED + "." + name : what, one, other);
            }
        }
    }

    private void measures(String what, PolicyParameters here, PolicyParameters there) {
        here.looserThan(there).forEach(name -> add(what, name, here, there, Direction.LOOSER));
        there.looserThan(here).stream()
                .filter(name -> !here.looserThan(there).contains(name))
                .forEach(name -> add(what, name, here, there, Direction.STRICTER));
    }

    private void add(
            String what,
            String name,
            PolicyParameters here,
            PolicyParameters there,
            Direction direction) {
        found.add(
                what + "." + name,
                PolicyParameters.text(here.values().get(name)),
                PolicyParameters.text(there.values().get(name)),
                direction);
    }

    /// Packs and rules of the platform's own, by name.
    private static SortedMap<String, PolicyParameters> groups(Policies policies) {
        var all = new TreeMap<String, PolicyParameters>();
        for (Policies.InForce one : policies.all()) {
            String pack = one.rule().pack();
            all.put(pack.isEmpty() ? one.rule().name() : pack, one.parameters());
        }
        return all;
    }
}
