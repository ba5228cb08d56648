package dev.belay.schema.migration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MigrationSetTest {
    private static final String UP = "CREATE TABLE t (a int);";
    private static final String DOWN = "DROP TABLE t;";

    private static List<String> shown(Map<String, String> files) {
        MigrationSet.Read read = MigrationSet.read(files);
        assertThat(read.problems()).isEmpty();
        return read.set().migrations().stream()
                .map(one -> one + " " + one.back().getClass().getSimpleName())
                .toList();
    }

    private static List<String> problems(Map<String, String> files) {
        return MigrationSet.read(files).problems().stream().map(MigrationSetTest::shown).toList();
    }

    private static String shown(Problem one) {
        String at = one.place() instanceof Place.Line line ? line.span().toString() : "?";
        return at + " " + one.code();
    }

    @Test
    void other_tools_names_are_understood() {
        assertThat(shown(Map.of("0002_b.up.sql", UP, "0001_a.up.sql", UP, "0001_a.down.sql", DOWN)))
                .containsExactly("1 a Down", "2 b Missing");
        assertThat(shown(Map.of("7_x/up.sql", UP, "7_x/down.sql", DOWN)))
                .containsExactly("7 x Down");
        assertThat(
                        shown(
                                Map.of(
                                        "V1__a.sql",
                                        UP,
                                        "U1__a.sql",
                                        DOWN,
                                        "V1.10__c.sql",
                                        UP,
                                        "V1.9__b.sql",
                                        UP)))
                .containsExactly("1 a Down", "1.9 b Missing", "1.10 c Missing");
        for (String line :
                List.of(
                        "-- belay: down",
                        "-- +goose Down",
                        "-- migrate:down",
                        "--  //@UNDO",
                        "-- +migrate Down")) {
            assertThat(shown(Map.of("20260101120000_a.sql", UP + "\n" + line + "\n" + DOWN)))
                    .containsExactly("20260101120000 a Down");
        }
        assertThat(shown(Map.of("1_a.sql", UP + "\n-- belay: down\n-- nothing yet")))
                .containsExactly("1 a Missing");
        assertThat(
                        shown(
                                Map.of(
                                        "1_a.sql",
                                        "-- belay: irreversible because gone\nDELETE FROM t",
                                        "README.md",
                                        "#")))
                .containsExactly("1 a Irreversible");
    }

    @Test
    void the_second_half_of_a_file_has_the_file_s_lines() {
        assertThat(problems(Map.of("1_a.sql", UP + "\n\n-- belay: down\n\nTRUNCATE t;")))
                .containsExactly("1_a.sql:5:1 migrations/statement");
    }

    @Test
    void what_is_wrong_is_said_together() {
        assertThat(
                        problems(
                                Map.of(
                                        "1_a.up.sql", "COMMIT;",
                                        "01_b.up.sql", UP,
                                        "2_c.down.sql", DOWN,
                                        "3_d.sql", "-- empty",
                                        "R__views.sql", UP)))
                .containsExactlyInAnyOrder(
                        "1_a.up.sql:1:1 migrations/statement",
                        "1_a.up.sql:1:1 migrations/duplicate-version",
                        "2_c.down.sql:1:1 migrations/file-name",
                        "3_d.sql:1:1 migrations/statement",
                        "R__views.sql:1:1 migrations/file-name");
    }

    @Test
    void a_digest_is_of_order_bytes_and_way_back() {
        var set = MigrationSet.read(Map.of("1_a.up.sql", UP, "1_a.down.sql", DOWN)).set();
        assertThat(set.digest())
                .isEqualTo(
                        MigrationSet.read(Map.of("1_a.up.sql", UP, "1_a.down.sql", DOWN))
                                .set()
                                .digest())
                .isNotEqualTo(MigrationSet.read(Map.of("1_a.up.sql", UP)).set().digest())
                .isNotEqualTo(
                        MigrationSet.read(Map.of("2_a.up.sql", UP, "2_a.down.sql", DOWN))
                                .set()
                                .digest());
    }
}
