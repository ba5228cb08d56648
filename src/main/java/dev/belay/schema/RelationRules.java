package dev.belay.schema;

import dev.belay.schema.Change.Added;
import dev.belay.schema.Change.Altered;
import dev.belay.schema.Change.Facet;
import dev.belay.schema.Change.Recreated;
import dev.belay.schema.Change.Removed;
import dev.belay.schema.Change.Renamed;
import dev.belay.schema.Judgement.Effect;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What happens to tables, views and schemas as a whole.
final class RelationRules {
    private final Judgement judgement;
    private final Evidence evidence;

    RelationRules(Judgement judgement) {
        this.judgement = judgement;
        this.evidence = judgement.evidence();
    }

    void judgeSchema(Change change) {
        switch (change) {
            case Added(SchemaObject after) ->
                    judgement.add(Rule.CREATE_TABLE, after, Effect.ADDS, "nobody uses it yet");
            case Removed(SchemaObject before) -> {
                boolean empty =
                        evidence.before().objects().stream()
                                .noneMatch(one -> one.of().equals(before.identity()));
                judgement.add(
                        Rule.MOVE_SCHEMA,
                        before,
                        empty ? Effect.NOTHING : Effect.LOSES,
                        empty ? "nothing was in it" : "everything in it is gone with it");
            }
            case Renamed(SchemaObject before, SchemaObject after, _) ->
                    judgement.add(
                            Rule.MOVE_SCHEMA,
                            before,
                            Effect.RENAMES,
                            "it is `" + after.name() + "` now: names with the old one are refused");
            case Altered _, Recreated _ -> {}
        }
    }

