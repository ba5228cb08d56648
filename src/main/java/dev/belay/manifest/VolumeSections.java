package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.FOLDER_INSIDE;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.VOLUME_SOURCE;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.map;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.release.Launch;
import java.util.List;
import java.util.SequencedMap;

/// What containers of a component keep when they end.
final class VolumeSections {
    private static final int VOLUMES_MAX = 50;

    /// As it is written; its name is the key.
    record Written(String at, String from, boolean readOnly, boolean exclusive) {}

    private static final Key<String> AT =
            Key.of("at", FOLDER_INSIDE, "Folder in the container.").asRequired();
    private static final Key<String> FROM =
            Key.of(
                    "from",
                    VOLUME_SOURCE,
                    "A folder of the engine's machine, or a volume of the engine that is there"
                            + " already, by its name. By default a volume of the component's own in"
                            + " this environment, which is made when it is missing and never removed.");
    private static final Key<Boolean> READ_ONLY =
            Key.of("read-only", YES_NO, "Whether nobody writes there.").fallback("false");
    private static final Key<Boolean> EXCLUSIVE =
            Key.of(
                            "exclusive",
                            YES_NO,
                            "Whether one instance alone may have it: a second one is not started"
                                    + " while it runs. Needs `strategy: recreate` and one instance.")
                    .fallback("false");

    private static final Fields<Written> VOLUME =
            Fields.of(
                    "volumes",
                    "What containers keep, by name, with `target: docker`. All instances of all"
                            + " revisions share it.",
                    "{at: /var/lib/api, exclusive: true}",
                    List.of(AT, FROM, READ_ONLY, EXCLUSIVE),
                    List.of(),
                    row ->
                            new Written(
                                    row.get(AT),
                                    row.find(FROM).orElse(""),
                                    row.get(READ_ONLY),
                                    row.get(EXCLUSIVE)));

    static final Key<SequencedMap<String, Written>> VOLUMES =
            Key.of("volumes", map(NAME, VOLUME, VOLUMES_MAX), "What its containers keep.")
                    .fallback("{}");

    private VolumeSections() {}

    static List<Launch.Volume> volumes(SequencedMap<String, Written> written) {
        return written.entrySet().stream()
                .map(one -> {
                    Written as = one.getValue();
                    return new Launch.Volume(
                            one.getKey(), as.from(), as.at(), as.readOnly(), as.exclusive());
                })
                .toList();
    }
}
