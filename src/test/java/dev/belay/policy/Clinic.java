package dev.belay.policy;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Reading;
import dev.belay.plan.Inventory;
import dev.belay.plan.Plan;
import dev.belay.plan.PlanRequest;
import dev.belay.plan.Planner;
import dev.belay.plan.Planning;
import dev.belay.plan.Selection;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A platform whose production keeps every rule of every pack, and what a test changes of it.
final class Clinic {
    private static final String KEY =
            "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

    private static final String MANIFEST =
            """
            platform: clinic
            owner: ops
            datastores:
              db:
                engine: postgres
                url: "${DATABASE_URL}"
                data: {phi: true, encrypted-at-rest: true}
                backup: {daily: "02:00", recipients: [KEY]}
            external:
              mail: {url: "https://mail.example.org/", vendor: postmark}
            components:
              api:
                kind: service
                build: {output: app}
                contracts: [api.yaml]
                run: sh run.sh
                port: 3000
                at: [{entrance: public}]
                uses: [db, mail]
                serves: tenants
                data: {phi: true}
                logs: {phi: false, retention: 2190d}
                instances: 2
                health: {http: /health}
                stop: {drain: 10s}
                smoke:
                  - name: patients of one clinic are not those of another
                    as-tenant: north
                    not-tenant: south
                    http:
                      - {request: GET /north/patients, status: 200}
                      - {request: GET /south/patients, status: 403}
            environments:
              staging: {target: process}
              production:
                target: process
                port-offset: 1000
                promotes: {from: staging}
                regulated: hipaa
                boundary: {scratch: [localhost], encrypted: true}
                entrances:
                  public: {port: 8443, tls: {certificates: tls}}
                rollout: {soak: 10m}
                gates:
                  backup: verified
                  way-back: required
                  evidence: {tests: pass, scan: pass}
                  approvals: {quorum: 2}
                  checklist: [stakeholders notified]
                  secrets: current
                  signatures: {keys: [keys/release.pub]}
                  contracts: compatible
                  window: {days: mon-thu, hours: "09:00-16:00"}
                policies:
                  hipaa: {approved-vendors: [postmark]}
                  production: {}
                  multi-tenant: {}
                  no-downtime: {}
            """
                    .replace("KEY", KEY);

    private final Path folder;
    private String manifest = MANIFEST;
    private Selection selection = Selection.ALL;
    private List<String> overrides = List.of();
    private List<Migrations.One> migrations = List.of();
    private String standing = "";

    Clinic(Path folder) {
        this.folder = folder;
    }

    /// Writes something else into the manifest.
    Clinic with(String old, String changed) {
        if (!manifest.contains(old)) {
            throw new IllegalArgumentException("nothing says " + old);
        }
        manifest = manifest.replace(old, changed);
        return this;
    }

    /// No pack counts but one.
    Clinic only(String pack) {
        int packs = manifest.indexOf("    policies:\n");
        String parameters = pack.equals("hipaa") ? "{approved-vendors: [postmark]}" : "{}";
        manifest =
                manifest.substring(0, packs) + "    policies: {" + pack + ": " + parameters + "}\n";
        return pack.equals("hipaa") ? this : with("    regulated: hipaa\n", "");
    }

    /// So many components like its first one.
    ///
    /// @param alike whether rules can tell them apart by their names alone
    Clinic large(int components, boolean alike) {
        int first = manifest.indexOf("components:\n");
        int end = manifest.indexOf("environments:\n");
        String shared =
                manifest.substring(first, end)
                        .replace(
                                "components:\n  api:\n    kind: service\n",
                                "defaults:\n  service:\n")
                        .replaceAll("    (port|at): .*\n", "");
        var all = new StringBuilder(shared).append("components:\n");
        for (int i = 0; i < components; i++) {
            String after = i == 0 ? "" : ", after: [api-0]";
            String own =
                    alike
                            ? ""
                            : (", owner: ops-%1$d, instances: %4$d, logs: {phi: false, retention: %2$dd},"
                                            + " stop: {drain: %3$ds}, health: {http: /health, within: %3$ds}")
                                    .formatted(i, 2190 + i, 10 + i, 2 + i % 90);
            all.append(
                    "  api-%d: {kind: service, port: %d, at: [{entrance: public, paths: [/a%d]}]%s%s}\n"
                            .formatted(i, 10_000 + i, i, after, own));
        }
        manifest = manifest.substring(0, first) + all + manifest.substring(end);
        return this;
    }

    /// Other policies count.
    Clinic policies(String yaml) {
        int packs = manifest.indexOf("    policies:\n");
        manifest = manifest.substring(0, packs) + "    policies: " + yaml + "\n";
        return with("    regulated: hipaa\n", "");
    }

    /// The platform has rules of its own.
    Clinic own(String yaml) {
        manifest =
                manifest.replaceFirst("\nenvironments:", "\npolicies:\n" + yaml + "environments:");
        return this;
    }

    Clinic skipping(String... names) {
        selection =
                new Selection(
                        List.of(),
                        List.of(names),
                        List.of(),
                        "anna",
                        "an outage",
                        false,
                        false,
                        LocalDate.of(2030, 1, 1),
                        null);
        return this;
    }

    Clinic overriding(String key) {
        overrides = List.of(key);
        return this;
    }

    /// Its component brings a migration.
    Clinic migrating(String oneWay, String rehearsed) {
        migrations = List.of(new Migrations.One("1", "names", oneWay));
        standing = rehearsed;
        return this;
    }

    EnvironmentView view() throws IOException {
        Files.createDirectories(folder.resolve("app"));
        Path file = folder.resolve("belay.yaml");
        Files.writeString(file, manifest);
        return value(value(ManifestReader.read(file)).in("production"));
    }

    String manifest() {
        return manifest;
    }

    static <T> T value(Reading<T> reading) {
        if (reading instanceof Reading.Read<T>(T value)) {
            return value;
        }
        throw new AssertionError(reading);
    }

    Work.Policed policed() throws IOException {
        EnvironmentView view = view();
        var made = new ArrayList<Work.Policed>();
        plan(
                view,
                (plan, verdicts) -> {
                    var policed = Rulings.of(view, plan, verdicts, new Asking("anna", overrides));
                    made.add(policed.orElseThrow());
                    return policed;
                });
        return made.getFirst();
    }

    Plan plan(EnvironmentView view, dev.belay.plan.PolicyJudge judge) {
        Map<String, PlanRequest.Source> built = new LinkedHashMap<>();
        Dependency db = view.datastore("db").dependency();
        Digest artifact = Digest.of("v1");
        Migrations brought =
                migrations.isEmpty()
                        ? null
                        : new Migrations("clinic/api", db, artifact, migrations);
        SchemaVerdict verdict =
                standing.isEmpty()
                        ? null
                        : new SchemaVerdict(List.of("1"), standing, true, true, "b1", List.of());
        view.components()
                .keySet()
                .forEach(name ->
                        built.put(name, new PlanRequest.Source(artifact, "c1", brought, verdict)));
        var request =
                new PlanRequest(
                                view,
                                built,
                                Inventory.empty("production"),
                                selection,
                                "sha256:manifest")
                        .judgedBy(judge);
        return switch (Planner.plan(request)) {
            case Planning.Planned planned -> planned.submission().plans().getFirst();
            case Planning.Refused(var problems) -> throw new AssertionError(problems);
        };
    }

    /// The rules that are broken, by name.
    List<String> broken() throws IOException {
        return policed().rules().stream()
                .filter(rule -> rule.verdict().equals("broken"))
                .map(Work.Policed.Rule::name)
                .toList();
    }
}
