package dev.belay.schema;

import dev.belay.schema.Change.Added;
import dev.belay.schema.Change.Altered;
import dev.belay.schema.Change.Recreated;
import dev.belay.schema.Change.Removed;
import dev.belay.schema.Change.Renamed;
import dev.belay.schema.Judgement.Effect;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// Who may do what, and who sees which rows: what no text of a migration shows.
final class AccessRules {
    /// Without these, statements mean something else or fail.
    private static final List<String> DECISIVE =
            List.of(
                    "search_path",
                    "default_transaction_read_only",
                    "role",
                    "session_authorization");

    private static final String ALL = "*";

    private final Judgement judgement;
    private final Evidence evidence;

    AccessRules(Judgement judgement) {
        this.judgement = judgement;
        this.evidence = judgement.evidence();
    }

    /// Privileges that are gone from what is there still, in place.
    void judgePrivileges() {
        for (SchemaObject was : evidence.before().objects()) {
            Optional<SchemaObject> is = evidence.after().identified(was.identity());
            if (is.isEmpty() || was.kind() == Kind.TYPE) {
                continue;
            }
            if (was.kind() == Kind.COLUMN) {
                column(was, is.get());
                continue;
            }
            List<String> lost = evidence.lost(was, is.get());
            if (!lost.isEmpty()) {
                judgement.add(
                        Rule.PRIVILEGE,
                        was,
                        Effect.BREAKS,
                        "no longer granted: " + String.join("; ", lost));
            } else if (!was.facet("owner").equals(is.get().facet("owner"))) {
                judgement.add(
                        Rule.PRIVILEGE,
                        was,
                        Effect.NOTHING,
                        "its owner is another, and the application may what it could");
            }
        }
    }

    /// Granted column by column; where the whole table is no longer granted, that is said of it.
    private void column(SchemaObject was, SchemaObject is) {
        List<String> lost = evidence.lost(was, is);
        boolean ofTable =
                evidence.before()
                        .owner(was)
                        .flatMap(
                                table -> evidence.then(table, other -> evidence.lost(table, other)))
                        .map(all -> all.containsAll(lost))
                        .orElse(false);
        if (!lost.isEmpty() && !ofTable) {
            judgement.add(
                    Rule.PRIVILEGE,
                    was,
                    Effect.BREAKS,
                    "no longer granted: " + String.join("; ", lost));
        }
    }

    void judgeSetting(Change change) {
        SchemaObject one = change.subject();
        String role = one.fact("role");
        if (!role.isEmpty()
                && !evidence.before().roles().isEmpty()
                && !evidence.before().roles().contains(role)) {
            return;
        }
        boolean decisive = DECISIVE.contains(one.local());
        judgement.add(
                Rule.PRIVILEGE,
                one,
                decisive ? Effect.BREAKS : Effect.DIFFERS,
                decisive
                        ? "new sessions find other objects, or may not write"
                        : "new sessions behave in another way");
    }

    /// Row security switched on or off.
    void judgeRowSecurity(SchemaObject was, SchemaObject is) {
        boolean before = was.is("row security");
        boolean after = is.is("row security");
        boolean forced = !was.is("forced row security") && is.is("forced row security");
        if (before == after && !(after && forced)) {
            if (before && was.is("forced row security") && !is.is("forced row security")) {
                loosened(was, "its owner sees every row again");
            }
            return;
        }
        if (!after) {
            loosened(was, "every tenant's rows are seen by all who may read it");
            return;
        }
        List<String> held = subjects(is);
        if (held.isEmpty()) {
            judgement.add(
                    Rule.ROW_SECURITY,
                    was,
                    Effect.DIFFERS,
                    "it holds for no role of the application");
            return;
        }
        boolean open = held.stream().allMatch(role -> isOpen(is, role));
        judgement.add(
                Rule.ROW_SECURITY,
                was,
                open ? Effect.DIFFERS : Effect.BREAKS,
                open
                        ? "its policies let every row through"
                        : "reads of the old release find less, and writes can be refused");
    }

    private void loosened(SchemaObject about, String reason) {
        judgement.add(Rule.ROW_SECURITY, about, Effect.DIFFERS, reason);
    }

    /// The roles that row security holds for.
    private List<String> subjects(SchemaObject table) {
        List<String> roles = evidence.after().roles();
        return roles.isEmpty()
                ? List.of(ALL)
                : roles.stream()
                        .filter(role -> !table.fact("exempt:" + role).equals("true"))
                        .toList();
    }

