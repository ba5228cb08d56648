package dev.belay.manifest;

import static dev.belay.manifest.Manifests.brief;
import static dev.belay.manifest.Manifests.problems;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.problem.ProblemText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong with what authors write, and what they are told.
class ManifestProblemsTest {
    private static final String LOCAL = "environments: {local: {target: process}}\n";

    @TempDir Path folder;

    @Test
    void every_problem_is_told_at_once_with_its_line_and_a_hint() {
        String text =
                """
                platfrom: shop
                components:
                  api:
                    kind: servise
                    run: node main.js && echo done
                    port: "3000"
                    uses: [postgers]
                    stop: {grace: 10 parsecs}
                  web:
                    kind: frontend
                    port: 99999
                datastores:
                  postgres: {engine: postgres, url: "${DATABASE_URL}"}
                environments:
                  local: {target: process}
                """;
        assertThat(ProblemText.of(problems(folder, text)))
                .isEqualTo(
                        """
                        belay.yaml:1:1: `manifest` has no key `platfrom`  [manifest/unknown-key]
                            1 | platfrom: shop
                              | ^^^^^^^^
                        hint: did you mean `platform`?

                        belay.yaml:1:1: `manifest` must have `platform`  [manifest/missing-key]
                            1 | platfrom: shop
                              | ^^^^^^^^
                        hint: add `platform:`, a name of small letters, digits and `-`, such as `api-gateway`

                        belay.yaml:4:11: `kind` must be `service` or `frontend` or `worker` or `job` or `contract`, not `servise`  [manifest/wrong-value]
                            4 |     kind: servise
                              |           ^^^^^^^
                        hint: did you mean `service`?

                        belay.yaml:5:10: `run` holds `&`, which only a shell understands  [manifest/shell-operator]
                            5 |     run: node main.js && echo done
                              |          ^^^^^^^^^^^^^^^^^^^^^^^^^
                        hint: write `[sh, -c, "node main.js && echo done"]`

                        belay.yaml:6:11: `port` must be a port from 1 to 65535, not text `3000`  [manifest/wrong-type]
                            6 |     port: "3000"
                              |           ^^^^^^
                        hint: remove the quotes

                        belay.yaml:7:12: there is no datastore or external `postgers`  [manifest/unknown-reference]
                            7 |     uses: [postgers]
                              |            ^^^^^^^^
                        hint: did you mean `postgres`?

                        belay.yaml:8:19: `grace` must be a duration, such as `30s`, `1h30m` or `7d`, not `10 parsecs`  [manifest/wrong-value]
                            8 |     stop: {grace: 10 parsecs}
                              |                   ^^^^^^^^^^

                        belay.yaml:9:3: the frontend `web` must have `static`  [manifest/missing-key]
                            9 |   web:
                              |   ^^^
                        hint: add `static:` with the folder of its files

                        belay.yaml:11:11: `port` must be a port from 1 to 65535, not `99999`  [manifest/wrong-value]
                           11 |     port: 99999
                              |           ^^^^^
                        """);
    }

    @Test
    void types_are_not_guessed() {
        assertThat(told("components: [api]\n" + LOCAL)).containsExactly("wrong-type 2:13");
        assertThat(told("components: api\n" + LOCAL)).containsExactly("wrong-type 2:13");
        assertThat(told("owner: [a]\n" + LOCAL)).containsExactly("wrong-type 2:8");
        assertThat(told("owner: 5\n" + LOCAL)).containsExactly("wrong-type 2:8");
        assertThat(told("owner: yes\nx-mine: {a: [1]}\n" + LOCAL)).isEmpty();
        assertThat(told("environments: {local: }\n")).containsExactly("wrong-type 2:16");
        assertThat(told("environments: {}\n")).containsExactly("missing-key 1:1");
        assertThat(told("")).containsExactly("missing-key 1:1");
        assertThat(worker("instances: 0")).containsExactly("wrong-value 3:60");
        assertThat(worker("instances: 2.5")).containsExactly("wrong-type 3:60");
        assertThat(worker("instances: 99999999999999999999")).containsExactly("wrong-value 3:60");
        assertThat(worker("stop: {grace: 5}")).containsExactly("wrong-type 3:63");
        assertThat(worker("stop: {grace: 9999999d}")).containsExactly("wrong-value 3:63");
        assertThat(worker("limits: {memory: 1 GB}")).containsExactly("wrong-value 3:66");
        assertThat(worker("limits: {cpu: 50}")).containsExactly("wrong-type 3:63");
        assertThat(worker("env: {required: DATABASE_URL}")).containsExactly("wrong-type 3:65");
        assertThat(worker("env: {required: [A B]}")).containsExactly("wrong-value 3:66");
        assertThat(worker("health: {tcp: true, http: /}")).contains("one-of 3:69");
        assertThat(worker("health: {}")).containsExactly("one-of 3:57");
        assertThat(worker("health: {http: health}")).containsExactly("wrong-value 3:64");
        assertThat(worker("health: {http: /, status: 600}")).containsExactly("wrong-value 3:75");
    }

