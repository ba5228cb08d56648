package dev.belay.release.people;

import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;

/// A role in one environment, or everywhere: `deployer@staging`, `viewer`. Also what narrows a
/// token.
///
/// @param environment a name, or [#EVERYWHERE]
public record Grant(Role role, String environment) implements Comparable<Grant> {
    /// All environments, those to come too, and what belongs to none.
    public static final String EVERYWHERE = "*";

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,62}");
    private static final Comparator<Grant> ORDER =
            Comparator.comparing(Grant::environment).thenComparing(Grant::role);

    /// Everything.
    public static final Grant ALL = new Grant(Role.ADMIN, EVERYWHERE);

    /// Looking, everywhere.
    public static final Grant LOOKING = new Grant(Role.VIEWER, EVERYWHERE);

    public Grant {
        if (!environment.equals(EVERYWHERE) && !NAME.matcher(environment).matches()) {
            throw new IllegalArgumentException("no name of an environment");
        }
    }

    /// What [#toString] wrote, or a person; empty when it is nothing of the kind.
    public static Optional<Grant> parse(String text) {
        int at = text.indexOf('@');
        Optional<Role> role = Role.of(at < 0 ? text : text.substring(0, at));
        String where = at < 0 ? EVERYWHERE : text.substring(at + 1);
        return role.isPresent() && (at < 0 || NAME.matcher(where).matches())
                ? Optional.of(new Grant(role.get(), where))
                : Optional.empty();
    }

    /// Whether it allows that there.
    ///
    /// @param where an environment, or [#EVERYWHERE] for what belongs to none
    public boolean allows(Action action, String where) {
        return role.actions().contains(action)
                && (environment.equals(EVERYWHERE) || environment.equals(where));
    }

    @Override
    public int compareTo(Grant other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return environment.equals(EVERYWHERE) ? role.word() : role.word() + "@" + environment;
    }
}
