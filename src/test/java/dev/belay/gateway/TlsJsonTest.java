package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.gateway.tls.TlsUse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a port speaks TLS, on the wire and on disk.
class TlsJsonTest {
    private static final Path CERTIFICATE = Path.of("/etc/a.crt");

    @Test
    void every_use_comes_back_as_it_was() {
        TlsUse folder = TlsUse.folder(Path.of("/etc/tls"));
        TlsUse pair = TlsUse.pair(CERTIFICATE, Path.of("/etc/a.key"));
        TlsUse ordered = TlsUse.ordered(Path.of("/etc/ordered"));
        for (TlsUse use : List.of(folder, pair, ordered, pair.atLeast(TlsUse.Minimum.TLS_1_3))) {
            var problems = new ArrayList<String>();
            assertThat(TlsJson.read(TlsJson.write(use), problems::add)).isEqualTo(use);
            assertThat(problems).isEmpty();
            var rules = new Rules(List.of(Match.all(new Entrance("public", 443, use))));
            Route route =
                    new Route(TestGateway.KEY, 1, 80, List.of(), new HealthCheck.None())
                            .with(rules);
            assertThat(RouteJson.read(TestGateway.KEY, RouteJson.write(route)).route())
                    .isEqualTo(route);
        }
    }

    @Test
    void a_plain_entrance_is_written_as_before_there_was_tls() {
        var rules = new Rules(List.of(Match.all(new Entrance("public", 443))));
        var route = new Route(TestGateway.KEY, 1, 80, List.of(), new HealthCheck.None());
        assertThat(RouteJson.write(route.with(rules)).toString()).doesNotContain("tls");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "[]",
                "{}",
                "{'folder': 'tls'}",
                "{'folder': 7}",
                "{'folder': '/tls', 'key': '/a.key'}",
                "{'ordered': 'tls'}",
                "{'ordered': '/tls', 'folder': '/tls'}",
                "{'ordered': '/tls', 'key': '/a.key'}",
                "{'certificate': '/a.crt'}",
                "{'certificate': '/a.crt', 'key': ''}",
                "{'folder': '/tls\\u0000'}",
                "{'folder': '/tls', 'minimum': '1.1'}",
                "{'folder': '/tls', 'minimum': 1.2}",
            })
    void what_is_none_is_a_problem(String tls) {
        String at = "[{'entrance': {'name': 'public', 'port': 443, 'tls': " + tls + "}}]";
        String json = "{'token': 1, 'port': 1, 'shares': [], 'at': " + at + "}";
        var reading =
                RouteJson.read(TestGateway.KEY, RouteJson.MAPPER.readTree(json.replace('\'', '"')));
        assertThat(reading.route()).isNull();
        assertThat(reading.problems())
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.code()).isEqualTo("gateway/tls"));
    }
}