    @Test
    void names_can_be_used_everywhere_a_name_is() {
        for (String name : List.of("Api", "1api", "a_b", "a/../b", "-x", "a".repeat(41), "\"\"")) {
            assertThat(told("components: {%s: {kind: worker, run: a}}\n".formatted(name) + LOCAL))
                    .containsExactly("name 2:14");
        }
    }

    @Test
    void a_key_of_another_kind_says_whose_it_is() {
        assertThat(worker("port: 80, static: a"))
                .containsExactly("key-of-other-kind 3:49", "key-of-other-kind 3:59");
        assertThat(
                        told(
                                "defaults: {worker: {port: 80}}\ncomponents: {a: {kind: worker, run: a}}\n"
                                        + LOCAL))
                .containsExactly("key-of-other-kind 2:21");
    }

    @Test
    void paths_stay_in_the_folder() {
        for (String path : List.of("../x", "/etc", "a/../../b", "~/x", "a\\..\\b")) {
            assertThat(worker("dir: '" + path + "'")).containsExactly("path 3:54");
        }
        assertThat(told("include: [../other.yaml]\n" + LOCAL)).containsExactly("path 2:11");
    }

    @Test
    void what_would_need_a_shell_is_refused_and_what_looks_alike_is_not() {
        for (String command :
                List.of(
                        "a | b",
                        "a; b",
                        "a > b",
                        "a `b`",
                        "a $(b)",
                        "(a)",
                        "a \"$(b)\"",
                        "A=b c",
                        "a $B",
                        "a ${B:-c}")) {
            assertThat(job(command)).as(command).containsExactly("shell-operator 3:44");
        }
        assertThat(job("a \"b")).containsExactly("quoting 3:44");
        assertThat(job("a \\")).containsExactly("quoting 3:44");
        assertThat(job(" ")).containsExactly("wrong-value 3:44");
        assertThat(job("a \"b | c\" 'd; e' f\\&g ${H} $ {{i}} #{j} <%k% ".replace("<", "\\<")))
                .isEmpty();
    }

    @Test
    void references_lead_somewhere() {
        assertThat(worker("after: [b]")).containsExactly("unknown-reference 3:57");
        assertThat(told("groups: {g: [x]}\n" + LOCAL)).containsExactly("unknown-reference 2:14");
        assertThat(told("environments: {local: {components: {x: {}}, order: [y]}}\n"))
                .containsExactly("unknown-reference 2:37", "unknown-reference 2:53");
        assertThat(told("environments: {local: {promotes: {from: prod}}}\n"))
                .containsExactly("unknown-reference 2:41");
        assertThat(
                        told(
                                "environments: {local: {promotes: {from: b}}, b: {promotes: {from: local}}}\n"))
                .containsExactly("cycle 2:41", "cycle 2:67");
        assertThat(told("smoke: [{name: a, component: x, command: b}]\n" + LOCAL))
                .containsExactly("unknown-reference 2:30");
    }

    @Test
    void what_is_referred_to_by_name_has_a_name_of_its_own() {
        assertThat(worker("owner: me}\ngroups: {a: [a]"))
                .containsExactly("name-taken 4:10", "cycle 4:14");
        String same =
                """
                datastores: {x: {engine: redis, url: "redis://h"}}
                external: {x: {url: "https://h"}}
                """;
        assertThat(told(same + LOCAL)).containsExactly("name-taken 3:12");
    }

    /// In an environment with a boundary, from line 4 on.
    private static String bounded(String hosts, String backup) {
        return """
        datastores:
          db: {engine: postgres, url: "${URL}", backup: {%s}}
        environments:
          local: {target: process, boundary: {scratch: [%s]}}
        """
                .formatted(backup, hosts);
    }

