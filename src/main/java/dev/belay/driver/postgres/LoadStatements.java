package dev.belay.driver.postgres;

import dev.belay.driver.postgres.LoadStatement.Access;
import dev.belay.driver.postgres.LoadStatement.Value;
import dev.belay.schema.script.Script;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Makes what the living release says sayable on a copy: finds out by the server's own plan which
/// column each value is compared with or written into, and which tables it locks.
///
/// Nothing is guessed: what the plan does not tell is `NULL`, which takes the same locks of tables
/// and touches no row.
final class LoadStatements {
    /// What acts on more than the database, or escapes what takes a transaction back.
    private static final Pattern LEADS_OUT =
            Pattern.compile("\\b(pg_(?!advisory|catalog\\b)\\w+|lo_\\w+|set_config)\\s*\\(");

    private static final Pattern LIMIT =
            Pattern.compile(
                    "\\b(?:limit|fetch\\s+(?:first|next))\\s+\\$(\\d+)", Pattern.CASE_INSENSITIVE);
    private static final String FEW = "20";

    /// In what is written down, `total + $1`.
    private static final Pattern RECKONED = Pattern.compile("[-+*/]\\s*\\$(\\d+)");

    private static final Set<String> NUMBERS =
            Set.of("smallint", "integer", "bigint", "numeric", "real", "double precision");

    private static final String NAME = "(\"[^\"]+\"|[\\w$]+)";
    private static final String COLUMN = NAME + "\\." + NAME;
    private static final String CAST = "\\)*(?:::[\\w .\"]+(?:\\([\\d,]+\\))?\\)*)?";
    private static final String IS = "\\s*(?:=|<>|<=|>=|<|>|~~\\*?)\\s*";
    private static final Pattern COMPARED =
            Pattern.compile(COLUMN + CAST + IS + "(ANY )?\\(*\\$(\\d+)");
    private static final Pattern COMPARED_TO =
            Pattern.compile("\\$(\\d+)" + CAST + IS + "\\(*" + COLUMN);
    private static final Pattern ALONE = Pattern.compile("\\(*\\$(\\d+)" + CAST);

    /// In what is written down, `SET total = $1`.
    private static final Pattern ASSIGNED =
            Pattern.compile("(?:\"([^\"]+)\"|\\b(\\w+))\\s*=\\s*\\$(\\d+)");

    private static final String LOCKED =
            "SELECT relation, mode FROM pg_catalog.pg_locks"
                    + " WHERE locktype = 'relation' AND pid = pg_catalog.pg_backend_pid()";

    private final Connection asApplication;
    private final Relations relations;
    private final RowSamples samples;
    private int leftOut;

    /// @param asApplication a session that became the application's role
    /// @param samples is told what rows are needed
    LoadStatements(Connection asApplication, Relations relations, RowSamples samples) {
        this.asApplication = asApplication;
        this.relations = relations;
        this.samples = samples;
    }

    /// How many of those that are about tables cannot be said.
    int leftOut() {
        return leftOut;
    }

    /// Those that the server takes and that touch a table.
    List<LoadStatement> of(List<Workload.Said> all) throws SQLException {
        var able = new ArrayList<LoadStatement>();
        asApplication.setAutoCommit(false);
        try (Statement session = asApplication.createStatement()) {
            session.setEscapeProcessing(false);
            session.execute("SET plan_cache_mode = force_generic_plan");
            asApplication.commit();
            for (Workload.Said one : all) {
                tried(session, one).ifPresent(able::add);
            }
        }
        return able;
    }

    static boolean leadsOut(String text) {
        return LEADS_OUT.matcher(text).find();
    }

