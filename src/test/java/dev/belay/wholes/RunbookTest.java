package dev.belay.wholes;

import static dev.belay.driver.postgres.TestDatabases.ask;
import static dev.belay.driver.postgres.TestDatabases.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.cli.CommandTree;
import dev.belay.cli.Context;
import dev.belay.cli.Terminal;
import dev.belay.driver.postgres.PostgresAddress;
import dev.belay.driver.postgres.TestDatabases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The procedures for data of `docs/reference/runbooks.md`, by the commands that it names, on
/// `examples/data` with 50 000 rows and people who go on giving.
@Timeout(300)
class RunbookTest {
    private static final String[] FOR_GOOD = {
        "deploy",
        "production",
        "--contract",
        "--accept-no-way-back",
        "--reason",
        "the cents hold it all"
    };

    private static final int ROWS = 50_000;

    /// Of the rows that were there before anything began.
    private static final String SUM =
            "SELECT count(*) || ' ' || sum(hashtextextended(ROW(id, giver, euros, given_at)::text, 0)"
                    + "::numeric) FROM gift WHERE id <= "
                    + ROWS;

    private static final String COLUMNS =
            "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'gift'"
                    + " ORDER BY ordinal_position";

    @TempDir private static Path temp;
    private static TestDatabases databases;

    @TempDir private Path folder;
    private Path platform;
    private Whole whole;
    private PostgresAddress database;
    private String sum = "";

    @BeforeAll
    static void server() throws Exception {
        databases = new TestDatabases(temp, "shared_preload_libraries=pg_stat_statements");
    }

    @AfterAll
    static void noServer() {
        databases.close();
    }

    @BeforeEach
    void a_platform_with_rows_that_would_be_missed() throws Exception {
        // Run by root, PostgreSQL runs as somebody else.
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
        platform = Files.createDirectory(folder.resolve("data"));
        whole = new Whole(platform);
        copy(Path.of("examples/teei/shared"), folder.resolve("teei/shared"));
        copy(Path.of("examples/data"), platform);
        edit(
                "belay.yaml",
                "(?m)^    port-offset: 100\n|(?<=    port: )3040",
                one -> one.startsWith("3") ? Integer.toString(whole.port()) : "");
        database = databases.fresh();
        Files.writeString(
                platform.resolve("production.env"), "DATABASE_URL=" + url(database) + "\n");
        run(database, "CREATE EXTENSION pg_stat_statements");
        whole.start();
        done(
                "deploy",
                "production",
                "--skip",
                "backup,rehearse",
                "--reason",
                "nothing is there yet");
        run(
                database,
                "INSERT INTO gift (giver, euros) SELECT 'early ' || i, i % 10000 / 100.0 FROM"
                        + " generate_series(1, "
                        + ROWS
                        + ") i");
        run(database, "VACUUM ANALYZE gift");
        sum = sum(database);
    }

    @AfterEach
    void stop() throws Exception {
        whole.end();
    }

    /// TEEI's "Create backup (MANDATORY)" and "Database rollback", Materi's restore plan, HiveR's
    /// two rollback procedures.
    @Test
    void the_day_on_which_a_release_ruined_rows() throws Exception {
        later("2-expand");
        edit(
                "api.mjs",
                "(?<=const giver = word\\(body, 'giver'\\);)",
                _ -> "await db.query('UPDATE gift SET euros = euros + 1 WHERE id <= 100');");
        try (var givers = new Givers(whole.port())) {
            String backup = name(done("backup", "production"));
            assertThat(done("backups", "production")).contains(backup);
            assertThat(done("migrate", "plan", "production"))
                    .contains("2 cents", "the release before runs on the new schema");
            String deployed = done("deploy", "production");
            assertThat(deployed).contains("completed");
            whole.await("somebody sees it", () -> !sum(database).equals(sum));

            // Writes stop; then the code goes back, and the data.
            done("gateway", "maintenance", "production");
            assertThat(done("rollback", "production", "--reason", "sums double"))
                    .contains("completed");
            assertThat(belay("restore", "production", "db", "--swap")).startsWith("2 ");
            String restored =
                    done(
                            "restore",
                            "production",
                            "db",
                            "--swap",
                            "--lose-writes-of",
                            "db",
                            "--backup",
                            backup);
            assertThat(restored)
                    .containsPattern("not in it: what was written in the 0 h [0-9]+ min [0-9]+ s");

            // Nobody writes until somebody has looked.
            assertThat(sum(database)).isEqualTo(sum);
            assertThat(columns()).doesNotContain("cents");
            assertThat(done("migrate", "status", "production")).doesNotContain("applied  2");
            assertThat(done("status", "production")).contains("maintenance");
            int before = givers.taken().size();
            done("gateway", "open", "production");
            whole.await("gifts are taken again", () -> givers.taken().size() > before + 20);
            assertThat(givers.stop()).isEmpty();
            assertThat(givers.turnedAway()).isNotEmpty();

            PostgresAddress aside = database.at(aside(restored));
            noGiftIsNowhere(givers.taken(), aside);
            singleRowsComeBack(givers.taken(), aside);
            assertThat(sum(database)).isEqualTo(sum);
        }
    }