    @Test
    void where_copies_of_data_would_leave_is_told() {
        String keys = "recipients: [age1%s]".formatted("q".repeat(58));
        String named = keys + ", scratch: \"${SCRATCH}\"";
        assertThat(told(bounded("db-scratch.internal", named))).isEmpty();
        assertThat(told(bounded("localhost", keys))).isEmpty();
        assertThat(told(bounded("localhost", ""))).containsExactly("boundary 3:41");
        assertThat(told(bounded("db-scratch.internal", keys))).containsExactly("boundary 3:41");
        assertThat(told(bounded("localhost", "").replace("]}", "], encrypted: false}"))).isEmpty();
        String written = keys + ", scratch: \"postgres://s:${P}@%s/postgres%s\"";
        String inside = written.formatted("db-scratch.internal:5432", "?sslmode=verify-full");
        assertThat(told(bounded("db-scratch.internal", inside))).isEmpty();
        assertThat(told(bounded("another.internal", inside))).containsExactly("boundary 3:137");
        assertThat(told(bounded("db-scratch.internal", inside.replace("verify-full", "require"))))
                .containsExactly("boundary 3:137");
        assertThat(told(bounded("db-scratch.internal", inside.replace("verify-full", "${MODE}"))))
                .isEmpty();
        assertThat(told(bounded("", named))).containsExactly("wrong-value 5:48");
        assertThat(told(bounded("DB scratch", named))).containsExactly("wrong-value 5:49");
        // A cache is tried on this machine, and nowhere else.
        String cache = bounded("db-scratch.internal", keys).replace("postgres,", "redis,");
        assertThat(told(cache)).containsExactly("boundary 3:38");
        assertThat(told(cache.replace("[db-", "[localhost, db-"))).isEmpty();
    }

    @Test
    void scratch_servers_are_of_postgres() {
        String text =
                """
                datastores: {x: {engine: postgres, url: "${U}", backup: {scratch: "%s"}}}
                """;
        assertThat(told(text.formatted("${SCRATCH_URL}") + LOCAL)).isEmpty();
        assertThat(told(text.formatted("postgres://s:${P}@h/postgres") + LOCAL)).isEmpty();
        assertThat(told(text.formatted("mysql://s:${P}@h/x") + LOCAL))
                .containsExactly("wrong-value 2:67");
        assertThat(told(text.formatted("postgres://s:secret@h/x") + LOCAL))
                .containsExactly("secret-in-manifest");
        assertThat(told(text.formatted("${S}").replace("postgres", "redis") + LOCAL))
                .containsExactly("not-yet 2:64");
    }

    @Test
    void what_a_container_needs_and_cannot_have_is_told() {
        String service =
                """
                components: {a: {kind: service, run: x, port: 1%s}}
                environments: {l: {target: docker}}
                """;
        assertThat(told(service.formatted(", image: debian"))).isEmpty();
        assertThat(told(service.formatted(""))).containsExactly("missing-key 2:14");
        assertThat(told(service.formatted(", image: debian, listen: socket")))
                .containsExactly("not-yet 2:73");
        assertThat(told(service.formatted(", image: debian, health: {command: x}"))).isEmpty();
        assertThat(told(service.replace("docker", "process").formatted(""))).isEmpty();
    }

    @Test
    void what_is_no_image_and_no_registry_is_told() {
        String service =
                """
                components: {a: {kind: service, run: x, port: 1, image: %s}}
                environments: {l: {target: docker, registry: %s}}
                """;
        String own = "{at: \"localhost:5000/shop\", insecure: true}";
        assertThat(told(service.formatted("debian:12", own))).isEmpty();
        assertThat(told(service.formatted("Debian", own))).containsExactly("wrong-value 2:57");
        assertThat(told(service.formatted("debian", "{at: r.example.org, insecure: true}")))
                .containsExactly("wrong-value 3:76");
        assertThat(told(service.formatted("debian", "{at: r.example.org, user: U}")))
                .containsExactly("missing-key 3:46");
        assertThat(told(service.formatted("debian", "{at: \"https://r.example.org\"}")))
                .containsExactly("wrong-value 3:51");
    }

