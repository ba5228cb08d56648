package dev.belay.lint;

import dev.belay.manifest.LintRule;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;

/// Databases that components share which are shipped apart. The one that migrates it alone is whose
/// it is; where several do, or nobody, the one that is written first.
final class DatabaseRule {
    private final Parts parts;

    DatabaseRule(Parts parts) {
        this.parts = parts;
    }

    /// A component that reaches for a database.
    private record User(Part part, Databases.Way way) {}

    List<Finding> look(Surroundings here) {
        var databases = new Databases(here);
        SequencedMap<String, List<User>> users = users(databases);
        var findings = new ArrayList<Finding>();
        users.forEach((key, all) -> {
            User owner = owner(all);
            for (User user : all) {
                if (user.part().isApartFrom(owner.part())) {
                    findings.add(finding(user, owner, databases.names(key)));
                }
            }
        });
        return findings;
    }

    /// Which databases two components have in common that were not declared as theirs together, by
    /// component and component: the names of the datastores.
    Map<String, Map<String, List<String>>> shared(Surroundings here) {
        var databases = new Databases(here);
        Map<String, Map<String, List<String>>> shared = new LinkedHashMap<>();
        users(databases)
                .forEach((key, all) -> {
                    for (User one : all) {
                        for (User other : all) {
                            if (one.part().isApartFrom(other.part())) {
                                shared.computeIfAbsent(
                                                one.part().name(), _ -> new LinkedHashMap<>())
                                        .putIfAbsent(other.part().name(), databases.names(key));
                            }
                        }
                    }
                });
        return shared;
    }

    private SequencedMap<String, List<User>> users(Databases databases) {
        SequencedMap<String, List<User>> users = new LinkedHashMap<>();
        for (Part part : parts.all()) {
            databases
                    .of(part.component())
                    .forEach((key, way) -> {
                        if (!databases.isCommon(key)) {
                            users.computeIfAbsent(key, _ -> new ArrayList<>())
                                    .add(new User(part, way));
                        }
                    });
        }
        return users;
    }

    private static User owner(List<User> users) {
        List<User> migrating = users.stream().filter(user -> user.way().migrates()).toList();
        return migrating.isEmpty() ? users.getFirst() : migrating.getFirst();
    }

    private static Finding finding(User user, User owner, List<String> names) {
        String own = user.part().name();
        String other = owner.part().name();
        String what = names.isEmpty() ? "one database" : "`" + String.join("` and `", names) + "`";
        Set<String> about = new LinkedHashSet<>(names);
        about.addAll(List.of(own, other));
        boolean both = user.way().migrates() && owner.way().migrates();
        return new Finding(
                LintRule.SHARED_DATABASE,
                user.way().place(),
                own,
                about,
                both
                        ? "`%s` and `%s` both migrate %s".formatted(other, own, what)
                        : "`%s` uses %s, which is of `%s`"
                                .formatted(own, names.isEmpty() ? "the database" : what, other),
                "give `%s` a database of its own; where a schema is meant to be shared, give the"
                                .formatted(own)
                        + " datastore its own `migrations`, or "
                        + Finding.allowing(
                                LintRule.SHARED_DATABASE,
                                names.isEmpty() ? List.of(own, other) : names.subList(0, 1)));
    }
}
