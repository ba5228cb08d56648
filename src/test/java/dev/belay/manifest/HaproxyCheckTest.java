package dev.belay.manifest;

import static dev.belay.manifest.Manifests.good;
import static dev.belay.manifest.Manifests.problems;
import static dev.belay.manifest.Manifests.view;
import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.problem.Problem;
import dev.belay.release.Traffic;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HaproxyCheckTest {
    @TempDir Path folder;

    private static String manifest(String component, String environment) {
        return """
        platform: shop
        components:
          api: {kind: service, run: x, port: 3000%s}
        environments: {local: {%s}}
        """
                .formatted(component, environment);
    }

    private List<String> messages(String component, String environment) {
        return problems(folder, manifest(component, environment)).stream()
                .map(Problem::message)
                .toList();
    }

    @Test
    void who_carries_requests_is_said_by_the_environment() throws Exception {
        var chosen = view(good(folder, manifest("", "router: haproxy")), "local");
        assertThat(chosen.component("api").rules().by()).isEqualTo(Traffic.Carrier.HAPROXY);
        var usual = view(good(folder, manifest("", "")), "local");
        assertThat(usual.component("api").rules()).isEqualTo(Traffic.Rules.NONE);
        assertThat(messages("", "router: nginx")).singleElement().asString().contains("haproxy");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    , 'sticky: true' | visitors with their revision
                    , 'slow-start: 5s' | `slow-start`
                    , 'protocol: h2' | HTTP/2 to instances
                    , 'listen: socket' | instances at Unix sockets
                    , 'health: {grpc: ""}' | `health` by gRPC
                    """)
    void what_haproxy_does_not_do_is_a_problem(String component, String message) {
        String written = component.replace("'", "");
        assertThat(messages(written, "router: haproxy"))
                .singleElement()
                .asString()
                .isEqualTo("this version does not do " + message + " by HAProxy");
        assertThat(messages(written, "")).isEmpty();
    }

    @Test
    void frontends_and_shared_ports_stay_with_the_gateway() {
        var text =
                """
                platform: shop
                components:
                  web: {kind: frontend, static: x, port: 3000}
                  api: {kind: service, run: x, port: 3001, at: [{entrance: all, paths: [/api]}]}
                environments: {local: {router: haproxy, entrances: {all: {port: 8080}}}}
                """;
        assertThat(problems(folder, text))
                .extracting(Problem::message)
                .containsExactlyInAnyOrder(
                        "this version does not do files of a frontend (`web`) by HAProxy",
                        "this version does not do `at` by HAProxy");
    }

    @Test
    void a_cluster_has_no_haproxy_of_this_machine() {
        assertThat(messages("", "router: haproxy, target: {kubernetes: {namespace: shop}}"))
                .anyMatch(one -> one.contains("in a cluster"));
    }
}
