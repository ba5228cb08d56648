package dev.belay.release.people;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/// What somebody may do who came with a certain token: what the person may, and of that only what
/// every layer above it lets through. A layer can take away and never add.
///
/// @param layers each allows something if any of its grants does; an empty layer allows nothing
public record Powers(List<Set<Grant>> layers) {
    /// Nothing at all.
    public static final Powers NONE = new Powers(List.of(Set.of()));

    public Powers {
        layers = layers.stream().map(Set::copyOf).toList();
    }

    public static Powers of(Collection<Grant> grants) {
        return new Powers(List.of(Set.copyOf(grants)));
    }

    /// The same, but nothing that these grants do not allow, too.
    public Powers narrowed(Collection<Grant> scopes) {
        var more = new ArrayList<>(layers);
        more.add(Set.copyOf(scopes));
        return new Powers(more);
    }

    /// Whether every layer allows that there; there must be one to do so.
    ///
    /// @param where an environment, or [Grant#EVERYWHERE] for what belongs to none
    public boolean allows(Action action, String where) {
        return !layers.isEmpty()
                && layers.stream()
                        .allMatch(layer ->
                                layer.stream().anyMatch(grant -> grant.allows(action, where)));
    }

    public boolean allows(Right right) {
        return allows(right.action(), right.where());
    }

    /// Whether there is anywhere that it is allowed.
    public boolean allowsSomewhere(Action action) {
        return allows(action, Grant.EVERYWHERE) || !environments(action).isEmpty();
    }

    /// The environments, of those that a grant names, where it is allowed. Whoever is allowed it
    /// everywhere needs no names.
    public Set<String> environments(Action action) {
        var named = new TreeSet<String>();
        layers.forEach(layer -> layer.forEach(grant -> named.add(grant.environment())));
        named.remove(Grant.EVERYWHERE);
        named.removeIf(where -> !allows(action, where));
        return named;
    }

    /// Whether all that the grant allows is allowed here: then it may be passed on.
    public boolean covers(Grant grant) {
        return grant.role().actions().stream()
                .allMatch(action -> allows(action, grant.environment()));
    }
}
