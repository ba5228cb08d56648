package dev.belay.gateway;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.ToLongFunction;

/// What the gateway counts, as Prometheus reads it: text of version 0.0.4.
final class Metrics {
    private static final String PREFIX = "belay_gateway_";
    private static final double NANOS_PER_SECOND = 1e9;

    /// A revision with the labels of its lines, without braces.
    private record Labelled(String labels, RevisionTraffic traffic) {}

    private final StringBuilder text = new StringBuilder(8_192);
    private final List<Labelled> revisions = new ArrayList<>();

    private Metrics(TableKeeper keeper) {
        for (RouteKey key : new TreeSet<>(keeper.keys())) {
            for (RevisionTraffic one : keeper.traffic(key)) {
                String labels = labels(key) + "," + label("revision", one.revision());
                revisions.add(new Labelled(labels, one));
            }
        }
    }

    static String text(TableKeeper keeper, Proxy proxy) {
        var metrics = new Metrics(keeper);
        metrics.table(proxy.table());
        metrics.revisions();
        metrics.members();
        metrics.doors(proxy.doors());
        metrics.refusals(proxy.refusals());
        metrics.process(proxy.chronicle().tallies());
        return metrics.text.toString();
    }

    private void table(Table table) {
        head("table_version", "gauge", "Version of the routing table in use.");
        line("table_version", "", table.version());
    }

    private void revisions() {
        head("requests_total", "counter", "Answers by the class of their status.");
        for (Labelled one : revisions) {
            for (int i = 0; i < Counts.CLASSES.length; i++) {
                String more = one.labels() + ",class=\"" + Counts.CLASSES[i] + "\"";
                line("requests_total", more, one.traffic().answers(i));
            }
        }
        head("upstream_errors_total", "counter", "Connections that failed, by how.");
        for (Labelled one : revisions) {
            for (var error : RevisionTraffic.UpstreamError.values()) {
                String more = one.labels() + ",kind=\"" + Counts.name(error) + "\"";
                line("upstream_errors_total", more, one.traffic().errors(error));
            }
        }
        head("retries_total", "counter", "Requests given to a member once more, by why.");
        for (Labelled one : revisions) {
            for (var why : MemberLink.Loss.values()) {
                String more = one.labels() + ",why=\"" + why.name().toLowerCase(Locale.ROOT) + "\"";
                line("retries_total", more, one.traffic().repeats(why));
            }
        }
        head("ejections_total", "counter", "Members taken out of the choice.");
        revisions.forEach(one -> line("ejections_total", one.labels(), one.traffic().ejections()));
        String stayed = "Members that failed and stayed, as too few others were left.";
        head("ejections_refused_total", "counter", stayed);
        revisions.forEach(one ->
                line("ejections_refused_total", one.labels(), one.traffic().ejectionsRefused()));
        head("bytes_total", "counter", "Bytes of bodies and tunnels, from and to clients.");
        for (Labelled one : revisions) {
            line("bytes_total", one.labels() + ",direction=\"in\"", one.traffic().received());
            line("bytes_total", one.labels() + ",direction=\"out\"", one.traffic().sent());
        }
        head("in_flight", "gauge", "Requests under way and tunnels open.");
        for (Labelled one : revisions) {
            line("in_flight", one.labels() + ",kind=\"request\"", one.traffic().requests());
            line("in_flight", one.labels() + ",kind=\"tunnel\"", one.traffic().tunnels());
        }
        String help = "Time from a request's headers to its answer's headers.";
        head("response_seconds", "histogram", help);
        revisions.forEach(
                one -> histogram("response_seconds", one.labels(), one.traffic().latency()));
    }

    private void members() {
        member("member_ready", "gauge", "Whether a member may be chosen.", m -> m.ready() ? 1 : 0);
        member(
                "member_in_flight",
                "gauge",
                "Requests and tunnels at a member.",
                Upstream::inFlight);
        String failures = "Answers of a member, or in its place, that were a 5xx.";
        member("member_failures_total", "counter", failures, Upstream::failed);
    }

    private void member(String name, String type, String help, ToLongFunction<Upstream> value) {
        head(name, type, help);
        for (Labelled one : revisions) {
            for (Upstream upstream : one.traffic().upstreams()) {
                String more = one.labels() + "," + label("member", upstream.member().id());
                line(name, more, value.applyAsLong(upstream));
            }
        }
    }