    @Test
    void what_an_engine_has_no_use_for_is_told() {
        String kept =
                """
                datastores: {x: {engine: nats, url: "nats://h", backup: {keep: 3d}}}
                """;
        assertThat(told(kept + LOCAL)).containsExactly("not-yet 2:57");
        assertThat(told(kept.replace("nats", "redis") + LOCAL)).isEmpty();
        String file =
                """
                datastores: {x: {engine: sqlite, url: "sqlite:a.db", local: {port: 80}, backup: {}}}
                """;
        assertThat(told(file + LOCAL)).containsExactly("wrong-value 2:61");
        assertThat(told(file.replace("local: {port: 80}, ", "") + LOCAL)).isEmpty();
        assertThat(told(file.replace("sqlite:a.db", "sqlite:") + LOCAL)).hasSize(2);
    }

    @Test
    void an_archive_that_cannot_be_is_told_with_its_line() {
        String archive =
                """
                datastores:
                  x:
                    engine: postgres
                    url: "postgres://h/x"
                    backup:
                      archive: {tool: pgbackrest, stanza: main, config: /etc/a.conf}
                """;
        assertThat(told(archive + LOCAL)).isEmpty();
        assertThat(told(archive.replace("pgbackrest, stanza", "barman, server") + LOCAL)).isEmpty();
        assertThat(told(archive.replace("pgbackrest", "barman") + LOCAL))
                .containsExactly("wrong-value 7:39");
        assertThat(told(archive.replace("postgres\n", "mysql\n") + LOCAL))
                .containsExactly("wrong-value 7:16");
        assertThat(told(archive.replace("stanza: main, ", "") + LOCAL))
                .containsExactly("one-of 7:16");
        assertThat(told(archive.replace("pgbackrest", "wal-g") + LOCAL)).hasSize(1);
    }

    @Test
    void nothing_waits_for_itself() {
        String three =
                """
                components:
                  a: {kind: worker, run: x, after: [c]}
                  b: {kind: worker, run: x, after: [a]}
                  c: {kind: worker, run: x, after: [b]}
                """;
        assertThat(found(three + LOCAL))
                .singleElement()
                .extracting(Problem::message)
                .isEqualTo("`after` goes in a circle: a → c → b → a");
        assertThat(told("groups: {g: [h], h: [g]}\n" + LOCAL))
                .containsExactly("cycle 2:14", "cycle 2:22");
        assertThat(worker("after: [a]")).containsExactly("cycle 3:57");
    }

    @Test
    void order_and_after_agree() {
        String two =
                "components: {a: {kind: worker, run: x, after: [b]}, b: {kind: worker, run: x}}\n";
        assertThat(told(two + "environments: {local: {order: [a, b]}}\n"))
                .containsExactly("order 2:48");
        assertThat(told(two + "environments: {local: {order: [a]}}\n"))
                .containsExactly("order 2:48");
        assertThat(told(two + "environments: {local: {order: [b, a, b]}}\n"))
                .containsExactly("order 3:38");
    }

    @Test
    void a_port_belongs_to_one() {
        String two =
                """
                components:
                  a: {kind: frontend, static: x, port: 80}
                  b: {kind: frontend, static: x, port: 80}
                """;
        assertThat(told(two + LOCAL)).containsExactly("port-taken 4:40");
        String high =
                """
                components: {a: {kind: frontend, static: x, port: 50000}}
                environments: {local: {port-offset: 20000}}
                """;
        assertThat(told(high)).containsExactly("port-taken 2:51");
        String store =
                """
                components: {a: {kind: frontend, static: x, port: 80}}
                datastores: {d: {engine: redis, url: "redis://x", local: {port: 80}}}
                """;
        assertThat(told(store + LOCAL)).containsExactly("port-taken 3:65");
        String door =
                """
                components: {a: {kind: frontend, static: x, port: 80}}
                environments: {local: {entrances: {public: {port: 80}}}}
                """;
        assertThat(told(door)).containsExactly("port-taken 3:51");
    }

    @Test
    void two_components_that_want_the_same_requests_are_told() {
        String text =
                """
                components:
                  a: {kind: frontend, static: x, port: 80, at: [{entrance: public}]}
                  b: {kind: frontend, static: x, port: 81, at: [{entrance: public, paths: [/b, /]}]}
                environments: {local: {entrances: {public: {port: 8080}}}}
                """;
        assertThat(told(text)).containsExactly("route-taken 4:48");
        assertThat(told(text.replace("/b, /", "/b"))).isEmpty();
    }

