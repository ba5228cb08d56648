package dev.belay.schema;

import dev.belay.schema.Judgement.Effect;
import java.util.List;

/// What it means that a column's type becomes another one: which values it takes now, and whether
/// statements that were written for the old one are understood.
///
/// @param reason what happens, as the end of a sentence that begins with the column
record TypeChange(Rule rule, Effect effect, String reason) {
    private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
    private static final List<String> TEXTS = List.of("text", "character varying");
    private static final Effect WIDER =
            new Effect(OldOnNew.OK, NewOnOld.BREAKS, Reversibility.CONDITIONAL);

    /// @param was a column of before
    /// @param is what a statement finds under its name now
    static TypeChange of(SchemaObject was, SchemaObject is, Evidence evidence) {
        String from = was.fact("base");
        String to = is.fact("base");
        if (was.fact("type kind").equals("e") || is.fact("type kind").equals("e")) {
            return enumeration(was, is, evidence);
        }
        TypeChange bases = from.equals(to) ? modifiers(was, is) : bases(was, is, from, to);
        if (bases.effect().oldOnNew() == OldOnNew.BREAKS) {
            return bases;
        }
        boolean guarded = is.fact("constrained").equals("true");
        boolean sameType = was.fact("type").equals(is.fact("type"));
        if (guarded && !sameType) {
            return new TypeChange(
                    Rule.NARROW_TYPE,
                    Effect.NARROWS,
                    "takes only what the domain `" + is.facet("type") + "` takes");
        }
        return bases;
    }

    private static TypeChange bases(SchemaObject was, SchemaObject is, String from, String to) {
        if (isText(from) && isText(to)) {
            return modifiers(was, is);
        }
        if (INTEGERS.contains(from) && INTEGERS.contains(to)) {
            return INTEGERS.indexOf(from) < INTEGERS.indexOf(to)
                    ? changed(WIDER, was, is, "drivers that bind or scan the old type may not fit")
                    : narrowed(was, is);
        }
        if (INTEGERS.contains(from) && to.equals("numeric")) {
            int digits = from.equals("smallint") ? 5 : from.equals("integer") ? 10 : 19;
            return whole(is) >= digits
                    ? changed(WIDER, was, is, "divisions no longer cut to whole numbers")
                    : narrowed(was, is);
        }
        if (from.equals("real") && to.equals("double precision")) {
            return changed(WIDER, was, is, "comparisons with constants can come out otherwise");
        }
        if (from.startsWith("timestamp") && to.startsWith("timestamp")) {
            return changed(
                    new Effect(OldOnNew.WEAKENS, NewOnOld.OK, Reversibility.EXACT),
                    was,
                    is,
                    "the same text is another moment in sessions of other time zones");
        }
        if (was.fact("category").equals(is.fact("category"))) {
            return ofOneCategory(was, is, from, to);
        }
        return changed(
                new Effect(OldOnNew.BREAKS, NewOnOld.BREAKS, Reversibility.CONDITIONAL),
                was,
                is,
                "comparisons, casts and bound values of the old type are refused");
    }

    private static TypeChange ofOneCategory(
            SchemaObject was, SchemaObject is, String from, String to) {
        return switch (was.fact("category")) {
            case "N" -> narrowed(was, is);
            case "D" -> {
                boolean less = from.startsWith("timestamp") && to.equals("date");
                yield changed(
                        Effect.DIFFERS.back(less ? Reversibility.LOSSY : Reversibility.EXACT),
                        was,
                        is,
                        less ? "the time of day is cut off" : "what is read has another form");
            }
            case "S" -> changed(Effect.DIFFERS, was, is, "comparisons come out otherwise");
            default ->
                    from.equals("json") && to.equals("jsonb")
                            ? changed(
                                    Effect.DIFFERS.back(Reversibility.LOSSY),
                                    was,
                                    is,
                                    "spacing, order and double keys of documents are not kept")
                            : changed(
                                    Effect.BREAKS.back(Reversibility.CONDITIONAL),
                                    was,
                                    is,
                                    "operators and bound values of the old type are refused");
        };
    }

