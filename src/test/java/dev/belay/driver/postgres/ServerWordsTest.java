package dev.belay.driver.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerWordsTest {
    @TempDir private static Path temp;
    private static TestDatabases databases;
    private static PostgresAddress database;

    @BeforeAll
    static void start() throws Exception {
        databases = new TestDatabases(temp);
        database = databases.fresh();
        TestDatabases.run(
                database,
                """
                CREATE TABLE users (id int PRIMARY KEY, email text UNIQUE, age int CHECK (age > 17), name text NOT NULL);
                CREATE TABLE orders (id int, of_user int REFERENCES users);
                CREATE TABLE parts (k int) PARTITION BY RANGE (k);
                CREATE TABLE spans (a int4range, EXCLUDE USING gist (a WITH &&));
                CREATE FUNCTION f(text) RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN $1::int; END $$;
                CREATE VIEW names AS SELECT name FROM users;
                INSERT INTO users VALUES (1, 'ann@secret.example', 20, 'Ann');
                INSERT INTO spans VALUES ('[4711,4720)');
                """);
    }

    @AfterAll
    static void stop() {
        databases.close();
    }

    private static SQLException failing(String sql) throws Exception {
        try (Connection connection = database.connect("belay/test");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            return e;
        }
        throw new AssertionError("it was taken: " + sql);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                            INSERT INTO users VALUES (2, 'ann@secret.example', 20, 'x') | secret | ERROR: duplicate key value violates unique constraint "users_email_key"; Detail: Key (email)=(…) already exists.
                            INSERT INTO users VALUES (2, 'b', 4711, NULL) | 4711 | null value in column "name" of relation "users" violates not-null constraint; Detail: Failing row contains (…).
                            INSERT INTO users VALUES (2, 'b', 7, 'Zoe') | Zoe | violates check constraint "users_age_check"; Detail: Failing row contains (…).
                            INSERT INTO orders VALUES (1, 4711) | 4711 | Detail: Key (of_user)=(…) is not present in table "users".
                            INSERT INTO parts VALUES (4711) | 4711 | no partition of relation "parts" found for row; Detail: Partition key of the failing row contains (k) = (…).
                            INSERT INTO spans VALUES ('[4715,4716)') | 471 | Detail: Key (a)=(…).
                            SELECT email::int FROM users | secret | ERROR: invalid input syntax for type integer: "…"
                            SELECT json('{"n": "ann@zq.example", "phone": 4711 zq}') | zq | ERROR: invalid input syntax for type json
                    SELECT f('4711 zq') | 4711 | Where: PL/pgSQL function f(text) line
                    SELECT '99999999999999'::text::int | 9999 | value "…" is out of range for type integer
                            SELECT to_date('31 zq', 'DD MM') | zq | ERROR: invalid value "…" for "…"
                    """)
    void keepsWhatStandsInRowsToItself(String sql, String secret, String words) throws Exception {
        SQLException e = failing(sql);
        String said = ServerWords.of(e);
        assertThat(said).contains(words).doesNotContain("\n");
        assertThat(e.getMessage()).contains(secret);
        assertThat(said).doesNotContain(secret);
        assertThat(new PostgresFailure("migrating", e)).hasMessageNotContaining("secret");
    }

    @Test
    void tellsWhatAPersonNeedsElse() throws Exception {
        assertThat(ServerWords.of(failing("DROP TABLE users")))
                .isEqualTo(
                        "ERROR: cannot drop table users because other objects depend on it;"
                                + " Detail: constraint orders_of_user_fkey on table orders depends on table users;"
                                + " view names depends on table users;"
                                + " Hint: Use DROP ... CASCADE to drop the dependent objects too.");
        assertThat(ServerWords.of(failing("SELECT nme FROM users")))
                .contains("column \"nme\" does not exist", "Hint: ", "Position: 8");
        assertThat(ServerWords.brief(failing("SELECT nme FROM users")))
                .isEqualTo("ERROR: column \"nme\" does not exist");
    }

    @Test
    void programsTellNoValuesEither() {
        assertThat(
                        ServerWords.ofProgram(
                                "pg_restore: error: COPY failed for table \"t\": ERROR:  invalid input syntax for type integer: \"ann\""))
                .doesNotContain("ann");
        String line = "pg_dump: error: relation \"orders\" does not exist";
        assertThat(ServerWords.ofProgram(line)).isEqualTo(line);
    }

    @Test
    void doesWithoutAServer() {
        assertThat(ServerWords.of(new SQLException("the line\nis cut")))
                .isEqualTo("the line; is cut");
        assertThat(ServerWords.of(new SQLException())).isEqualTo("SQLException");
    }
}
