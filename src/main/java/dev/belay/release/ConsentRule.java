package dev.belay.release;

import java.time.Duration;
import java.util.List;

/// What people have to say before a release goes on.
///
/// @param checklist points that somebody confirms, each by itself
/// @param of who may consent: names of people, or of roles that they have in the environment; empty
///   for whoever may consent there at all
/// @param quorum how many different people consent; 0 for nobody
/// @param each whether there must be one for every name of `of`
/// @param valid how long a consent counts
public record ConsentRule(
        List<String> checklist, List<String> of, int quorum, boolean each, Duration valid) {
    /// How long a consent counts where nothing else is said.
    public static final Duration VALID = Duration.ofHours(24);

    /// Nobody is asked.
    public static final ConsentRule NONE = new ConsentRule(List.of(), List.of(), 0, false, VALID);

    public ConsentRule {
        checklist = List.copyOf(checklist);
        of = List.copyOf(of);
    }

    /// Whether anybody is asked for anything.
    public boolean asks() {
        return !checklist.isEmpty() || wantsApprovals();
    }

    public boolean wantsApprovals() {
        return quorum > 0 || each;
    }

    /// How many different people it takes.
    public int many() {
        return each ? of.size() : quorum;
    }

    /// `one of cto, vp`.
    public String approvers() {
        String names = String.join(", ", of);
        if (each) {
            return "each of " + names;
        }
        String many = quorum == 1 ? "one" : Integer.toString(quorum);
        return of.isEmpty() ? many + (quorum == 1 ? " person" : " people") : many + " of " + names;
    }
}
