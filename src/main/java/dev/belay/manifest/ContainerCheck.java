package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.release.ImageName;
import java.util.List;
import java.util.Set;

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
        effective.components().forEach((name, component) -> checkImage(name, component, docker));
    }

    /// An artifact that is an image is nothing else.
    private void checkImage(String name, Node.Mapping component, boolean docker) {
        Node.Entry image = Effective.mapping(component, "build").entries().get("image");
        if (image == null || image.value().isNull()) {
            return;
        }
        if (!docker || !isStarted(component)) {
            complaints.add(
                    Code.NOT_YET,
                    image.key(),
                    "`%s` is built as an image, which this version runs only by `target: docker`, as a"
                                    .formatted(name)
                            + " service, a worker or a job",
                    "give it an `output` here, below `components:` of the environment, and"
                            + " `image: null`");
        }
        for (String key : List.of("image", "output")) {
            Node.Mapping within =
                    key.equals("image") ? component : Effective.mapping(component, "build");
            Node.Entry other = within.entries().get(key);
            if (other != null && !other.value().isNull()) {
                complaints.add(
                        Code.ONE_OF,
                        other.key(),
                        "`%s` is built as an image, and has `%s`, too".formatted(name, key),
                        "leave one of them out");
            }
        }
    }

    private static boolean isStarted(Node.Mapping component) {
        return component.get("kind") instanceof Node.Scalar kind && STARTED.contains(kind.text());
    }

    private static boolean isBuilt(Node.Mapping component) {
        Node image = Effective.mapping(component, "build").get("image");
        return image != null && !image.isNull();
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
        for (String probe : Set.of("health", "liveness")) {
            Node.Entry command = Effective.mapping(component, probe).entries().get("command");
            if (command != null) {
                complaints.add(
                        Code.NOT_YET,
                        command.key(),
                        "this version cannot run a command inside of a container to ask it how it is",
                        "ask by `http`, `grpc` or `tcp`");
            }
        }
    }
}
