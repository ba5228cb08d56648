package dev.belay.schema.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest {
    private static List<String> split(String text) {
        Script script = Script.of(text);
        assertThat(script.flaws()).isEmpty();
        return script.statements().stream().map(Statement::text).toList();
    }

    private static List<String> flaws(String text) {
        return Script.of(text).flaws().stream()
                .map(flaw -> flaw.line() + ": " + flaw.what())
                .toList();
    }

    @Test
    void a_semicolon_ends_a_statement_where_postgresql_thinks_so() {
        assertThat(split("SELECT 1; SELECT 2")).containsExactly("SELECT 1", "SELECT 2");
        assertThat(split(";;\n ; -- nothing\n/* ; */")).isEmpty();
        assertThat(split("SELECT 'a;b''c;'; SELECT \"x;\"\"y\";")).hasSize(2);
        assertThat(split("SELECT E'it\\'s; one'; SELECT 2")).hasSize(2);
        assertThat(split("SELECT 'c:\\'; SELECT 2")).hasSize(2);
        assertThat(split("SELECT $$a;b$$; SELECT $x$ $$;$$ $y$ ; $x$")).hasSize(2);
        assertThat(split("SELECT $1; SELECT a$b$c FROM t; SELECT 1")).hasSize(3);
        assertThat(split("/* a /* nested; */ ; */ SELECT 1; -- ;\nSELECT 2")).hasSize(2);
        assertThat(split("CREATE RULE r AS ON INSERT TO t DO ALSO (SELECT 1; SELECT 2); SELECT 3"))
                .hasSize(2);
        assertThat(
                        split(
                                """
                                CREATE FUNCTION f(i int) RETURNS int
                                BEGIN ATOMIC
                                  SELECT CASE WHEN i > 0 THEN 1 ELSE 2 END;
                                  SELECT i;
                                END;
                                SELECT 2;
                                """))
                .hasSize(2);
        assertThat(split("SELECT U&'\\0041;'; SELECT U&\"d;\"; SELECT 1")).hasSize(3);
        assertThat(split("\uFEFFSELECT 'ä;'; SELECT grün FROM t;")).hasSize(2);
    }

    @Test
    void lines_are_the_file_s_own() {
        assertThat(Script.of("\n-- one\nSELECT 1;\n\n/* two\n */ SELECT\n 2;").statements())
                .extracting(Statement::line)
                .containsExactly(3, 6);
    }

    @Test
    void what_does_not_end_is_said_with_its_line() {
        assertThat(flaws("SELECT 1;\nSELECT 'a; b\n"))
                .containsExactly("2: a text in quotes does not end");
        assertThat(flaws("SELECT \"a")).containsExactly("1: a name in quotes does not end");
        assertThat(flaws("SELECT 1;\n\nSELECT $f$ a"))
                .containsExactly("3: a text in `$f$` does not end");
        assertThat(flaws("/* a /* b */")).containsExactly("1: a comment does not end");
        assertThat(flaws("SELECT (1;\nSELECT 2")).containsExactly("1: a bracket is not closed");
    }

    @Test
    void a_fingerprint_is_of_what_is_meant_not_of_how_it_is_written() {
        var one = Script.of("CREATE TABLE t (a int, b text DEFAULT 'X  y');");
        assertThat(one.fingerprint())
                .isEqualTo(
                        Script.of(
                                        "-- Licence\r\ncreate  table T(\r\n  a INT, /* why */ b text"
                                                + " default 'X  y'\r\n)")
                                .fingerprint());
        assertThat(one.fingerprint())
                .isNotEqualTo(
                        Script.of("CREATE TABLE t (a int, b text DEFAULT 'X y')").fingerprint())
                .isNotEqualTo(
                        Script.of("CREATE TABLE \"T\" (a int, b text DEFAULT 'X  y')")
                                .fingerprint())
                .isNotEqualTo(
                        Script.of("-- belay: no-transaction\n" + one.statements().getFirst().text())
                                .fingerprint());
        assertThat(Script.of("SELECT 'a\r\nb'").fingerprint())
                .isEqualTo(Script.of("SELECT 'a\nb'").fingerprint());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX CONCURRENTLY i ON t (a)",
                "create unique index concurrently if not exists i on t (a)",
                "DROP INDEX CONCURRENTLY i",
                "REINDEX TABLE CONCURRENTLY t",
                "REINDEX (VERBOSE) DATABASE d",
                "REINDEX (CONCURRENTLY) INDEX i",
                "VACUUM (ANALYZE) t",
                "ALTER SYSTEM SET work_mem = '1MB'",
                "CREATE DATABASE d",
                "DROP TABLESPACE s",
                "ALTER TABLE p DETACH PARTITION c CONCURRENTLY",
                "ALTER TABLE p DETACH PARTITION c FINALIZE",
                "CLUSTER"
            })
    void what_no_transaction_may_hold_is_alone(String statement) {
        List<Script.Portion> portions =
                Script.of("SELECT 1; SELECT 2;" + statement + ";SELECT 3").portions();
        assertThat(portions)
                .extracting(Script.Portion::transaction)
                .containsExactly(true, false, true);
        assertThat(portions.getFirst().statements()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CREATE INDEX i ON t (a)",
                "CREATE INDEX \"concurrently\" ON t (a)",
                "REINDEX TABLE t",
                "ALTER TABLE p DETACH PARTITION c",
                "ALTER TYPE e ADD VALUE 'x'",
                "REFRESH MATERIALIZED VIEW CONCURRENTLY m",
                "CLUSTER t USING i",
                "SELECT 'VACUUM'"
            })
    void what_one_may_hold_is_not(String statement) {
        assertThat(Script.of(statement).portions())
                .extracting(Script.Portion::transaction)
                .containsExactly(true);
    }

    @Test
    void an_index_that_may_be_left_half_built_is_known_by_its_name() {
        assertThat(
                        index(
                                "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS \"I\" ON ONLY a.\"T\" (x)"))
                .isEqualTo("\"I\" at a.\"T\"");
        assertThat(index("create index concurrently i on t using btree (x)")).isEqualTo("i at t");
        assertThat(index("DROP INDEX CONCURRENTLY IF EXISTS s.i RESTRICT")).isEqualTo("s.i at ");
        assertThat(index("CREATE INDEX i ON t (x)")).isEmpty();
        assertThat(flaws("CREATE INDEX CONCURRENTLY ON t (x)"))
                .containsExactly("1: an index that is built `CONCURRENTLY` needs a name");
    }

    private static String index(String text) {
        return Script.of(text)
                .statements()
                .getFirst()
                .concurrentIndex()
                .map(one -> one.name() + " at " + one.table())
                .orElse("");
    }

    @Test
    void what_the_runner_or_nobody_may_do_is_refused() {
        assertThat(flaws("BEGIN;\nSELECT 1;\nCOMMIT;"))
                .containsExactly(
                        "1: `BEGIN` begins or ends a transaction",
                        "3: `COMMIT` begins or ends a transaction");
        assertThat(flaws("\\i other.sql\nSELECT 1"))
                .containsExactly("1: `\\i other.sql` is a command of psql, not SQL");
        assertThat(flaws("COPY t FROM PROGRAM 'curl evil'")).hasSize(1);
        assertThat(flaws("COPY t FROM stdin")).hasSize(1);
        assertThat(flaws("DROP TABLE t CASCADE")).hasSize(1);
        assertThat(flaws("ALTER TABLE t DROP COLUMN c CASCADE")).hasSize(1);
        assertThat(flaws("ALTER TABLE t DROP COLUMN a CASCADE, DROP COLUMN b")).hasSize(1);
        assertThat(
                        flaws(
                                "ALTER TABLE t DROP CONSTRAINT f, ADD FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE"))
                .isEmpty();
        assertThat(flaws("COPY t TO '/tmp/t'")).hasSize(1);
        assertThat(flaws("SET SESSION AUTHORIZATION bob")).hasSize(1);
        assertThat(flaws("DISCARD ALL")).hasSize(1);
        assertThat(flaws("\uFEFF-- belay: allow truncate\nTRUNCATE t")).isEmpty();
        assertThat(flaws("TRUNCATE t")).hasSize(1);
        assertThat(flaws("-- belay: allow cascade, truncate\nTRUNCATE t CASCADE")).isEmpty();
        assertThat(flaws("-- belay: allow everything\nSELECT 1")).hasSize(1);
        assertThat(flaws("-- belay: irreversible because rows are gone\nDELETE FROM t")).isEmpty();
        assertThat(flaws("ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u ON DELETE CASCADE"))
                .isEmpty();
        assertThat(flaws("DO $$ BEGIN PERFORM 1; END $$")).isEmpty();
    }
}
