package dev.belay.schema;

import dev.belay.schema.Judgement.Effect;
import java.util.List;

/// What was seen of the data, which no catalogue shows.
final class DataRules {
    private final Judgement judgement;
    private final Evidence evidence;

    DataRules(Judgement judgement) {
        this.judgement = judgement;
        this.evidence = judgement.evidence();
    }

    void judge() {
        for (SchemaObject was : evidence.before().objects()) {
            if (was.kind() == Kind.TABLE || was.kind() == Kind.MATERIALIZED_VIEW) {
                evidence.after()
                        .identified(was.identity())
                        .filter(one -> one.kind() == was.kind())
                        .ifPresent(is -> relation(was, is));
            }
        }
        for (Signals.Seen seen : evidence.signals().statements()) {
            seen.rewritten().stream()
                    .filter(name -> evidence.before().relation(name).isEmpty())
                    .filter(name -> evidence.before().named(Kind.INDEX, name).isPresent())
                    .forEach(name ->
                            judgement.add(
                                    Rule.DROP_INDEX,
                                    "index `" + name + "`",
                                    Effect.NOTHING,
                                    "it is built anew"));
        }
        bodies();
    }

    private void relation(SchemaObject was, SchemaObject is) {
        Signals.Tuples tuples = evidence.signals().tuples(was.name());
        boolean emptied = was.number("heap", 0) > 0 && is.number("heap", 1) == 0;
        if (emptied || tuples.deleted() > 0) {
            List<String> referring = referring(was);
            boolean breaks = emptied && !referring.isEmpty();
            judgement.add(
                    breaks ? Rule.EMPTY_REFERENCED : Rule.EMPTY_TABLE,
                    was,
                    new Effect(
                            breaks ? OldOnNew.BREAKS : OldOnNew.WEAKENS,
                            NewOnOld.OK,
                            Reversibility.NONE),
                    breaks
                            ? "rows of "
                                    + String.join(", ", referring)
                                    + " that refer to it are refused"
                            : emptied
                                    ? "all its rows are gone"
                                    : tuples.deleted() + " of its rows are deleted");
            return;
        }
        if (tuples.updated() > 0) {
            judgement.add(
                    Rule.BACKFILL,
                    was,
                    Effect.NOTHING.back(Reversibility.LOSSY),
                    tuples.updated()
                            + " rows are written anew, and locked until the end of the transaction");
        } else if (tuples.inserted() > 0 && was.kind() == Kind.TABLE) {
            judgement.add(
                    Rule.BACKFILL, was, Effect.NOTHING, tuples.inserted() + " rows are added");
        }
        if (evidence.signals().danger(was.name()) == Danger.REWRITE_UNDER_LOCK
                && judgement.findings().stream()
                        .noneMatch(one ->
                                one.danger() == Danger.REWRITE_UNDER_LOCK
                                        && one.object().contains(was.name()))) {
            judgement.add(
                    was.kind() == Kind.TABLE ? Rule.REWRITE : Rule.REFRESH,
                    was,
                    Effect.NOTHING,
                    "it is written anew while everybody waits");
        }
    }

    /// Tables that refer to it and stay.
    private List<String> referring(SchemaObject table) {
        return evidence.after()
                .all(Kind.CONSTRAINT)
                .filter(one -> one.fact("references").equals(table.identity()))
                .filter(one -> !one.of().equals(table.identity()))
                .flatMap(one -> evidence.after().owner(one).stream())
                .map(one -> "`" + one.name() + "`")
                .distinct()
                .toList();
    }

    /// The server parses most bodies only when they are called.
    private void bodies() {
        for (SchemaObject function : evidence.after().all(Kind.FUNCTION).toList()) {
            if (function.fact("parsed").equals("true")
                    || evidence.before().identified(function.identity()).isEmpty()) {
                continue;
            }
            String body = function.fact("body");
            evidence.diff().changes().stream()
                    .filter(change -> isGone(change, body))
                    .findFirst()
                    .ifPresent(change ->
                            judgement.add(
                                    Rule.BODY_NAMES_GONE,
                                    function,
                                    Effect.BREAKS.back(Reversibility.EXACT),
                                    "it names "
                                            + change.subject().words()
                                            + ", and fails when it is called"));
        }
    }

    private boolean isGone(Change change, String body) {
        if (!(change instanceof Change.Removed || change instanceof Change.Renamed)) {
            return false;
        }
        SchemaObject one = change.subject();
        return switch (one.kind()) {
            case COLUMN ->
                    evidence.before()
                            .owner(one)
                            .filter(table -> table.kind().isRelation())
                            .filter(table -> evidence.stands(one))
                            .filter(table ->
                                    evidence.after()
                                            .identified(table.identity())
                                            .filter(now ->
                                                    evidence.after()
                                                            .part(now, Kind.COLUMN, one.local())
                                                            .isEmpty())
                                            .isPresent())
                            .map(table ->
                                    Expressions.names(body, one.local())
                                            && (Expressions.names(body, table.local())
                                                    || isTriggerOf(body, one)))
                            .orElse(false);
            case TABLE, VIEW, MATERIALIZED_VIEW, FOREIGN_TABLE ->
                    Expressions.names(body, one.local())
                            && evidence.after().relation(one.name()).isEmpty();
            default -> false;
        };
    }

    /// `NEW.total` names a column without its table.
    private boolean isTriggerOf(String body, SchemaObject column) {
        return Expressions.names(body, "new." + column.local())
                || Expressions.names(body, "old." + column.local());
    }
}
