package dev.belay.manifest.draft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.belay.manifest.Component;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.Manifests;
import dev.belay.release.Health;
import dev.belay.release.Launch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ComposeDraftTest {
    @TempDir Path folder;

    /// As such files look: short forms and long ones, anchors, merge keys, what is known and what
    /// is not.
    private static final String SHOP =
            """
            version: "3.9"
            name: shop
            x-common: &common
              restart: unless-stopped
              networks: [back]
              environment: &shared
                LOG_LEVEL: info
                DATABASE_URL: postgres://shop:${DB_PASSWORD:-dev}@db:5432/shop
            services:
              db:
                image: docker.io/library/postgres:16-alpine@sha256:0123
                ports: ["127.0.0.1:15432:5432"]
                environment: {POSTGRES_PASSWORD: dev}
                volumes: [data:/var/lib/postgresql/data]
                healthcheck: {test: [CMD, pg_isready]}
              cache:
                image: redis:7
              migrate:
                <<: *common
                build: ./api
                command: ["node", "migrate.js"]
                depends_on: [db]
              api:
                <<: *common
                build: {context: ./api, dockerfile: Dockerfile}
                ports:
                  - target: 3000
                    published: "8080"
                environment:
                  <<: *shared
                  PORT: 3000
                  JWT_SECRET: not-to-be-copied
                  CACHE: redis://cache:6379/0
                  WORKERS: 4
                  ENABLED: "true"
                  GREETING: "it's ${NAME:-world}"
                  REGION:
                depends_on:
                  migrate: {condition: service_completed_successfully}
                  cache: {condition: service_started}
                healthcheck:
                  test: ["CMD-SHELL", "wget -qO- http://localhost:3000/healthz || exit 1"]
                  interval: 10s
                  retries: 3
                  start_period: 1m30s
                stop_signal: SIGQUIT
                stop_grace_period: 25s
                volumes: ["./uploads:/app/uploads"]
                deploy:
                  replicas: 3
                  resources: {limits: {cpus: "1.5", memory: 512M, pids: 200}}
              mailer:
                build: ./mailer
                entrypoint: ["node"]
                command: worker.js --slow
                environment: ["API=http://api:3000/v1", "SMTP_PASSWORD=x", "HOST=db"]
                volumes: ["./mailer/src:/src", /src/node_modules, "mails:/var/mail"]
                depends_on: [api]
              site:
                build: ./site
                ports: ["8081:80"]
              mail:
                image: mailhog/mailhog
              tools:
                build: ./api
                profiles: [debug]
            volumes: {data: {}}
            networks: {back: {}}
            """;

    private EnvironmentView drafted(String compose) throws IOException {
        Files.writeString(folder.resolve("compose.yaml"), compose);
        return Manifests.view(Manifests.good(folder, ManifestDraft.of(folder)), "local");
    }

    private void file(String name, String text) throws IOException {
        Files.createDirectories(folder.resolve(name).resolve("..").normalize());
        Files.writeString(folder.resolve(name), text);
    }

    private EnvironmentView shop() throws IOException {
        file(
                "api/package.json",
                "{\"scripts\": {\"start\": \"node main.js\", \"build\": \"tsc\"}}");
        file(
                "api/Dockerfile",
                """
                FROM node AS build
                CMD ["no"]
                FROM node
                ENTRYPOINT ["node"]
                CMD ["dist/main.js", \\
                  "--quiet"]
                """);
        file("mailer/worker.js", "");
        file("site/index.html", "");
        file(".env", "");
        return drafted(SHOP);
    }

    @Test
    void what_is_built_becomes_components_and_known_images_become_datastores() throws IOException {
        EnvironmentView view = shop();

        assertThat(view.components().keySet()).containsExactly("migrate", "api", "mailer", "site");
        assertThat(view.component("migrate").kind()).isInstanceOf(Component.Job.class);
        assertThat(view.component("mailer").kind()).isInstanceOf(Component.Worker.class);
        assertThat(view.component("site").kind()).isInstanceOf(Component.Frontend.class);
        assertThat(((Component.Service) view.component("api").kind()).port()).isEqualTo(8080);
        assertThat(view.datastores().keySet()).containsExactly("db", "cache");
        assertThat(text())
                .contains("db: {engine: postgres, url: \"${DATABASE_URL}\", local: {port: 15432}}")
                .contains("cache: {engine: redis, url: \"${CACHE}\", local: {port: 6379}}")
                .contains("#   mail: image mailhog/mailhog, which is not built here")
                .contains("#   tools: only for profile debug")
                .contains("env-file: [.env]");
    }

    @Test
    void what_a_service_needs_is_taken_over_and_what_it_keeps_secret_is_only_named()
            throws IOException {
        Component api = shop().component("api");

        assertThat(api.variables().secrets())
                .containsExactlyInAnyOrder("DATABASE_URL", "JWT_SECRET", "CACHE");
        assertThat(api.variables().values())
                .containsEntry("LOG_LEVEL", "info")
                .containsEntry("WORKERS", "4")
                .containsEntry("ENABLED", "true")
                .containsEntry("GREETING", "it's world")
                .doesNotContainKey("PORT");
        assertThat(api.variables().required()).contains("REGION");
        assertThat(text()).doesNotContain("not-to-be-copied", "shop:dev", "SMTP_PASSWORD: x");
        assertThat(api.after()).containsExactly("migrate");
        assertThat(launch(api).command()).containsExactly("node", "dist/main.js", "--quiet");
        assertThat(launch(api).readiness().check())
                .isInstanceOfSatisfying(
                        Health.Http.class, asked -> assertThat(asked.path()).isEqualTo("/healthz"));
        assertThat(launch(api).readiness().within()).isEqualTo(Duration.ofMinutes(2));
        assertThat(launch(api).stop().signal()).isEqualTo("QUIT");
        assertThat(launch(api).stop().grace()).isEqualTo(Duration.ofSeconds(25));
        assertThat(launch(api).limits().memoryBytes()).isEqualTo(512L << 20);
        assertThat(((Component.Service) api.kind()).instances()).isEqualTo(3);
    }

    @Test
    void names_of_other_services_are_hosts_no_more() throws IOException {
        Component mailer = shop().component("mailer");

        assertThat(mailer.variables().values())
                .containsEntry("API", "http://127.0.0.1:8080/v1")
                .containsEntry("HOST", "127.0.0.1");
        assertThat(text())
                .contains("# volume mails:/var/mail: what")
                .contains("# volume ./uploads:/app/uploads: what")
                .doesNotContain("node_modules", "mailer/src");
        assertThat(launch(mailer).command()).containsExactly("node", "worker.js", "--slow");
        assertThat(mailer.after()).containsExactly("api");
    }

    @Test
    void a_shells_line_is_given_to_a_shell() throws IOException {
        file("a/x", "");
        EnvironmentView view =
                drafted(
                        "services: {a: {build: a, command: 'rake db:setup && rails s -p $$PORT',"
                                + " healthcheck: {test: 'test -e /tmp/up | cat'}}}");

        assertThat(launch(view.component("a")).command())
                .containsExactly("sh", "-c", "rake db:setup && rails s -p $$PORT");
        assertThat(launch(view.component("a")).readiness().check())
                .isEqualTo(new Health.Command(List.of("sh", "-c", "test -e /tmp/up | cat")));
    }

    @Test
    void two_that_want_one_port_or_one_name_get_different_ones() throws IOException {
        file("a/x", "");
        EnvironmentView view =
                drafted(
                        "services: {a_b: {build: a, ports: [3000]}, a-b: {build: a, ports: [3000]},"
                                + " 'A B': {build: a, expose: ['3000']}}");

        assertThat(view.components().keySet()).containsExactly("a-b", "a-b-2", "a-b-3");
        assertThat(view.components().values())
                .extracting(one -> ((Component.Service) one.kind()).port())
                .containsExactly(3000, 3001, 3002);
    }

    @Test
    void what_is_no_compose_file_is_said_and_the_folder_is_looked_at() throws IOException {
        file("index.html", "");
        for (String broken :
                List.of(
                        "services: {a: [}",
                        "a: 1",
                        "services: {}",
                        "- x",
                        "",
                        "services: &s {a: *s}",
                        "[".repeat(5_000),
                        "a: &a [x,x]\nb: &b [*a,*a]\n" + "c: [" + "*b,".repeat(200) + "*b]\n")) {
            assertThat(drafted(broken).components()).isNotEmpty();
        }
        assertThat(text()).startsWith("# `compose.yaml` ");
        Files.writeString(folder.resolve("big.yaml"), "#".repeat(1 << 20) + "\n");
        assertThatThrownBy(() -> ManifestDraft.of(folder, folder.resolve("big.yaml")))
                .isInstanceOf(ManifestDraft.Unreadable.class)
                .hasMessageContaining("larger than 1 MiB");
    }

    @Test
    void what_leads_out_of_the_folder_is_left_out() throws IOException {
        assertThat(
                        drafted("services: {a: {build: ../elsewhere}, b: {build: /etc}}")
                                .components()
                                .keySet())
                .containsExactly("web");
        assertThat(text())
                .contains("a: built from ../elsewhere, which is no folder below this one");
    }

    @Test
    void odd_values_are_no_reason_to_fail() throws IOException {
        file("a/x", "");
        EnvironmentView view =
                drafted(
                        """
                        services:
                          a:
                            build: a
                            command: [1, true, null, {x: y}]
                            ports: ["99999:80", "x", "3000-3005:3000", "5432/udp", 8080]
                            environment: {9X: 1, A: [1], B: {c: d}, C: "a\\nb", D: "#x: {", E: 'a''b'}
                            deploy: {replicas: 5000}
                            mem_limit: lots
                            healthcheck: {test: [NONE], interval: never}
                            stop_signal: "; rm -rf /"
                            volumes: [{type: bind, source: "x\\n  y: 1", target: /y}]
                          b: text
                          c:
                        """);
        assertThat(view.component("a").variables().values())
                .containsEntry("D", "#x: {")
                .containsEntry("E", "a'b");
        assertThat(((Component.Service) view.component("a").kind()).instances()).isEqualTo(100);
    }

    @Test
    void a_procfile_has_a_service_workers_and_a_job() throws IOException {
        file("Procfile", "release: rake db:migrate\nweb: puma -p $PORT\nclock: ruby clock.rb\n");
        EnvironmentView view =
                Manifests.view(Manifests.good(folder, ManifestDraft.of(folder)), "local");

        assertThat(view.component("release").kind()).isInstanceOf(Component.Job.class);
        assertThat(launch(view.component("web")).command())
                .containsExactly("puma", "-p", "${PORT}");
        assertThat(view.component("web").after()).containsExactly("release");
        assertThat(view.component("clock").kind()).isInstanceOf(Component.Worker.class);
    }

    private static Launch launch(Component component) {
        return switch (component.kind()) {
            case Component.Service one -> one.launch();
            case Component.Worker one -> one.launch();
            case Component.Job one -> one.launch();
            case Component.Frontend _, Component.Contract _ -> throw new AssertionError("files");
        };
    }

    private String text() throws IOException {
        return ManifestDraft.of(folder);
    }
}
