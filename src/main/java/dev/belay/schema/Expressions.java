package dev.belay.schema;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// What can be told of an expression or a body by its text: enough to be careful, never to be sure.
final class Expressions {
    /// Arithmetic overflows, divisions meet zero, casts meet what they cannot read.
    private static final Pattern ARITHMETIC =
            Pattern.compile("[*/%^]|\\s[-+]\\s|::(?!(text|character varying|regclass)\\b)");

    /// They answer for every argument of their type.
    private static final List<String> TOTAL =
            List.of(
                    "lower",
                    "upper",
                    "coalesce",
                    "length",
                    "char_length",
                    "md5",
                    "btrim",
                    "ltrim",
                    "rtrim",
                    "nullif",
                    "to_tsvector",
                    "concat",
                    "greatest",
                    "least",
                    "abs",
                    "reverse",
                    "left",
                    "right",
                    "initcap",
                    "replace",
                    "date_trunc",
                    "row_number");

    private static final Pattern CALL = Pattern.compile("\\b([a-z_][a-z0-9_.]*)\\(");
    private static final Pattern RAISE =
            Pattern.compile(
                    "\\braise\\b(?!\\s+(notice|warning|info|debug|log)\\b)|\\bassert\\b",
                    Pattern.CASE_INSENSITIVE);
    private static final Pattern RETURN_NULL =
            Pattern.compile("\\breturn\\s+null\\b", Pattern.CASE_INSENSITIVE);
    private static final Pattern VOLATILE =
            Pattern.compile(
                    "\\b(random|gen_random_uuid|uuid_generate_v[0-9]\\w*|clock_timestamp|timeofday"
                            + "|nextval|statement_timestamp)\\(");

    private Expressions() {}

    /// Whether a value can exist for which it raises an error.
    static boolean canFail(String expression) {
        String bare = expression.toLowerCase(Locale.ROOT).replaceAll("'(?:[^']|'')*'::\\w+", "''");
        bare = bare.replaceAll("'(?:[^']|'')*'", "''");
        return ARITHMETIC.matcher(bare).find()
                || CALL.matcher(bare).results().anyMatch(call -> !TOTAL.contains(call.group(1)));
    }

    static boolean isVolatile(String expression) {
        return VOLATILE.matcher(expression).find();
    }

    static boolean raises(String body) {
        return RAISE.matcher(withoutComments(body)).find();
    }

    static boolean returnsNull(String body) {
        return RETURN_NULL.matcher(withoutComments(body)).find();
    }

    /// Whether a text has the name as a word of its own.
    static boolean names(String body, String name) {
        return Pattern.compile(
                        "(?<![\\w$])" + Pattern.quote(name) + "(?![\\w$])",
                        Pattern.CASE_INSENSITIVE)
                .matcher(withoutComments(body))
                .find();
    }

    private static String withoutComments(String body) {
        return body.replaceAll("--[^\\n]*", " ").replaceAll("(?s)/\\*.*?\\*/", " ");
    }
}
