package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What volumes cannot be, and what must not share one.
final class VolumeCheck {
    /// Who has these has the machine, or the engine, and nothing of a container holds him.
    private static final List<String> WHOLE =
            List.of("/", "/proc", "/sys", "/dev", "/run", "/var/run", "/var", "/var/lib/docker");

    private final Complaints complaints;
    private final boolean docker;

    /// @param docker whether the environment runs in a Docker Engine
    VolumeCheck(Complaints complaints, boolean docker) {
        this.complaints = complaints;
        this.docker = docker;
    }

    void check(String name, Node.Mapping component) {
        Node.Mapping volumes = Effective.mapping(component, "volumes");
        Map<String, String> places = new HashMap<>();
        volumes.entries()
                .forEach((volume, entry) -> {
                    if (!entry.value().isNull()) {
                        check(component, volume, entry, places);
                    }
                });
        if (!docker && !volumes.entries().isEmpty()) {
            complaints.add(
                    Code.NOT_YET,
                    volumes.mark(),
                    "`volumes` of `%s` go with `target: docker` alone, in this version"
                            .formatted(name),
                    "say them in the environment, below its `components:`");
        }
    }

    private void check(
            Node.Mapping component, String volume, Node.Entry entry, Map<String, String> places) {
        if (!(entry.value() instanceof Node.Mapping written)) {
            return;
        }
        if (written.get("at") instanceof Node.Scalar at) {
            String before = places.putIfAbsent(at.text(), volume);
            if (before != null || at.text().equals("/app") || at.text().equals("/tmp")) {
                complaints.add(
                        Code.NAME_TAKEN,
                        at.mark(),
                        "`%s` is where %s is already"
                                .formatted(
                                        at.text(),
                                        before == null
                                                ? "what every container has"
                                                : "the volume `" + before + "`"),
                        "put it elsewhere");
            }
        }
        if (written.get("from") instanceof Node.Scalar from && isWhole(from.text())) {
            complaints.add(
                    Code.WRONG_VALUE,
                    from.mark(),
                    "whoever has `%s` has the machine, and not a volume of it"
                            .formatted(from.text()),
                    "name the folder that is needed");
        }
        if (written.get("exclusive") instanceof Node.Scalar exclusive
                && exclusive.text().equals("true")
                && !(says(component, "strategy", "recreate")
                        && (component.get("instances") == null
                                || says(component, "instances", "1")))
                && !says(component, "kind", "job")) {
            complaints.add(
                    Code.WRONG_VALUE,
                    exclusive.mark(),
                    "`%s` is exclusive, and a release or a second instance would have it at the same"
                                    .formatted(volume)
                            + " time",
                    "say `strategy: recreate` and `instances: 1`: the old one ends before the new"
                            + " one starts");
        }
    }

    private static boolean isWhole(String from) {
        String path =
                from.length() > 1 && from.endsWith("/")
                        ? from.substring(0, from.length() - 1)
                        : from;
        return WHOLE.contains(path)
                || path.endsWith("/docker.sock")
                || path.startsWith("/proc/")
                || path.startsWith("/sys/")
                || path.startsWith("/dev/");
    }

    private static boolean says(Node.Mapping map, String key, String text) {
        return map.get(key) instanceof Node.Scalar scalar && scalar.text().equals(text);
    }
}
