package dev.belay.manifest;

import dev.belay.problem.Place;
import dev.belay.problem.Problem;
import java.nio.file.Path;
import java.util.List;

/// Reads `belay.yaml` and what it includes.
public final class ManifestReader {
    private ManifestReader() {}

    /// Reads the file, or the `belay.yaml` of the folder, and everything it includes.
    public static Reading<Manifest> read(Path place) {
        var where = new Place.Named("`" + place + "`");
        return new Reading.Refused<>(
                List.of(new Problem("manifest/no-file", where, "there is no manifest", "")));
    }
}
