package dev.belay.driver.postgres;

import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A statement of the living release as a copy is asked it again and again, each time with other
/// values.
///
/// @param values for `$1` and those that follow
/// @param tables by name, and what it does with them
record LoadStatement(Workload.Said said, List<Value> values, Map<String, Access> tables) {
    /// A place for a value, or a quoted name in which there is none.
    private static final Pattern PLACE = Pattern.compile("\"[^\"]*\"|\\$(\\d+)");

    private static final int NEW_NUMBERS_FROM = 1 << 30;

    LoadStatement {
        values = List.copyOf(values);
        tables = Map.copyOf(tables);
    }

    /// What it does with a table.
    enum Access {
        READ("reads"),
        WRITE("writes");

        private final String words;

        Access(String words) {
            this.words = words;
        }

        /// As a sentence about several begins.
        String words() {
            return words;
        }

        /// By the lock that it asks for, as PostgreSQL calls it.
        static Access of(String lock) {
            return lock.equals("AccessShareLock") ? READ : WRITE;
        }
    }

    /// Where a value comes from.
    sealed interface Value {
        /// From a row that is there.
        ///
        /// @param list whether several are asked for
        record OfRow(String table, String column, String type, boolean list) implements Value {}

        /// One that no row has.
        record New(String type) implements Value {}

        /// Always the same, as `NULL`: it takes the same locks of tables, and touches no row.
        record Fixed(String literal) implements Value {}
    }

    String text() {
        return said.text();
    }

    boolean writes() {
        return tables.containsValue(Access.WRITE);
    }

    /// With values in it. All that are of one table are of one of its rows.
    String spoken(RowSamples samples, RandomGenerator random) {
        long row = random.nextLong(Long.MAX_VALUE);
        return PLACE.matcher(text())
                .replaceAll(found -> {
                    String number = found.group(1);
                    int at = number == null || number.length() > 5 ? 0 : Integer.parseInt(number);
                    return Matcher.quoteReplacement(
                            at == 0 || at > values.size()
                                    ? found.group()
                                    : literal(values.get(at - 1), samples, row, random));
                });
    }

    private static String literal(
            Value value, RowSamples samples, long row, RandomGenerator random) {
        return switch (value) {
            case Value.Fixed(String literal) -> literal;
            case Value.New(String type) -> cast(Sql.literal(unheardOf(type, random)), type);
            case Value.OfRow(String table, String column, String type, boolean list) -> {
                String text = samples.value(table, column, row);
                yield text == null
                        ? cast("NULL", type)
                        : cast(Sql.literal(list ? element(text) : text), type);
            }
        };
    }

    static String cast(String literal, String type) {
        return "CAST(" + literal + " AS " + type + ")";
    }

    private static String element(String text) {
        return "{\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"}";
    }

    private static String unheardOf(String type, RandomGenerator random) {
        return switch (type) {
            case "integer" -> Integer.toString(random.nextInt(NEW_NUMBERS_FROM, Integer.MAX_VALUE));
            case "bigint", "numeric" ->
                    Long.toString(random.nextLong(1L << 40, Long.MAX_VALUE >> 1));
            case "uuid" -> new java.util.UUID(random.nextLong(), random.nextLong()).toString();
            default -> "b" + Long.toString(random.nextLong(Long.MAX_VALUE), Character.MAX_RADIX);
        };
    }
}
