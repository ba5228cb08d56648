package dev.belay.driver.clickhouse;

import dev.belay.driver.backup.DataFailure;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/// One table, view or dictionary of a database, as its server describes it.
///
/// @param create the statement that made it, with the database's name
/// @param engineFull the engine with what belongs to it; empty where there is none
/// @param columns in their order
record Definition(
        String name, String engine, String create, String engineFull, List<Column> columns) {
    private static final Set<String> LOGS = Set.of("Log", "TinyLog", "StripeLog", "Memory", "Join");

    private static final String HEAD = "CREATE MATERIALIZED VIEW ";

    /// What holds no rows of its own and does nothing by itself when it is made.
    private static final Set<String> QUIET =
            Set.of("View", "MaterializedView", "Null", "Merge", "Buffer");

    /// What leads elsewhere: rows are there, or come from there.
    private static final Set<String> ELSEWHERE =
            Set.of(
                    "Distributed",
                    "Dictionary",
                    "Kafka",
                    "RabbitMQ",
                    "NATS",
                    "S3Queue",
                    "AzureQueue",
                    "FileLog",
                    "MySQL",
                    "MaterializedPostgreSQL",
                    "PostgreSQL",
                    "MongoDB",
                    "SQLite",
                    "Redis",
                    "ODBC",
                    "JDBC",
                    "URL",
                    "S3",
                    "HDFS",
                    "Hive",
                    "Iceberg",
                    "DeltaLake",
                    "Hudi",
                    "AzureBlobStorage",
                    "ExternalDistributed",
                    "Executable",
                    "ExecutablePool",
                    "GenerateRandom",
                    "LiveView",
                    "WindowView");

    /// @param kind empty, or as `DEFAULT`, `MATERIALIZED`, `ALIAS`
    record Column(String name, String type, String kind, String expression) {
        boolean isStored() {
            return !kind.equals("ALIAS") && !kind.equals("EPHEMERAL");
        }
    }

    /// What becomes of it in a backup.
    enum Fate {
        /// Its rows are kept.
        ROWS,
        /// It has none of its own; it is made again where it can be.
        MADE,
        /// Only what it was is kept: made again it would reach out, or need what only the server's
        /// configuration has.
        TOLD,
        /// It holds rows that nobody can read, or that this version does not know how to.
        UNKNOWN
    }

    Definition {
        columns = List.copyOf(columns);
    }

    Fate fate() {
        if (hasParts() || LOGS.contains(engine)) {
            return Fate.ROWS;
        }
        if (QUIET.contains(engine)) {
            // What it keeps is a table of its own, which is there before it.
            return hasInner() ? Fate.TOLD : Fate.MADE;
        }
        return ELSEWHERE.contains(engine) ? Fate.TOLD : Fate.UNKNOWN;
    }

    boolean hasParts() {
        return engine.endsWith("MergeTree");
    }

    boolean isMaterializedView() {
        return engine.equals("MaterializedView");
    }

    /// A materialized view that keeps its rows itself: its definition names no other table before
    /// its columns.
    boolean hasInner() {
        if (!isMaterializedView()) {
            return false;
        }
        int rest = Names.end(create, Names.end(create, HEAD.length()) + 1);
        int columns = create.indexOf('(', rest);
        String before = create.substring(rest, columns < 0 ? create.length() : columns);
        return !before.matches("(?s).*\\bTO (?!INNER\\b).*");
    }

    /// Whether what it was on several servers is made on one.
    boolean isReplicated() {
        return engine.startsWith("Replicated") || engine.startsWith("Shared");
    }

    /// Those that rows are read from, and written into.
    List<String> stored() {
        return columns.stream().filter(Column::isStored).map(Column::name).toList();
    }

    /// The statement that makes it there, on one server by itself.
    String createIn(String database) throws DataFailure {
        var head = java.util.regex.Pattern.compile("(?s)^(CREATE [A-Z ]*? ?(?:TABLE|VIEW) ).*");
        var found = head.matcher(create);
        if (!found.matches()) {
            throw unknown();
        }
        int at = found.group(1).length();
        int dot = Names.end(create, at);
        if (dot >= create.length() || create.charAt(dot) != '.') {
            throw unknown();
        }
        int rest = Names.end(create, dot + 1);
        String made =
                create.substring(0, at) + Names.quoted(database, name) + create.substring(rest);
        return isReplicated() ? withEngine(made) : made;
    }

    private String withEngine(String statement) throws DataFailure {
        String whole = "ENGINE = " + engineFull;
        int at = statement.lastIndexOf(whole);
        if (at < 0) {
            throw unknown();
        }
        return statement.substring(0, at)
                + "ENGINE = "
                + plainEngine()
                + statement.substring(at + whole.length());
    }

    /// The engine of the same rows without other servers: where they meet is left out.
    String plainEngine() {
        if (!isReplicated()) {
            return engineFull;
        }
        String plain = engine.replaceFirst("^(Replicated|Shared)", "");
        String rest = engineFull.substring(engine.length());
        if (!rest.startsWith("(")) {
            return plain + rest;
        }
        int at = 1;
        for (int i = 0; i < 2 && at < rest.length() && rest.charAt(at) == '\''; i++) {
            at = afterText(rest, at);
            while (at < rest.length() && (rest.charAt(at) == ',' || rest.charAt(at) == ' ')) {
                at++;
            }
        }
        String arguments = rest.substring(at);
        return plain + (arguments.startsWith(")") ? arguments.substring(1) : "(" + arguments);
    }

    private static int afterText(String text, int from) {
        int at = from + 1;
        while (at < text.length() && text.charAt(at) != '\'') {
            at += text.charAt(at) == '\\' ? 2 : 1;
        }
        return at + 1;
    }

    private DataFailure unknown() {
        return new DataFailure(
                "the definition of `%s`, of engine %s, is of a form that this version does not know"
                        .formatted(name, engine.toLowerCase(Locale.ROOT)),
                "");
    }
}
