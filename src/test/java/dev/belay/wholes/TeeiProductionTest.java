package dev.belay.wholes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The table of `docs/how-to/teei-production.md` in a staging and a production that run, brought
/// there by the commands of that page: for each line the item is left out, or what it protects is
/// broken, and the release must not get through.
@Timeout(400)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TeeiProductionTest {
    private static final String PAGE = "docs/how-to/teei-production.md";
    private static final Pattern LINE =
            Pattern.compile("^\\| (.+) \\| (.+) \\| (?:`([a-z0-9 -]+)`|-) \\|$", Pattern.MULTILINE);
    private static final List<Integer> PORTS =
            List.of(3017, 3018, 3019, 3021, 3022, 3023, 3024, 3025, 3026, 4017, 4327);
    private static final List<Integer> DATASTORES = List.of(15432, 18123, 16379, 14222);
    private static final List<String> POINTS =
            List.of(
                    "stakeholders notified",
                    "incident response team on standby",
                    "documentation updated",
                    "release notes prepared");
    private static final String APPROVAL = "approval by one of cto, vp is missing";

    private Example teei;
    private List<String> blocks = List.of();
    private int rounds;

    @BeforeAll
    void do_as_the_page_says(@TempDir Path clean) throws Exception {
        List<Integer> ports =
                Stream.concat(PORTS.stream(), DATASTORES.stream())
                        .flatMap(port -> Stream.of(port + 100, port + 200))
                        .toList();
        teei = new Example(clean, "teei", ports);
        // What the page tells to do at another hour, and less patience.
        teei.edit(
                "belay.yaml",
                text ->
                        text.replaceAll("window: .*", "window: {days: mon-sun}")
                                .replaceAll("soak: (30s|24h)", "soak: 2s")
                                .replace("within: 30s", "within: 3s"));
        blocks = teei.commands(PAGE);
        teei.types(blocks.subList(0, blocks.size() - 1));
        teei.done("user", "add", "ops", "--role", "operator@production");
        String token = teei.done("token", "create", "laptop", "--for", "ops");
        Files.writeString(teei.file(".belay/ops.token"), token.lines().findFirst().orElseThrow());
        Files.setPosixFilePermissions(
                teei.file(".belay/ops.token"), PosixFilePermissions.fromString("rw-------"));
    }

    @AfterAll
    void stop() throws Exception {
        teei.belay("down", "production");
        teei.belay("down", "staging");
        teei.belay("down");
        teei.end();
    }

    @Test
    void every_line_has_a_case_and_every_case_a_line() throws IOException {
        List<String> lines = lines();
        assertThat(lines).hasSizeGreaterThan(25).containsExactlyElementsOf(cases().keySet());
    }

    @TestFactory
    Stream<DynamicTest> the_document_line_by_line() throws IOException {
        Map<String, Executable> cases = cases();
        return lines().stream()
                .map(line ->
                        DynamicTest.dynamicTest(
                                line, () -> Objects.requireNonNull(cases.get(line)).execute()));
    }

    private static List<String> lines() throws IOException {
        var names = new ArrayList<String>();
        Matcher line = LINE.matcher(Files.readString(Path.of(PAGE)));
        while (line.find()) {
            if (line.group(3) != null) {
                names.add(line.group(3));
            } else {
                assertThat(line.group()).containsAnyOf("*not yet*", "for people", "---");
            }
        }
        return names;
    }

    private SequencedMap<String, Executable> cases() {
        var cases = new LinkedHashMap<String, Executable>();
        Stream.of("tests", "typecheck", "lint", "build")
                .forEach(stage -> cases.put("staging-" + stage, () -> stagingWithout(stage)));
        cases.put("staging-backup", () -> withoutBackup("staging"));
        cases.put("staging-secrets", this::staleSecret);
        cases.put("migrations-applied", this::migrations);
        cases.put("staging-order", this::stagingOrder);
        cases.put("connectivity", this::connectivity);
        cases.put("backup", () -> withoutBackup("production"));
        cases.put("approval", () -> withoutConsent(APPROVAL));
        cases.put("rollback-plan", this::rollbackPlan);
        cases.put("window", this::window);
        POINTS.forEach(point ->
                cases.put(point, () -> withoutConsent("`" + point + "` is to be checked off")));
        cases.put("promotes", this::promotes);
        cases.put("e2e", () -> withoutEvidence("e2e", "e2e.tap", "--name", "e2e"));
        cases.put("security", this::security);
        cases.put("performance", () -> withoutEvidence("performance", "load.json"));
        cases.put("review", this::review);
        cases.put("one-at-a-time", this::oneAtATime);
        cases.put("health", this::health);
        cases.put("smoke", this::smoke);
        cases.put("rollback", this::rollback);
        cases.put("rollback-with-schema", this::rollbackWithSchema);
        cases.put("soak", this::soak);
        cases.put("variables", () -> withoutVariable("production", "JWT_SECRET"));
        cases.put("ports", this::ports);
        return cases;
    }

    // --- staging ----------------------------------------------------------------------------

    private void stagingWithout(String stage) throws Exception {
        try (var _ = changed("discord-bot")) {
            String others =
                    String.join(
                            ",",
                            Stream.of("tests", "typecheck", "lint", "build")
                                    .filter(one -> !one.equals(stage))
                                    .toList());
            teei.done("evidence", "run", "discord-bot", "--in", "staging", "--only", others);
            assertThat(teei.belay("deploy", "staging", "--only", "discord-bot"))
                    .startsWith("3 ")
                    .contains("`discord-bot`: there is no evidence `" + stage + "`; there is of ");
        }
    }

    /// As on the morning on which the disk with the backups is not mounted.
    private void withoutBackup(String environment) throws Exception {
        Path away = teei.file("kept-elsewhere");
        Files.move(teei.file("kept"), away);
        Files.createDirectory(teei.file("kept"));
        try (var _ = configured("unified-profile")) {
            assertThat(teei.belay("deploy", environment, "--only", "unified-profile"))
                    .startsWith("4 ")
                    .contains("kept")
                    .doesNotContain("unified-profile: start");
        } finally {
            Files.delete(teei.file("kept"));
            Files.move(away, teei.file("kept"));
        }
    }

    private void withoutVariable(String environment, String name) throws Exception {
        try (var _ = teei.edit(environment + ".env", text -> text.replace(name + "=", "X="))) {
            assertThat(teei.belay("deploy", environment))
                    .startsWith("3 ")
                    .contains("`" + name + "` has no value");
        }
    }

    /// What was copied from another environment was not updated.
    private void staleSecret() throws Exception {
        withoutVariable("staging", "API_KEY");
        String other = "JWT_SECRET=production-practice";
        try (var _ =
                teei.edit(
                        "staging.env",
                        text -> text.replace("JWT_SECRET=staging-practice", other))) {
            assertThat(teei.belay("deploy", "staging", "--only", "api-gateway"))
                    .startsWith("3 ")
                    .contains("`JWT_SECRET`", "`production`");
        }
    }

    private void migrations() {
        for (String environment : List.of("staging", "production")) {
            assertThat(teei.done("migrate", "status", environment))
                    .containsPattern("applied +1 profiles")
                    .containsPattern("applied +1 kudos");
        }
    }

    private void stagingOrder() {
        List<String> steps = steps(firstOf("staging"));
        int gateway = steps.indexOf("api-gateway: seen to be so");
        int reporting = first(steps, "reporting: start");
        for (String core : List.of("unified-profile", "q2q-ai", "analytics", "discord-bot")) {
            assertThat(first(steps, core + ": start")).isGreaterThan(gateway);
            assertThat(steps.indexOf(core + ": seen to be so")).isLessThan(reporting);
        }
        assertThat(first(steps, "corp-cockpit: publish"))
                .isGreaterThan(steps.indexOf("reporting: seen to be so"));
    }

    private void connectivity() throws Exception {
        try (var _ = configured("discord-bot");
                var _ =
                        teei.edit(
                                "staging.env",
                                text -> text.replaceAll("nats://teei:[^@]*", "nats://teei:no"))) {
            String release =
                    id(teei.belay("deploy", "staging", "--only", "discord-bot", "--no-wait"));
            teei.await(
                    "it does not answer",
                    () -> teei.belay("why", release).contains("`nats` answers: "));
            teei.belay("cancel", release, "--and-roll-back", "--reason", "the password is wrong");
            assertThat(follow(release)).startsWith("4 ").doesNotContain("discord-bot: start");
        }
    }

    // --- what is asked before a release begins ----------------------------------------------

    /// Everything else is given.
    private void withoutConsent(String lacking) throws Exception {
        try (var _ = configured("discord-bot")) {
            String release = begun("deploy", "production", "--only", "discord-bot");
            awaitConsent(release);
            POINTS.stream()
                    .filter(one -> !lacking.contains(one))
                    .forEach(one -> ticks(release, one));
            if (!lacking.equals(APPROVAL)) {
                approves(release);
            }
            JsonNode asked = teei.json("approve", release, "--json");
            assertThat(asked.path("lacking").valueStream().map(JsonNode::asString))
                    .containsExactly(lacking);
            assertThat(state(release)).isEqualTo("running");
            teei.belay("cancel", release, "--and-roll-back", "--reason", "not agreed");
            assertThat(follow(release)).startsWith("4 ").doesNotContain("discord-bot: start");
        }
    }

    private void rollbackPlan() throws Exception {
        assertThat(Files.readString(teei.file("reports/plan.md"))).contains("### Rollback");
        Path up = teei.file("db/kudos/2_mood.up.sql");
        Files.writeString(up, "ALTER TABLE kudos ADD mood text;");
        try (var _ = changed("buddy-service")) {
            evidenced("buddy-service");
            assertThat(hotfix("buddy-service"))
                    .startsWith("3 ")
                    .contains("there is no way back from step");
        } finally {
            Files.delete(up);
        }
    }

    private void window() throws Exception {
        // Nobody asks at both midnights.
        String zone = LocalTime.now(ZoneOffset.UTC).getHour() < 12 ? "Etc/GMT+6" : "UTC";
        try (var _ = configured("discord-bot");
                var _ =
                        teei.edit(
                                "belay.yaml",
                                text ->
                                        text.replace(
                                                "window: {days: mon-sun}",
                                                "window: {hours: \"00:00-00:01\", zone: %s}"
                                                        .formatted(zone)))) {
            assertThat(teei.belay("deploy", "production", "--only", "discord-bot"))
                    .startsWith("3 ")
                    .contains("releases begin in", "the next time is");
        }
    }

    private void promotes() throws Exception {
        try (var _ = changed("discord-bot")) {
            evidenced("discord-bot");
            teei.done(
                    "deploy",
                    "staging",
                    "--only",
                    "discord-bot",
                    "--skip",
                    "soak",
                    "--reason",
                    "x");
            assertThat(teei.belay("promote", "discord-bot", "--to", "production"))
                    .startsWith("2 ")
                    .contains("promotion/not-soaked");
        }
        teei.done("deploy", "staging", "--only", "discord-bot");
    }

    private void withoutEvidence(String rule, String file, String... more) throws Exception {
        teei.done("evidence", "withdraw", evidence(rule), "--reason", "it was another database");
        try (var _ = configured("api-gateway")) {
            assertThat(teei.belay("deploy", "production", "--only", "api-gateway"))
                    .startsWith("3 ")
                    .containsPattern(
                            "`api-gateway`: there is no evidence [^;]*`"
                                    + rule
                                    + "` from `staging`");
        } finally {
            // The very same files would not bring it back.
            Path report = teei.file("reports/" + file);
            Files.writeString(report, Files.readString(report) + "\n");
            var words = new ArrayList<>(List.of("evidence", "add", "--for", "api-gateway@staging"));
            words.addAll(List.of(more));
            words.add(report.toString());
            teei.done(words.toArray(String[]::new));
        }
    }

    private void security() throws Exception {
        try (var _ =
                        teei.edit(
                                "services/discord-bot.mjs",
                                text -> text + "export const run = (text) => eval(text);\n");
                var _ = configured("discord-bot")) {
            teei.belay("evidence", "run", "discord-bot", "--in", "staging");
            assertThat(hotfix("discord-bot"))
                    .startsWith("3 ")
                    .contains("`high` is 1, and must be at most 0")
                    .doesNotContain("`tests`");
        }
    }

    // --- what a release finds ---------------------------------------------------------------

    /// Staging's rows would let it through.
    private void review() throws Exception {
        Path up = teei.file("db/kudos/2_short.up.sql");
        Path down = teei.file("db/kudos/2_short.down.sql");
        Files.writeString(up, "ALTER TABLE kudos ADD CONSTRAINT short CHECK (length(text) < 5);");
        Files.writeString(down, "ALTER TABLE kudos DROP CONSTRAINT short;");
        try (var _ = changed("buddy-service")) {
            evidenced("buddy-service");
            String release = released("buddy-service");
            assertThat(follow(release))
                    .startsWith("4 ")
                    .contains("refused on a copy of the data", "short")
                    .doesNotContain("buddy-service: start");
        } finally {
            Files.delete(up);
            Files.delete(down);
        }
    }

    private void oneAtATime() {
        List<String> steps = steps(firstOf("production"));
        List<String> started =
                steps.stream()
                        .filter(one -> one.matches(".*: (start|publish) .*"))
                        .map(one -> one.substring(0, one.indexOf(':')))
                        .toList();
        assertThat(started)
                .hasSize(PORTS.size())
                .startsWith("api-gateway")
                .endsWith("reporting", "corp-cockpit");
        IntStream.range(1, started.size())
                .forEach(i ->
                        assertThat(steps.indexOf(started.get(i - 1) + ": seen to be so"))
                                .isBetween(0, first(steps, started.get(i) + ": ")));
    }

    private void health() throws Exception {
        falls(
                "discord-bot",
                "`GET /health`",
                text -> text.replace("{ nats }", "{ nats, guild: {} }"));
    }

    private void smoke() throws Exception {
        falls("q2q-ai", "scores gratitude", text -> text.replace("POST /scores", "POST /score"));
    }

    private void soak() throws Exception {
        try (var _ = teei.edit("belay.yaml", text -> text.replace("soak: 2s", "soak: 20s"))) {
            falls(
                    "discord-bot",
                    "failed  soak for 20s: `discord-bot-",
                    text -> text + "setTimeout(() => process.exit(1), 600);\n");
        }
    }

    private void rollback() throws Exception {
        try (var _ =
                teei.edit(
                        "services/q2q-ai.mjs",
                        text -> text.replace("gratitude:", "bliss: /x/g,\n    gratitude:"))) {
            evidenced("q2q-ai");
            String before = runs("q2q-ai");
            String release = released("q2q-ai");
            consents(release);
            assertThat(follow(release)).startsWith("0 ");
            assertThat(runs("q2q-ai")).isNotEqualTo(before);
            teei.done("rollback", "production", "q2q-ai", "--reason", "nobody is blissful");
            assertThat(runs("q2q-ai")).isEqualTo(before);
        }
    }

    private void rollbackWithSchema() throws Exception {
        Path up = teei.file("db/kudos/2_mood.up.sql");
        Path down = teei.file("db/kudos/2_mood.down.sql");
        Files.writeString(up, "ALTER TABLE kudos ADD mood text;");
        Files.writeString(down, "ALTER TABLE kudos DROP mood;");
        try (var _ = changed("buddy-service")) {
            evidenced("buddy-service");
            String release = released("buddy-service");
            consents(release);
            assertThat(follow(release)).startsWith("0 ");
            assertThat(teei.done("migrate", "status", "production"))
                    .containsPattern("applied +2 mood");
            String kudos = kudos();
            teei.done(
                    "rollback",
                    "production",
                    "buddy-service",
                    "--schema",
                    "--reason",
                    "moods are nobody's business");
            assertThat(teei.done("migrate", "status", "production"))
                    .doesNotContainPattern("applied +2 mood");
            assertThat(kudos()).isEqualTo(kudos);
        } finally {
            Files.delete(up);
            Files.delete(down);
        }
    }

    private void ports() throws Exception {
        for (int port : PORTS.subList(0, PORTS.size() - 1)) {
            assertThat(teei.get(port + 200, "/health").body()).contains("\"status\":\"up\"");
        }
        assertThat(teei.get(4527, "/").body()).contains("Corp Cockpit");
        // The files are those of staging, and each environment says where its API is.
        assertThat(teei.get(4527, "/env.js").body())
                .contains("\"API_URL\":\"http://127.0.0.1:" + teei.port(3217) + "/api\"");
    }

    // --- how it is done ---------------------------------------------------------------------

    /// A new artifact of which nothing is known.
    private Example.Edit changed(String component) throws IOException {
        rounds++;
        return teei.edit("services/" + component + ".mjs", text -> text + "// " + rounds + "\n");
    }

    /// A new configuration of the artifact that is known.
    private Example.Edit configured(String component) throws IOException {
        rounds++;
        return teei.edit(
                "belay.yaml",
                text ->
                        text.replaceAll(
                                "(?m)^    components: \\{(?=corp-cockpit)",
                                "$0%s: {env: {values: {ROUND: \"%d\"}}}, "
                                        .formatted(component, rounds)));
    }

    private void evidenced(String component) {
        teei.done("evidence", "run", component, "--in", "staging");
    }

    /// Asked for by somebody who may make exceptions, as it is not in staging; not waited for.
    private String hotfix(String component) {
        return teei.belayAs(
                ".belay/ops.token",
                "deploy",
                "production",
                "--only",
                component,
                "--skip",
                "promotion",
                "--reason",
                "it burns",
                "--no-wait");
    }

    private String released(String component) {
        return id(hotfix(component));
    }

    private String begun(String... words) {
        var all = new ArrayList<>(List.of(words));
        all.add("--no-wait");
        return id(teei.belayAs(".belay/dev.token", all.toArray(String[]::new)));
    }

    private static String id(String said) {
        Matcher release =
                Pattern.compile("(?m)^(?:3 )?((?:staging|production)-[0-9]+)$").matcher(said);
        assertThat(release.find()).as(said).isTrue();
        return release.group(1);
    }

    private void awaitConsent(String release) throws Exception {
        teei.await(
                release + " waits for people",
                () -> {
                    assertThat(state(release)).isIn("queued", "running");
                    return teei.belay("why", release).contains("checklist: ");
                });
    }

    private void ticks(String release, String point) {
        assertThat(teei.belayAs(".belay/dev.token", "check-off", release, point)).startsWith("0 ");
    }

    private void approves(String release) {
        String plan = teei.json("approve", release, "--json").path("plan").asString();
        assertThat(
                        teei.belayAs(
                                ".belay/cto.token",
                                "approve",
                                release,
                                "--plan",
                                plan,
                                "--reason",
                                "I looked at it"))
                .startsWith("0 ");
    }

    private void consents(String release) throws Exception {
        awaitConsent(release);
        POINTS.forEach(point -> ticks(release, point));
        approves(release);
    }

    private String follow(String release) {
        return teei.belay("show", release, "--follow");
    }

    private String state(String release) {
        return teei.json("show", release, "--json").path("release").path("state").asString();
    }

    /// Everybody agreed, and it goes back by itself; people notice nothing.
    private void falls(String component, String because, UnaryOperator<String> slip)
            throws Exception {
        String before = runs(component);
        try (var _ = teei.edit("services/" + component + ".mjs", slip)) {
            evidenced(component);
            String release = released(component);
            consents(release);
            assertThat(follow(release)).startsWith("4 ").contains(because, "rolled back");
        }
        assertThat(runs(component)).isEqualTo(before);
    }

    /// Titles of the release's steps, in the order in which they were done.
    private List<String> steps(String release) {
        return teei.json("show", release, "--json")
                .path("steps")
                .valueStream()
                // What only looked, once, has no time.
                .filter(step -> step.path("since").asLong() > 0)
                .sorted(
                        Comparator.comparingLong((JsonNode step) -> step.path("since").asLong())
                                .thenComparingInt(step -> step.path("number").asInt()))
                .map(step -> step.path("title").asString())
                .toList();
    }

    private String firstOf(String environment) {
        return teei.json("releases", environment, "--limit", "100", "--json")
                .path("releases")
                .valueStream()
                .map(one -> one.path("id").asString())
                .reduce((_, older) -> older)
                .orElseThrow();
    }

    private static int first(List<String> steps, String beginning) {
        return IntStream.range(0, steps.size())
                .filter(i -> steps.get(i).startsWith(beginning))
                .findFirst()
                .orElseThrow(() -> new AssertionError(beginning + " is not in " + steps));
    }

    private String runs(String component) {
        return teei.component("production", component).path("revision").asString();
    }

    private String kudos() throws Exception {
        return teei.get(3217, "/api/report").body();
    }

    /// The id of what counts now.
    private String evidence(String name) {
        return teei.json("evidence", "list", "--component", "api-gateway", "--json")
                .path("evidence")
                .valueStream()
                .filter(one -> !one.hasNonNull("withdrawn"))
                .filter(one ->
                        one.path("name").asString().equals(name)
                                || one.path("kind").asString().equals(name))
                .findFirst()
                .orElseThrow()
                .path("id")
                .asString();
    }
}
