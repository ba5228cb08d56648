package dev.belay.gateway;

import java.util.Locale;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What the gateway counts, as JSON: for people, `belay gateway top` and the judge of a rollout.
final class Counts {
    static final String[] CLASSES = {"abandoned", "1xx", "2xx", "3xx", "4xx", "5xx"};

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

    static ObjectNode json(TableKeeper keeper, Proxy proxy) {
        ObjectNode json = RouteJson.MAPPER.createObjectNode();
        json.put("version", proxy.table().version());
        ObjectNode process = process(json, proxy.chronicle().tallies());
        for (Refusals.Why why : Refusals.Why.values()) {
            process.put(name(why), proxy.refusals().of(why));
        }
        proxy.doors().write(json);
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
                ObjectNode retries = line.putObject("retries");
                for (var why : MemberLink.Loss.values()) {
                    retries.put(name(why), one.repeats(why));
                }
                line.put("ejections", one.ejections());
                line.put("bytesIn", one.received()).put("bytesOut", one.sent());
                line.put("requests", one.requests()).put("tunnels", one.tunnels());
                line.put("latencyNanos", one.latency().sumNanos());
                latency(line, one.latency());
                var halves = line.putArray("halves");
                for (int i = 0; i < one.halves().size(); i++) {
                    one.halves().get(i).write(halves.addObject(), Integer.toString(i));
                }
                members(line, one);
            }
        }
        return json;
    }

    private static void members(ObjectNode line, RevisionTraffic traffic) {
        var members = line.putArray("members");
        for (Upstream upstream : traffic.upstreams()) {
            ObjectNode member =
                    members.addObject()
                            .put("id", upstream.member().id())
                            .put("ready", upstream.ready())
                            .put("requests", upstream.requests())
                            .put("tunnels", upstream.tunnels())
                            .put("failed", upstream.failed());
            member.put("latencyNanos", upstream.latency().sumNanos());
            latency(member, upstream.latency());
        }
    }

    private static void latency(ObjectNode line, Histogram histogram) {
        var latency = line.putArray("latency");
        for (long count : histogram.counts()) {
            latency.add(count);
        }
    }

    /// What the whole process counts, by the names of the metrics.
    private static ObjectNode process(ObjectNode json, Tallies tallies) {
        ObjectNode process = json.putObject("process");
        for (Tally tally : Tally.values()) {
            process.put(name(tally), tallies.of(tally));
        }
        return process;
    }

    private static String name(Tally tally) {
        return tally.metric() + (tally.labels().isEmpty() ? "" : "{" + tally.labels() + "}");
    }

    private static String name(Refusals.Why why) {
        return "refused_total{limit=\"" + why.label() + "\"}";
    }

    /// Adds what a predecessor counted, written by [#json]: each number that only grows. Whatever
    /// is counted above must be added here, or totals would go back at an upgrade.
    static void inherit(TableKeeper keeper, Proxy proxy, JsonNode counts) {
        JsonNode process = counts.path("process");
        Tallies tallies = proxy.chronicle().tallies();
        for (Tally tally : Tally.values()) {
            if (tally.metric().endsWith("_total")) {
                tallies.add(tally, process.path(name(tally)).asLong());
            }
        }
        for (Refusals.Why why : Refusals.Why.values()) {
            proxy.refusals().add(why, process.path(name(why)).asLong());
        }
        proxy.doors().inherit(counts);
        for (JsonNode line : counts.path("revisions")) {
            var key =
                    new RouteKey(
                            line.path("environment").asString(""),
                            line.path("component").asString(""));
            keeper.counted(key, line.path("revision").asString("")).inherit(line);
        }
    }

    static String name(MemberLink.Loss why) {
        return why.name().toLowerCase(Locale.ROOT);
    }

    static String name(RevisionTraffic.UpstreamError error) {
        return error.name().toLowerCase(Locale.ROOT);
    }
}
