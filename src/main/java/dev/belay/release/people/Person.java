package dev.belay.release.people;

import java.util.Collection;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.Pattern;

/// Somebody, or a machine, that is not the owner of the state folder.
public record Person(String name, State state, SortedSet<Grant> grants) {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._-]{0,62}");

    /// Only who is active may do anything.
    public enum State {
        ACTIVE,
        /// For now; nothing of what he had is lost.
        DISABLED,
        /// For good: the name stays with what was done in it.
        REMOVED
    }

    public Person {
        grants = Collections.unmodifiableSortedSet(new TreeSet<>(grants));
    }

    /// Whether people and tokens can be called so: nothing that could be read as two.
    public static boolean canBeCalled(String name) {
        return NAME.matcher(name).matches();
    }

    public Person in(State other) {
        return new Person(name, other, grants);
    }

    public Person with(Collection<Grant> more) {
        var all = new TreeSet<>(grants);
        all.addAll(more);
        return new Person(name, state, all);
    }

    public Person without(Collection<Grant> fewer) {
        var rest = new TreeSet<>(grants);
        rest.removeAll(fewer);
        return new Person(name, state, rest);
    }

    /// What he may do: nothing unless he is active.
    public Powers powers() {
        return state == State.ACTIVE ? Powers.of(grants) : Powers.NONE;
    }
}
