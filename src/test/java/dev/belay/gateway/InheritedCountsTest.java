package dev.belay.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.belay.driver.Answered;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// What a predecessor counted is its successor's, whether it is asked or has ended.
class InheritedCountsTest {
    @TempDir private Path folder;

    private GatewayParts counted() {
        var options = GatewayOptions.in(folder).within(Limits.DEFAULT);
        GatewayParts parts =
                GatewayParts.of(options, new Loops(1, options.limits()), java.util.Map.of());
        RevisionTraffic one = parts.keeper().counted(TestGateway.KEY, "v1");
        Upstream member =
                one.upstream(
                        new Route.Member("v1-1", "127.0.0.1", 1),
                        new HealthCheck.Tcp(Duration.ofSeconds(1)));
        member.answered(503, 5_000_000);
        for (int status : List.of(101, 200, 302, 404, 500)) {
            // Half of them in place of a member that is not there.
            one.answered(status, 1_000_000L * status + 1, status % 2 == 0 ? member : null);
        }
        one.abandoned();
        for (var error : RevisionTraffic.UpstreamError.values()) {
            one.error(error);
        }
        for (var why : MemberLink.Loss.values()) {
            one.repeated(why);
        }
        one.ejected();
        one.received(10);
        one.sent(20);
        for (Tally tally : Tally.values()) {
            if (tally.metric().endsWith("_total")) {
                parts.proxy().chronicle().tallies().add(tally, 3);
            }
        }
        for (Refusals.Why why : Refusals.Why.values()) {
            parts.proxy().refusals().count(why);
        }
        return parts;
    }

    private static ObjectNode json(GatewayParts parts) {
        return Counts.json(parts.keeper(), parts.proxy());
    }

    @Test
    void an_inheritance_counts_as_much_as_asking_did() {
        try (GatewayParts before = counted();
                GatewayParts after = counted()) {
            ObjectNode asked = json(after);
            RevisionSums.add(asked, json(before));
            assertThat(asked).asString().isNotEqualTo(json(after).toString());
            after.inherit(json(before));
            assertThat(json(after)).asString().isEqualTo(asked.toString());
        }
    }

    /// Who compares times takes bins for what this says.
    @Test
    void bins_of_times_are_those_that_are_compared() {
        assertThat(LatencyBins.RATIO).isEqualTo(Answered.RATIO);
    }

    @Test
    void lines_that_only_one_gateway_has_are_in_the_sum() {
        ObjectNode all = RouteJson.MAPPER.createObjectNode();
        all.putArray("revisions").addObject().put("revision", "v2").put("requests", 1);
        ObjectNode other = RouteJson.MAPPER.createObjectNode();
        ObjectNode line = other.putArray("revisions").addObject();
        line.put("revision", "v1").put("requests", 2);
        line.putArray("members").addObject().put("id", "v1-1").put("requests", 2);
        RevisionSums.add(all, other);
        RevisionSums.add(all, other);
        assertThat(all.toString())
                .isEqualTo(
                        """
                        {"revisions":[{"revision":"v2","requests":1},\
                        {"revision":"v1","requests":4,\
                        "members":[{"id":"v1-1","requests":4}]}]}\
                        """);
    }

    @Test
    void metrics_add_up_where_a_sum_says_something() {
        Exposition all =
                Exposition.parse(
                        """
                        # HELP belay_gateway_table_version V.
                        # TYPE belay_gateway_table_version gauge
                        belay_gateway_table_version 7
                        # HELP belay_gateway_requests_total R.
                        # TYPE belay_gateway_requests_total counter
                        belay_gateway_requests_total{class="2xx"} 5
                        # HELP process_cpu_seconds_total C.
                        # TYPE process_cpu_seconds_total counter
                        process_cpu_seconds_total 1.50
                        """);
        all.add(
                Exposition.parse(
                        """
                        # HELP belay_gateway_table_version V.
                        # TYPE belay_gateway_table_version gauge
                        belay_gateway_table_version 6
                        # HELP belay_gateway_requests_total R.
                        # TYPE belay_gateway_requests_total counter
                        belay_gateway_requests_total{class="2xx"} 4
                        belay_gateway_requests_total{class="5xx"} 1
                        # HELP process_cpu_seconds_total C.
                        # TYPE process_cpu_seconds_total counter
                        process_cpu_seconds_total 9.00
                        """));
        assertThat(all.text())
                .contains("table_version 7\n")
                .contains("class=\"2xx\"} 9\n")
                .contains("class=\"5xx\"} 1\n")
                .contains("process_cpu_seconds_total 1.50\n");
    }
}
