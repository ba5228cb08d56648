package dev.belay.manifest;

import dev.belay.manifest.text.Code;
import dev.belay.manifest.text.Complaints;
import dev.belay.manifest.text.Node;
import dev.belay.release.ImageName;

/// What an environment says of its registry and cannot mean.
final class RegistryCheck {
    private final Effective effective;
    private final Complaints complaints;

    RegistryCheck(Effective effective, Complaints complaints) {
        this.effective = effective;
        this.complaints = complaints;
    }

    void check() {
        if (!(effective.own().get("registry") instanceof Node.Mapping registry)) {
            return;
        }
        if (registry.get("at") instanceof Node.Scalar at
                && registry.get("insecure") instanceof Node.Scalar insecure
                && insecure.text().equals("true")
                && !ImageName.isLoopback(at.text().split("/", 2)[0])) {
            complaints.add(
                    Code.WRONG_VALUE,
                    insecure.mark(),
                    "the registry `%s` is not on this machine: whoever listens in between could"
                                    .formatted(at.text())
                            + " read and change what is pushed",
                    "give it a certificate, and leave `insecure` out");
        }
        boolean user = registry.get("user") != null;
        if (user != (registry.get("password") != null)) {
            complaints.add(
                    Code.MISSING_KEY,
                    registry.mark(),
                    "`user` and `password` of a registry are worth something together",
                    "name a variable for `%s`, too".formatted(user ? "password" : "user"));
        }
    }
}