    private boolean isOpen(SchemaObject table, String role) {
        List<SchemaObject> policies =
                evidence.after().parts(table, Kind.POLICY).stream()
                        .filter(one ->
                                role.equals(ALL)
                                        ? one.facetList("roles").contains("-")
                                        : one.factList("holds for").contains(role))
                        .toList();
        return policies.stream().anyMatch(one -> one.is("permissive") && isWideOpen(one))
                && policies.stream().allMatch(one -> one.is("permissive") || isWideOpen(one));
    }

    private static boolean isWideOpen(SchemaObject policy) {
        return policy.facet("command").equals(ALL)
                && policy.facet("using").equals("true")
                && (policy.facet("check").isEmpty() || policy.facet("check").equals("true"));
    }

    void judgePolicy(Change change) {
        Optional<SchemaObject> table = evidence.before().identified(change.subject().of());
        Optional<SchemaObject> now = evidence.after().identified(change.subject().of());
        // Where row security itself is switched, that says it.
        if (table.isEmpty()
                || now.isEmpty()
                || !table.get().is("row security")
                || !now.get().is("row security")) {
            return;
        }
        switch (change) {
            case Added(SchemaObject after) -> policy(after, !after.is("permissive"), "it");
            case Removed(SchemaObject before) ->
                    policy(before, before.is("permissive"), "without it, row security");
            case Altered(SchemaObject before, SchemaObject after, _) -> altered(before, after);
            case Recreated(SchemaObject before, SchemaObject after, var facets) -> {
                if (!facets.isEmpty()) {
                    altered(before, after);
                }
            }
            case Renamed _ -> {}
        }
    }

    private void policy(SchemaObject one, boolean stricter, String what) {
        judgement.add(
                Rule.ROW_SECURITY,
                one,
                stricter ? Effect.BREAKS : Effect.DIFFERS,
                stricter
                        ? what + " hides rows that the old release sees, and can refuse its writes"
                        : what + " lets rows through that were hidden");
    }

    private void altered(SchemaObject before, SchemaObject after) {
        boolean open =
                after.is("permissive")
                        && after.facetList("roles").containsAll(before.facetList("roles"))
                        && sameOrOpen(before, after, "using")
                        && sameOrOpen(before, after, "check");
        judgement.add(
                Rule.ROW_SECURITY,
                before,
                open ? Effect.DIFFERS : Effect.NARROWS,
                open
                        ? "it lets every row through: tenants see each other's"
                        : "other rows are seen and can be written than before");
    }

    private static boolean sameOrOpen(SchemaObject before, SchemaObject after, String part) {
        return after.facet(part).equals("true") || after.facet(part).equals(before.facet(part));
    }

    /// A key or a reference that kept tenants apart is gone, or no longer has the tenant in it.
    void judgeTenantKeys() {
        for (SchemaObject table : evidence.before().all(Kind.TABLE).toList()) {
            Set<String> tenants = tenantColumns(table);
            Optional<SchemaObject> now = evidence.after().identified(table.identity());
            if (tenants.isEmpty() || now.isEmpty()) {
                continue;
            }
            guards(evidence.before(), table)
                    .filter(one -> one.factList("columns").stream().anyMatch(tenants::contains))
                    .filter(one ->
                            guards(evidence.after(), now.get())
                                    .noneMatch(other ->
                                            other.kind() == one.kind()
                                                    && other.facet("type").equals(one.facet("type"))
                                                    && other.factList("columns")
                                                            .containsAll(one.factList("columns"))))
                    .forEach(one ->
                            loosened(
                                    one,
                                    "its columns tell tenants apart in row security: without it, rows of"
                                            + " different tenants can meet"));
        }
    }

    private Stream<SchemaObject> guards(Catalogue in, SchemaObject table) {
        return in.parts(table, Kind.CONSTRAINT).stream();
    }

    private Set<String> tenantColumns(SchemaObject table) {
        var columns = new HashSet<String>();
        evidence.before().parts(table, Kind.POLICY).stream()
                .flatMap(policy -> policy.factList("columns").stream())
                .forEach(columns::add);
        // What tells single rows apart tells no tenants apart.
        evidence.before().parts(table, Kind.CONSTRAINT).stream()
                .filter(one -> one.facet("type").equals("p"))
                .map(one -> one.factList("columns"))
                .filter(key -> key.size() == 1)
                .flatMap(List::stream)
                .forEach(columns::remove);
        return columns;
    }
}
