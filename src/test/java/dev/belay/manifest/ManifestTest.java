package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import dev.belay.release.BackupPolicy;
import dev.belay.release.Dependency;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import dev.belay.release.MigrationCommands;
import dev.belay.release.OnUnknown;
import dev.belay.release.Placement;
import dev.belay.release.ReleaseWindow;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestTest {
    @TempDir Path folder;

    @Test
    void a_component_says_how_its_visitors_and_new_instances_are_dealt_with() throws IOException {
        Manifest manifest =
                good(
                        folder,
                        """
                        platform: shop
                        components:
                          web: {kind: frontend, static: x, port: 3000, sticky: true}
                          api: {kind: service, run: x, port: 3001, sticky: true, slow-start: 30s}
                          old: {kind: service, run: x, port: 3002}
                        environments: {local: {}}
                        """);
        EnvironmentView local = view(manifest, "local");
        assertThat(local.component("web").rules())
                .isEqualTo(new Traffic.Rules(List.of(), Duration.ZERO, true));
        assertThat(local.component("api").rules())
                .isEqualTo(new Traffic.Rules(List.of(), Duration.ofSeconds(30), true));
        assertThat(local.component("old").rules()).isEqualTo(Traffic.Rules.NONE);
    }

    @Test
    void a_component_is_found_where_its_environment_has_an_entrance() throws IOException {
        Manifest manifest =
                good(
                        folder,
                        """
                        platform: shop
                        components:
                          web:
                            kind: frontend
                            static: x
                            port: 3000
                            at:
                              - {entrance: public, hosts: [app.example.org], paths: [/shop]}
                              - {entrance: partners, methods: [GET], headers: {x-key: "1"}}
                        environments:
                          local: {}
                          production:
                            port-offset: 10
                            entrances: {public: {port: 8080}, partners: {port: 8081}}
                          small: {entrances: {partners: {port: 8081}}}
                        """);
        assertThat(view(manifest, "local").component("web").rules()).isEqualTo(Traffic.Rules.NONE);
        assertThat(view(manifest, "small").component("web").rules().at()).hasSize(1);
        Traffic.At first = view(manifest, "production").component("web").rules().at().getFirst();
        assertThat(first.entrance()).isEqualTo(new Traffic.Entrance("public", 8090));
        assertThat(first.addresses()).containsExactly("http://app.example.org:8090/shop");
    }

    @Test
    void an_entrance_may_stand_behind_proxies_and_be_led_to() throws IOException {
        Manifest manifest =
                good(
                        folder,
                        """
                        platform: shop
                        components:
                          web: {kind: frontend, static: x, port: 3000, at: [{entrance: public}]}
                        environments:
                          local:
                            port-offset: 10
                            entrances:
                              public:
                                port: 443
                                tls: {certificates: t}
                                redirect-from: 80
                                proxies: [10.0.0.0/8, 10.0.0.0/8]
                        """);
        Traffic.At at = view(manifest, "local").component("web").rules().at().getFirst();
        assertThat(at.entrance().redirectFrom()).isEqualTo(90);
        assertThat(at.entrance().proxies()).containsExactly("10.0.0.0/8");
        assertThat(new Traffic(3010, List.of(), new Traffic.Rules(List.of(at))).ports())
                .containsExactly(90, 453, 3010);
    }

    @Test
    void an_entrance_speaks_tls_with_files_beside_the_manifest_or_elsewhere() throws IOException {
        String text =
                """
                platform: shop
                components:
                  web: {kind: frontend, static: x, port: 3000, at: [{entrance: public}]}
                environments:
                  local: {entrances: {public: {port: 443, tls: %s}}}
                """;
        Traffic.At at = tls(text.formatted("{certificates: tls}"));
        String beside = folder.resolve("tls").toAbsolutePath().toString();
        assertThat(at.entrance().tls())
                .isEqualTo(new Traffic.Tls(new Traffic.Folder(beside), "1.2"));
        assertThat(at.addresses()).containsExactly("https://localhost/");
        at = tls(text.formatted("{certificate: /etc/a.crt, key: /etc/a.key, minimum: 1.3}"));
        assertThat(at.entrance().tls())
                .isEqualTo(new Traffic.Tls(new Traffic.Pair("/etc/a.crt", "/etc/a.key"), "1.3"));
    }

    @Test
    void an_entrance_has_its_certificate_from_an_authority() throws IOException {
        Traffic.At at =
                tls(
                        """
                        platform: shop
                        components:
                          web: {kind: frontend, static: x, port: 80, at: [{entrance: public}]}
                        environments:
                          local:
                            entrances:
                              public:
                                port: 443
                                tls:
                                  acme:
                                    directory: https://ca.example.org/dir
                                    contact: ops@example.org
                                    hosts: [b.example.org, a.example.org, b.example.org]
                                    trust: ca.pem
                        """);
        assertThat(at.entrance().tls())
                .isEqualTo(
                        new Traffic.Tls(
                                new Traffic.Acme(
                                        "https://ca.example.org/dir",
                                        "ops@example.org",
                                        List.of("a.example.org", "b.example.org"),
                                        "http-01",
                                        folder.resolve("ca.pem").toAbsolutePath().toString()),
                                "1.2"));
    }

    private Traffic.At tls(String text) throws IOException {
        return view(good(folder, text), "local").component("web").rules().at().getFirst();
    }

    @Test
    void the_example_of_the_design_is_read_as_it_is_written() throws IOException {
        Manifest manifest =
                good(folder, Files.readString(Path.of("src/test/resources/manifests/teei.yaml")));

        assertThat(manifest.platform()).isEqualTo("teei");
        assertThat(manifest.environments()).containsExactly("local", "staging", "production");
        EnvironmentView local = view(manifest, "local");
        assertThat(local.target()).isEqualTo(new Target.Processes());
        assertThat(local.components()).containsOnlyKeys("api-gateway", "reporting", "corp-cockpit");
        Component gateway = local.component("api-gateway");
        assertThat(gateway.build())
                .isEqualTo(
                        new Build(
                                ".",
                                List.of("pnpm", "--filter", "api-gateway", "build"),
                                "services/api-gateway/dist",
                                List.of()));
        var service = (Component.Service) gateway.kind();
        assertThat(service.port()).isEqualTo(3017);
        assertThat(service.instances()).isEqualTo(2);
        assertThat(service.strategy()).isEqualTo(Strategy.BLUE_GREEN);
        assertThat(service.launch().command()).containsExactly("node", "main.js");
        assertThat(service.launch().readiness().check())
                .isEqualTo(
                        new Health.Http("/health", new Health.StatusRange(200, 299), Map.of(), ""));
        assertThat(gateway.variables().secrets()).containsExactly("API_KEY", "JWT_SECRET");
        assertThat(gateway.variables().required()).hasSize(5);
        Component cockpit = local.component("corp-cockpit");
        assertThat(cockpit.kind()).isEqualTo(new Component.Frontend(4327, Strategy.BLUE_GREEN));
        assertThat(cockpit.build().output()).isEqualTo("apps/corp-cockpit/dist");
        assertThat(cockpit.after()).containsExactly("api-gateway");
        assertThat(local.datastore("clickhouse").dependency())
                .isEqualTo(
                        new Dependency(
                                "clickhouse",
                                Dependency.Engine.CLICKHOUSE,
                                "${CLICKHOUSE_URL}",
                                false));
        EnvironmentView production = view(manifest, "production");
        assertThat(production.target())
                .isEqualTo(new Target.Kubernetes(Placement.in("teei", "teei")));
        assertThat(production.order())
                .containsExactly(
                        List.of("api-gateway"), List.of("reporting"), List.of("corp-cockpit"));
        assertThat(production.soak()).isEqualTo(Duration.ofHours(24));
        assertThat(production.groups()).containsEntry("core", List.of("api-gateway", "reporting"));
    }

    @Test
    void a_database_that_is_a_file_is_named_from_the_root() throws IOException {
        Manifest manifest =
                good(
                        folder,
                        """
                        platform: p
                        datastores:
                          a: {engine: sqlite, url: "sqlite:data/a.db"}
                          b: {engine: sqlite, url: "sqlite:/data/b.db"}
                          c: {engine: sqlite, url: "${C}"}
                        environments: {local: {target: process}}
                        """);
        EnvironmentView local = view(manifest, "local");
        assertThat(List.of("a", "b", "c"))
                .extracting(name -> local.datastore(name).dependency().url())
                .containsExactly(
                        "sqlite:" + folder.resolve("data/a.db"), "sqlite:/data/b.db", "${C}");
    }

    @Test
    void an_environment_has_gates_backups_and_canaries_of_its_own() throws IOException {
        Manifest manifest =
                good(folder, Files.readString(Path.of("src/test/resources/manifests/teei.yaml")));
        assertThat(view(manifest, "local").unsupported()).isEmpty();
        Datastore postgres = view(manifest, "local").datastore("postgres");
        BackupPolicy policy = BackupPolicy.usual(postgres.dependency());
        assertThat(postgres.backup())
                .isEqualTo(new Backup(policy, "", "02:00", Duration.ZERO, true, null));
        Gates gates = view(manifest, "production").gates();
        assertThat(new Gates(gates.backup(), gates.wayBack(), "", gates.promotes()))
                .isEqualTo(new Gates(true, true).promoting(new Promotes("staging", false, null)));
        assertThat(gates.evidence())
                .extracting(demand -> demand.rule().kind())
                .containsExactly("tests", "security", "performance");
        assertThat(gates.consent().checklist()).hasSize(4).contains("release notes prepared");
        assertThat(gates.consent().approvers()).isEqualTo("one of cto, vp");
        assertThat(gates.windows())
                .extracting(ReleaseWindow::text)
                .containsExactly("mon-thu 09:00-16:00 Europe/Oslo");
        assertThat(view(manifest, "local").gates()).isEqualTo(Gates.NONE);
        assertThat(view(manifest, "production").unsupported()).isEmpty();
        assertThat(view(manifest, "production").canary().steps()).containsExactly(1, 10, 50);
    }

    @Test
    void who_wants_verified_backups_wants_a_way_back_unless_they_say_otherwise() {
        String text =
                """
                platform: shop
                components:
                  api: {kind: service, run: ./api, port: 80}
                environments:
                  local: {target: process, gates: {%s}}
                """;
        for (var each :
                Map.of(
                                "backup: verified", new Gates(true, true),
                                "backup: verified, way-back: optional", new Gates(true, false),
                                "way-back: required", new Gates(false, true),
                                "", Gates.NONE)
                        .entrySet()) {
            assertThat(view(good(folder, text.formatted(each.getKey())), "local").gates())
                    .as(each.getKey())
                    .isEqualTo(each.getValue());
        }
        refuses(text, "way-back: please", "`way-back`");
        refuses(text, "migrated-in: local", "`local` cannot wait for itself");
        refuses(text, "migrated-in: staging", "there is no environment `staging`");
        String two = text + "  staging: {target: process}\n";
        assertThat(view(good(folder, two.formatted("migrated-in: staging")), "local").gates())
                .isEqualTo(new Gates(false, false, "staging", Promotes.NOTHING));
    }

    @Test
    void migrations_have_a_folder_and_a_datastore_that_can_be_migrated() {
        String text =
                """
                platform: shop
                datastores:
                  db: {engine: postgres, url: "${URL}"}
                  cache: {engine: redis, url: "${CACHE}"}
                components:
                  api: {kind: service, dir: api, run: ./api, port: 80, migrations: {datastore: db}}
                  jobs: {kind: worker, run: ./jobs, migrations: {datastore: %s, tool: %s}}
                environments:
                  local: {target: process}
                  bare: {target: process, datastores: {db: null}}
                """;
        Manifest manifest = good(folder, text.formatted("db", "sql"));
        assertThat(view(manifest, "local").components().get("api"))
                .extracting(Component::migrations)
                .isEqualTo(new MigrationFolder("db", "api/migrations"));
        assertThat(view(manifest, "bare").components().get("api"))
                .extracting(Component::migrations)
                .isNull();
        assertThatThrownBy(() -> good(folder, text.formatted("cache", "sql")))
                .hasMessageContaining("cannot migrate a datastore of engine `redis`");
        assertThat(view(good(folder, text.formatted("db", "flyway")), "local").unsupported())
                .extracting(Problem::message)
                .singleElement()
                .asString()
                .startsWith("`tool: flyway`");
    }

    @Test
    void a_schema_belongs_to_its_datastore_or_to_components_and_not_to_both() {
        String text =
                """
                platform: shop
                datastores:
                  db: {engine: %s, url: "${URL}", migrations: {%s}}
                  same: {engine: postgres, url: "${URL}"%s}
                components:
                  api: {kind: service, run: ./api, port: 80, uses: [db]}
                  %s: {kind: worker, run: ./jobs%s}
                environments:
                  local: {target: process}
                  bare: {target: process, datastores: {db: {migrations: null}}}
                """;
        Manifest manifest = good(folder, text.formatted("postgres", "dir: db/sql", "", "jobs", ""));
        EnvironmentView local = view(manifest, "local");
        assertThat(local.datastore("db").migrations())
                .isEqualTo(new MigrationFolder("db", "db/sql"));
        assertThat(local.sharedSchemas()).containsExactly("db");
        assertThat(local.usersOf("db")).extracting(Component::name).containsExactly("api");
        assertThat(view(manifest, "bare").sharedSchemas()).isEmpty();
        String own = ", migrations: {datastore: %s}";
        assertThatThrownBy(() ->
                        good(
                                folder,
                                text.formatted(
                                        "postgres", "dir: db", "", "jobs", own.formatted("db"))))
                .hasMessageContaining("manifest/one-of")
                .hasMessageContaining(
                        "`jobs` brings `migrations` for `db`, whose schema belongs to the"
                                + " datastore");
        assertThatThrownBy(() ->
                        good(
                                folder,
                                text.formatted(
                                        "postgres", "dir: db", "", "jobs", own.formatted("same"))))
                .hasMessageContaining("for `same`, whose schema belongs to the datastore `db`");
        assertThatThrownBy(() ->
                        good(
                                folder,
                                text.formatted(
                                        "postgres",
                                        "dir: db",
                                        ", migrations: {dir: x}",
                                        "jobs",
                                        "")))
                .hasMessageContaining("`db` and `same` are one database");
        assertThatThrownBy(() -> good(folder, text.formatted("postgres", "dir: db", "", "db", "")))
                .hasMessageContaining("`db` is a component already");
        assertThatThrownBy(() -> good(folder, text.formatted("postgres", "", "", "jobs", "")))
                .hasMessageContaining("`dir`");
        assertThatThrownBy(
                        () -> good(folder, text.formatted("postgres", "up: ./up", "", "jobs", "")))
                .hasMessageContaining("has no key `up`");
        assertThatThrownBy(() -> good(folder, text.formatted("mysql", "dir: db", "", "jobs", "")))
                .hasMessageContaining("cannot migrate a datastore of engine `mysql`");
    }

    @Test
    void migrations_by_commands_say_how_to_go_back_only_with_a_status() {
        String text =
                """
                platform: shop
                datastores:
                  db: {engine: mysql, url: "${URL}"}
                components:
                  api:
                    kind: service
                    run: ./api
                    port: 80
                    migrations: {datastore: db, %s}
                environments:
                  local: {target: process}
                """;
        String all =
                "up: pnpm db:migrate, down: [sh, -c, 'undo \"$BELAY_MIGRATED_FROM\"'],"
                        + " status: pnpm db:version, probe: ./done, plan: pnpm db:dry, timeout: 5m";
        Manifest manifest = good(folder, text.formatted(all));
        assertThat(view(manifest, "local").components().get("api"))
                .extracting(Component::migrations)
                .isEqualTo(
                        new MigrationTool(
                                "db",
                                new MigrationCommands(
                                        List.of("pnpm", "db:migrate"),
                                        List.of("sh", "-c", "undo \"$BELAY_MIGRATED_FROM\""),
                                        List.of("pnpm", "db:version"),
                                        List.of("./done"),
                                        List.of("pnpm", "db:dry"),
                                        Duration.ofMinutes(5))));
        assertThat(view(good(folder, text.formatted("up: ./up")), "local").components().get("api"))
                .extracting(Component::migrations)
                .isEqualTo(
                        new MigrationTool(
                                "db",
                                new MigrationCommands(
                                        List.of("./up"),
                                        List.of(),
                                        List.of(),
                                        List.of(),
                                        Duration.ofMinutes(30))));
        refuses(text, "up: ./up, dir: db", "one of `dir`, `up`, not several");
        refuses(text, "up: ./up, tool: sql", "one of `tool`, `up`, not several");
        refuses(text, "up: ./up, down: ./down", "`down` needs `status`");
        refuses(text, "down: ./down, status: ./at", "`down` needs `up`", "`status` needs `up`");
        refuses(text, "probe: ./done, timeout: 1m", "`probe` needs `up`", "`timeout` needs `up`");
        refuses(text, "plan: ./dry", "`plan` needs `up`");
        refuses(text, "dir: db", "cannot migrate a datastore of engine `mysql`");
        refuses(text, "up: 'a && b'", "a shell");
        refuses(text, "up: []", "`up`");
        refuses(text, "up: ./up, timeout: soon", "`timeout`");
        refuses(text, "command: {up: ./up}", "has no key `command`");
    }

    private void refuses(String text, String keys, String... messages) {
        var refused = assertThatThrownBy(() -> good(folder, text.formatted(keys))).as(keys);
        for (String message : messages) {
            refused.hasMessageContaining(message);
        }
    }

    @Test
    void variables_of_migration_commands_are_asked_for_too() {
        String text =
                """
                platform: shop
                datastores:
                  db: {engine: postgres, url: "postgres://h/db"}
                components:
                  api:
                    kind: service
                    run: ./api
                    port: 80
                    migrations:
                      datastore: db
                      up: "./up ${WHERE}"
                      down: "./down ${BELAY_MIGRATED_FROM}"
                      status: ./at
                environments:
                  local: {target: process}
                """;
        assertThat(VariableCheck.check(view(good(folder, text), "local"), Map.of()))
                .extracting(Problem::message)
                .singleElement()
                .asString()
                .contains("`WHERE`");
    }

    private static final String EVERYTHING =
            """
            platform: shop
            owner: platform team
            runbook: docs/runbook.md
            requires: {node: ">=20", pnpm: 8}
            prepare: [pnpm install, [sh, -c, "echo a && echo b"]]
            datastores:
              db: {engine: postgres, url: "postgres://shop:${DB_PASSWORD}@localhost/shop", local: {version: 16, port: 5433}}
            external:
              mail: {url: "https://mail.example.org/health", optional: true, contact: mail@example.org}
            groups: {edge: [api], all: [edge, queue]}
            defaults:
              worker: {limits: {memory: 128MiB}}
            components:
              api:
                kind: service
                dir: services/api
                build: {run: "npm run 'build it'", output: ./dist/, inputs: ["src/**"]}
                run: [node, main.js, "--name=${NAME}"]
                port: 3000
                owner: api team
                uses: [db, mail]
                env: {required: [NAME], secret: [KEY], values: {LEVEL: info, PORTS: 80, EMPTY: ""}}
                health: {http: /ready, status: 200-204, headers: {x-ok: "yes"}, body: fine, successes: 3, over: 1s, timeout: 500ms, within: 1m30s}
                liveness: {command: ./alive.sh}
                stop: {signal: INT, grace: 5s, drain: 0s}
                limits: {memory: 1GiB, cpu: 150%, open-files: 1024, processes: 64}
                smoke:
                  - name: signs in
                    timeout: 3s
                    http:
                      - {request: POST /login, headers: {a: b}, body: "x", capture: {token: /token}}
                      - {request: "GET /me?t=${token}", status: 200, contains: me}
                  - {name: talks, websocket: {path: /ws, messages: [{send: ping}, {expect: pong}]}}
                  - {name: tool, command: node check.js, owner: tooling, runbook: docs/tool.md}
              queue: {kind: worker, run: node queue.js, after: [edge], strategy: recreate}
              seed: {kind: job, run: node seed.js, probe: node seeded.js, on-unknown: assume-done, timeout: 1m}
              web: {kind: frontend, static: public, port: 3001}
            smoke:
              - {name: order, component: api, http: [{request: POST /orders, status: 201}]}
            environments:
              local: {env-file: .env.local}
              second:
                port-offset: 1000
                env-file: [a.env, b.env]
                owner: second team
                order: [[all, seed], web]
                rollout: {strategy: rolling, soak: 5m, traffic: together}
                components:
                  all: {limits: {cpu: 50%}}
                  api: {liveness: null, env: {values: {LEVEL: debug}}}
                  seed: null
                datastores: {db: {local: null}}
            """;

    @Test
    void every_key_ends_up_where_the_planner_reads_it() {
        EnvironmentView local = view(good(folder, EVERYTHING), "local");

        assertThat(local.requires())
                .containsExactly(Map.entry("node", ">=20"), Map.entry("pnpm", "8"));
        assertThat(local.prepare())
                .containsExactly(
                        List.of("pnpm", "install"), List.of("sh", "-c", "echo a && echo b"));
        assertThat(local.environmentFiles())
                .containsExactly(folder.toAbsolutePath().resolve(".env.local"));
        assertThat(local.datastore("db").local()).isEqualTo(new Datastore.Server("16", 5433));
        External mail = local.external("mail");
        assertThat(mail.dependency().optional()).isTrue();
        assertThat(mail.responsible())
                .isEqualTo(new Responsible("platform team", "mail@example.org", "docs/runbook.md"));
        Component api = local.component("api");
        assertThat(api.responsible().owner()).isEqualTo("api team");
        assertThat(api.build())
                .isEqualTo(
                        new Build(
                                "services/api",
                                List.of("npm", "run", "build it"),
                                "services/api/dist",
                                List.of("services/api/src/**")));
        assertThat(api.variables().values())
                .containsExactly(
                        Map.entry("EMPTY", ""),
                        Map.entry("LEVEL", "info"),
                        Map.entry("PORTS", "80"));
        Launch launch = ((Component.Service) api.kind()).launch();
        assertThat(launch.command()).containsExactly("node", "main.js", "--name=${NAME}");
        assertThat(launch.readiness())
                .isEqualTo(
                        new Health(
                                new Health.Http(
                                        "/ready",
                                        new Health.StatusRange(200, 204),
                                        Map.of("x-ok", "yes"),
                                        "fine"),
                                3,
                                Duration.ofSeconds(1),
                                Duration.ofMillis(500),
                                Duration.ofSeconds(90)));
        assertThat(launch.liveness().check()).isEqualTo(new Health.Command(List.of("./alive.sh")));
        assertThat(launch.stop())
                .isEqualTo(new Launch.Stop("INT", Duration.ofSeconds(5), Duration.ZERO));
        assertThat(launch.limits()).isEqualTo(new Launch.Limits(1L << 30, 150, 1024, 64));
        assertThat(api.smoke()).hasSize(3);
        assertThat(
                        ((SmokeTest.HttpScenario) api.smoke().getFirst().test())
                                .exchanges()
                                .getLast()
                                .path())
                .isEqualTo("/me?t=${token}");
        assertThat(api.smoke().get(2).responsible())
                .isEqualTo(new Responsible("tooling", api.responsible().contact(), "docs/tool.md"));
        assertThat(api.smoke().get(1).responsible()).isEqualTo(api.responsible());
        assertThat(api.smoke().get(1).test())
                .isEqualTo(
                        new SmokeTest.WebSocketExchange(
                                "talks",
                                Duration.ofSeconds(10),
                                "/ws",
                                List.of(
                                        new SmokeTest.Message(true, "ping"),
                                        new SmokeTest.Message(false, "pong"))));
    }

    @Test
    void workers_and_jobs_have_keys_of_their_own() {
        EnvironmentView local = view(good(folder, EVERYTHING), "local");

        Component queue = local.component("queue");
        assertThat(queue.after()).containsExactly("api");
        var worker = (Component.Worker) queue.kind();
        assertThat(worker.strategy()).isEqualTo(Strategy.RECREATE);
        assertThat(worker.launch().readiness().check()).isEqualTo(new Health.Alive());
        assertThat(worker.launch().limits().memoryBytes()).isEqualTo(128L << 20);
        var job = (Component.Job) local.component("seed").kind();
        assertThat(job.onUnknown()).isEqualTo(OnUnknown.ASSUME_DONE);
        assertThat(job.probe()).containsExactly("node", "seeded.js");
        assertThat(local.smoke())
                .singleElement()
                .extracting(PlatformTest::component)
                .isEqualTo("api");
    }

    @Test
    void an_environment_lays_its_own_over_all_else() {
        EnvironmentView second = view(good(folder, EVERYTHING), "second");

        assertThat(second.components()).containsOnlyKeys("api", "queue", "web");
        assertThat(second.order()).containsExactly(List.of("api", "queue"), List.of("web"));
        assertThat(second.trafficTogether()).isTrue();
        Component api = second.component("api");
        var service = (Component.Service) api.kind();
        assertThat(service.port()).isEqualTo(4000);
        assertThat(service.strategy()).isEqualTo(Strategy.ROLLING);
        assertThat(service.launch().liveness().check()).isEqualTo(new Health.Alive());
        assertThat(service.launch().limits().cpuPercent()).isEqualTo(50);
        assertThat(service.launch().limits().memoryBytes()).isEqualTo(1L << 30);
        assertThat(api.variables().values())
                .containsEntry("LEVEL", "debug")
                .containsEntry("PORTS", "80");
        assertThat(second.datastore("db").local()).isEqualTo(new Datastore.Elsewhere());
        assertThat(second.responsible().owner()).isEqualTo("second team");
        assertThat(second.responsible().runbook()).isEqualTo("docs/runbook.md");
    }

    @Test
    void the_command_line_has_the_last_word() {
        Manifest manifest = good(folder, EVERYTHING);
        EnvironmentView view =
                view(
                        manifest,
                        "second",
                        "components.api.instances=3",
                        "components.api.env.values={LEVEL: trace}",
                        "rollout.soak=0s");
        var service = (Component.Service) view.component("api").kind();
        assertThat(service.instances()).isEqualTo(3);
        assertThat(view.component("api").variables().values()).containsEntry("LEVEL", "trace");
        assertThat(view.soak()).isZero();
    }

    @Test
    void a_later_complaint_can_point_at_the_line() {
        Component api = view(good(folder, EVERYTHING), "second").component("api");

        assertThat(api.source().at("env", "values", "LEVEL"))
                .isInstanceOfSatisfying(
                        Place.Line.class,
                        line -> {
                            assertThat(line.text()).contains("liveness: null");
                            assertThat(line.span().toString()).isEqualTo("belay.yaml:50:51");
                        });
        assertThat(((Place.Line) api.source().at("strategy")).text()).isEqualTo("  api:");
        assertThat(((Place.Line) api.source().at("port")).span().column()).isEqualTo(11);
    }

    @Test
    void what_is_written_the_same_is_the_same() {
        Manifest first = good(folder, EVERYTHING);
        Manifest second = good(folder, "# a comment\n" + EVERYTHING);
        assertThat(view(first, "local")).isEqualTo(view(second, "local"));
        assertThat(first.digest()).isNotEqualTo(second.digest());
    }

    @Test
    void an_included_file_adds() throws IOException {
        Files.createDirectories(folder.resolve("parts"));
        Files.writeString(
                folder.resolve("parts/web.yaml"),
                "include: [more.yaml]\ncomponents: {web: {kind: frontend, static: a, port: 1}}\n");
        Files.writeString(
                folder.resolve("parts/more.yaml"), "environments: {second: {target: process}}\n");
        Manifest manifest =
                good(
                        folder,
                        """
                        platform: shop
                        include: [parts/web.yaml]
                        components: {api: {kind: worker, run: a}}
                        environments: {local: {target: process}}
                        """);
        assertThat(manifest.files())
                .containsExactly("belay.yaml", "parts/web.yaml", "parts/more.yaml");
        assertThat(manifest.environments()).containsExactly("local", "second");
        assertThat(view(manifest, "second").components()).containsOnlyKeys("api", "web");
    }
}