    private void doors(Doors doors) {
        head("held_requests", "gauge", "Requests that wait for their component to open.");
        doors.all().forEach((key, one) -> line("held_requests", labels(key), one.waiting()));
        head("held_bytes", "gauge", "Memory granted to the bodies of requests that wait.");
        doors.all().forEach((key, one) -> line("held_bytes", labels(key), one.bytes()));
        head("doors_total", "counter", "Requests for a component that was not open, by outcome.");
        doors.all()
                .forEach((key, one) -> {
                    for (DoorCounts.Outcome outcome : DoorCounts.Outcome.values()) {
                        String more = labels(key) + "," + label("outcome", outcome.label());
                        line("doors_total", more, one.of(outcome));
                    }
                });
    }

    private static String labels(RouteKey key) {
        return label("environment", key.environment()) + "," + label("component", key.component());
    }

    private void refusals(Refusals refusals) {
        head("refused_total", "counter", "Connections and requests over a limit, by which.");
        for (Refusals.Why why : Refusals.Why.values()) {
            line("refused_total", label("limit", why.label()), refusals.of(why));
        }
    }

    private void process(Tallies tallies) {
        String before = "";
        for (Tally tally : Tally.values()) {
            if (!tally.metric().equals(before)) {
                String type = tally.metric().endsWith("_total") ? "counter" : "gauge";
                head(tally.metric(), type, tally.help());
                before = tally.metric();
            }
            line(tally.metric(), tally.labels(), tallies.of(tally));
        }
        head("loop_lag_seconds", "histogram", "How late an event loop came round.");
        histogram("loop_lag_seconds", "", tallies.loopLag());
        if (ByteBufAllocator.DEFAULT instanceof ByteBufAllocatorMetricProvider buffers) {
            head("direct_memory_bytes", "gauge", "Memory that buffers have, in use or kept.");
            line("direct_memory_bytes", "", buffers.metric().usedDirectMemory());
        }
        head("direct_memory_used_bytes", "gauge", "The part of it that is in use.");
        line("direct_memory_used_bytes", "", DirectMemory.used());
        Runtime machine = Runtime.getRuntime();
        head("heap_bytes", "gauge", "Memory that objects take, dead ones included.");
        line("heap_bytes", "", machine.totalMemory() - machine.freeMemory());
        process(ProcessFigures.read());
    }

    /// Under the names that every client library of Prometheus gives them.
    private void process(ProcessFigures figures) {
        plain("process_cpu_seconds_total", "counter", "CPU time.", figures.cpuSeconds());
        plain(
                "process_resident_memory_bytes",
                "gauge",
                "Resident memory.",
                figures.residentBytes());
        plain("process_open_fds", "gauge", "Open file descriptors.", figures.openFiles());
        plain("process_start_time_seconds", "gauge", "Since when.", figures.startSeconds());
    }

    private void plain(String name, String type, String help, double value) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        text.append(name).append(' ').append(String.format(Locale.ROOT, "%.2f", value));
        text.append('\n');
    }

    private void histogram(String name, String labels, Histogram histogram) {
        long[] bounds = Histogram.boundsNanos();
        long[] counts = histogram.counts();
        String before = labels.isEmpty() ? "" : labels + ",";
        long sum = 0;
        for (int i = 0; i < counts.length; i++) {
            sum += counts[i];
            String bound = i < bounds.length ? seconds(bounds[i]) : "+Inf";
            line(name + "_bucket", before + "le=\"" + bound + "\"", sum);
        }
        begin(name + "_sum", labels).append(seconds(histogram.sumNanos())).append('\n');
        line(name + "_count", labels, sum);
    }

    private void head(String name, String type, String help) {
        text.append("# HELP ").append(PREFIX).append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(PREFIX).append(name).append(' ').append(type).append('\n');
    }

    private void line(String name, String labels, long value) {
        begin(name, labels).append(value).append('\n');
    }

    private StringBuilder begin(String name, String labels) {
        text.append(PREFIX).append(name);
        if (!labels.isEmpty()) {
            text.append('{').append(labels).append('}');
        }
        return text.append(' ');
    }

    private static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "=\"" + escaped + "\"";
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / NANOS_PER_SECOND);
    }
}