    /// Each is in the living database or in the one that was put aside.
    private void noGiftIsNowhere(Set<String> taken, PostgresAddress aside) throws Exception {
        assertThat(givers(database)).isNotEmpty();
        assertThat(givers(database).containsAll(taken)).isFalse();
        run(database, "ALTER DATABASE \"" + aside.database() + "\" ALLOW_CONNECTIONS true");
        var kept = new TreeSet<>(givers(database));
        kept.addAll(givers(aside));
        assertThat(kept).containsAll(taken);
    }

    /// As the how-to does it.
    private void singleRowsComeBack(Set<String> taken, PostgresAddress aside) throws Exception {
        String text = Files.readString(Path.of("docs/how-to/restore-a-database.md"));
        Matcher block = Pattern.compile("(?s)```sh\n([^`]*psql[^`]*)```").matcher(text);
        assertThat(block.find()).isTrue();
        var builder =
                new ProcessBuilder("sh", "-e", "-c", block.group(1)).redirectErrorStream(true);
        builder.directory(folder.toFile()).environment().put("BESIDE", url(aside));
        builder.environment().put("LIVING", url(database));
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        assertThat(givers(database)).containsAll(taken).doesNotHaveDuplicates();
    }

    /// HiveR's migration process and Maily's `db-migration.sh`: a failing one aborts before any
    /// service starts, a reversible one goes up and back with its release.
    @Test
    void the_day_on_which_a_migration_fails() throws Exception {
        String running = instances();
        try (var givers = new Givers(whole.port())) {
            later("2-expand");
            Path up = platform.resolve("db/2_cents.up.sql");
            String good = Files.readString(up);
            Files.writeString(up, good + "\nALTER TABLE gift ADD CHECK (euros < 99);\n");
            assertThat(belay("deploy", "production"))
                    .startsWith("4 ")
                    .contains("refused on a copy of the data");
            // The same in earnest: nobody rehearses, and the living rows refuse it.
            assertThat(
                            belay(
                                    "deploy",
                                    "production",
                                    "--skip",
                                    "rehearse",
                                    "--reason",
                                    "a copy takes too long"))
                    .startsWith("4 ")
                    .contains("2_cents.up.sql, line 21");
            assertThat(columns()).containsExactly("id", "giver", "euros", "given_at");
            assertThat(instances()).isEqualTo(running);

            Files.writeString(up, good);
            String api = Files.readString(platform.resolve("api.mjs"));
            Files.writeString(
                    platform.resolve("api.mjs"),
                    api.replace("GET /gifts/latest", "GET /gifts/newest"));
            String fallen = belay("deploy", "production");
            assertThat(fallen).startsWith("4 ").contains("rolled back");
            assertThat(columns()).containsExactly("id", "giver", "euros", "given_at");
            assertThat(history()).containsExactly("1up", "2up", "2down");
            Files.writeString(platform.resolve("api.mjs"), api);
            done("deploy", "production");
            assertThat(columns()).contains("cents");
            assertThat(givers.stop()).isEmpty();
            assertThat(givers.turnedAway()).isEmpty();
            assertThat(givers(database)).containsAll(givers.taken());
        }
        assertThat(sum(database)).isEqualTo(sum);
    }

