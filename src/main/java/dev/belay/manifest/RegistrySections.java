package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.IMAGE_PLACE;
import static dev.belay.manifest.shape.Shapes.VARIABLE;
import static dev.belay.manifest.shape.Shapes.YES_NO;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.ImageRegistry;
import java.util.List;

/// Where the images of an environment go.
final class RegistrySections {
    static final Key<String> AT =
            Key.of(
                            "at",
                            IMAGE_PLACE,
                            "Its host, with a port where it needs one, and what its repositories"
                                    + " begin with.")
                    .asRequired();
    static final Key<String> USER =
            Key.of("user", VARIABLE, "Variable that says who Belay is there.");
    static final Key<String> PASSWORD =
            Key.of("password", VARIABLE, "Variable that proves it: a password or a token.");
    static final Key<Boolean> INSECURE =
            Key.of("insecure", YES_NO, "Whether it speaks HTTP without TLS; only on this machine.")
                    .fallback("false");

    static final Key<ImageRegistry> REGISTRY =
            Key.of(
                    "registry",
                    Fields.of(
                            "registry",
                            "A registry of images (OCI), where artifacts lie as images for engines"
                                    + " elsewhere, and as whom it is asked for images of its own.",
                            "{at: registry.example.org/shop, user: REGISTRY_USER, password:"
                                    + " REGISTRY_TOKEN}",
                            List.of(AT, USER, PASSWORD, INSECURE),
                            List.of(),
                            RegistrySections::registry),
                    "Where its images go.");

    private RegistrySections() {}

    private static ImageRegistry registry(Row row) {
        String[] place = row.get(AT).split("/", 2);
        return new ImageRegistry(
                place[0],
                place.length < 2 ? "" : place[1],
                row.find(USER).orElse(""),
                row.find(PASSWORD).orElse(""),
                row.get(INSECURE));
    }
}
