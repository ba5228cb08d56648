package dev.belay.driver.sops;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;

/// What a file holds, in its order: the MAC is over values in the order in which they stand.
sealed interface SopsTree {
    /// Keys and what is below them.
    record Branch(List<Entry> entries) implements SopsTree {
        public Branch {
            entries = List.copyOf(entries);
        }
    }

    /// A key and what is below it.
    record Entry(String key, SopsTree value) {}

    /// A list; where in it something stands is no part of the path.
    record Items(List<SopsTree> items) implements SopsTree {
        public Items {
            items = List.copyOf(items);
        }
    }

    /// A single value.
    record Leaf(Kind kind, String text) implements SopsTree {
        static final Leaf NOTHING = new Leaf(Kind.NOTHING, "");

        @Override
        public String toString() {
            return "Leaf[***]";
        }
    }

    /// What a value is, as SOPS tells them apart.
    enum Kind {
        TEXT,
        INTEGER,
        DECIMAL,
        TRUTH,
        TIME,
        NOTHING;

        private static final Pattern WHOLE = Pattern.compile("[-+]?[0-9]+");
        private static final Pattern NUMBER =
                Pattern.compile("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
        private static final Pattern DAY = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

        /// What an unquoted word of YAML stands for.
        static Kind of(String text) {
            return switch (text) {
                case "", "~", "null", "Null", "NULL" -> NOTHING;
                case "true", "True", "TRUE", "false", "False", "FALSE" -> TRUTH;
                default ->
                        WHOLE.matcher(text).matches()
                                ? INTEGER
                                : NUMBER.matcher(text).matches()
                                        ? DECIMAL
                                        : DAY.matcher(text).matches() ? TIME : TEXT;
            };
        }
    }

    /// A value as the MAC has it, and as SOPS encrypts it.
    static String canonical(Leaf leaf) {
        String text = leaf.text();
        return switch (leaf.kind()) {
            case TEXT -> text;
            case NOTHING -> "";
            case INTEGER -> text.replaceFirst("^\\+", "");
            // As Go prints it: the fewest digits that mean this number, and no exponent.
            case DECIMAL -> plain(Double.parseDouble(text));
            case TRUTH -> text.equalsIgnoreCase("true") ? "True" : "False";
            case TIME -> Kind.of(text) == Kind.TIME ? text + "T00:00:00Z" : text;
        };
    }

    private static String plain(double number) {
        if (Double.isInfinite(number)) {
            return number > 0 ? "+Inf" : "-Inf";
        }
        String text = new BigDecimal(Double.toString(number)).toPlainString();
        return text.contains(".") ? text.replaceAll("0+$", "").replaceAll("\\.$", "") : text;
    }

    /// A value as a variable gets it.
    static String shown(Leaf leaf) {
        String text = canonical(leaf);
        return leaf.kind() == Kind.TRUTH ? text.equals("True") ? "true" : "false" : text;
    }
}
