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

/// Functions, triggers, rules, types and sequences.
final class CodeRules {
    private final Judgement judgement;
    private final Evidence evidence;

    CodeRules(Judgement judgement) {
        this.judgement = judgement;
        this.evidence = judgement.evidence();
    }

    void judgeFunction(Change change) {
        switch (change) {
            case Added(SchemaObject after) -> added(after);
            case Removed(SchemaObject before) -> {
                boolean trigger = before.fact("trigger").equals("true");
                judgement.add(
                        Rule.FUNCTION,
                        before,
                        trigger || unused() ? Effect.NOTHING : Effect.RENAMES,
                        trigger ? "only triggers call it" : "whatever calls it is refused");
            }
            case Renamed(SchemaObject before, SchemaObject after, _) ->
                    judgement.add(
                            Rule.FUNCTION,
                            before,
                            before.fact("trigger").equals("true") ? Effect.NOTHING : Effect.RENAMES,
                            "it is `" + after.name() + "` now");
            case Altered(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    replaced(before, after, facets);
            case Recreated(SchemaObject before, SchemaObject after, List<Facet> facets) -> {
                List<String> lost = evidence.lost(before, after);
                if (!lost.isEmpty()) {
                    judgement.add(
                            Rule.PRIVILEGE,
                            before,
                            Effect.BREAKS,
                            "it was made again, and is no longer granted: "
                                    + String.join("; ", lost));
                }
                replaced(before, after, facets);
            }
        }
    }

    private boolean unused() {
        return evidence.replay().coverage() == Replay.Coverage.COMPLETE
                && evidence.replay().failing().findAny().isEmpty();
    }

    private void replaced(SchemaObject before, SchemaObject after, List<Facet> facets) {
        List<String> names = facets.stream().map(Facet::name).toList();
        if (names.contains("result")) {
            judgement.add(
                    Rule.FUNCTION,
                    before,
                    Effect.RENAMES,
                    "it answers "
                            + after.facet("result")
                            + ", where it answered "
                            + before.facet("result"));
        } else if (before.is("definer") && !after.is("definer")) {
            judgement.add(
                    Rule.FUNCTION,
                    before,
                    Effect.NARROWS,
                    "it works with its caller's rights now, no longer with its owner's");
        } else if (names.contains("definition")) {
            boolean raises =
                    Expressions.raises(after.fact("body"))
                            && !Expressions.raises(before.fact("body"));
            judgement.add(
                    Rule.FUNCTION,
                    before,
                    raises ? Effect.NARROWS : Effect.DIFFERS,
                    raises ? "it can refuse what it took" : "it does something else");
        }
    }

    /// A namesake with default arguments, or with arguments that fit as well, is chosen instead, or
    /// the server cannot choose.
    private void added(SchemaObject function) {
        Optional<SchemaObject> rival =
                evidence.before()
                        .all(Kind.FUNCTION)
                        .filter(one -> one.of().equals(function.of()))
                        .filter(one -> one.local().equals(function.local()))
                        .filter(one -> evidence.after().identified(one.identity()).isPresent())
                        .filter(one -> overlap(one, function))
                        .findFirst();
        if (rival.isEmpty()) {
            judgement.add(Rule.FUNCTION, function, Effect.ADDS, "nobody calls it yet");
            return;
        }
        boolean same = sameHead(rival.get(), function);
        boolean cleared = evidence.replay().known() && evidence.replay().clears(List.of("42725"));
        judgement.add(
                Rule.FUNCTION,
                function,
                new Effect(
                        same && !cleared ? OldOnNew.BREAKS : OldOnNew.WEAKENS,
                        NewOnOld.BREAKS,
                        Reversibility.EXACT),
                same
                        ? "calls of `"
                                + rival.get().name()
                                + "` fit it as well, and are refused as not unique"
                        : "calls of `" + rival.get().name() + "` may reach it instead");
    }

    /// Whether a call of the one can have as many arguments as one of the other.
    private static boolean overlap(SchemaObject one, SchemaObject other) {
        long least = Math.max(one.number("required", 0), other.number("required", 0));
        return least <= Math.min(most(one), most(other));
    }

    private static long most(SchemaObject function) {
        return function.fact("variadic").equals("true")
                ? Integer.MAX_VALUE
                : function.factList("arguments").size();
    }

    private static boolean sameHead(SchemaObject one, SchemaObject other) {
        List<String> first = one.factList("arguments");
        List<String> second = other.factList("arguments");
        int shared = Math.min(first.size(), second.size());
        return first.subList(0, shared).equals(second.subList(0, shared));
    }

    void judgeTrigger(Change change) {
        if (!evidence.stands(change.subject())
                || change.subject().fact("inherited").equals("true")) {
            return;
        }
        switch (change) {
            case Added(SchemaObject after) -> fires(after);
            case Removed(SchemaObject before) -> silent(before);
            case Renamed _ -> {}
            case Altered(SchemaObject before, SchemaObject after, _) -> {
                if (after.facet("enabled").equals("D")) {
                    silent(before);
                } else {
                    fires(after);
                }
            }
            case Recreated(_, SchemaObject after, List<Facet> facets) -> {
                if (!facets.isEmpty()) {
                    fires(after);
                }
            }
        }
    }

    private void silent(SchemaObject trigger) {
        judgement.add(
                Rule.TRIGGER,
                trigger,
                Effect.DIFFERS,
                "what it did for rows of the old release is no longer done");
    }

    private void fires(SchemaObject trigger) {
        Optional<SchemaObject> function = evidence.after().identified(trigger.fact("function"));
        String body = function.map(one -> one.fact("body")).orElse("");
        boolean known =
                function.map(one -> one.fact("language"))
                        .filter(one -> one.equals("plpgsql") || one.equals("sql"))
                        .isPresent();
        boolean drops =
                trigger.fact("before").equals("true")
                        && trigger.fact("row").equals("true")
                        && Expressions.returnsNull(body);
        Optional<String> forbidden = function.flatMap(this::forbidden);
        String reason = "it does more for each row";
        boolean narrows = true;
        if (forbidden.isPresent()) {
            reason = forbidden.get();
        } else if (Expressions.raises(body) || drops) {
            reason = "it can refuse rows of the old release, or drop them";
        } else if (!known) {
            reason = "what it does cannot be read";
        } else {
            narrows = false;
        }
        judgement.add(
                Rule.TRIGGER,
                trigger,
                forbidden.isPresent() ? Effect.BREAKS : narrows ? Effect.NARROWS : Effect.DIFFERS,
                reason);
    }

    /// It works with the rights of whoever writes, who may not write where it writes.
    private Optional<String> forbidden(SchemaObject function) {
        if (function.is("definer")) {
            return Optional.empty();
        }
        String body = function.fact("body").toLowerCase(java.util.Locale.ROOT);
        for (String role : evidence.after().roles()) {
            for (SchemaObject table : evidence.after().all(Kind.TABLE).toList()) {
                if ((writes(body, "insert into ", table) && !may(table, role, "INSERT"))
                        || (writes(body, "update ", table) && !may(table, role, "UPDATE"))
                        || (writes(body, "delete from ", table) && !may(table, role, "DELETE"))) {
                    return Optional.of(
                            "it writes to " + table.words() + ", where `" + role + "` may not");
                }
            }
        }
        return Optional.empty();
    }

    private static boolean may(SchemaObject table, String role, String privilege) {
        return table.factList("may:" + role).contains(privilege);
    }

    private static boolean writes(String body, String verb, SchemaObject table) {
        return Expressions.names(body, verb + table.local())
                || Expressions.names(body, verb + table.name());
    }

    void judgeRule(Change change) {
        if (!evidence.stands(change.subject())) {
            return;
        }
        switch (change) {
            case Removed(SchemaObject before) -> silent(before);
            case Renamed _ -> {}
            case Added _, Altered _, Recreated _ ->
                    judgement.add(
                            Rule.TRIGGER,
                            change.subject(),
                            Effect.NARROWS,
                            "statements of the old release become others");
        }
    }

    void judgeType(Change change) {
        switch (change) {
            case Added(SchemaObject after) ->
                    judgement.add(Rule.CREATE_TABLE, after, Effect.ADDS, "nobody uses it yet");
            case Removed(SchemaObject before) ->
                    judgement.add(
                            Rule.CHANGE_NAMED_TYPE,
                            before,
                            unused() ? Effect.NOTHING : Effect.BREAKS,
                            "casts to it are refused");
            case Renamed(SchemaObject before, SchemaObject after, List<Facet> facets) -> {
                if (evidence.after().named(Kind.TYPE, before.name()).isEmpty()) {
                    judgement.add(
                            Rule.CHANGE_NAMED_TYPE,
                            before,
                            Effect.RENAMES,
                            "it is `" + after.name() + "` now: casts to the old name are refused");
                }
                altered(before, after, facets);
            }
            case Altered(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    altered(before, after, facets);
            case Recreated(SchemaObject before, SchemaObject after, List<Facet> facets) ->
                    altered(before, after, facets);
        }
    }

    private void altered(SchemaObject before, SchemaObject after, List<Facet> facets) {
        for (Facet facet : facets) {
            switch (facet.name()) {
                case "labels" -> labels(before, facet);
                case "checks", "not null", "base" -> {
                    boolean looser =
                            facet.before().containsAll(facet.after()) && !after.is("not null");
                    judgement.add(
                            Rule.DOMAIN_CONSTRAINT,
                            before,
                            looser ? Effect.WEAKENS : Effect.NARROWS,
                            looser
                                    ? "values that it kept out can be there"
                                    : "values that it took are refused");
                }
                case "default" ->
                        judgement.add(
                                Rule.SET_DEFAULT,
                                before,
                                Effect.DIFFERS,
                                "its default is another one");
                default -> {}
            }
        }
    }

    private void labels(SchemaObject type, Facet facet) {
        List<String> gone =
                facet.before().stream().filter(one -> !facet.after().contains(one)).toList();
        if (!gone.isEmpty()) {
            boolean renamed = facet.before().size() == facet.after().size();
            judgement.add(
                    Rule.CHANGE_NAMED_TYPE,
                    type,
                    renamed ? Effect.RENAMES : Effect.LOSES,
                    "it no longer has " + String.join(", ", gone));
            return;
        }
        boolean inside = !facet.after().subList(0, facet.before().size()).equals(facet.before());
        judgement.add(
                Rule.ADD_LABEL,
                type,
                Effect.WEAKENS.back(Reversibility.NONE),
                inside
                        ? "the old release can read labels that it does not know, and they sort among its own"
                        : "the old release can read labels that it does not know");
    }

    void judgeSequence(Change change) {
        switch (change) {
            case Added _ -> {}
            case Removed(SchemaObject before) -> {
                boolean own =
                        before.factList("users").stream()
                                .anyMatch(column ->
                                        evidence.after().identified(column).isEmpty()
                                                || evidence.before()
                                                        .identified(column)
                                                        .isPresent());
                if (!own) {
                    judgement.add(
                            Rule.DROP_IDENTITY,
                            before,
                            unused() ? Effect.NOTHING : Effect.BREAKS.back(Reversibility.RESIDUE),
                            "`nextval` of it is refused, and where it stood is forgotten");
                }
            }
            case Renamed(SchemaObject before, SchemaObject after, _) ->
                    judgement.add(
                            Rule.SEQUENCE,
                            before,
                            before.factList("users").isEmpty() && !unused()
                                    ? Effect.RENAMES
                                    : Effect.DIFFERS,
                            "it is `" + after.name() + "` now");
            case Altered(SchemaObject before, _, List<Facet> facets) -> {
                if (facets.stream()
                        .anyMatch(
                                one -> !one.name().equals("acl") && !one.name().equals("owner"))) {
                    judgement.add(
                            Rule.SEQUENCE,
                            before,
                            Effect.DIFFERS.back(Reversibility.EXACT),
                            "its steps or bounds are others");
                }
            }
            case Recreated(SchemaObject before, SchemaObject after, _) -> {
                // An identity column asks nobody for a privilege on its sequence.
                boolean internal =
                        after.factList("users").stream()
                                .flatMap(column -> evidence.after().identified(column).stream())
                                .anyMatch(column -> !column.facet("identity").isEmpty());
                List<String> lost = internal ? List.of() : evidence.lost(before, after);
                judgement.add(
                        Rule.SEQUENCE,
                        before,
                        (lost.isEmpty() ? Effect.DIFFERS : Effect.BREAKS)
                                .back(Reversibility.RESIDUE),
                        lost.isEmpty()
                                ? "it was made again, and begins anew"
                                : "it was made again, and is no longer granted: "
                                        + String.join("; ", lost));
            }
        }
    }

    /// Whatever moved it: a sequence that is behind its column hands out numbers that are taken.
    void judgeStanding() {
        for (SchemaObject one : evidence.after().all(Kind.SEQUENCE).toList()) {
            Optional<SchemaObject> was = evidence.before().identified(one.identity());
            if (behind(one) && was.filter(CodeRules::behind).isEmpty()) {
                judgement.add(
                        Rule.SEQUENCE,
                        one,
                        Effect.BREAKS.back(Reversibility.NONE),
                        "its next number is "
                                + one.fact("next")
                                + ", and "
                                + one.fact("greatest")
                                + " is taken: inserts are refused as doubles");
            } else if (was.isPresent()
                    && one.number("next", 0) < was.get().number("next", 0)
                    && one.number("increment", 1) > 0) {
                judgement.add(
                        Rule.SEQUENCE,
                        one,
                        Effect.DIFFERS.back(Reversibility.NONE),
                        "it went back, and hands out numbers again");
            }
        }
    }

    private static boolean behind(SchemaObject sequence) {
        return !sequence.facet("increment").startsWith("-")
                && sequence.number("greatest", Long.MIN_VALUE)
                        >= sequence.number("next", Long.MAX_VALUE);
    }
}
