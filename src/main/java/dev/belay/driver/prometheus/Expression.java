package dev.belay.driver.prometheus;

import dev.belay.cluster.ObjectName;
import dev.belay.driver.Counting.Sides;
import dev.belay.release.Launch;
import dev.belay.release.Prometheus;
import dev.belay.release.Revision;
import dev.belay.release.Selector;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// What is asked: all counters of both sides by one expression, so that they are those of one
/// instant.
record Expression(Prometheus source, Sides sides) {
    @Override
    public String toString() {
        var all = new ArrayList<String>();
        add(all, Snapshot.CANARY, sides.canary());
        add(all, Snapshot.BASELINE, sides.baseline());
        return String.join(" or ", all);
    }

    /// One side's requests alone.
    String requests(Revision of) {
        return source.requests().filled(names(of));
    }

    private void add(List<String> all, String side, Revision of) {
        all.add(marked(source.requests(), side, Part.REQUESTS, of));
        all.add(marked(source.errors(), side, Part.ERRORS, of));
        Prometheus.Slow slow = source.slow();
        if (slow != null) {
            Selector buckets = slow.buckets();
            all.add(marked(buckets.and("le", "=", "+Inf"), side, Part.TIMED, of));
            all.add(marked(buckets.and("le", "=~", written(slow)), side, Part.FAST, of));
        }
    }

    private String marked(Selector selector, String side, Part part, Revision of) {
        return "label_replace(%s,\"%s\",\"%s\",\"\",\"\")"
                .formatted(selector.filled(names(of)), Snapshot.MARK, Snapshot.mark(side, part));
    }

    /// A bound is text there, `1` or `1.0`.
    private static String written(Prometheus.Slow slow) {
        String plain =
                new BigDecimal(Double.toString(slow.bound())).stripTrailingZeros().toPlainString();
        return plain.contains(".") ? plain.replace(".", "[.]") : plain + "|" + plain + "[.]0";
    }

    private Map<String, String> names(Revision of) {
        Launch.Container container = of.launch().container();
        String namespace =
                container == null || container.pod() == null
                        ? ""
                        : container.pod().placement().namespace();
        return Map.of(
                "revision", of.id(),
                "component", of.component(),
                "environment", sides.environment(),
                "workload", ObjectName.revision(of.id()),
                "namespace", namespace);
    }
}