    @Test
    void whom_an_entrance_lets_in_and_from_where_it_is_found_is_looked_at() {
        String text =
                """
                components: {a: {kind: frontend, static: x, port: 80, at: [{entrance: public}]}}
                environments: {local: {entrances: {public: {port: 443, tls: {certificates: t}, %s}}}}
                """;
        for (String good :
                List.of(
                        "proxies: [10.0.0.0/8, 192.0.2.1, '2001:db8::/32', '::1', 0.0.0.0/0]",
                        "redirect-from: 8080")) {
            assertThat(told(text.formatted(good))).as(good).isEmpty();
        }
        for (String wrong :
                List.of(
                        "10.0.0.1/8",
                        "10.0.0.0/33",
                        "10.0.0.0/08",
                        "10.0.0",
                        "256.0.0.1",
                        "lb.example.org",
                        "'2001:db8::1/32'",
                        "'::ffff:10.0.0.1'",
                        "':::/32'")) {
            assertThat(told(text.formatted("proxies: [" + wrong + "]"))).as(wrong).hasSize(1);
        }
        assertThat(told(text.formatted("redirect-from: 443"))).hasSize(1);
        assertThat(told(text.formatted("redirect-from: 80"))).hasSize(1);
        assertThat(
                        told(
                                text.formatted("redirect-from: 8080")
                                        .replace("tls: {certificates: t}, ", "")))
                .containsExactly("missing-key 3:44");
    }

    @Test
    void more_requests_of_an_entrance_than_the_gateway_takes_are_told() {
        String text =
                """
                components: {a: {kind: frontend, static: x, port: 80, at: [%s]}}
                environments: {local: {entrances: {public: {port: 8080}}}}
                """;
        String one = "{entrance: public, %s: [%s]}";
        for (String key : List.of("hosts", "paths", "methods")) {
            String value = key.equals("hosts") ? "a.org" : key.equals("paths") ? "/a" : "GET";
            String all = String.join(", ", Collections.nCopies(256, value));
            assertThat(told(text.formatted(one.formatted(key, all)))).as(key).isEmpty();
            assertThat(told(text.formatted(one.formatted(key, all + ", " + value))))
                    .as(key)
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("wrong-value");
        }
        String many = String.join(", ", Collections.nCopies(65, "{entrance: public}"));
        assertThat(told(text.formatted(many))).hasSize(1);
    }

    @Test
    void tls_without_a_whole_pair_is_told_and_no_key_is_repeated() {
        String text =
                """
                components: {a: {kind: frontend, static: x, port: 80, at: [{entrance: public}]}}
                environments: {local: {entrances: {public: {port: 8080, tls: %s}}}}
                """;
        assertThat(told(text.formatted("{certificate: a.crt, key: a.key}"))).isEmpty();
        assertThat(told(text.formatted("{certificate: a.crt}")))
                .containsExactly("missing-key 3:62");
        assertThat(told(text.formatted("{key: a.key}"))).anyMatch(one -> one.startsWith("one-of"));
        assertThat(told(text.formatted("{certificates: tls, key: a.key}")))
                .containsExactly("one-of 3:62");
        assertThat(told(text.formatted("{certificates: a, certificate: b, key: c}")))
                .anyMatch(one -> one.startsWith("one-of"));
        assertThat(told(text.formatted("{certificates: tls, minimum: '1.1'}")))
                .containsExactly("wrong-value 3:91");
        assertThat(told(text.formatted("{certificate: a, key: '-----BEGIN PRIVATE KEY-----'}")))
                .hasSize(1)
                .first()
                .asString()
                .startsWith("wrong-value");
    }

