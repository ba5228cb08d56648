package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.BUCKET;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.FOLDER;
import static dev.belay.manifest.shape.Shapes.RECIPIENT;
import static dev.belay.manifest.shape.Shapes.TIME;
import static dev.belay.manifest.shape.Shapes.URL;
import static dev.belay.manifest.shape.Shapes.list;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.time.Duration;
import java.util.List;

/// How a datastore is backed up.
final class BackupSections {
    static final Key<String> DAILY =
            Key.of(
                    "daily",
                    TIME,
                    "When, in the time zone of the machine; one that was missed is made up.");
    static final Key<Duration> DRILL =
            Key.of(
                    "drill",
                    DURATION,
                    "How often one of them, chosen by chance, is restored for practice.");
    static final Key<Duration> KEEP =
            Key.of("keep", DURATION, "How long. The newest that was verified stays, however old.")
                    .fallback("30d");
    static final Key<String> TO =
            Key.of("to", FOLDER, "Folder that they are kept in, in place of Belay's own.");
    static final Key<String> COPY =
            Key.of(
                    "copy",
                    BUCKET,
                    "A second place for them: storage that speaks S3, with the `AWS_…` variables of"
                            + " the environment.");
    static final Key<List<String>> RECIPIENTS =
            Key.of(
                            "recipients",
                            list(RECIPIENT),
                            "Public keys of age that they are encrypted to; give two, and keep one of"
                                    + " the secret keys elsewhere.")
                    .fallback("[]");

    static final Key<String> SCRATCH =
            Key.of(
                    "scratch",
                    URL,
                    "Server that copies are made on, to prove backups and to rehearse migrations, in"
                            + " place of one that is started for it; of engine `postgres`, of a user that"
                            + " may make databases.");

    static final Fields<Row> BACKUP =
            Fields.of(
                    "backup",
                    "How a datastore is backed up; one of engine `postgres`, `mysql`, `redis`, `sqlite` or"
                            + " `clickhouse`.",
                    "{daily: \"02:00\", drill: 7d, keep: 30d}",
                    List.of(DAILY, DRILL, KEEP, TO, COPY, RECIPIENTS, SCRATCH),
                    List.of(),
                    row -> row);

    private BackupSections() {}
}
