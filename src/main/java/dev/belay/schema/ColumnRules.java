package dev.belay.schema;

import dev.belay.schema.Change.Added;
import dev.belay.schema.Change.Altered;
import dev.belay.schema.Change.Facet;
import dev.belay.schema.Change.Recreated;
import dev.belay.schema.Change.Removed;
import dev.belay.schema.Change.Renamed;
import dev.belay.schema.Judgement.Effect;
import java.util.List;
import java.util.Optional;

/// What happens to columns of relations that stay.
final class ColumnRules {
    /// From so many rows on, that none of them is null says how the old release writes.
    private static final long TELLING_ROWS = 1000;

    private final Judgement judgement;
    private final Evidence evidence;

    ColumnRules(Judgement judgement) {
        this.judgement = judgement;
        this.evidence = judgement.evidence();
    }

    void judge(Change change) {
        if (!evidence.stands(change.subject())
                || change.subject().fact("inherited").equals("true")) {
            return;
        }
        switch (change) {
            case Added(SchemaObject after) -> {
                if (namesake(evidence.before(), after).isEmpty()) {
                    added(after);
                }
            }
            case Removed(SchemaObject before) ->
                    namesake(evidence.after(), before)
                            .ifPresentOrElse(
                                    heir -> inherited(before, heir, Reversibility.LOSSY),
                                    () -> removed(before));
            case Renamed(SchemaObject before, SchemaObject after, List<Facet> facets) -> {
                Optional<SchemaObject> heir = namesake(evidence.after(), before);
                if (heir.isPresent()) {
                    inherited(before, heir.get(), Reversibility.CONDITIONAL);
                } else {
                    renamed(before, after);
                    altered(before, after, facets);
                }
            }
            case Altered(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    altered(before, after, facets);
            case Recreated(SchemaObject before, SchemaObject after, _) ->
                    inherited(before, after, Reversibility.LOSSY);
        }
    }

    /// What a statement finds in the same relation under the same name.
    private Optional<SchemaObject> namesake(Catalogue in, SchemaObject column) {
        return in.identified(column.of())
                .flatMap(relation -> in.part(relation, Kind.COLUMN, column.local()));
    }

    private boolean isView(SchemaObject column) {
        return evidence.after()
                .identified(column.of())
                .or(() -> evidence.before().identified(column.of()))
                .map(SchemaObject::kind)
                .filter(kind -> kind == Kind.VIEW || kind == Kind.MATERIALIZED_VIEW)
                .isPresent();
    }

    private void added(SchemaObject column) {
        if (isView(column)) {
            judgement.add(
                    Rule.VIEW_GROWS,
                    column,
                    Effect.ADDS.back(Reversibility.RESIDUE),
                    "it is new: statements that name their columns do not notice");
            return;
        }
        String initial = column.facet("default");
        if (!column.facet("identity").isEmpty()) {
            judgement.add(
                    Rule.ADD_COLUMN_IDENTITY,
                    column,
                    Effect.ADDS,
                    "every row is numbered and written anew");
        } else if (!column.facet("generated").isEmpty()) {
            boolean fails = Expressions.canFail(column.facet("generated"));
            judgement.add(
                    Rule.ADD_COLUMN_GENERATED,
                    column,
                    new Effect(
                            fails ? OldOnNew.NARROWS : OldOnNew.OK,
                            NewOnOld.BREAKS,
                            Reversibility.EXACT),
                    fails
                            ? "writes fail whose values its expression cannot take"
                            : "its expression takes every value");
        } else if (column.is("not null") && initial.isEmpty() && !domainDefault(column)) {
            judgement.add(
                    Rule.ADD_COLUMN_REQUIRED,
                    column,
                    Effect.RENAMES,
                    "every insert of the old release leaves it out, and is refused");
        } else {
            plain(column, initial);
        }
        sequenceGrant(column);
        access(column);
        if (!column.fact("equality").equals("true")) {
            judgement.add(
                    Rule.ADD_COLUMN_NO_EQUALITY,
                    column,
                    Effect.ADDS.breaking(!evidence.replay().clears(List.of("42883"))),
                    "`SELECT DISTINCT *`, `UNION` and `GROUP BY` over all columns are refused");
        }
    }

    private void plain(SchemaObject column, String initial) {
        Rule rule = Rule.ADD_COLUMN;
        String reason = "statements that name their columns do not notice";
        if (column.fact("constrained").equals("true")) {
            rule = Rule.ADD_COLUMN_DOMAIN;
            reason = "every row is written anew to see whether the domain takes it";
        } else if (Expressions.isVolatile(initial)) {
            rule = Rule.ADD_COLUMN_VOLATILE;
            reason = "every row gets a value of its own and is written anew";
        } else if (!initial.isEmpty()) {
            rule = Rule.ADD_COLUMN_DEFAULT;
        }
        judgement.add(rule, column, Effect.ADDS.back(Reversibility.LOSSY), reason);
    }

    private boolean domainDefault(SchemaObject column) {
        return evidence.after()
                .identified(column.fact("type"))
                .map(type -> !type.facet("default").isEmpty())
                .orElse(false);
    }

    /// A default that takes a sequence's next number asks for a privilege of whoever inserts.
    private void sequenceGrant(SchemaObject column) {
        for (String identity : column.factList("uses")) {
            evidence.after()
                    .identified(identity)
                    .filter(used -> used.kind() == Kind.SEQUENCE || used.kind() == Kind.FUNCTION)
                    .ifPresent(used -> {
                        List<String> without = rolesWithout(column, used);
                        if (!without.isEmpty()) {
                            judgement.add(
                                    Rule.ADD_COLUMN_SEQUENCE,
                                    column,
                                    Effect.BREAKS,
                                    "its default uses "
                                            + used.words()
                                            + ", which "
                                            + String.join(", ", without)
                                            + " may not use: every insert is refused");
                        }
                    });
        }
    }

    private List<String> rolesWithout(SchemaObject column, SchemaObject used) {
        Optional<SchemaObject> table = evidence.after().identified(column.of());
        if (evidence.after().roles().isEmpty()) {
            boolean granted =
                    used.kind() == Kind.FUNCTION
                            || used.facetList("acl").size() > 1
                            || table.map(one -> one.facetList("acl").size() <= 1).orElse(true);
            return granted ? List.of() : List.of("others than its owner");
        }
        return evidence.after().roles().stream()
                .filter(role ->
                        table.map(one -> one.factList("may:" + role).contains("INSERT"))
                                .orElse(false))
                .filter(role ->
                        used.factList("may:" + role).stream()
                                .noneMatch(List.of("USAGE", "UPDATE", "EXECUTE")::contains))
                .map(role -> "`" + role + "`")
                .toList();
    }

    /// Where columns are granted one by one, a new one is granted to nobody.
    private void access(SchemaObject column) {
        for (String role : evidence.after().roles()) {
            boolean readAll =
                    evidence.before()
                            .identified(column.of())
                            .map(table ->
                                    evidence.before().parts(table, Kind.COLUMN).stream()
                                            .allMatch(one ->
                                                    one.factList("may:" + role).contains("SELECT")))
                            .orElse(false);
            if (readAll && !column.factList("may:" + role).contains("SELECT")) {
                judgement.add(
                        Rule.PRIVILEGE,
                        column,
                        Effect.BREAKS,
                        "`"
                                + role
                                + "` may read every other column and not this one: `SELECT *` is refused");
            }
        }
    }

    private void removed(SchemaObject column) {
        Effect effect = isView(column) ? Effect.BREAKS : Effect.LOSES;
        judgement.add(
                Rule.DROP_COLUMN,
                column,
                unlessUnused(effect, column),
                switch (unlessUnused(effect, column).oldOnNew()) {
                    case OK -> "it is gone, with its values";
                    case WEAKENS -> "no statement that was seen names it, and its values are gone";
                    case NARROWS, BREAKS -> "whatever names it is refused, and its values are gone";
                });
    }

    private void renamed(SchemaObject before, SchemaObject after) {
        judgement.add(
                Rule.RENAME_COLUMN,
                before,
                unlessUnused(Effect.RENAMES, before),
                "it is `" + after.local() + "` now: whatever names it is refused");
    }

    /// When all statements of the old release are known and none is refused, a name that is gone
    /// was not one of theirs. When they were seen for some time, it was with what is seen: so those
    /// of its table must be among them, or nothing was learnt of it.
    private Effect unlessUnused(Effect effect, SchemaObject column) {
        Replay replay = evidence.replay();
        if (replay.failing().findAny().isPresent()
                || (column.is("not null") && column.facet("default").isEmpty())) {
            return effect;
        }
        return switch (replay.coverage()) {
            case COMPLETE -> new Effect(OldOnNew.OK, effect.newOnOld(), effect.reversibility());
            case OBSERVED ->
                    evidence.before()
                                    .owner(column)
                                    .filter(table -> replay.namesColumnsOf(table.local()))
                                    .isPresent()
                            ? new Effect(
                                    OldOnNew.WEAKENS, effect.newOnOld(), effect.reversibility())
                            : effect;
            case NONE -> effect;
        };
    }

    /// Another column stands under the name now.
    private void inherited(SchemaObject was, SchemaObject heir, Reversibility back) {
        if (!was.facet("type").equals(heir.facet("type"))
                || !was.fact("type").equals(heir.fact("type"))) {
            type(was, heir);
        }
        if (!heir.facet("generated").isEmpty() && was.facet("generated").isEmpty()) {
            judgement.add(
                    Rule.ADD_COLUMN_GENERATED,
                    was,
                    Effect.BREAKS.back(back),
                    "it is generated now: writes to it are refused");
        }
        nullability(was, heir);
        defaults(was, heir);
        if (!was.facet("identity").equals(heir.facet("identity"))) {
            identity(was, heir);
        }
        judgement.add(
                Rule.CHANGE_TYPE,
                was,
                Effect.NOTHING.back(back),
                "another column has its name: what it held is there only if it was copied");
    }

    private void altered(SchemaObject before, SchemaObject after, List<Facet> facets) {
        List<String> names = facets.stream().map(Facet::name).toList();
        boolean retyped =
                names.contains("type")
                        || !before.fact("exact type").equals(after.fact("exact type"));
        if (retyped) {
            type(before, after);
        }
        nullability(before, after);
        if (names.contains("default") && !(retyped && sameValue(before, after))) {
            defaults(before, after);
        }
        if (names.contains("identity")) {
            identity(before, after);
        }
        if (names.contains("generation") || (names.contains("generated") && !retyped)) {
            judgement.add(
                    Rule.DROP_EXPRESSION,
                    before,
                    Effect.WEAKENS.back(Reversibility.NONE),
                    "its values are no longer what its expression says");
        }
        if (names.contains("collation")) {
            judgement.add(
                    Rule.COLLATION,
                    before,
                    Effect.DIFFERS,
                    "rows come in another order, and indexes of it are built anew");
        }
        if (names.stream()
                        .anyMatch(
                                List.of("storage", "compression", "statistics", "options")
                                        ::contains)
                && !retyped) {
            judgement.add(
                    Rule.STORAGE_OPTION, before, Effect.NOTHING, "nobody reads anything else");
        }
    }

    /// A default is written with its type: `'new'::text`.
    private static boolean sameValue(SchemaObject before, SchemaObject after) {
        String was = before.facet("default");
        String is = after.facet("default");
        return was.isEmpty() == is.isEmpty() && bare(was).equals(bare(is));
    }

    private static String bare(String value) {
        return value.replaceAll("::[\\w\" .\\[\\]]+(\\([0-9, ]*\\))?", "").replaceAll("[()']", "");
    }

    private void type(SchemaObject before, SchemaObject after) {
        TypeChange change = TypeChange.of(before, after, evidence);
        judgement.add(change.rule(), before, change.effect(), "it " + change.reason());
    }

    private void nullability(SchemaObject before, SchemaObject after) {
        if (isView(before) || before.is("not null") == after.is("not null")) {
            return;
        }
        if (!after.is("not null")) {
            judgement.add(
                    Rule.DROP_NOT_NULL,
                    before,
                    Effect.WEAKENS,
                    "readers of the old release can meet nulls");
            return;
        }
        boolean given = !after.facet("default").isEmpty() || !after.facet("identity").isEmpty();
        if (given && neverNull(before)) {
            judgement.add(
                    Rule.SET_NOT_NULL,
                    before,
                    Effect.NOTHING,
                    "inserts that leave it out get its default, and no row was null or made so here");
        } else {
            judgement.add(
                    Rule.SET_NOT_NULL,
                    before,
                    Effect.NARROWS,
                    given
                            ? "nulls are refused, though its default is there"
                            : "every write that leaves it out is refused");
        }
    }

    /// The statement went through over many rows, and the migration filled none of them before.
    private boolean neverNull(SchemaObject column) {
        return evidence.signals().known()
                && evidence.before()
                        .identified(column.of())
                        .filter(table -> table.number("rows", 0) >= TELLING_ROWS)
                        .map(table -> evidence.signals().tuples(table.name()).updated() == 0)
                        .orElse(false);
    }

    private void defaults(SchemaObject before, SchemaObject after) {
        String was = before.facet("default");
        String is = after.facet("default");
        if (was.equals(is)) {
            return;
        }
        boolean numbered = !after.facet("identity").isEmpty();
        if (is.isEmpty() && !numbered && after.facet("generated").isEmpty()) {
            boolean needed = after.is("not null");
            judgement.add(
                    needed ? Rule.DROP_NEEDED_DEFAULT : Rule.DROP_DEFAULT,
                    before,
                    needed ? Effect.BREAKS : Effect.DIFFERS,
                    needed
                            ? "inserts that leave it out are refused"
                            : "inserts that leave it out write null");
        } else if (!is.isEmpty()) {
            judgement.add(
                    Rule.SET_DEFAULT,
                    before,
                    Effect.DIFFERS,
                    "inserts that leave it out write another value");
            sequenceGrant(after);
        }
    }

    private void identity(SchemaObject before, SchemaObject after) {
        String is = after.facet("identity");
        if (is.isEmpty() && after.facet("default").isEmpty()) {
            judgement.add(
                    Rule.DROP_IDENTITY,
                    before,
                    Effect.BREAKS.back(Reversibility.RESIDUE),
                    "inserts that leave it out are refused");
        } else if (is.equals("a")) {
            judgement.add(
                    Rule.IDENTITY_ALWAYS,
                    before,
                    Effect.NARROWS,
                    "inserts that give a number of their own are refused");
        }
    }
}