    @Test
    void what_no_authority_could_be_asked_for_is_told() {
        String text =
                """
                components:
                  a: {kind: frontend, static: x, port: 80, at: [{entrance: public, hosts: [%s]}]}
                environments: {local: {entrances: {public: {port: 443, tls: {%s}}}}}
                """;
        String acme =
                "acme: {directory: 'https://ca.example.org/dir', contact: ops@example.org,"
                        + " hosts: [a.example.org]%s}";
        String good = text.formatted("a.example.org", acme);
        assertThat(told(good.formatted(""))).isEmpty();
        assertThat(told(good.formatted(", challenge: tls-alpn-01, trust: ca.pem"))).isEmpty();
        assertThat(told(good.formatted(", challenge: dns-01"))).hasSize(1);
        assertThat(told(good.formatted("}, certificates: tls, minimum: {")))
                .anyMatch(one -> one.startsWith("one-of"));
        assertThat(told(text.formatted("a.example.org", acme + ", key: a").formatted("")))
                .containsExactly("one-of 4:61");
        assertThat(told(text.formatted("b.example.org", acme).formatted("")))
                .containsExactly("certificate 3:48");
        assertThat(told(good.replace("contact: ops@example.org,", "").formatted("")))
                .containsExactly("missing-key 4:68");
        for (String wrong :
                List.of(
                        "'*.example.org'",
                        "localhost",
                        "App.example.org",
                        "a_b.example.org",
                        "-a.example.org",
                        "''",
                        "x".repeat(64) + ".org",
                        String.join(", ", Collections.nCopies(101, "a.example.org")))) {
            assertThat(told(good.replace("hosts: [a.example.org]%s", "hosts: [" + wrong + "]")))
                    .as(wrong)
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("wrong-value");
        }
        assertThat(told(good.replace("hosts: [a.example.org]%s", "hosts: []")))
                .containsExactly("wrong-value 4:143");
        for (String wrong : List.of("http://ca.example.org", "https://", "https://a b/", "x")) {
            assertThat(told(good.replace("https://ca.example.org/dir", wrong).formatted("")))
                    .as(wrong)
                    .hasSize(1);
        }
        assertThat(told(good.replace("ops@example.org", "ops").formatted(""))).hasSize(1);
    }

    @Test
    void an_entrance_that_no_environment_has_and_what_no_request_can_be_are_told() {
        String text =
                """
                components:
                  a: {kind: frontend, static: x, port: 80, at: [{entrance: pubic, %s}]}
                environments: {local: {entrances: {public: {port: 8080}}}}
                """;
        assertThat(told(text.formatted("paths: [/x]"))).containsExactly("unknown-reference 3:60");
        for (String wrong :
                List.of(
                        "hosts: [App.example.org]",
                        "hosts: ['a.*.org']",
                        "hosts: ['example.org:80']",
                        "paths: [x]",
                        "paths: [/a/../b]",
                        "paths: [/a/]",
                        "paths: [/%61]",
                        "methods: [get]",
                        "headers: {x: ' 1'}")) {
            assertThat(told(text.replace("pubic", "public").formatted(wrong)))
                    .as(wrong)
                    .hasSize(1)
                    .first()
                    .asString()
                    .startsWith("wrong-value");
        }
    }

    @Test
    void a_password_is_not_written_out_and_not_repeated() {
        List<Problem> problems =
                found(
                        "datastores: {d: {engine: postgres, url: \"postgres://u:hunter2@h/d\"}}\n"
                                + LOCAL);
        assertThat(brief(problems)).containsExactly("secret-in-manifest");
        assertThat(ProblemText.of(problems)).doesNotContain("hunter2").contains("belay.yaml:2:41");
    }

    @Test
    void an_included_file_never_overrides() throws IOException {
        Files.writeString(folder.resolve("b.yaml"), "platform: other\ngroups: {g: [a]}\n");
        String text = "groups: {g: [a]}\ncomponents: {a: {kind: worker, run: x}}\n" + LOCAL;
        assertThat(told(text + "include: [b.yaml]\n"))
                .containsExactly("include 1:1", "duplicate-key 2:10");
        assertThat(told(text + "include: [none.yaml]\n")).containsExactly("include 5:11");
    }

    @Test
    void includes_do_not_go_in_circles_or_through_links() throws IOException {
        Files.writeString(folder.resolve("b.yaml"), "include: [c.yaml]\n");
        Files.writeString(folder.resolve("c.yaml"), "include: [b.yaml]\n");
        assertThat(told("include: [b.yaml]\n" + LOCAL)).containsExactly("cycle 1:11");
        Path outside = Files.createTempFile("outside", ".yaml");
        try {
            Files.createSymbolicLink(folder.resolve("link.yaml"), outside);
            assertThat(told("include: [link.yaml]\n" + LOCAL)).containsExactly("path 2:11");
        } finally {
            Files.delete(outside);
        }
    }

    @Test
    void size_is_looked_at_before_anything_else() throws IOException {
        Files.writeString(folder.resolve("belay.yaml"), "a: \"" + "x".repeat(4 << 20) + "\"");
        assertThat(brief(problems(ManifestReader.read(folder)))).containsExactly("too-large");
    }

