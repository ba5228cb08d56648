package dev.belay.driver.postgres;

/// Names and texts as parts of a statement.
public final class Sql {
    private Sql() {}

    /// A name, quoted.
    public static String identifier(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    /// A text, quoted; right whatever `standard_conforming_strings` says.
    public static String literal(String text) {
        String doubled = text.replace("'", "''");
        return doubled.contains("\\")
                ? " E'" + doubled.replace("\\", "\\\\") + "'"
                : "'" + doubled + "'";
    }
}
