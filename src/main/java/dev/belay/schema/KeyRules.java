package dev.belay.schema;

import dev.belay.schema.Change.Added;
import dev.belay.schema.Change.Altered;
import dev.belay.schema.Change.Facet;
import dev.belay.schema.Change.Recreated;
import dev.belay.schema.Change.Removed;
import dev.belay.schema.Change.Renamed;
import dev.belay.schema.Judgement.Effect;
import java.util.HashSet;
import java.util.List;

/// What happens to constraints and indexes of tables that stay.
final class KeyRules {
    /// `ON CONFLICT` finds no key, or the constraint that it names is gone.
    private static final List<String> NO_ARBITER = List.of("42P10", "42704", "55000");

    private final Judgement judgement;
    private final Evidence evidence;

    KeyRules(Judgement judgement) {
        this.judgement = judgement;
        this.evidence = judgement.evidence();
    }

    void judge(Change change) {
        if (!evidence.stands(change.subject())
                || change.subject().fact("inherited").equals("true")) {
            return;
        }
        boolean constraint = change.subject().kind() == Kind.CONSTRAINT;
        switch (change) {
            case Added(SchemaObject after) -> added(after, constraint);
            case Removed(SchemaObject before) -> removed(before, constraint);
            case Renamed(SchemaObject before, SchemaObject after, List<Facet> facets) -> {
                renamed(before, after, constraint);
                altered(before, after, facets, constraint);
            }
            case Altered(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    altered(before, after, facets, constraint);
            case Recreated(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    altered(before, after, facets, constraint);
        }
    }

    private void added(SchemaObject after, boolean constraint) {
        if (constraint) {
            addedConstraint(after);
        } else if (!after.fact("constraint").equals("true")) {
            addedIndex(after);
        }
    }

    private void removed(SchemaObject before, boolean constraint) {
        if (columnsGone(before)) {
            return;
        }
        if (constraint) {
            removedConstraint(before);
        } else if (!before.fact("constraint").equals("true")) {
            if (before.is("unique") && !before.is("primary")) {
                removedKey(before);
            } else {
                judgement.add(
                        Rule.DROP_INDEX,
                        before,
                        Effect.NOTHING,
                        "statements that used it are slower");
            }
        }
    }

    private void addedConstraint(SchemaObject one) {
        boolean fresh = allColumnsNew(one);
        switch (one.facet("type")) {
            case "c" -> {
                if (fresh) {
                    judgement.add(
                            Rule.ADD_COLUMN_CHECK,
                            one,
                            Effect.NOTHING,
                            "the old release writes none of its columns");
                } else if (loosens(one)) {
                    judgement.add(
                            Rule.DROP_CHECK,
                            one,
                            Effect.WEAKENS,
                            "it takes all that the one it replaces took, and more");
                } else {
                    judgement.add(
                            one.is("valid") ? Rule.ADD_CHECK : Rule.ADD_CHECK_NOT_VALID,
                            one,
                            Effect.NARROWS,
                            "writes of the old release that it does not hold for are refused, from now on");
                }
            }
            case "f" -> reference(one, fresh);
            case "p", "u" -> key(one, fresh);
            default ->
                    judgement.add(
                            Rule.ADD_EXCLUSION,
                            one,
                            Effect.NARROWS,
                            "rows that exclude each other are refused");
        }
    }

    private void reference(SchemaObject one, boolean fresh) {
        if (fresh) {
            judgement.add(
                    Rule.ADD_COLUMN_REFERENCE,
                    one,
                    Effect.NOTHING,
                    "the old release writes none of its columns");
            return;
        }
        judgement.add(
                one.is("valid") ? Rule.ADD_FOREIGN_KEY : Rule.ADD_FOREIGN_KEY_NOT_VALID,
                one,
                Effect.NARROWS,
                "rows that refer to nothing, and deletions of what is referred to, are refused");
    }

    private void key(SchemaObject one, boolean fresh) {
        if (fresh) {
            boolean sameForAll = constantDefaults(one);
            judgement.add(
                    Rule.ADD_COLUMN_UNIQUE,
                    one,
                    sameForAll ? Effect.BREAKS : Effect.NOTHING,
                    sameForAll
                            ? "rows of the old release all get the same default, and the second is refused"
                            : "rows of the old release leave its columns null, which is no double");
        } else if (implied(one)) {
            judgement.add(
                    Rule.ADD_UNIQUE, one, Effect.NOTHING, "another key kept doubles out already");
        } else {
            judgement.add(Rule.ADD_UNIQUE, one, Effect.NARROWS, "doubles are refused");
        }
    }

    private boolean constantDefaults(SchemaObject key) {
        return key.factList("columns").stream()
                .map(name ->
                        evidence.after()
                                .identified(key.of())
                                .flatMap(table -> evidence.after().part(table, Kind.COLUMN, name)))
                .allMatch(column ->
                        column.filter(one ->
                                        !one.facet("default").isEmpty()
                                                && !one.facet("default").startsWith("NULL")
                                                && !Expressions.isVolatile(one.facet("default")))
                                .isPresent());
    }

    private boolean isNewColumn(SchemaObject part, String name) {
        return evidence.before()
                .identified(part.of())
                .flatMap(table -> evidence.before().part(table, Kind.COLUMN, name))
                .isEmpty();
    }

    private boolean allColumnsNew(SchemaObject part) {
        List<String> columns = part.factList("columns");
        return !columns.isEmpty() && columns.stream().allMatch(name -> isNewColumn(part, name));
    }

    /// A unique key of before whose columns are among those of the new one.
    private boolean implied(SchemaObject key) {
        var columns = new HashSet<>(key.factList("columns"));
        return evidence.before()
                .identified(key.of())
                .map(table ->
                        evidence.before().parts(table, Kind.INDEX).stream()
                                .filter(one -> one.is("unique") && one.is("valid"))
                                .filter(one -> one.fact("predicate").isEmpty())
                                .filter(one -> one.fact("expressions").isEmpty())
                                .anyMatch(one -> columns.containsAll(one.factList("columns"))))
                .orElse(false);
    }

    private void addedIndex(SchemaObject one) {
        if (!one.is("valid")) {
            judgement.add(
                    Rule.INVALID_INDEX,
                    one,
                    one.is("unique") ? Effect.WEAKENS.back(Reversibility.RESIDUE) : Effect.NOTHING,
                    "building it failed half-way");
            return;
        }
        boolean mayFail =
                !one.fact("expressions").isEmpty() && Expressions.canFail(one.fact("expressions"));
        boolean narrows = one.is("unique") && !allColumnsNew(one) && !implied(one);
        String reason = narrows ? "doubles are refused" : "writes keep it up to date";
        if (mayFail) {
            reason = "writes fail whose values its expression cannot take";
        }
        Rule rule =
                judgement.evidence().signals().known()
                                && evidence.signals().statements().stream()
                                        .anyMatch(seen ->
                                                seen.alone()
                                                        && Expressions.names(
                                                                seen.text(), one.local()))
                        ? Rule.CREATE_INDEX_CONCURRENTLY
                        : Rule.CREATE_INDEX;
        judgement.add(rule, one, narrows || mayFail ? Effect.NARROWS : Effect.NOTHING, reason);
    }

    /// What goes with its columns is told with them.
    private boolean columnsGone(SchemaObject part) {
        return part.factList("columns").stream()
                .anyMatch(name ->
                        evidence.before()
                                .identified(part.of())
                                .flatMap(t -> evidence.before().part(t, Kind.COLUMN, name))
                                .filter(column ->
                                        evidence.after().identified(column.identity()).isEmpty())
                                .isPresent());
    }

    private void removedConstraint(SchemaObject one) {
        switch (one.facet("type")) {
            case "c" -> {
                if (!replacedCheck(one)) {
                    judgement.add(
                            Rule.DROP_CHECK,
                            one,
                            Effect.WEAKENS,
                            "rows that it kept out can be there");
                }
            }
            case "f" ->
                    judgement.add(
                            Rule.DROP_FOREIGN_KEY,
                            one,
                            Effect.WEAKENS,
                            "rows can refer to nothing, and both tables are locked");
            case "p", "u" -> removedKey(one);
            default ->
                    judgement.add(
                            Rule.DROP_UNIQUE,
                            one,
                            Effect.WEAKENS,
                            "rows that it kept apart can meet");
        }
    }

    private void removedKey(SchemaObject one) {
        boolean other =
                evidence.after()
                        .identified(one.of())
                        .map(table ->
                                evidence.after().parts(table, Kind.INDEX).stream()
                                        .anyMatch(key -> arbitrates(key, one)))
                        .orElse(false);
        boolean named = one.kind() == Kind.CONSTRAINT;
        if (other && !named) {
            judgement.add(
                    Rule.DROP_INDEX,
                    one,
                    Effect.NOTHING,
                    "another key of the same columns is there");
            return;
        }
        boolean unused = evidence.replay().clears(NO_ARBITER) || other;
        judgement.add(
                Rule.DROP_UNIQUE,
                one,
                Effect.WEAKENS.breaking(!unused),
                unused
                        ? "doubles can be there that it kept out"
                        : "`ON CONFLICT` over its columns finds no key and is refused");
    }

    private static boolean arbitrates(SchemaObject key, SchemaObject gone) {
        return key.is("unique")
                && key.is("valid")
                && key.is("immediate")
                && key.fact("predicate").equals(gone.fact("predicate"))
                && new HashSet<>(key.factList("columns"))
                        .equals(new HashSet<>(gone.factList("columns")));
    }

    private boolean replacedCheck(SchemaObject gone) {
        return evidence.after()
                .identified(gone.of())
                .map(table ->
                        evidence.after().parts(table, Kind.CONSTRAINT).stream()
                                .filter(one -> one.facet("type").equals("c"))
                                .filter(one ->
                                        evidence.before().identified(one.identity()).isEmpty())
                                .anyMatch(one ->
                                        Bounds.isLooser(
                                                gone.facet("definition"), one.facet("definition"))))
                .orElse(false);
    }

    /// Whether it replaces a check of before that took less.
    private boolean loosens(SchemaObject added) {
        return evidence.before()
                .identified(added.of())
                .map(table ->
                        evidence.before().parts(table, Kind.CONSTRAINT).stream()
                                .filter(one -> one.facet("type").equals("c"))
                                .filter(one -> one.is("valid") || !added.is("valid"))
                                .filter(one ->
                                        evidence.after().identified(one.identity()).isEmpty())
                                .anyMatch(one ->
                                        Bounds.isLooser(
                                                one.facet("definition"),
                                                added.facet("definition"))))
                .orElse(false);
    }

    private void renamed(SchemaObject before, SchemaObject after, boolean constraint) {
        if (!constraint) {
            if (!before.fact("constraint").equals("true")) {
                judgement.add(
                        Rule.RENAME_CONSTRAINT,
                        before,
                        Effect.NOTHING,
                        "no statement names an index");
            }
            return;
        }
        boolean arbiter = List.of("p", "u", "x").contains(before.facet("type"));
        boolean used = arbiter && !evidence.replay().clears(NO_ARBITER);
        judgement.add(
                Rule.RENAME_CONSTRAINT,
                before,
                used ? Effect.RENAMES : Effect.DIFFERS,
                used
                        ? "it is `"
                                + after.local()
                                + "` now: `ON CONFLICT ON CONSTRAINT` with its old name is refused"
                        : "errors that name it have another name");
    }

    private void altered(
            SchemaObject before, SchemaObject after, List<Facet> facets, boolean constraint) {
        List<String> names = facets.stream().map(Facet::name).toList();
        if (names.contains("deferrable") || names.contains("deferred")) {
            boolean key = List.of("p", "u", "x").contains(before.facet("type"));
            judgement.add(
                    Rule.DEFERRABLE,
                    before,
                    // Refused when it is carried out, not when it is planned.
                    Effect.DIFFERS.breaking(
                            key
                                    && after.is("deferrable")
                                    && !evidence.replay().neverSays("on conflict")),
                    key
                            ? "`ON CONFLICT` takes no key that can be checked later"
                            : "an error can come at the end of the transaction");
            return;
        }
        if (names.contains("valid") && !after.is("valid") && !constraint) {
            judgement.add(
                    Rule.INVALID_INDEX, before, Effect.WEAKENS, "it is no longer kept or used");
        }
        if (!names.contains("definition")) {
            return;
        }
        if (constraint && before.facet("type").equals("f") && sameButActions(before, after)) {
            boolean refuses = List.of("a", "r").contains(after.fact("on delete"));
            judgement.add(
                    Rule.FOREIGN_KEY_ACTION,
                    before,
                    refuses ? Effect.NARROWS : Effect.DIFFERS,
                    refuses
                            ? "deletions of what is referred to are refused"
                            : "deletions of the old release reach further than they did");
        } else if (!onlyNotValid(before, after)) {
            removed(before, constraint);
            added(after, constraint);
        }
    }

    private static boolean onlyNotValid(SchemaObject before, SchemaObject after) {
        return before.facet("definition")
                .replace(" NOT VALID", "")
                .equals(after.facet("definition").replace(" NOT VALID", ""));
    }

    private static boolean sameButActions(SchemaObject before, SchemaObject after) {
        return withoutActions(before).equals(withoutActions(after));
    }

    private static String withoutActions(SchemaObject one) {
        return one.facet("definition")
                .replaceAll(
                        " ON (DELETE|UPDATE) (CASCADE|RESTRICT|SET NULL|SET DEFAULT|NO ACTION)", "")
                .replace(" NOT VALID", "");
    }
}