    /// The rule of the strategy, "backward compatibility is maintained during rollout".
    @Test
    void a_column_goes_when_no_release_reads_it_any_more() throws Exception {
        try (var givers = new Givers(whole.port())) {
            later("2-expand");
            done("deploy", "production");
            later("4-contract");
            assertThat(belay("plan", "production")).contains("4 no_euros waits");
            done("deploy", "production");
            assertThat(columns()).contains("euros", "cents");
            assertThat(belay("deploy", "production", "--contract", "--reason", "it is time"))
                    .startsWith("3 ")
                    .contains("there is no way back from step")
                    .contains("--accept-no-way-back");
            assertThat(belay(FOR_GOOD))
                    .startsWith("4 ")
                    .contains("the release before fails on the new schema")
                    .contains("euros");
            assertThat(columns()).contains("euros", "cents");

            later("3-backfill");
            assertThat(belay(FOR_GOOD))
                    .startsWith("2 ")
                    .contains("`3 backfill`, which comes before it, is new, too");
            done(
                    "deploy",
                    "production",
                    "--accept-no-way-back",
                    "--reason",
                    "the backfill loses nothing");
            assertThat(columns()).contains("euros", "cents");
            assertThat(ask(database, "SELECT count(*)::text FROM gift WHERE cents IS NULL"))
                    .containsExactly("0");

            // What earlier releases said is counted until somebody begins anew.
            run(database, "SELECT pg_stat_statements_reset()");
            int before = givers.taken().size();
            whole.await("the release is seen", () -> givers.taken().size() > before + 20);
            done(FOR_GOOD);
            assertThat(columns()).containsExactly("id", "giver", "given_at", "cents");
            assertThat(givers.stop()).isEmpty();
            assertThat(givers(database)).containsAll(givers.taken());
        }
        assertThat(ask(database, SUM.replace("euros", "round(cents / 100.0, 2)::numeric(12, 2)")))
                .containsExactly(sum);
    }

    // --- the platform -----------------------------------------------------------------------

    private static void copy(Path from, Path to) throws IOException {
        try (var all = Files.walk(from)) {
            for (Path one : all.filter(Files::isRegularFile).toList()) {
                Path there = to.resolve(from.relativize(one).toString());
                Files.createDirectories(there.getParent());
                Files.copy(one, there, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /// What the team did to it next.
    private void later(String step) throws IOException {
        copy(Path.of("examples/data/later", step), platform);
    }

    private void edit(
            String file, String pattern, java.util.function.UnaryOperator<String> replacement)
            throws IOException {
        Path path = platform.resolve(file);
        String before = Files.readString(path);
        String after =
                Pattern.compile(pattern)
                        .matcher(before)
                        .replaceAll(
                                one -> Matcher.quoteReplacement(replacement.apply(one.group())));
        assertThat(after).isNotEqualTo(before);
        Files.writeString(path, after);
    }

    private static String url(PostgresAddress at) {
        return "postgres://%s:%s@%s:%d/%s"
                .formatted(at.user(), at.password(), at.host(), at.port(), at.database());
    }

    /// Exit code and what the command says, on either stream.
    private String belay(String... words) {
        var bytes = new ByteArrayOutputStream();
        var out = new PrintStream(bytes, true, StandardCharsets.UTF_8);
        var terminal = new Terminal(out, out, false, false);
        int code = new CommandTree(new Context(terminal, whole.folder(), Map.of())).run(words);
        return code + " " + bytes.toString(StandardCharsets.UTF_8);
    }

    private String done(String... words) {
        String said = belay(words);
        assertThat(said).startsWith("0 ");
        return said;
    }

    // --- what is there ----------------------------------------------------------------------

    private String name(String said) {
        return first("[0-9]{8}T[0-9]{6}Z-[\\w-]+", said);
    }

    private static String aside(String said) {
        return first("(?<=what lived before is `)\\w+", said);
    }

    private static String first(String pattern, String text) {
        Matcher found = Pattern.compile(pattern).matcher(text);
        assertThat(found.find()).as(text).isTrue();
        return found.group();
    }

    private static String sum(PostgresAddress at) throws Exception {
        return ask(at, SUM).getFirst();
    }

    private static List<String> givers(PostgresAddress at) throws Exception {
        return ask(at, "SELECT giver FROM gift WHERE giver LIKE 'giver %'");
    }

    private List<String> columns() throws Exception {
        return ask(database, COLUMNS);
    }

    private List<String> history() throws Exception {
        return ask(database, "SELECT version || direction FROM belay_ledger.history ORDER BY id");
    }

    private String instances() {
        return new TreeSet<>(Processes.instances(folder).stream().map(ProcessHandle::pid).toList())
                .toString();
    }
}
