package dev.belay.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.ManifestReader;
import dev.belay.manifest.Promotes;
import dev.belay.manifest.Reading;
import dev.belay.plan.Parity.Difference;
import dev.belay.plan.Parity.Direction;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ParityTest {
    @TempDir private Path folder;

    /// Two environments that are alike but for a line in each.
    private List<Difference> between(String staging, String production) throws IOException {
        return Parity.of(
                view("production", staging, production), view("staging", staging, production));
    }

    private EnvironmentView view(String name, String staging, String production)
            throws IOException {
        Files.createDirectories(folder.resolve("app"));
        Path file = folder.resolve("belay.yaml");
        Files.writeString(
                file,
                """
                platform: small
                datastores:
                  db: {engine: postgres, url: "${DATABASE_URL}"}
                  cache: {engine: redis, url: "${CACHE_URL}"}
                components:
                  api:
                    kind: service
                    build: {output: app}
                    run: sh run.sh
                    port: 3000
                    uses: [db]
                    smoke: [{name: answers, http: [{request: GET /}]}]
                  web: {kind: worker, build: {output: app}, run: sh web.sh}
                  mail: {kind: worker, build: {output: app}, run: sh mail.sh}
                environments:
                  staging: {target: process, %s}
                  production: {target: process, port-offset: 1000, promotes: {from: staging}, %s}
                """
                        .formatted(staging, production));
        return value(value(ManifestReader.read(file)).in(name));
    }

    private static <T> T value(Reading<T> reading) {
        if (reading instanceof Reading.Read<T>(T value)) {
            return value;
        }
        throw new AssertionError(reading);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    api.uses  | components: {api: {uses: [db, cache]}} | components: {api: {uses: [cache, db]}} | cache, db | db, cache
                    api.after | components: {api: {after: [web, mail]}} | components: {api: {after: [mail, web]}} | mail, web | web, mail
                    order     | order: [web, mail] | order: [mail, web] | mail, web | web, mail
                    """)
    void the_same_in_another_order_is_said_to_be_so(
            String what, String staging, String production, String here, String there)
            throws IOException {
        assertThat(between(staging, production))
                .containsExactly(
                        new Difference(what, here, there + " (another order)", Direction.OTHER));
    }

    @Test
    void the_same_components_in_other_groups_are_told_apart() throws IOException {
        assertThat(between("order: [web, mail]", "order: [[web, mail]]"))
                .containsExactly(
                        new Difference("order", "[web, mail]", "web, mail", Direction.OTHER));
    }

    @Test
    void words_of_a_command_are_told_apart_from_a_word_with_blanks() throws IOException {
        assertThat(
                        between(
                                "components: {api: {run: sh -c 'a b'}}",
                                "components: {api: {run: sh -c a b}}"))
                .containsExactly(
                        new Difference("api.run", "sh -c a b", "sh -c 'a b'", Direction.OTHER));
    }

    @Test
    void ports_are_no_difference() throws IOException {
        assertThat(between("rollout: {soak: 10m}", "rollout: {soak: 10m}")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    rollout.soak        | rollout: {soak: 10m}       | rollout: {soak: 90m}        | 10m | 1h30m
                    gates.backup        | gates: {way-back: required} | gates: {backup: verified}  | not asked for | asked for
                    gates.way-back      | gates: {backup: verified, way-back: optional} | gates: {backup: verified} | not asked for | asked for
                    gates.window        | gates: {backup: verified} | gates: {backup: verified, window: {days: mon-thu}} | not asked for | asked for
                    gates.approvals     | gates: {approvals: {any: [a, b]}} | gates: {approvals: {all: [a, b]}} | 1 | 2
                    gates.checklist.b   | gates: {checklist: [a]} | gates: {checklist: [a, b]} | not asked for | asked for
                    gates.evidence.scan | gates: {evidence: {tests: pass}} | gates: {evidence: {tests: pass, scan: pass}} | not asked for | asked for
                    api.instances       | components: {api: {instances: 2}} | components: {api: {instances: 3}} | 2 | 3
                    db.backup.keep      | datastores: {db: {backup: {keep: 7d}}} | datastores: {db: {backup: {keep: 90d}}} | 168h | 2160h
                    db.backup.daily     | datastores: {db: {backup: {to: kept}}} | datastores: {db: {backup: {to: kept, daily: "02:00"}}} | not asked for | asked for
                    db.backup.copy      | datastores: {db: {backup: {to: kept}}} | datastores: {db: {backup: {to: kept, copy: "s3://kept/a"}}} | not asked for | asked for
                    api.smoke.answers   | components: {api: {smoke: [{name: other, http: [{request: GET /}]}]}} | components: {api: {smoke: [{name: other, http: [{request: GET /}]}, {name: answers, http: [{request: GET /}]}]}} | not tested | tested
                    """)
    void what_is_less_is_looser_and_what_is_more_is_stricter(
            String what, String less, String more, String lessShown, String moreShown)
            throws IOException {
        assertThat(between(more, less))
                .containsExactly(new Difference(what, lessShown, moreShown, Direction.LOOSER));
        assertThat(between(less, more))
                .containsExactly(new Difference(what, moreShown, lessShown, Direction.STRICTER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    api.run               | components: {api: {run: sh other.sh}}
                    api.strategy          | components: {api: {strategy: recreate}}
                    api.uses              | components: {api: {uses: []}}
                    api.health            | components: {api: {health: {http: /well}}}
                    api.env.LEVEL         | components: {api: {env: {values: {LEVEL: debug}}}}
                    api.env.KEY           | components: {api: {env: {secret: [KEY]}}}
                    """)
    void what_is_merely_another_is_told_too(String what, String production) throws IOException {
        assertThat(between("order: []", production)).extracting(Difference::what).contains(what);
    }

    @Test
    void a_secret_that_is_none_here_is_looser() throws IOException {
        assertThat(
                        between(
                                "components: {api: {env: {secret: [KEY]}}}",
                                "components: {api: {env: {required: [KEY]}}}"))
                .containsExactly(
                        new Difference("api.env.KEY", "no secret", "a secret", Direction.LOOSER));
    }

    @Test
    void evidence_that_is_asked_for_below_and_not_here_is_looser() throws IOException {
        assertThat(
                        between(
                                "gates: {evidence: {tests: pass, lint: pass, e2e: {kind: tests, name: e2e}}}",
                                "gates: {evidence: {tests: {younger-than: 7d}, lint: pass, scan: pass}}"))
                .filteredOn(one -> one.what().startsWith("gates.evidence"))
                .containsExactly(
                        new Difference(
                                "gates.evidence.tests.e2e",
                                "not asked for",
                                "asked for",
                                Direction.LOOSER),
                        new Difference(
                                "gates.evidence.scan",
                                "asked for",
                                "not asked for",
                                Direction.STRICTER),
                        new Difference(
                                "gates.evidence.tests",
                                "another rule",
                                "this one",
                                Direction.OTHER));
    }

    @Test
    void only_what_is_looser_and_not_listed_refuses() throws IOException {
        List<Difference> found =
                between(
                        "rollout: {soak: 10m}, components: {api: {instances: 1}}",
                        "rollout: {soak: 1m}, components: {api: {instances: 3, run: sh other.sh}}");
        assertThat(found)
                .extracting(Difference::what)
                .containsExactly("rollout.soak", "api.instances", "api.run");
        assertThat(beyond(found, null)).containsExactly("rollout.soak");
        assertThat(beyond(found, List.of("rollout.soak")))
                .as("listed, nothing else may differ")
                .containsExactly("api.instances", "api.run");
        assertThat(beyond(found, List.of("api.*", "rollout.soak"))).isEmpty();
        assertThat(beyond(found, List.of("*.instances", "api.r")))
                .as("a part of a name is none")
                .containsExactly("rollout.soak", "api.run");
        assertThat(beyond(found, List.of())).hasSize(3);
    }

    private static List<String> beyond(
            List<Difference> found, @org.jspecify.annotations.Nullable List<String> differs) {
        return Parity.beyond(found, new Promotes("staging", false, differs)).stream()
                .map(Difference::what)
                .toList();
    }
}
