package dev.belay.release.people;

import static dev.belay.release.people.Action.APPROVE;
import static dev.belay.release.people.Action.AUDIT;
import static dev.belay.release.people.Action.DATA;
import static dev.belay.release.people.Action.DECIDE;
import static dev.belay.release.people.Action.DEPLOY;
import static dev.belay.release.people.Action.EXCEPT;
import static dev.belay.release.people.Action.OPERATE;
import static dev.belay.release.people.Action.PLAN;
import static dev.belay.release.people.Action.READ;

import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// A bundle of actions with a name. The table is fixed, so that `deployer` means the same
/// everywhere.
public enum Role {
    VIEWER("looks", READ),
    DEPLOYER("ships and takes back", READ, PLAN, DEPLOY),
    APPROVER("consents to what others ship", READ, AUDIT, APPROVE),
    OPERATOR("keeps it running", READ, AUDIT, PLAN, DEPLOY, DECIDE, EXCEPT, OPERATE, DATA),
    ADMIN("everything, people too", Action.values());

    private final String meaning;

    @SuppressWarnings("ImmutableEnumChecker") // Nobody else has the set, and it cannot be changed.
    private final Set<Action> actions;

    Role(String meaning, Action... actions) {
        this.meaning = meaning;
        var all = EnumSet.noneOf(Action.class);
        all.addAll(List.of(actions));
        this.actions = Collections.unmodifiableSet(all);
    }

    /// As people write it.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// What whoever has it is there for.
    public String meaning() {
        return meaning;
    }

    /// All that it allows; nothing else does.
    public Set<Action> actions() {
        return actions;
    }

    /// The role of that name.
    public static Optional<Role> of(String word) {
        return Arrays.stream(values()).filter(role -> role.word().equals(word)).findFirst();
    }

    /// All names, the least first.
    public static List<String> words() {
        return Arrays.stream(values()).map(Role::word).toList();
    }

    /// Names of those that are enough for all of that, the least first: `deployer, operator`.
    public static String sufficing(Collection<Action> actions) {
        return Arrays.stream(values())
                .filter(role -> role.actions.containsAll(actions))
                .map(Role::word)
                .collect(Collectors.joining(", "));
    }
}