    @Test
    void what_is_no_text_is_no_manifest() throws IOException {
        Path file = folder.resolve("belay.yaml");
        Files.write(file, "a: b\nc: \u00e9".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(brief(problems(ManifestReader.read(folder)))).containsExactly("not-utf-8 2:4");
        Files.write(file, "platform: shop".getBytes(StandardCharsets.UTF_16));
        assertThat(brief(problems(ManifestReader.read(file)))).containsExactly("not-utf-8 1:1");
        Files.delete(file);
        assertThat(brief(problems(ManifestReader.read(folder)))).containsExactly("no-file");
        Files.createDirectory(file);
        assertThat(brief(problems(ManifestReader.read(file)))).containsExactly("no-file");
    }

    @Test
    void a_byte_order_mark_and_carriage_returns_do_no_harm() throws IOException {
        String text = "\uFEFFplatform: shop\r\nowner: [x]\r\n" + LOCAL;
        assertThat(brief(problems(folder, text))).containsExactly("wrong-type 2:8");
    }

    @Test
    void a_hopeless_manifest_is_told_in_a_hundred_problems_and_little_time() {
        String keys =
                IntStream.range(0, 20_000)
                        .mapToObj(i -> "k" + i + ": 1\n")
                        .collect(Collectors.joining());
        assertThat(found(keys + LOCAL)).hasSize(100);
        String chain =
                IntStream.range(0, 4000)
                        .mapToObj(i ->
                                "  c%d: {kind: worker, run: x, after: [c%d]}%n".formatted(i, i + 1))
                        .collect(Collectors.joining());
        assertThat(told("components:\n" + chain + LOCAL))
                .containsExactly("unknown-reference 4002:41");
        String groups =
                IntStream.range(0, 5000)
                        .mapToObj(i -> "  g%d: [g%d]%n".formatted(i, i + 1))
                        .collect(Collectors.joining());
        assertThat(told("groups:\n" + groups + LOCAL)).contains("wrong-value 3:3");
        assertThat(told("owner: \"" + "a".repeat(200_000) + "\"\n" + LOCAL))
                .containsExactly("wrong-value 2:8");
        assertThat(told("requires: {node: \"" + "1".repeat(2000) + "x\"}\n" + LOCAL))
                .containsExactly("wrong-value 2:18");
    }

    @Test
    void overrides_are_checked_like_everything_else() {
        Manifest manifest =
                Manifests.good(
                        folder,
                        "platform: shop\ncomponents: {a: {kind: worker, run: x}}\n" + LOCAL);
        assertThat(set(manifest, "components.a.instances=many")).containsExactly("wrong-type 1:1");
        assertThat(set(manifest, "components.b.instances=2"))
                .containsExactly("unknown-reference 1:1");
        assertThat(set(manifest, "instances")).containsExactly("override");
        assertThat(set(manifest, "..=1")).containsExactly("override");
        // Neither a gate nor a backup is set away without a trace.
        for (String away :
                List.of(
                        "gates=null",
                        "gates.backup=null",
                        "boundary=null",
                        "boundary.scratch=[localhost]",
                        "datastores=null",
                        "datastores.db=null",
                        "datastores.db.backup.to=/tmp/x")) {
            assertThat(set(manifest, away)).as(away).containsExactly("override");
        }
        assertThat(set(manifest, "components.a.run=[")).containsExactly("syntax 1:2");
        assertThat(brief(problems(manifest.in("lokal")))).containsExactly("unknown-environment");
    }

    private static List<String> set(Manifest manifest, String setting) {
        return brief(problems(manifest.in("local", new Overrides(List.of(setting)))));
    }

    /// With a platform's name in line 1.
    private List<Problem> found(String text) {
        return problems(folder, "platform: shop\n" + text);
    }

    private List<String> told(String text) {
        return brief(found(text));
    }

    /// A worker with more keys, in line 3, which start at column 49 after a comma.
    private List<String> worker(String keys) {
        return told(
                "components:\n  a: {kind: worker, run: node worker-main.js,   "
                        + keys
                        + "}\n"
                        + LOCAL);
    }

    /// A worker with another command, in line 3, column 44.
    private List<String> job(String command) {
        return told(
                "components:\n  a: {kind: worker,                   run: '"
                        + command.replace("'", "''")
                        + "'}\n"
                        + LOCAL);
    }
}