    void judge(Change change) {
        switch (change) {
            case Added(SchemaObject after) -> {
                if (evidence.before().relation(after.name()).isEmpty()) {
                    added(after);
                }
            }
            case Removed(SchemaObject before) ->
                    gone(before, evidence.after().relation(before.name()));
            case Recreated(SchemaObject before, SchemaObject after, _) ->
                    gone(before, Optional.of(after));
            case Renamed(SchemaObject before, SchemaObject after, List<Facet> facets) -> {
                moved(before, after);
                altered(before, after, facets);
            }
            case Altered(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    altered(before, after, facets);
        }
    }

    private void added(SchemaObject relation) {
        List<SchemaObject> referred =
                evidence.after().parts(relation, Kind.CONSTRAINT).stream()
                        .flatMap(one ->
                                evidence.before().identified(one.fact("references")).stream())
                        .toList();
        if (referred.isEmpty()) {
            judgement.add(Rule.CREATE_TABLE, relation, Effect.ADDS, "nobody uses it yet");
        } else {
            judgement.add(
                    Rule.CREATE_TABLE_REFERENCING,
                    relation,
                    Effect.ADDS,
                    "rows of "
                            + referred.getFirst().words()
                            + " that it refers to cannot be deleted");
        }
        leak(relation);
    }

    /// A view works with its owner's rights, and shows every tenant's rows of a table that hides
    /// them.
    private void leak(SchemaObject view) {
        if (view.kind() == Kind.TABLE
                || view.facetList("options").contains("security_invoker=true")
                || view.facetList("options").contains("security_invoker=on")
                || !granted(view)) {
            return;
        }
        view.factList("reads").stream()
                .flatMap(identity -> evidence.after().identified(identity).stream())
                .filter(table -> table.is("row security"))
                .findFirst()
                .ifPresent(table ->
                        judgement.add(
                                Rule.ROW_SECURITY,
                                view,
                                Effect.DIFFERS,
                                "it shows all rows of "
                                        + table.words()
                                        + ", whose row security holds for its owner's rights here: make it"
                                        + " with `security_invoker`"));
    }

    private boolean granted(SchemaObject view) {
        return evidence.after().roles().isEmpty()
                ? view.facetList("acl").size() > 1
                : evidence.after().roles().stream()
                        .anyMatch(role -> view.factList("may:" + role).contains("SELECT"));
    }

    /// Dropped; perhaps something else has its name now.
    private void gone(SchemaObject before, Optional<SchemaObject> heir) {
        boolean table = before.kind() == Kind.TABLE || before.kind() == Kind.FOREIGN_TABLE;
        if (partition(before)) {
            if (heir.isEmpty()) {
                left(before, Reversibility.LOSSY);
            }
            return;
        }
        Rule rule = table ? Rule.DROP_TABLE : Rule.REMAKE_VIEW;
        Reversibility back = table ? Reversibility.LOSSY : Reversibility.RESIDUE;
        if (heir.isEmpty()) {
            boolean unused =
                    evidence.replay().coverage() == Replay.Coverage.COMPLETE
                            && evidence.replay().failing().findAny().isEmpty();
            judgement.add(
                    rule,
                    before,
                    (unused ? Effect.NOTHING : Effect.BREAKS).back(back),
                    unused
                            ? "no statement of the old release names it"
                            : "whatever names it is refused"
                                    + (table ? ", and its rows are gone" : ""));
            return;
        }
        List<String> missing = missing(before, heir.get());
        if (missing.isEmpty()) {
            judgement.add(
                    rule,
                    before,
                    (table ? Effect.DIFFERS : Effect.NOTHING).back(back),
                    table
                            ? "it was made again: its rows are there only if they were copied"
                            : "it was made again with all that it had");
        } else {
            judgement.add(
                    rule,
                    before,
                    Effect.BREAKS.back(back),
                    "it was made again without " + String.join(", ", missing));
        }
    }

    /// What a statement of the old release misses in what has the name now.
    private List<String> missing(SchemaObject before, SchemaObject heir) {
        var missing = new ArrayList<String>();
        evidence.lost(before, heir).forEach(one -> missing.add("the privilege " + one));
        if (before.fact("writable").equals("true") && !heir.fact("writable").equals("true")) {
            missing.add("being writable");
        }
        for (SchemaObject column : evidence.before().parts(before, Kind.COLUMN)) {
            Optional<SchemaObject> now = evidence.after().part(heir, Kind.COLUMN, column.local());
            if (now.isEmpty()) {
                missing.add("column `" + column.local() + "`");
            } else if (TypeChange.of(column, now.get(), evidence)
                            .effect()
                            .oldOnNew()
                            .compareTo(OldOnNew.NARROWS)
                    >= 0) {
                missing.add("the type `" + column.facet("type") + "` of `" + column.local() + "`");
            } else if (column.is("not null")
                    && !column.facet("default").isEmpty()
                    && now.get().is("not null")
                    && now.get().facet("default").isEmpty()
                    && now.get().facet("identity").isEmpty()) {
                missing.add("the default of `" + column.local() + "`");
            }
        }
        if (heir.kind() == Kind.TABLE) {
            required(before, heir, missing);
            keys(before, heir, missing);
        }
        return missing;
    }

    private void required(SchemaObject before, SchemaObject heir, List<String> missing) {
        for (SchemaObject column : evidence.after().parts(heir, Kind.COLUMN)) {
            boolean asked =
                    column.is("not null")
                            && column.facet("default").isEmpty()
                            && column.facet("identity").isEmpty()
                            && column.facet("generated").isEmpty();
            if (asked && evidence.before().part(before, Kind.COLUMN, column.local()).isEmpty()) {
                missing.add("leave to omit `" + column.local() + "`");
            }
        }
    }

    private void keys(SchemaObject before, SchemaObject heir, List<String> missing) {
        for (SchemaObject key : evidence.before().parts(before, Kind.INDEX)) {
            if (key.is("unique")
                    && evidence.after().parts(heir, Kind.INDEX).stream()
                            .noneMatch(one ->
                                    one.is("unique")
                                            && one.factList("columns")
                                                    .equals(key.factList("columns")))) {
                missing.add("the key over " + String.join(", ", key.factList("columns")));
            }
        }
    }

    private void moved(SchemaObject before, SchemaObject after) {
        boolean schema = !before.of().equals(after.of());
        Optional<SchemaObject> heir = evidence.after().relation(before.name());
        if (heir.isEmpty()) {
            judgement.add(
                    schema ? Rule.MOVE_SCHEMA : Rule.RENAME_TABLE,
                    before,
                    Effect.RENAMES,
                    "it is `" + after.name() + "` now: whatever names it is refused");
            return;
        }
        List<String> missing = missing(before, heir.get());
        judgement.add(
                Rule.RENAME_BEHIND_VIEW,
                before,
                missing.isEmpty() ? Effect.ADDS : Effect.RENAMES,
                missing.isEmpty()
                        ? heir.get().words() + " stands under its name and does what it did"
                        : "what has its name now lacks " + String.join(", ", missing));
    }

    private static boolean partition(SchemaObject table) {
        return !table.facet("bound").isEmpty();
    }

    private void left(SchemaObject partition, Reversibility back) {
        boolean heir =
                partition.factList("under").stream()
                        .flatMap(parent ->
                                evidence.after()
                                        .all(Kind.TABLE)
                                        .filter(one -> one.factList("under").contains(parent)))
                        .anyMatch(one -> one.facet("bound").equals(partition.facet("bound")));
        boolean other =
                evidence.after()
                        .all(Kind.TABLE)
                        .anyMatch(one ->
                                one.facet("bound").equals("DEFAULT")
                                        && one.factList("under")
                                                .equals(partition.factList("under")));
        boolean parentGone =
                partition.factList("under").stream()
                        .noneMatch(parent -> evidence.after().identified(parent).isPresent());
        if (heir || parentGone) {
            return;
        }
        judgement.add(
                Rule.DETACH_PARTITION,
                partition,
                (other ? Effect.DIFFERS : Effect.BREAKS).back(back),
                other
                        ? "its rows are no longer seen; new ones go to the default partition"
                        : "its rows are no longer seen, and inserts into its range are refused");
    }

    private void altered(SchemaObject before, SchemaObject after, List<Facet> facets) {
        for (Facet facet : facets) {
            switch (facet.name()) {
                case "persistence" ->
                        judgement.add(
                                Rule.PERSISTENCE,
                                before,
                                Effect.NOTHING,
                                "what a crash leaves of it changes");
                case "options" -> options(before, facet);
                case "access method", "tablespace", "replica identity" ->
                        judgement.add(
                                Rule.STORAGE_OPTION,
                                before,
                                Effect.NOTHING,
                                "nobody reads anything else");
                case "bound" -> {
                    if (!after.facet("bound").isEmpty()) {
                        judgement.add(
                                Rule.ATTACH_PARTITION,
                                before,
                                Effect.ADDS,
                                "rows of its range go there from now on");
                    } else {
                        left(before, Reversibility.EXACT);
                    }
                }
                case "definition" -> {
                    boolean lost =
                            before.fact("writable").equals("true")
                                    && !after.fact("writable").equals("true");
                    judgement.add(
                            Rule.VIEW_GROWS,
                            before,
                            lost ? Effect.BREAKS : Effect.DIFFERS,
                            lost
                                    ? "nothing can be written through it any more"
                                    : "what it shows is chosen in another way");
                }
                case "populated" -> {
                    if (!after.is("populated")) {
                        judgement.add(
                                Rule.REFRESH,
                                before,
                                Effect.BREAKS,
                                "reading it is refused until it is filled");
                    }
                }
                default -> {}
            }
        }
    }

    private void options(SchemaObject before, Facet facet) {
        boolean checks = facet.after().stream().anyMatch(one -> one.startsWith("check_option"));
        boolean invoker =
                String.join(",", facet.after()).contains("security_invoker")
                        != String.join(",", facet.before()).contains("security_invoker");
        judgement.add(
                Rule.STORAGE_OPTION,
                before,
                checks || invoker ? Effect.NARROWS : Effect.NOTHING,
                invoker
                        ? "it is read with other rights than before"
                        : checks
                                ? "writes whose rows it does not show are refused"
                                : "nobody reads anything else");
    }
}
