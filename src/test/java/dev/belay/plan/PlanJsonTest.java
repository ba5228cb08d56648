package dev.belay.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.release.BackupPolicy;
import dev.belay.release.Baseline;
import dev.belay.release.Boundary;
import dev.belay.release.Canary;
import dev.belay.release.ConsentRule;
import dev.belay.release.ContractFiles;
import dev.belay.release.ContractRule;
import dev.belay.release.Credential;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.EvidenceRule;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.Maintenance;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Migrations;
import dev.belay.release.OnUnknown;
import dev.belay.release.Prometheus;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.Selector;
import dev.belay.release.SignatureRule;
import dev.belay.release.SmokeTest;
import dev.belay.release.StepClass;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PlanJsonTest {
    private static final Scope API = Scope.component("local", "api");

    @Test
    void every_variant_reads_back_as_written() {
        Plan plan = everything();
        assertThat(PlanJson.decode(PlanJson.encode(plan))).isEqualTo(plan);
        assertThat(plan.steps().stream().map(step -> step.work().getClass()).distinct().toList())
                .as("a new kind of work belongs in this test")
                .hasSize(
                        Work.Check.class.getPermittedSubclasses().length
                                + Work.Effect.class.getPermittedSubclasses().length);
        assertThat(plan.steps().stream().map(step -> step.undo().getClass()).distinct().toList())
                .hasSize(Undo.class.getPermittedSubclasses().length);
    }

    @Test
    void a_deployment_stands_alone() {
        var deployment = Planned.at(everything().desired(), "api");
        assertThat(PlanJson.decodeDeployment(PlanJson.encode(deployment))).isEqualTo(deployment);
    }

    @Test
    void keys_are_in_order() {
        JsonNode json = JsonMapper.builder().build().readTree(PlanJson.encode(everything()));
        assertThat(disordered(json)).isEmpty();
    }

    @Test
    void keys_of_a_newer_writer_are_ignored() {
        Plan plan = everything();
        String newer =
                PlanJson.encode(plan)
                        .replace("\"type\":", "\"tomorrow\":[{}],\"type\":")
                        .replace("\"format\":", "\"tomorrow\":null,\"format\":");
        assertThat(PlanJson.decode(newer)).isEqualTo(plan);
    }

    @Test
    void a_baseline_of_format_1_names_the_revision_alone() {
        Plan plan = everything();
        String old =
                PlanJson.encode(plan)
                        .replace(
                                "{\"deployment\":\"sha256:d\",\"revision\":\"api-0\"}", "\"api-0\"")
                        .replace("\"format\":2", "\"format\":1");
        assertThat(PlanJson.decode(old).baseline())
                .isEqualTo(Map.of(API, new Baseline("api-0", "")));
    }

    @Test
    void what_is_not_understood_is_refused() {
        String json = PlanJson.encode(everything());
        assertThatThrownBy(() -> PlanJson.decode(json.replace("\"format\":2", "\"format\":3")))
                .hasMessage("a plan of format 3, this version knows 1 to 2");
        assertThatThrownBy(() -> PlanJson.decode(json.replace("\"publish\"", "\"beam\"")))
                .hasMessage("work `beam` is not known");
        assertThatThrownBy(() -> PlanJson.decode(json.replace("\"title\"", "\"titel\"")))
                .hasMessage("`title` is missing");
        assertThatThrownBy(() -> PlanJson.decode(json.substring(0, 100)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> PlanJson.decode("[]"))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void two_revisions_of_one_name_are_our_mistake() {
        var one = revision(new Health.Tcp());
        var other = revision(new Health.Alive());
        var plan =
                plan(
                        List.of(
                                step(1, new Work.Ready(one, 1), nothing()),
                                step(2, new Work.Ready(other, 1), nothing())),
                        Map.of());
        assertThatThrownBy(() -> PlanJson.encode(plan))
                .hasMessage("two revisions are called api-1");
    }

    private static List<String> disordered(JsonNode node) {
        var found = new ArrayList<String>();
        String last = "";
        for (var entry : node.properties()) {
            if (entry.getKey().compareTo(last) <= 0) {
                found.add(entry.getKey() + " after " + last);
            }
            last = entry.getKey();
            found.addAll(disordered(entry.getValue()));
        }
        if (node.isArray()) {
            node.values().forEach(value -> found.addAll(disordered(value)));
        }
        return found;
    }

    @Test
    void a_line_without_an_entrance_is_written_as_it_always_was() {
        var bare = new Traffic(3000, List.of());
        assertThat(JsonOut.text(out -> WorkJson.write(out, bare)))
                .isEqualTo("{\"port\":3000,\"shares\":[]}");
        assertThat(WorkJson.traffic(JsonIn.read("{\"port\":3000,\"shares\":[]}"))).isEqualTo(bare);
    }

    // --- one of each ------------------------------------------------------------------------

    private static Traffic.At secure(Traffic.Certificates certificates, String minimum) {
        var tls = new Traffic.Tls(certificates, minimum);
        var entrance = new Traffic.Entrance("secure", 8443, tls);
        return new Traffic.At(entrance, List.of(), List.of(), Set.of(), Map.of());
    }

    private static Traffic.Acme acme(String challenge, String trust) {
        List<String> hosts = List.of("a.example.org", "b.example.org");
        return new Traffic.Acme("https://ca/dir", "ops@a.org", hosts, challenge, trust);
    }

    private static Plan everything() {
        var http = new Health.Http("/health", range(), Map.of("X-A", "b"), "ok \"ü\"\n");
        Revision api = revision(http);
        var at =
                new Traffic.At(
                        new Traffic.Entrance(
                                "public", 8080, null, 8079, List.of("10.0.0.0/8", "::1/128")),
                        List.of("app.example.org", "*.example.org"),
                        List.of("/api"),
                        Set.of("GET", "HEAD"),
                        Map.of("x-beta", "1"));
        Traffic traffic =
                new Traffic(
                        3000,
                        List.of(new Traffic.Share("api-1", 100, 2)),
                        new Traffic.Rules(
                                List.of(
                                        at,
                                        secure(new Traffic.Folder("/etc/tls"), "1.2"),
                                        secure(new Traffic.Pair("/a.crt", "/a.key"), "1.3"),
                                        secure(acme("http-01", "/ca.pem"), "1.2"),
                                        secure(acme("tls-alpn-01", ""), "1.2")),
                                Duration.ofSeconds(30),
                                true,
                                Traffic.Carrier.HAPROXY));
        List<SmokeTest> tests = tests();
        var migrations =
                new Migrations(
                        "api",
                        new Dependency("pg", Dependency.Engine.POSTGRES, "${URL}", false),
                        Digest.of("files"),
                        List.of(
                                new Migrations.One("1", "orders", ""),
                                new Migrations.One("2", "prices", "nobody wrote it")));
        List<Work> works = new ArrayList<>(works(api, tests, traffic, migrations));
        works.addAll(promises());
        var steps = new ArrayList<Step>();
        for (Work work : works) {
            int number = steps.size() + 1;
            Undo undo =
                    switch (work) {
                        case Work.Scale _ ->
                                new Undo.Apply(new Work.Scale(api, 0), Duration.ofSeconds(9));
                        case Work.RunJob _ -> new Undo.Impossible("it is gone");
                        case Work _ -> nothing();
                    };
            steps.add(step(number, work, undo));
        }
        var by = new MigratedBy(migrations.datastore(), Digest.of("a"), "c1", tool());
        var contracts = new ContractFiles(Digest.of("api.yaml"), List.of("api.yaml"));
        var deployment = new Deployment(api, 2, List.of(traffic), tests, migrations, by, contracts);
        return plan(steps, Map.of("api", deployment));
    }

    private static MigrationCommands tool() {
        return new MigrationCommands(
                List.of("up", "${X}"),
                List.of("down"),
                List.of("at", ""),
                List.of("done"),
                Duration.ofMinutes(3));
    }

    private static Work.Preflight preflight() {
        return new Work.Preflight(
                Set.of("A", "B"),
                Map.of("node", ">=20"),
                Set.of(80, 81),
                Set.of(Digest.of("a"), Digest.of("b")));
    }

    private static Work.Preflight preflightOfStores() {
        return new Work.Preflight(
                Set.of("A"),
                Map.of(),
                Set.of(),
                Set.of(),
                new TreeMap<>(Map.of("A", "main (vault), version 3")));
    }

    private static List<Work> promises() {
        return List.of(
                new Work.Compatible(
                        "api",
                        new ContractFiles(Digest.of("old"), List.of("a.yaml", "b.proto")),
                        new ContractFiles(Digest.of("new"), List.of("a.yaml")),
                        new ContractRule(
                                true,
                                List.of(
                                        new ContractRule.Except(
                                                "api", "GET /a", "operation-removed", "unused"))),
                        List.of("GET /a: it is gone")),
                new Work.Compatible("api", null, null, ContractRule.NONE, List.of()));
    }

    private static Work.Policed policed() {
        return new Work.Policed(
                1,
                "{\"gates\":{\"backup\":true}}",
                "hipaa",
                List.of(
                        new Work.Policed.Rule(
                                "production/soak",
                                "component",
                                "component.port > 0",
                                "component.instances > 1",
                                "it is alone",
                                true,
                                List.of("api"),
                                "{}",
                                "sha256:1",
                                "broken",
                                List.of("`api`: it is alone"))));
    }

    private static BackupPolicy kept(Migrations migrations) {
        return new BackupPolicy(
                migrations.datastore(),
                "/kept",
                Duration.ofDays(7),
                List.of("age1x"),
                "${SCRATCH_URL}",
                new Boundary(List.of("db-scratch"), true));
    }

    private static Prometheus counting(boolean slow) {
        var counters = Selector.parse("http_seconds_bucket{pod=~\"${workload}-.*\"}");
        return new Prometheus(
                "https://prometheus.example.org/team",
                slow ? new Credential.File("/run/token") : new Credential.Variable("TOKEN"),
                slow ? "/etc/ca.pem" : "",
                counters,
                counters.and("code", "=~", "5\\d\\d\""),
                slow ? new Prometheus.Slow(counters, Duration.ofMillis(250)) : null,
                Duration.ofSeconds(30),
                Duration.ofSeconds(5));
    }

    private static List<Work> works(
            Revision api, List<SmokeTest> tests, Traffic traffic, Migrations migrations) {
        var backup = kept(migrations);
        return List.of(
                preflight(),
                preflightOfStores(),
                new Work.Reachable(
                        new Dependency("pg", Dependency.Engine.POSTGRES, "${URL}", true)),
                new Work.Ready(api, 2),
                new Work.SmokePrivate(api, tests),
                new Work.SmokePublic(3000, null, tests),
                new Work.SmokePublic(3000, api, tests),
                new Work.Drained(api),
                new Work.Soak(List.of(api), Duration.ofHours(24)),
                new Work.Judged(api, api, 10, true, false, Canary.USUAL),
                new Work.Judged(api, api, 10, true, true, Canary.USUAL.countedBy(counting(true))),
                new Work.Judged(api, api, 10, true, true, Canary.USUAL.countedBy(counting(false))),
                new Work.Settled("api", Map.of("api-1", 2), List.of(traffic)),
                new Work.Scale(api, 2),
                new Work.Route("api", Traffic.none(3000), List.of(api)),
                new Work.Publish(api),
                new Work.Shut(
                        "api", "shop", new Maintenance("new invoices", Duration.ofMinutes(5))),
                new Work.Open("api"),
                new Work.LetIn("api"),
                new Work.RunJob(api, List.of("./done")),
                new Work.BackedUp(backup, Duration.ofMinutes(15), true),
                new Work.Rehearsed(
                        migrations, List.of("2"), backup, true, Work.Rehearsed.Back.TAKEN_BACK),
                new Work.Foreseen(api, "pg", tool(), "ALTER\nTABLE"),
                new Work.Evidenced(
                        "api",
                        Digest.of("api"),
                        Digest.of("before"),
                        List.of(
                                EvidenceRule.pass("tests"),
                                new EvidenceRule(
                                        "evaluation",
                                        "nightly",
                                        false,
                                        new TreeMap<>(Map.of("score", 0.9)),
                                        new TreeMap<>(Map.of("p95", 200.0)),
                                        "staging",
                                        Duration.ofDays(7),
                                        0.05)),
                        List.of("ev-3f9c1a2b7d10")),
                signed(),
                new Work.Consented(
                        new ConsentRule(
                                List.of("notes"),
                                List.of("cto", "vp"),
                                2,
                                true,
                                Duration.ofHours(3))),
                new Work.Consented(ConsentRule.NONE),
                current(),
                new Work.InWindow(
                        List.of(
                                ReleaseWindow.of(
                                        "mon,wed-fri",
                                        "22:00-04:30",
                                        ZoneId.of("Europe/Oslo"),
                                        List.of(LocalDate.of(2026, 12, 24))))),
                policed(),
                new Work.Hosted(List.of(api)),
                new Work.Migrate(migrations, List.of("2")),
                new Work.TakeBack("api", migrations.datastore(), List.of("1", "2")),
                new Work.TakeBack("api", migrations.datastore(), List.of("1", "2"), true),
                new Work.ReturnRehearsed(migrations, List.of("2"), backup),
                new Work.MigrateByCommand(api, "pg", tool()),
                new Work.TakeBackByCommand(api, "pg", tool()));
    }

    private static Work current() {
        return new Work.SecretsCurrent(
                new TreeSet<>(Set.of("A", "B")),
                new TreeSet<>(Set.of("B")),
                Duration.ofDays(90),
                List.of("C"));
    }

    /// As plans of journals have it that were written before several were rehearsed together.
    @Test
    void a_rehearsal_of_one_set_is_read_as_it_was_written_once() {
        var dependency = new Dependency("pg", Dependency.Engine.POSTGRES, "${PG}", false);
        var to =
                new Migrations(
                        "api",
                        dependency,
                        Digest.of("x"),
                        List.of(new Migrations.One("2", "price", "")));
        var work =
                new Work.Rehearsed(
                        to,
                        List.of("2"),
                        BackupPolicy.usual(dependency),
                        true,
                        Work.Rehearsed.Back.NONE);
        String now = JsonOut.text(out -> WorkJson.write(out, work));
        String then = now.replace("\"parts\":[{", "").replaceFirst("}],\"policy\"", ",\"policy\"");
        assertThat(then).isNotEqualTo(now).doesNotContain("parts");
        assertThat(WorkJson.read(JsonIn.read(then), Map.of())).isEqualTo(work);
    }

    private static List<SmokeTest> tests() {
        var exchange =
                new SmokeTest.Exchange(
                        "POST", "/a", Map.of("A", "b"), "{}", range(), "x", Map.of("id", "/id"));
        return List.of(
                new SmokeTest.HttpScenario("h", Duration.ofSeconds(1), List.of(exchange)),
                new SmokeTest.WebSocketExchange(
                        "w",
                        Duration.ofMillis(1),
                        "/ws",
                        List.of(new SmokeTest.Message(true, "hi"))),
                new SmokeTest.CommandTest("c", Duration.ofNanos(1), List.of("./c", "")));
    }

    @Test
    void where_instances_listen_is_absent_for_those_at_a_port() {
        String port = PlanJson.encode(everything());
        assertThat(port).contains("\"liveness\":").doesNotContain("\"listen\"");
        String socket = port.replace("\"liveness\":", "\"listen\":\"socket\",\"liveness\":");
        Plan plan = PlanJson.decode(socket);
        assertThat(PlanJson.encode(plan)).isEqualTo(socket);
        assertThat(plan).isNotEqualTo(everything());
    }

    @Test
    void a_container_is_written_only_where_there_is_one() {
        String process = PlanJson.encode(everything());
        assertThat(process).doesNotContain("container");
        String docker =
                process.replace(
                        "\"limits\":{\"cpuPercent\"",
                        "\"container\":{\"digest\":\"sha256:1\",\"image\":\"debian:12\"},"
                                + "\"limits\":{\"cpuPercent\"");
        Plan plan = PlanJson.decode(docker);
        assertThat(PlanJson.encode(plan)).isEqualTo(docker).isNotEqualTo(process);
        String keeping =
                docker.replace(
                        "\"image\":\"debian:12\"",
                        "\"image\":\"debian:12\",\"volumes\":[{\"at\":\"/data\","
                                + "\"exclusive\":true,\"from\":\"/srv\",\"name\":\"data\","
                                + "\"readOnly\":false}],\"wrapped\":\"a@b\"");
        assertThat(PlanJson.encode(PlanJson.decode(keeping)))
                .isEqualTo(keeping)
                .isNotEqualTo(docker);
    }

    @Test
    void where_in_a_cluster_it_runs_is_read_as_it_was_written() {
        String process = PlanJson.encode(everything());
        List<String> entries =
                List.of(
                        "{\"type\":\"inside\"}",
                        "{\"controller\":\"c\",\"listener\":\"l\",\"name\":\"g\",\"namespace\":\"n\","
                                + "\"type\":\"gateway\"}",
                        ingress("{\"secret\":\"s\",\"type\":\"kept\"}"),
                        ingress("{\"issuer\":\"i\",\"ofCluster\":true,\"type\":\"issued\"}"),
                        ingress("{\"type\":\"uncertified\"}"));
        for (String entry : entries) {
            String cluster =
                    process.replace(
                            "\"limits\":{\"cpuPercent\"",
                            "\"container\":{\"digest\":\"\",\"image\":\"a:1\",\"pod\":{"
                                    + "\"anybody\":false,\"calls\":[\"b\",\"c\"],\"placement\":{"
                                    + "\"context\":\"x\",\"entry\":"
                                    + entry
                                    + ",\"kubeconfig\":\"/k\",\"labels\":{\"a\":\"b\"},"
                                    + "\"namespace\":\"n\",\"platform\":\"p\","
                                    + "\"pullSecrets\":[\"s\"],\"user\":1000},"
                                    + "\"scaling\":{\"maximum\":9,\"minimum\":2,\"on\":\"CPU\","
                                    + "\"percent\":70},\"schedule\":{\"cron\":\"0 3 * * *\","
                                    + "\"limit\":\"PT10M\","
                                    + "\"zone\":\"Etc/UTC\"}}},\"limits\":{\"cpuPercent\"");
            Plan plan = PlanJson.decode(cluster);
            assertThat(PlanJson.encode(plan)).isEqualTo(cluster).isNotEqualTo(process);
        }
    }

    private static String ingress(String certified) {
        return "{\"annotations\":{\"a/b\":\"c\"},\"certified\":"
                + certified
                + ",\"class\":\"nginx\",\"controller\":\"c\",\"type\":\"ingress\"}";
    }

    private static Health.StatusRange range() {
        return new Health.StatusRange(200, 299);
    }

    private static Revision revision(Health.Check check) {
        Duration second = Duration.ofSeconds(1);
        var command = new Health(new Health.Command(List.of("x")), 1, second, second, second);
        var health = new Health(check, 2, Duration.ofMillis(200), second, second);
        var launch =
                new Launch(
                        List.of("node", "${X}"),
                        Set.of("A", "B"),
                        Set.of("C", "D"),
                        true,
                        new Launch.Stop("TERM", second, second),
                        new Launch.Limits(1L << 40, 50, 1024, 10),
                        health,
                        command);
        return new Revision("api-1", "api", Digest.of("a"), "c1", launch);
    }

    private static Undo nothing() {
        return new Undo.Nothing("why");
    }

    private static Step step(int number, Work work, Undo undo) {
        return new Step(
                number,
                "title " + number,
                List.of(Phase.values()).get(number % Phase.values().length),
                API,
                work instanceof Work.Effect ? StepClass.IDEMPOTENT : StepClass.WAIT,
                work,
                undo,
                number > 2 ? Set.of(number - 1, number - 2) : Set.of(),
                Duration.ofMinutes(1),
                Duration.ofMillis(1500),
                List.of(OnUnknown.values()).get(number % 3),
                new Responsible("anna", "+47", "https://run"));
    }

    private static Plan plan(List<Step> steps, Map<String, Deployment> deployments) {
        return new Plan(
                Plan.FORMAT,
                "shop",
                "local",
                Plan.Kind.ROLLBACK,
                "title",
                Set.of(API, new Scope("local", Scope.Kind.DATASTORE, "pg")),
                Map.of(API, new Baseline("api-0", "sha256:d")),
                steps,
                deployments,
                deployments,
                List.of(new Work.Settled("api", Map.of(), List.of())),
                List.of(new Plan.Target("api", "api-0", "r1", true)),
                12,
                List.of(
                        new Plan.Skip("soak", "anna", "haste", LocalDate.of(2026, 12, 6)),
                        new Plan.Skip("mail", "anna", "")),
                List.of("mind"),
                "sha256:m");
    }

    private static Work signed() {
        var rule =
                new SignatureRule(
                        "production",
                        new TreeMap<>(Map.of("sha256:1", "keys/release.pub")),
                        List.of(
                                new SignatureRule.Identity(
                                        "https://token.example", "a@b.example", false),
                                new SignatureRule.Identity("https://token.example", "**", true)),
                        "sha256:2",
                        SignatureRule.ALL,
                        new SignatureRule.Provenance("type", "builder", "source"));
        return new Work.Evidenced("api", Digest.of("api"), null, List.of(), rule, List.of("ev-1"));
    }
}