    private static TypeChange enumeration(SchemaObject was, SchemaObject is, Evidence evidence) {
        List<String> before = labels(was, evidence.before());
        List<String> after = labels(is, evidence.after());
        if (after.isEmpty()) {
            boolean text = isText(is.fact("base"));
            return changed(
                    new Effect(
                            text ? OldOnNew.NARROWS : OldOnNew.BREAKS,
                            NewOnOld.BREAKS,
                            Reversibility.CONDITIONAL),
                    was,
                    is,
                    "comparisons with values cast to the enumeration are refused, and order is that of text");
        }
        if (before.isEmpty()) {
            return changed(
                    Effect.BREAKS.back(Reversibility.EXACT),
                    was,
                    is,
                    "values that are no label are refused, and so are operators of text");
        }
        List<String> gone = before.stream().filter(one -> !after.contains(one)).toList();
        if (!gone.isEmpty()) {
            return new TypeChange(
                    Rule.CHANGE_NAMED_TYPE,
                    Effect.LOSES,
                    "no longer takes " + String.join(", ", gone));
        }
        return new TypeChange(
                Rule.ADD_LABEL,
                new Effect(OldOnNew.WEAKENS, NewOnOld.BREAKS, Reversibility.CONDITIONAL),
                "can hold labels that the old release does not know");
    }

    private static List<String> labels(SchemaObject column, Catalogue in) {
        return in.identified(column.fact("type"))
                .map(type -> type.facetList("labels"))
                .orElse(List.of());
    }

    /// Of one base type, or of two that hold text: lengths, digits.
    private static TypeChange modifiers(SchemaObject was, SchemaObject is) {
        if (was.fact("base").equals("numeric")) {
            int scaleBefore = scale(was);
            int scaleAfter = scale(is);
            if (whole(is) < whole(was)) {
                return narrowed(was, is);
            }
            return scaleAfter < scaleBefore
                    ? new TypeChange(
                            Rule.NARROW_TYPE,
                            Effect.DIFFERS.back(Reversibility.LOSSY),
                            "rounds what the old release writes to " + scaleAfter + " digits")
                    : widened(was, is);
        }
        long before = modifier(was);
        long after = modifier(is);
        if (after != -1 && (before == -1 || after < before)) {
            return was.fact("category").equals("D")
                    ? new TypeChange(
                            Rule.NARROW_TYPE,
                            Effect.DIFFERS.back(Reversibility.LOSSY),
                            "cuts fractions of a second")
                    : narrowed(was, is);
        }
        return widened(was, is);
    }

    private static TypeChange widened(SchemaObject was, SchemaObject is) {
        return new TypeChange(Rule.WIDEN_TYPE, WIDER, "takes more than before: " + fromTo(was, is));
    }

    private static TypeChange narrowed(SchemaObject was, SchemaObject is) {
        return new TypeChange(
                Rule.NARROW_TYPE,
                Effect.NARROWS,
                "refuses values that it took: " + fromTo(was, is));
    }

    private static TypeChange changed(
            Effect effect, SchemaObject was, SchemaObject is, String reason) {
        return new TypeChange(
                Rule.CHANGE_TYPE,
                effect,
                "is of another type (" + fromTo(was, is) + "): " + reason);
    }

    private static String fromTo(SchemaObject was, SchemaObject is) {
        return "`" + was.facet("type") + "`, now `" + is.facet("type") + "`";
    }

    private static boolean isText(String base) {
        return TEXTS.contains(base);
    }

    private static long modifier(SchemaObject column) {
        return column.number("modifier", -1);
    }

    /// Digits before the point.
    private static int whole(SchemaObject column) {
        long modifier = modifier(column);
        return modifier < 0
                ? Integer.MAX_VALUE
                : (int) (((modifier - 4) >> 16) & 0xffff) - scale(column);
    }

    private static int scale(SchemaObject column) {
        long modifier = modifier(column);
        return modifier < 0 ? Integer.MAX_VALUE : (int) ((modifier - 4) & 0x7ff);
    }
}
