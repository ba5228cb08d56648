package dev.belay.lint;

import dev.belay.schema.script.Script;
import dev.belay.schema.script.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// The tables that statements of SQL make, and those that they name.
final class Tables {
    private static final Set<String> KINDS = Set.of("table", "view");
    private static final Set<String> BEFORE_NAMES =
            Set.of("if", "not", "exists", "only", "lateral", "concurrently", "ignore", "overwrite");
    private static final Set<String> OF_CODE = Set.of("update", "key", "do", "of", "on", "for");
    private static final Set<String> TAKEN_APART =
            Set.of("extract", "trim", "substring", "overlay", "position");

    /// A table that a statement names.
    ///
    /// @param line of the script
    record Named(String table, int line) {}

    private final Set<String> made = new LinkedHashSet<>();
    private final List<Named> named = new ArrayList<>();

    private Tables() {}

    static Tables of(String sql) {
        var tables = new Tables();
        for (Statement statement : Script.of(sql).statements()) {
            tables.look(statement);
        }
        return tables;
    }

    Set<String> made() {
        return made;
    }

    List<Named> named() {
        return named;
    }

    private void look(Statement statement) {
        List<String> tokens = statement.tokens();
        Set<String> own = commonTables(tokens);
        if (statement.begins("create")) {
            make(tokens, own);
        }
        for (int i = 0; i < tokens.size(); i++) {
            int at = behind(tokens, i);
            if (at >= 0 && at < tokens.size()) {
                String table = name(tokens, at);
                if (!table.isEmpty() && !own.contains(table)) {
                    named.add(new Named(table, statement.line()));
                }
            }
        }
    }

    /// Also what is there for the session alone, so that nobody takes it for another's.
    private void make(List<String> tokens, Set<String> own) {
        for (int i = 1; i < Math.min(tokens.size(), 5); i++) {
            if (KINDS.contains(tokens.get(i))) {
                boolean passing = tokens.subList(0, i).stream().anyMatch(w -> w.startsWith("temp"));
                int at = skip(tokens, i + 1);
                String table = at < tokens.size() ? name(tokens, at) : "";
                if (!table.isEmpty()) {
                    own.add(table);
                    if (!passing) {
                        made.add(table);
                    }
                }
                return;
            }
        }
    }

    /// Where a table's name may stand that this word introduces; -1 where it introduces none.
    private static int behind(List<String> tokens, int at) {
        String before = at == 0 ? "" : tokens.get(at - 1);
        boolean introduces =
                switch (tokens.get(at)) {
                    case "from" -> !before.equals("distinct") && !isTakenApart(tokens, at);
                    case "join", "into", "references" -> true;
                    case "update" -> !OF_CODE.contains(before) && !before.equals("or");
                    case "table" -> at > 0 && !tokens.getFirst().equals("create");
                    case "on" ->
                            tokens.getFirst().equals("create")
                                    && (tokens.contains("index") || tokens.contains("trigger"));
                    default -> false;
                };
        if (!introduces) {
            return -1;
        }
        int name = skip(tokens, at + 1);
        // What is called like that with brackets behind is a function.
        int end = endOfName(tokens, name);
        boolean function =
                (tokens.get(at).equals("from") || tokens.get(at).equals("join"))
                        && end < tokens.size()
                        && tokens.get(end).equals("(");
        return function ? -1 : name;
    }

    /// `extract(year from at)`.
    private static boolean isTakenApart(List<String> tokens, int from) {
        int depth = 0;
        for (int i = from - 1; i >= Math.max(0, from - 20); i--) {
            if (tokens.get(i).equals(")")) {
                depth++;
            } else if (tokens.get(i).equals("(")) {
                if (depth == 0) {
                    return i > 0 && TAKEN_APART.contains(tokens.get(i - 1));
                }
                depth--;
            }
        }
        return false;
    }

    private static int skip(List<String> tokens, int from) {
        int at = from;
        while (at < tokens.size() && BEFORE_NAMES.contains(tokens.get(at))) {
            at++;
        }
        return at;
    }

    private static int endOfName(List<String> tokens, int from) {
        int at = from + 1;
        while (at + 1 < tokens.size() && tokens.get(at).equals(".")) {
            at += 2;
        }
        return at;
    }

    /// With its schema, unless that is the usual one.
    private static String name(List<String> tokens, int from) {
        var name = new StringBuilder();
        for (int at = from; at < endOfName(tokens, from) && at < tokens.size(); at++) {
            String part = tokens.get(at);
            boolean quoted = part.length() > 1 && part.startsWith("\"") && part.endsWith("\"");
            name.append(quoted ? part.substring(1, part.length() - 1) : part);
        }
        String table = name.toString();
        boolean plain = table.matches("[\\p{L}_][\\p{L}\\p{N}_$.]*");
        return plain ? table.replaceFirst("^public\\.", "") : "";
    }

    /// Names that a statement gives to its own parts: `with recent as (…)`.
    private static Set<String> commonTables(List<String> tokens) {
        var own = new HashSet<String>();
        if (tokens.contains("with")) {
            for (int i = 1; i + 1 < tokens.size(); i++) {
                boolean part =
                        tokens.get(i).equals("as")
                                && (tokens.get(i + 1).equals("(")
                                        || tokens.get(i + 1).equals("materialized")
                                        || tokens.get(i + 1).equals("not"));
                if (part) {
                    own.add(tokens.get(i - 1));
                }
            }
        }
        return own;
    }
}
