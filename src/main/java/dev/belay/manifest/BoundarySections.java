package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.SERVER;
import static dev.belay.manifest.shape.Shapes.YES_NO;
import static dev.belay.manifest.shape.Shapes.list;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.Boundary;
import java.util.List;

/// What copies of an environment's data stay inside of.
final class BoundarySections {
    private static final Key<List<String>> SCRATCH =
            Key.of(
                            "scratch",
                            list(SERVER, 1),
                            "Servers on which copies may be made; `localhost` is the control plane's"
                                    + " own machine.")
                    .asRequired();
    private static final Key<Boolean> ENCRYPTED =
            Key.of(
                            "encrypted",
                            YES_NO,
                            "Whether copies travel by TLS that proves the server's name"
                                    + " (`sslmode=verify-full`), and backups have `recipients`.")
                    .fallback("true");

    static final Fields<Row> BOUNDARY =
            Fields.of(
                    "boundary",
                    "What copies of an environment's data stay inside of: those of backups that are"
                            + " tried, and those that migrations are rehearsed on.",
                    "{scratch: [db-scratch.internal], encrypted: true}",
                    List.of(SCRATCH, ENCRYPTED),
                    List.of(),
                    row -> row);

    private BoundarySections() {}

    static Boundary of(Row row) {
        return new Boundary(row.get(SCRATCH), row.get(ENCRYPTED));
    }
}
