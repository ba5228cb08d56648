package dev.belay.plan;

import dev.belay.release.CronSchedule;
import dev.belay.release.Placement;
import dev.belay.release.Pod;
import dev.belay.release.Scaling;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// [Pod] as JSON: where in a Kubernetes cluster a revision runs, and as what.
final class PodJson {
    private PodJson() {}

    static void write(JsonOut out, Pod pod) {
        out.open()
                .put("anybody", pod.calls().anybody())
                .set("calls", pod.calls().components())
                .put("placement", () -> write(out, pod.placement()));
        Scaling scaling = pod.scaling();
        if (scaling != null) {
            out.put(
                    "scaling",
                    () ->
                            out.open()
                                    .put("maximum", scaling.maximum())
                                    .put("minimum", scaling.minimum())
                                    .put("on", scaling.on())
                                    .put("percent", scaling.percent())
                                    .close());
        }
        CronSchedule schedule = pod.schedule();
        if (schedule != null) {
            out.put(
                    "schedule",
                    () ->
                            out.open()
                                    .put("cron", schedule.cron())
                                    .put("limit", schedule.limit())
                                    .put("zone", schedule.zone())
                                    .close());
        }
        out.close();
    }

    private static void write(JsonOut out, Placement placement) {
        out.open()
                .put("context", placement.context())
                .put("entry", () -> write(out, placement.entry()))
                .put("kubeconfig", placement.kubeconfig())
                .strings("labels", placement.labels())
                .put("namespace", placement.namespace())
                .put("platform", placement.platform())
                .strings("pullSecrets", placement.pullSecrets())
                .put("user", placement.user())
                .close();
    }

    private static void write(JsonOut out, Placement.Entry entry) {
        out.open();
        switch (entry) {
            case Placement.Inside() -> out.put("type", "inside");
            case Placement.Ingress(
                            String name,
                            var certified,
                            var annotations,
                            String controller) ->
                    out.strings("annotations", annotations)
                            .put("certified", () -> write(out, certified))
                            .put("class", name)
                            .put("controller", controller)
                            .put("type", "ingress");
            case Placement.Gateway(
                            String name,
                            String namespace,
                            String listener,
                            String controller) ->
                    out.put("controller", controller)
                            .put("listener", listener)
                            .put("name", name)
                            .put("namespace", namespace)
                            .put("type", "gateway");
        }
        out.close();
    }

    private static void write(JsonOut out, Placement.Certified certified) {
        out.open();
        switch (certified) {
            case Placement.Kept(String secret) -> out.put("secret", secret).put("type", "kept");
            case Placement.Issued(String issuer, boolean ofCluster) ->
                    out.put("issuer", issuer).put("ofCluster", ofCluster).put("type", "issued");
            case Placement.Uncertified() -> out.put("type", "uncertified");
        }
        out.close();
    }

    static Pod read(JsonIn in) {
        return new Pod(
                placement(in.at("placement")),
                new Pod.Calls(in.truth("anybody"), new TreeSet<>(in.strings("calls"))),
                scaling(in),
                in.has("schedule") ? schedule(in.at("schedule")) : null);
    }

    private static @Nullable Scaling scaling(JsonIn pod) {
        if (!pod.has("scaling")) {
            return null;
        }
        JsonIn in = pod.at("scaling");
        return new Scaling(
                in.count("minimum"),
                in.count("maximum"),
                in.choice("on", Scaling.Measure.class),
                in.count("percent"));
    }

    private static CronSchedule schedule(JsonIn in) {
        return new CronSchedule(in.string("cron"), in.string("zone"), in.time("limit"));
    }

    private static Placement placement(JsonIn in) {
        return new Placement(
                in.string("platform"),
                in.string("kubeconfig"),
                in.string("context"),
                in.string("namespace"),
                new TreeMap<>(in.stringMap("labels")),
                in.strings("pullSecrets"),
                in.number("user"),
                entry(in.at("entry")));
    }

    private static Placement.Entry entry(JsonIn in) {
        String type = in.string("type");
        return switch (type) {
            case "inside" -> new Placement.Inside();
            case "ingress" ->
                    new Placement.Ingress(
                            in.string("class"),
                            certified(in.at("certified")),
                            new TreeMap<>(in.stringMap("annotations")),
                            in.string("controller"));
            case "gateway" ->
                    new Placement.Gateway(
                            in.string("name"),
                            in.string("namespace"),
                            in.string("listener"),
                            in.string("controller"));
            default -> throw new IllegalArgumentException("entry `" + type + "` is not known");
        };
    }

    private static Placement.Certified certified(JsonIn in) {
        String type = in.string("type");
        return switch (type) {
            case "kept" -> new Placement.Kept(in.string("secret"));
            case "issued" -> new Placement.Issued(in.string("issuer"), in.truth("ofCluster"));
            case "uncertified" -> new Placement.Uncertified();
            default -> throw new IllegalArgumentException("`" + type + "` certifies nothing");
        };
    }
}
