package dev.belay.gateway;

import java.util.Locale;
import java.util.TreeSet;
import tools.jackson.databind.node.ObjectNode;

/// What the gateway counts, for people, Prometheus and the judge of a rollout.
final class Counts {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final String[] CLASSES = {"abandoned", "1xx", "2xx", "3xx", "4xx", "5xx"};

    private Counts() {}

    /// Requests and tunnels per revision and member, those included that only drain.
    static ObjectNode inFlight(TableKeeper keeper, RouteKey key) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        var revisions = json.putArray("revisions");
        for (RevisionTraffic one : keeper.traffic(key)) {
            if (!one.revision().isEmpty()) {
                ObjectNode line = revisions.addObject();
                line.put("revision", one.revision());
                line.put("requests", one.requests()).put("tunnels", one.tunnels());
                var members = line.putArray("members");
                for (Upstream upstream : one.upstreams()) {
                    members.addObject()
                            .put("id", upstream.member().id())
                            .put("requests", upstream.requests())
                            .put("tunnels", upstream.tunnels())
                            .put("ready", upstream.ready());
                }
            }
        }
        return json;
    }

    static ObjectNode json(TableKeeper keeper, Table table) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode().put("version", table.version());
        var bounds = json.putArray("boundsMicros");
        for (long nanos : Histogram.boundsNanos()) {
            bounds.add(nanos / 1_000);
        }
        var revisions = json.putArray("revisions");
        for (RouteKey key : new TreeSet<>(keeper.keys())) {
            for (RevisionTraffic one : keeper.traffic(key)) {
                ObjectNode line = revisions.addObject();
                line.put("environment", key.environment()).put("component", key.component());
                line.put("revision", one.revision());
                ObjectNode answers = line.putObject("answers");
                for (int i = 0; i < CLASSES.length; i++) {
                    answers.put(CLASSES[i], one.answers(i));
                }
                ObjectNode errors = line.putObject("upstreamErrors");
                for (var error : RevisionTraffic.UpstreamError.values()) {
                    errors.put(name(error), one.errors(error));
                }
                line.put("requests", one.requests()).put("tunnels", one.tunnels());
                var latency = line.putArray("latency");
                for (long count : one.latency().counts()) {
                    latency.add(count);
                }
            }
        }
        return json;
    }

    static String prometheus(TableKeeper keeper, Table table, Refusals refusals) {
        var text = new StringBuilder(4_096);
        head(text, "table_version", "gauge", "Version of the routing table in use.");
        text.append("belay_gateway_table_version ").append(table.version()).append('\n');
        head(text, "refused_total", "counter", "Connections and requests over a limit, by which.");
        for (Refusals.Why why : Refusals.Why.values()) {
            line(text, "refused_total", "limit=\"" + why.label() + "\"", refusals.of(why));
        }
        head(text, "requests_total", "counter", "Answers by the class of their status.");
        each(
                keeper,
                (labels, one) -> {
                    for (int i = 0; i < CLASSES.length; i++) {
                        String more = labels + ",class=\"" + CLASSES[i] + "\"";
                        line(text, "requests_total", more, one.answers(i));
                    }
                });
        head(text, "upstream_errors_total", "counter", "Connections that failed, by how.");
        each(
                keeper,
                (labels, one) -> {
                    for (var error : RevisionTraffic.UpstreamError.values()) {
                        String more = labels + ",kind=\"" + name(error) + "\"";
                        line(text, "upstream_errors_total", more, one.errors(error));
                    }
                });
        head(text, "in_flight", "gauge", "Requests under way and tunnels open.");
        each(
                keeper,
                (labels, one) -> {
                    line(text, "in_flight", labels + ",kind=\"request\"", one.requests());
                    line(text, "in_flight", labels + ",kind=\"tunnel\"", one.tunnels());
                });
        String help = "Time from a request's headers to its answer's headers.";
        head(text, "response_seconds", "histogram", help);
        each(keeper, (labels, one) -> histogram(text, labels, one.latency()));
        return text.toString();
    }

    private interface Each {
        void accept(String labels, RevisionTraffic traffic);
    }

    private static void each(TableKeeper keeper, Each action) {
        for (RouteKey key : new TreeSet<>(keeper.keys())) {
            for (RevisionTraffic one : keeper.traffic(key)) {
                // Names fit into labels as they are: see RouteKey.
                String labels =
                        "environment=\"%s\",component=\"%s\",revision=\"%s\""
                                .formatted(key.environment(), key.component(), one.revision());
                action.accept(labels, one);
            }
        }
    }

    private static void histogram(StringBuilder text, String labels, Histogram histogram) {
        long[] bounds = Histogram.boundsNanos();
        long[] counts = histogram.counts();
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i];
            String bound = i < bounds.length ? seconds(bounds[i]) : "+Inf";
            line(text, "response_seconds_bucket", labels + ",le=\"" + bound + "\"", sum);
        }
        text.append("belay_gateway_response_seconds_sum{").append(labels).append("} ");
        text.append(seconds(histogram.sumNanos())).append('\n');
        line(text, "response_seconds_count", labels, sum);
    }

    private static void head(StringBuilder text, String name, String type, String help) {
        text.append("# HELP belay_gateway_").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE belay_gateway_").append(name).append(' ').append(type).append('\n');
    }

    private static void line(StringBuilder text, String name, String labels, long value) {
        text.append("belay_gateway_").append(name).append('{').append(labels).append("} ");
        text.append(value).append('\n');
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / NANOS_PER_SECOND);
    }

    private static String name(RevisionTraffic.UpstreamError error) {
        return error.name().toLowerCase(Locale.ROOT);
    }
}
