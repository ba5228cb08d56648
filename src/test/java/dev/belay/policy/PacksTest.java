package dev.belay.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.manifest.PolicyPack;
import dev.belay.manifest.PolicyPacks;
import dev.belay.manifest.PolicyRule;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Of each rule of each pack: a release that breaks it, and no other of its pack.
class PacksTest {
    private static final Map<String, UnaryOperator<Clinic>> CASES = new HashMap<>();

    static {
        production();
        noDowntime();
        multiTenant();
        hipaaOfData();
        hipaaOfReleases();
    }

    @TempDir private Path folder;

    private static void add(String rule, UnaryOperator<Clinic> change) {
        CASES.put(rule, change);
    }

    private static void add(String rule, String old, String changed) {
        add(rule, clinic -> clinic.with(old, changed));
    }

    private static void production() {
        add("production/promoted", "    promotes: {from: staging}\n", "");
        add("production/backup", "      backup: verified\n", "");
        add("production/way-back", "way-back: required", "way-back: optional");
        add("production/evidence", "scan: pass", "coverage: pass");
        add("production/approvals", "      approvals: {quorum: 2}\n", "");
        add("production/checklist", "      checklist: [stakeholders notified]\n", "");
        add("production/window", "      window: {days: mon-thu, hours: \"09:00-16:00\"}\n", "");
        add("production/secrets", "      secrets: current\n", "");
        add("production/soak", "soak: 10m", "soak: 9m");
        add("production/owner", "owner: ops\n", "");
        add("production/instances", "instances: 2", "instances: 1");
        add("production/health", "health: {http: /health}", "health: {tcp: true}");
        add("production/smoke", PacksTest::untested);
    }

    private static Clinic untested(Clinic clinic) {
        String manifest = clinic.manifest();
        int smoke = manifest.indexOf("    smoke:");
        String tests = manifest.substring(smoke, manifest.indexOf("environments:\n  staging"));
        return clinic.with(tests, "");
    }

    private static void noDowntime() {
        add(
                "no-downtime/strategy",
                "    instances: 2\n",
                "    instances: 2\n    strategy: recreate\n");
        add("no-downtime/instances", "instances: 2", "instances: 1");
        add("no-downtime/drain", "drain: 10s", "drain: 1s");
        add("no-downtime/health", "health: {http: /health}", "health: {tcp: true}");
        add("no-downtime/way-back", "way-back: required", "way-back: optional");
        add("no-downtime/migrations", clinic -> clinic.migrating("", "breaking"));
        add("no-downtime/contracts", "      contracts: compatible\n", "");
        add("no-downtime/one-way", clinic -> clinic.migrating("nobody wrote one", "compatible"));
    }

    private static void multiTenant() {
        add("multi-tenant/declared", "    serves: tenants\n", "");
        add("multi-tenant/probe", "not-tenant: south", "not-tenant: north");
        add("multi-tenant/refused", "status: 403", "status: 401-403");
        add("multi-tenant/let-in", "/north/patients, status: 200", "/north/patients, status: 403");
        add("multi-tenant/tested", clinic -> clinic.skipping("verify"));
    }

    private static void hipaaOfData() {
        add("hipaa/declared", "data: {phi: true, encrypted-at-rest: true}", "data: {phi: false}");
        add("hipaa/handlers", "    data: {phi: true}\n", "");
        add("hipaa/vendors", "vendor: postmark", "vendor: acme");
        add("hipaa/lines", "https://mail", "http://mail");
        add("hipaa/entrances", "tls: {certificates: tls}", "proxies: []");
        add("hipaa/at-rest", "phi: true, encrypted-at-rest: true", "phi: true");
        add(
                "hipaa/local",
                "    url: \"${DATABASE_URL}\"\n",
                "    url: \"${DATABASE_URL}\"\n    local: {port: 5440}\n");
        add("hipaa/kept", "daily: \"02:00\", ", "");
        add("hipaa/boundary", "    boundary: {scratch: [localhost], encrypted: true}\n", "");
        add("hipaa/boundary-lines", "localhost], encrypted: true", "localhost], encrypted: false");
        add("hipaa/logs", "logs: {phi: false", "logs: {phi: true");
        add("hipaa/retention", "retention: 2190d}\n", "retention: 30d}\n");
    }

    private static void hipaaOfReleases() {
        add("hipaa/approvals", "quorum: 2", "quorum: 1");
        add("hipaa/evidence", "scan: pass", "coverage: pass");
        add("hipaa/window", "      window: {days: mon-thu, hours: \"09:00-16:00\"}\n", "");
        add("hipaa/promoted", "    promotes: {from: staging}\n", "");
        add("hipaa/secrets", "      secrets: current\n", "");
        add("hipaa/signed", "keys/release.pub]}", "keys/release.pub], for: [api]}");
        add("hipaa/locked", clinic -> clinic.overriding("components.api.instances"));
        add("hipaa/whole", clinic -> clinic.skipping("verify"));
    }

    private static List<PolicyRule> rules() {
        return PolicyPacks.names().stream()
                .map(name -> PolicyPacks.find(name).orElseThrow())
                .map(PolicyPack::rules)
                .flatMap(List::stream)
                .toList();
    }

    static Stream<String> names() {
        return rules().stream().map(PolicyRule::name);
    }

    @Test
    void a_release_that_keeps_every_rule_is_refused_by_none() throws IOException {
        var policed = new Clinic(folder).policed();
        assertThat(policed.rules())
                .hasSameSizeAs(rules())
                .allSatisfy(rule -> assertThat(rule.verdict()).as(rule.name()).isEqualTo("holds"));
        assertThat(policed.regulated()).isEqualTo("hipaa");
    }

    @Test
    void every_rule_of_every_pack_has_a_case_and_no_other_has() {
        assertThat(CASES.keySet()).containsExactlyInAnyOrderElementsOf(names().toList());
    }

    @ParameterizedTest
    @MethodSource("names")
    void one_small_change_breaks_one_rule_and_no_other(String rule) throws IOException {
        String pack = rule.substring(0, rule.indexOf('/'));
        UnaryOperator<Clinic> change = Objects.requireNonNull(CASES.get(rule), rule);
        assertThat(change.apply(new Clinic(folder)).only(pack).broken()).containsExactly(rule);
    }

    @Test
    void a_rule_of_one_s_own_sees_every_gate() throws IOException {
        for (String rule :
                List.of(
                        "gates.secrets && gates.secrets_younger_than == duration('0s')",
                        "gates.signatures == 1 && gates.signatures_for == [] && !gates.provenance",
                        "gates.contracts && components[0].contracts == ['api.yaml']")) {
            Clinic clinic = new Clinic(folder).policies("[mine]");
            assertThat(clinic.own("  mine: {rule: \"" + rule + "\", message: no}\n").broken())
                    .as(rule)
                    .isEmpty();
        }
    }

    @Test
    void nobody_s_signature_is_no_signature() throws IOException {
        assertThat(
                        new Clinic(folder)
                                .with("      signatures: {keys: [keys/release.pub]}\n", "")
                                .only("hipaa")
                                .broken())
                .containsExactly("hipaa/signed");
    }

    @Test
    void every_rule_says_why_it_is_there_whose_demand_it_is_and_how_to_mend() {
        assertThat(rules())
                .allSatisfy(rule ->
                        assertThat(List.of(rule.why(), rule.from(), rule.hint(), rule.message()))
                                .as(rule.name())
                                .noneMatch(String::isBlank));
    }
}
