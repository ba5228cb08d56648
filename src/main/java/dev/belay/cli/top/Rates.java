package dev.belay.cli.top;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What happened between two readings, a second.
public record Rates(
        double seconds, long connections, double accepted, double refused, List<Row> rows) {
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double MICROS_PER_MILLI = 1e3;
    private static final double MEDIAN = 0.5;
    private static final double LATE = 0.99;

    public Rates {
        rows = List.copyOf(rows);
    }

    /// A revision, or with `member` one of its instances.
    ///
    /// @param median milliseconds; negative when there was no request
    record Row(
            String environment,
            String component,
            String revision,
            String member,
            boolean ready,
            double requests,
            double errors,
            double median,
            double late,
            long inFlight,
            long tunnels,
            double bytesIn,
            double bytesOut) {
        /// Whether there is anything to see.
        boolean quiet() {
            return requests == 0 && inFlight == 0 && tunnels == 0;
        }
    }

    public static Rates between(Reading before, Reading after) {
        double seconds = Math.max(1e-3, (after.nanos() - before.nanos()) / NANOS_PER_SECOND);
        var rows = new ArrayList<Row>();
        after.revisions()
                .forEach((key, revision) -> {
                    Reading.Revision old = before.revisions().get(key);
                    Row own =
                            row(
                                    revision,
                                    "",
                                    true,
                                    revision.numbers(),
                                    old == null ? null : old.numbers(),
                                    after.bounds(),
                                    seconds);
                    Row whole =
                            new Row(
                                    own.environment(),
                                    own.component(),
                                    own.revision(),
                                    "",
                                    true,
                                    own.requests(),
                                    own.errors(),
                                    own.median(),
                                    own.late(),
                                    own.inFlight(),
                                    own.tunnels(),
                                    grown(old == null ? 0 : old.bytesIn(), revision.bytesIn())
                                            / seconds,
                                    grown(old == null ? 0 : old.bytesOut(), revision.bytesOut())
                                            / seconds);
                    if (!whole.quiet() || !revision.members().isEmpty()) {
                        rows.add(whole);
                        revision.members()
                                .forEach((id, member) -> {
                                    Reading.Member earlier =
                                            old == null ? null : old.members().get(id);
                                    rows.add(
                                            row(
                                                    revision,
                                                    id,
                                                    member.ready(),
                                                    member.numbers(),
                                                    earlier == null ? null : earlier.numbers(),
                                                    after.bounds(),
                                                    seconds));
                                });
                    }
                });
        return new Rates(
                seconds,
                after.connections(),
                grown(before.accepted(), after.accepted()) / seconds,
                grown(before.refused(), after.refused()) / seconds,
                rows);
    }

    private static Row row(
            Reading.Revision of,
            String member,
            boolean ready,
            Reading.Numbers now,
            Reading.@Nullable Numbers before,
            List<Long> bounds,
            double seconds) {
        long[] buckets = grown(before, now);
        long requests = 0;
        for (long bucket : buckets) {
            requests += bucket;
        }
        double errors = grown(before == null ? 0 : before.failed(), now.failed()) / seconds;
        return new Row(
                of.environment(),
                of.component(),
                of.revision(),
                member,
                ready,
                requests / seconds,
                errors,
                quantile(buckets, requests, bounds, MEDIAN),
                quantile(buckets, requests, bounds, LATE),
                now.inFlight(),
                now.tunnels(),
                0,
                0);
    }

    private static long[] grown(Reading.@Nullable Numbers before, Reading.Numbers now) {
        var buckets = new long[now.latency().size()];
        boolean restarted = false;
        for (int i = 0; i < buckets.length; i++) {
            long old = before == null ? 0 : before.latency().get(i);
            restarted = restarted || old > now.latency().get(i);
            buckets[i] = now.latency().get(i) - old;
        }
        if (restarted) {
            for (int i = 0; i < buckets.length; i++) {
                buckets[i] = now.latency().get(i);
            }
        }
        return buckets;
    }

    /// A count that fell began anew, with its gateway.
    private static double grown(long before, long after) {
        return after >= before ? after - before : after;
    }

    /// Where in the buckets so many of the requests have been answered: log-linear within one, as
    /// their bounds are. In milliseconds; -1 without requests.
    static double quantile(long[] buckets, long requests, List<Long> bounds, double part) {
        if (requests == 0) {
            return -1;
        }
        double wanted = requests * part;
        long below = 0;
        for (int i = 0; i < buckets.length; i++) {
            if (below + buckets[i] >= wanted && buckets[i] > 0) {
                int top = Math.min(i, bounds.size() - 1);
                double high = bounds.get(top) / MICROS_PER_MILLI;
                double low = top == 0 ? high / 2 : bounds.get(top - 1) / MICROS_PER_MILLI;
                double within = i > top ? 1 : (wanted - below) / buckets[i];
                return low * Math.pow(high / low, within);
            }
            below += buckets[i];
        }
        return bounds.getLast() / MICROS_PER_MILLI;
    }

    /// For programs.
    public Map<String, Object> json() {
        var json = new LinkedHashMap<String, Object>();
        json.put("seconds", rounded(seconds));
        json.put("connections", connections);
        json.put("acceptedPerSecond", rounded(accepted));
        json.put("refusedPerSecond", rounded(refused));
        var revisions = new ArrayList<Map<String, Object>>();
        List<Map<String, Object>> members = new ArrayList<>();
        for (Row row : rows) {
            if (row.member().isEmpty()) {
                members = new ArrayList<>();
                Map<String, Object> revision = numbers(row);
                revision.put("bytesInPerSecond", rounded(row.bytesIn()));
                revision.put("bytesOutPerSecond", rounded(row.bytesOut()));
                revision.put("members", members);
                revisions.add(revision);
            } else {
                Map<String, Object> member = numbers(row);
                member.put("ready", row.ready());
                members.add(member);
            }
        }
        json.put("revisions", revisions);
        return json;
    }

    private static Map<String, Object> numbers(Row row) {
        var json = new LinkedHashMap<String, Object>();
        if (row.member().isEmpty()) {
            json.put("environment", row.environment());
            json.put("component", row.component());
            json.put("revision", row.revision());
        } else {
            json.put("member", row.member());
        }
        json.put("requestsPerSecond", rounded(row.requests()));
        json.put("errorsPerSecond", rounded(row.errors()));
        if (row.median() >= 0) {
            json.put("p50Millis", rounded(row.median()));
            json.put("p99Millis", rounded(row.late()));
        }
        json.put("inFlight", row.inFlight());
        json.put("tunnels", row.tunnels());
        return json;
    }

    private static double rounded(double value) {
        return Math.round(value * 1_000) / 1_000.0;
    }
}
