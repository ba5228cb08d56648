package dev.belay.driver.mariadb;

import java.util.List;
import java.util.stream.Collectors;

/// A table that holds rows of its own.
///
/// @param engine as `InnoDB`
/// @param bytes that it takes on the server's disk, an estimate
record Table(String name, String engine, long bytes, List<Column> columns) {
    /// How a value is written so that the server reads the very same one.
    enum Form {
        /// Bare.
        NUMBER,
        /// Between quotes: dates, addresses.
        WORD,
        /// Hexadecimal: text in whatever character set the column has, and what is no text.
        BYTES
    }

    /// @param computed whether the server works its value out, and takes none
    record Column(String name, Form form, String expression, boolean computed) {
        static Column of(String name, String type, String extra) {
            String quoted = Sql.quoted(name);
            Form form =
                    switch (type) {
                        case "tinyint",
                                "smallint",
                                "mediumint",
                                "int",
                                "bigint",
                                "decimal",
                                "float",
                                "double",
                                "bit" ->
                                Form.NUMBER;
                        case "date",
                                "time",
                                "datetime",
                                "timestamp",
                                "year",
                                "inet4",
                                "inet6",
                                "uuid" ->
                                Form.WORD;
                        default -> Form.BYTES;
                    };
            String expression =
                    switch (type) {
                        // As text a float has six digits, and loses what it has more.
                        case "float" -> "CONCAT(CAST(" + quoted + " AS DOUBLE))";
                        case "bit" -> "CONCAT(" + quoted + " + 0)";
                        default -> form == Form.BYTES ? quoted : "CONCAT(" + quoted + ")";
                    };
            return new Column(name, form, expression, extra.contains("GENERATED"));
        }
    }

    Table {
        columns = List.copyOf(columns);
    }

    /// Whether a transaction sees it as it was when that began.
    boolean standsStill() {
        return engine.equals("InnoDB");
    }

    /// What the server is given back.
    List<Column> given() {
        return columns.stream().filter(one -> !one.computed()).toList();
    }

    String select(List<Column> which) {
        return "SELECT "
                + which.stream().map(Column::expression).collect(Collectors.joining(", "))
                + " FROM "
                + Sql.quoted(name);
    }
}
