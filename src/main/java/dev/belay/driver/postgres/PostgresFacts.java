package dev.belay.driver.postgres;

import dev.belay.driver.backup.RowChecksum;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a backup of PostgreSQL says beyond what every backup says: what must exist or be installed
/// where it is restored, and what is in none of the dump's files.
///
/// @param serverVersion as `15.18`
/// @param systemIdentifier of the cluster, by which it is known again
/// @param walPosition of the snapshot
/// @param properties of the database itself
/// @param extensions name to version
/// @param roles that own something or have rights, in name order
/// @param settings of the database, and of roles in it
/// @param sequences name to where it stood before and after the dump
/// @param unfilled materialised views that held nothing
/// @param notCompared tables whose rows are an extension's own
/// @param schemaHash of the schema as text
/// @param catalogue the fingerprint of what it is made of, as this Belay reads it: by it one sees
///   whether the source's schema is still the one of the backup
/// @param pinned under which settings rows were added up
/// @param tablespaces those of its server besides the two that every server has; of a backup that
///   an earlier Belay made, none
record PostgresFacts(
        String serverVersion,
        String systemIdentifier,
        String walPosition,
        Properties properties,
        SortedMap<String, String> extensions,
        List<Role> roles,
        List<Setting> settings,
        SortedMap<String, Span> sequences,
        RowChecksum largeObjects,
        List<String> unfilled,
        List<String> notCompared,
        String schemaHash,
        String catalogue,
        List<String> pinned,
        List<Tablespace> tablespaces) {
    @Override
    public List<Tablespace> tablespaces() {
        // Absent in what an earlier Belay wrote.
        return Objects.requireNonNullElse(tablespaces, List.of());
    }

    /// Where a server keeps files elsewhere than in its own folder.
    ///
    /// @param used whether something of the database lies there
    record Tablespace(String name, boolean used) {}

    /// How the database was made.
    ///
    /// @param provider `c`, `i` (ICU) or `b` (builtin)
    /// @param locale of ICU or builtin, or empty
    /// @param grants `grantee privilege grantable`, or empty when nobody changed them
    record Properties(
            String owner,
            String encoding,
            String collate,
            String ctype,
            String provider,
            String locale,
            int connectionLimit,
            String comment,
            List<Grant> grants) {
        /// The same, whoever of these owns it: an owner has rights by that.
        Properties apartFrom(Set<String> roles) {
            return new Properties(
                    "",
                    encoding,
                    collate,
                    ctype,
                    provider,
                    locale,
                    connectionLimit,
                    comment,
                    grants.stream().filter(one -> !roles.contains(one.grantee())).toList());
        }

        /// The same with another comment, and nobody but its owner may connect.
        Properties closed(String as) {
            List<Grant> all =
                    grants.isEmpty()
                            ? List.of(
                                    new Grant("", "TEMPORARY", false),
                                    new Grant(owner, "CONNECT", false),
                                    new Grant(owner, "CREATE", false),
                                    new Grant(owner, "TEMPORARY", false))
                            : grants.stream()
                                    .filter(one ->
                                            !one.privilege().equals("CONNECT")
                                                    || one.grantee().equals(owner))
                                    .toList();
            return new Properties(
                    owner, encoding, collate, ctype, provider, locale, connectionLimit, as, all);
        }
    }

    /// A right on the database.
    ///
    /// @param grantee a role, or empty for everybody
    record Grant(String grantee, String privilege, boolean grantable) {}

    /// A role without its password.
    record Role(
            String name,
            boolean superuser,
            boolean login,
            boolean bypassesPolicies,
            List<String> memberOf,
            List<String> settings) {}

    /// What `ALTER DATABASE … SET` and `ALTER ROLE … IN DATABASE … SET` left.
    ///
    /// @param role or empty for all
    record Setting(String role, String name, String value) {}

    /// Where a sequence stood before and after.
    record Span(SequencePosition before, SequencePosition after) {}

    /// The same of a database that was made otherwise.
    PostgresFacts with(Properties made) {
        return of(made, settings);
    }

    /// The same without some settings.
    PostgresFacts without(List<Setting> left) {
        return of(properties, settings.stream().filter(one -> !left.contains(one)).toList());
    }

    private PostgresFacts of(Properties made, List<Setting> set) {
        return new PostgresFacts(
                serverVersion,
                systemIdentifier,
                walPosition,
                made,
                extensions,
                roles,
                set,
                sequences,
                largeObjects,
                unfilled,
                notCompared,
                schemaHash,
                catalogue,
                pinned,
                tablespaces());
    }

    private static final String TABLESPACES =
            """
            SELECT s.spcname, EXISTS (SELECT 1 FROM pg_class c WHERE c.reltablespace = s.oid)
            FROM pg_tablespace s WHERE s.spcname NOT IN ('pg_default', 'pg_global') ORDER BY 1
            """;

    private static final String PROPERTIES =
            """
            SELECT pg_get_userbyid(d.datdba), pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
              coalesce(to_jsonb(d)->>'datlocprovider', 'c'),
              coalesce(to_jsonb(d)->>'datlocale', to_jsonb(d)->>'daticulocale', ''),
              d.datconnlimit, coalesce(shobj_description(d.oid, 'pg_database'), '')
            FROM pg_database d WHERE d.datname = current_database()
            """;

    private static final String GRANTS =
            """
            SELECT CASE WHEN a.grantee = 0 THEN '' ELSE pg_get_userbyid(a.grantee) END,
              a.privilege_type, a.is_grantable
            FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = current_database()
            ORDER BY 1, 2
            """;

    private static final String ROLES =
            """
            SELECT r.rolname, r.rolsuper, r.rolcanlogin, r.rolbypassrls,
              (SELECT string_agg(g.rolname, chr(10) ORDER BY g.rolname) FROM pg_auth_members m
                JOIN pg_roles g ON g.oid = m.roleid WHERE m.member = r.oid),
              array_to_string(r.rolconfig, chr(10))
            FROM pg_roles r, pg_database d
            WHERE d.datname = current_database() AND (r.oid = 10 OR r.oid = d.datdba
              OR r.oid IN (SELECT s.setrole FROM pg_db_role_setting s WHERE s.setdatabase = d.oid)
              OR r.oid IN (SELECT p.refobjid FROM pg_shdepend p
                WHERE p.refclassid = 'pg_authid'::regclass AND (p.dbid = d.oid
                  OR p.dbid = 0 AND p.classid = 'pg_database'::regclass AND p.objid = d.oid)))
              AND r.rolname !~ '^pg_'
            ORDER BY 1
            """;

    private static final String SETTINGS =
            """
            SELECT coalesce(r.rolname, ''), split_part(one, '=', 1),
              substr(one, strpos(one, '=') + 1)
            FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase
              LEFT JOIN pg_roles r ON r.oid = s.setrole, unnest(s.setconfig) one
            WHERE d.datname = current_database() ORDER BY 1, 2
            """;

    private static final String UNFILLED =
            """
            SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'm' AND NOT c.relispopulated ORDER BY 1
            """;

    private static final String OF_EXTENSIONS =
            """
            SELECT format('%I.%I', n.nspname, c.relname), c.oid FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_depend e ON e.classid = 'pg_class'::regclass AND e.objid = c.oid
                AND e.deptype = 'e'
            WHERE c.relkind IN ('r', 'p') ORDER BY 1
            """;

    static Properties properties(Connection connection) throws PostgresFailure {
        List<Grant> grants =
                Ask.all(
                        connection,
                        GRANTS,
                        row -> new Grant(row.getString(1), row.getString(2), row.getBoolean(3)));
        return Ask.all(
                        connection,
                        PROPERTIES,
                        row ->
                                new Properties(
                                        row.getString(1),
                                        row.getString(2),
                                        row.getString(3),
                                        row.getString(4),
                                        row.getString(5),
                                        row.getString(6),
                                        row.getInt(7),
                                        row.getString(8),
                                        grants))
                .getFirst();
    }

    static List<Tablespace> tablespaces(Connection connection) throws PostgresFailure {
        return Ask.all(
                connection,
                TABLESPACES,
                row -> new Tablespace(row.getString(1), row.getBoolean(2)));
    }

    static SortedMap<String, String> extensions(Connection connection) throws PostgresFailure {
        var all = new TreeMap<String, String>();
        String query =
                "SELECT extname, extversion || ' in ' || extnamespace::regnamespace FROM"
                        + " pg_extension";
        Ask.all(connection, query, row -> all.put(row.getString(1), row.getString(2)));
        return all;
    }

    static List<Role> roles(Connection connection) throws PostgresFailure {
        return Ask.all(
                connection,
                ROLES,
                row ->
                        new Role(
                                row.getString(1),
                                row.getBoolean(2),
                                row.getBoolean(3),
                                row.getBoolean(4),
                                lines(row.getString(5)),
                                lines(row.getString(6))));
    }

    private static List<String> lines(@Nullable String text) {
        return text == null || text.isEmpty() ? List.of() : text.lines().toList();
    }

    static List<Setting> settings(Connection connection) throws PostgresFailure {
        return Ask.all(
                connection,
                SETTINGS,
                row -> new Setting(row.getString(1), row.getString(2), row.getString(3)));
    }

    static List<String> unfilled(Connection connection) throws PostgresFailure {
        return Ask.texts(connection, UNFILLED);
    }

    /// Tables whose rows come with the extension.
    static List<Long> ofExtensions(Connection connection) throws PostgresFailure {
        return Ask.all(connection, OF_EXTENSIONS, row -> row.getLong(2));
    }

    /// Read in a session of its own.
    static String catalogue(PostgresAddress address) throws PostgresFailure {
        try (Connection connection = address.connect("belay/backup")) {
            return CatalogueReader.read(connection, List.of()).fingerprint();
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        }
    }

    /// How much the ledger of migrations has been told.
    static long ledgerLines(PostgresAddress address) throws PostgresFailure {
        try (Connection connection = address.connect("belay/backup")) {
            return Ask.text(
                                    connection,
                                    "SELECT coalesce(to_regclass('belay_ledger.history')::text, '')")
                            .isEmpty()
                    ? 0
                    : Ask.number(connection, "SELECT count(*) FROM belay_ledger.history");
        } catch (SQLException e) {
            throw new PostgresFailure("closing a session", e);
        }
    }

    /// The difference in words, or empty.
    static String different(List<?> wanted, List<?> found) {
        var missing = new ArrayList<Object>(wanted);
        missing.removeAll(found);
        var more = new ArrayList<Object>(found);
        more.removeAll(wanted);
        if (missing.isEmpty() && more.isEmpty()) {
            return "";
        }
        return "missing " + brief(missing) + ", in its place " + brief(more);
    }

    private static String brief(List<?> things) {
        return things.isEmpty()
                ? "nothing"
                : things.stream().limit(3).map(Object::toString).collect(Collectors.joining(", "));
    }
}
