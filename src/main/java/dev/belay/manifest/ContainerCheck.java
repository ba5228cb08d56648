package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.release.ImageName;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What a component lacks, or has and cannot have, where it runs in containers.
final class ContainerCheck {
    private static final Set<String> STARTED = Set.of("service", "worker", "job");

    private final Effective effective;
    private final Complaints complaints;

    ContainerCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        boolean docker =
                effective.own().get("target") instanceof Node.Scalar target
                        && target.text().equals("docker");
        if (docker) {
            effective.components().forEach(this::check);
        }
        var volumes = new VolumeCheck(complaints, docker);
        effective
                .components()
                .forEach((name, component) -> {
                    checkImage(name, component, docker);
                    volumes.check(name, component);
                });
    }

    /// An artifact that is an image is nothing else.
    private void checkImage(String name, Node.Mapping component, boolean docker) {
        Node.Mapping build = Effective.mapping(component, "build");
        Node.Entry made = entry(build, "dockerfile");
        Node.Entry image = made == null ? entry(build, "image") : made;
        if (image == null) {
            return;
        }
        if (!docker || !isStarted(component)) {
            complaints.add(
                    Code.NOT_YET,
                    image.key(),
                    "`%s` is built as an image, which this version runs only by `target: docker`, as a"
                                    .formatted(name)
                            + " service, a worker or a job",
                    "build it to an `output` here, below `components:` of the environment, with"
                            + " `image: null` and `dockerfile: null` beside it");
        }
        refuseBeside(name, entry(component, "image"), "image");
        refuseBeside(name, entry(build, "output"), "build: {output: …}");
        if (made != null) {
            refuseBeside(name, entry(build, "image"), "build: {image: …}");
        }
    }

    private void refuseBeside(String name, Node.@Nullable Entry other, String written) {
        if (other != null) {
            complaints.add(
                    Code.ONE_OF,
                    other.key(),
                    "`%s` is built as an image, and has `%s`, too".formatted(name, written),
                    "leave one of them out");
        }
    }

    private static Node.@Nullable Entry entry(Node.Mapping map, String key) {
        Node.Entry entry = map.entries().get(key);
        return entry == null || entry.value().isNull() ? null : entry;
    }

    private static boolean isStarted(Node.Mapping component) {
        return component.get("kind") instanceof Node.Scalar kind && STARTED.contains(kind.text());
    }

    private static boolean isBuilt(Node.Mapping component) {
        Node.Mapping build = Effective.mapping(component, "build");
        return entry(build, "image") != null || entry(build, "dockerfile") != null;
    }

    private void check(String name, Node.Mapping component) {
        if (!isStarted(component)) {
            return;
        }
        if (component.get("image") == null && !isBuilt(component)) {
            complaints.add(
                    Code.MISSING_KEY,
                    component.mark(),
                    "`%s` runs in a container, and has no `image`".formatted(name),
                    "name an image that the Docker Engine has, such as `image: debian:12`");
        }
        if (component.get("image") instanceof Node.Scalar image
                && ImageName.read(image.text()).isEmpty()) {
            complaints.add(
                    Code.WRONG_VALUE,
                    image.mark(),
                    "`%s` is no name of an image".formatted(image.text()),
                    "write it as `node:22` or `registry.example.org/shop/api:1`");
        }
        for (Node.Scalar listen : Texts.of(component.get("listen"))) {
            if (listen.text().equals("socket")) {
                complaints.add(
                        Code.NOT_YET,
                        listen.mark(),
                        "this version cannot reach the Unix socket of a container",
                        "leave `listen` out, and listen at `$PORT`");
            }
        }
    }
}