    private Optional<LoadStatement> tried(Statement session, Workload.Said said)
            throws SQLException {
        if (Script.of(said.text()).statements().size() != 1) {
            leftOut++;
            return Optional.empty();
        }
        try {
            session.execute("PREPARE belay_replay AS " + said.text());
            List<String> types = StatementReplay.types(session).parameters();
            String nulls = String.join(", ", types.stream().map(_ -> "NULL").toList());
            String plan;
            try (ResultSet row =
                    session.executeQuery(
                            "EXPLAIN (VERBOSE, FORMAT JSON) EXECUTE belay_replay"
                                    + (types.isEmpty() ? "" : "(" + nulls + ")"))) {
                row.next();
                plan = row.getString(1);
            }
            Map<String, Access> tables = locked(session);
            boolean out = leadsOut(said.text());
            leftOut += out && !tables.isEmpty() ? 1 : 0;
            return out || tables.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new LoadStatement(said, values(said.text(), types, plan), tables));
        } catch (SQLException e) {
            if (PortionRun.isGone(e)) {
                throw e;
            }
            leftOut++;
            return Optional.empty();
        } finally {
            asApplication.rollback();
            session.execute("DEALLOCATE ALL");
            asApplication.commit();
        }
    }

    private Map<String, Access> locked(Statement session) throws SQLException {
        var tables = new HashMap<String, Access>();
        try (ResultSet row = session.executeQuery(LOCKED)) {
            while (row.next()) {
                Relations.Table table = relations.of(row.getLong(1));
                if (table != null && table.oid() == row.getLong(1)) {
                    tables.merge(
                            table.name(),
                            Access.of(row.getString(2)),
                            (a, b) -> a.compareTo(b) > 0 ? a : b);
                }
            }
        }
        return tables;
    }

    private List<Value> values(String text, List<String> types, String plan) throws SQLException {
        Value[] found = new Value[types.size()];
        JsonNode root = JsonMapper.shared().readTree(plan).path(0).path("Plan");
        var aliases = new HashMap<String, String>();
        names(root, aliases);
        compared(root, aliases, types, found);
        Relations.Table target = target(root);
        if (target != null) {
            written(root, target.name(), types, found);
            assigned(text, target.name(), types, found);
        }
        fixed(LIMIT, FEW, text, types, found);
        fixed(RECKONED, "1", text, types, found);
        var values = new ArrayList<Value>();
        for (int i = 0; i < types.size(); i++) {
            values.add(
                    found[i] != null
                            ? found[i]
                            : new Value.Fixed(LoadStatement.cast("NULL", types.get(i))));
        }
        return values;
    }

    private static void fixed(
            Pattern places, String number, String text, List<String> types, Value[] found) {
        Matcher place = places.matcher(text);
        while (place.find()) {
            int at = at(place.group(1), types);
            if (at >= 0 && found[at] == null && NUMBERS.contains(types.get(at))) {
                found[at] = new Value.Fixed(LoadStatement.cast(number, types.get(at)));
            }
        }
    }

    private void names(JsonNode node, Map<String, String> aliases) {
        Relations.Table table = table(node);
        if (table != null) {
            aliases.put(node.path("Alias").asString(""), table.name());
        }
        node.path("Plans").forEach(one -> names(one, aliases));
    }

    private Relations.@Nullable Table table(JsonNode node) {
        return relations.named(
                node.path("Schema").asString(""), node.path("Relation Name").asString(""));
    }

    private void compared(
            JsonNode node, Map<String, String> aliases, List<String> types, Value[] found)
            throws SQLException {
        for (Map.Entry<String, JsonNode> one : node.properties()) {
            String name = one.getKey();
            if (name.endsWith("Cond") || name.endsWith("Filter")) {
                String condition = one.getValue().asString("");
                Matcher compared = COMPARED.matcher(condition);
                while (compared.find()) {
                    put(
                            aliases.get(plain(compared.group(1))),
                            plain(compared.group(2)),
                            at(compared.group(4), types),
                            types,
                            found);
                    several(compared.group(3), at(compared.group(4), types), found);
                }
                Matcher to = COMPARED_TO.matcher(condition);
                while (to.find()) {
                    put(
                            aliases.get(plain(to.group(2))),
                            plain(to.group(3)),
                            at(to.group(1), types),
                            types,
                            found);
                }
            }
        }
        for (JsonNode one : node.path("Plans")) {
            compared(one, aliases, types, found);
        }
    }

    private Relations.@Nullable Table target(JsonNode node) {
        if (node.path("Node Type").asString("").equals("ModifyTable")) {
            return table(node);
        }
        for (JsonNode one : node.path("Plans")) {
            Relations.Table its = target(one);
            if (its != null) {
                return its;
            }
        }
        return null;
    }

    /// A row that is inserted is put together in the order of the table's columns.
    private void written(JsonNode node, String target, List<String> types, Value[] found)
            throws SQLException {
        if (node.path("Operation").asString("").equals("Insert")) {
            JsonNode row = node.path("Plans").path(0);
            List<String> columns = samples.columns(target);
            for (int i = 0; i < columns.size() && i < row.path("Output").size(); i++) {
                Matcher alone = ALONE.matcher(row.path("Output").path(i).asString(""));
                int at = alone.matches() ? at(alone.group(1), types) : -1;
                if (at >= 0 && samples.needsNew(target, columns.get(i), types.get(at))) {
                    found[at] = new Value.New(types.get(at));
                } else if (at >= 0) {
                    put(target, columns.get(i), at, types, found);
                }
            }
        }
        for (JsonNode one : node.path("Plans")) {
            written(one, target, types, found);
        }
    }

    private void assigned(String text, String target, List<String> types, Value[] found)
            throws SQLException {
        Matcher assigned = ASSIGNED.matcher(text);
        while (assigned.find()) {
            String quoted = assigned.group(1);
            String column =
                    quoted != null ? quoted : assigned.group(2).toLowerCase(java.util.Locale.ROOT);
            put(target, column, at(assigned.group(3), types), types, found);
        }
    }

    private void put(
            @Nullable String table, String column, int at, List<String> types, Value[] found)
            throws SQLException {
        if (table == null
                || at < 0
                || found[at] != null
                || column.isEmpty()
                || !samples.columns(table).contains(column)) {
            return;
        }
        samples.want(table, column);
        String type = types.get(at);
        found[at] = new Value.OfRow(table, column, type, false);
    }

    private static void several(@Nullable String any, int at, Value[] found) {
        if (any != null && at >= 0 && found[at] instanceof Value.OfRow one) {
            found[at] = new Value.OfRow(one.table(), one.column(), one.type(), true);
        }
    }

    private static int at(@Nullable String number, List<String> types) {
        int at = number == null || number.length() > 5 ? -1 : Integer.parseInt(number) - 1;
        return at < types.size() ? at : -1;
    }

    private static String plain(@Nullable String name) {
        return name == null
                ? ""
                : name.startsWith("\"") ? name.substring(1, name.length() - 1) : name;
    }
}
