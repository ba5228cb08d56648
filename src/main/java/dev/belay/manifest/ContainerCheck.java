package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.release.ImageName;
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
    }

    private void check(String name, Node.Mapping component) {
        boolean started =
                component.get("kind") instanceof Node.Scalar kind && STARTED.contains(kind.text());
        if (!started) {
            return;
        }
        if (component.get("image") == null) {
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
