package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.ARCHIVED_SERVER;
import static dev.belay.manifest.shape.Shapes.BUCKET;
import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.FOLDER;
import static dev.belay.manifest.shape.Shapes.RECIPIENT;
import static dev.belay.manifest.shape.Shapes.TIME;
import static dev.belay.manifest.shape.Shapes.URL;
import static dev.belay.manifest.shape.Shapes.choice;
import static dev.belay.manifest.shape.Shapes.list;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import dev.belay.release.WalArchive;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

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

    static final Key<WalArchive.Tool> TOOL =
            Key.of("tool", choice(WalArchive.Tool.class, Set.of()), "The program that keeps it.")
                    .asRequired();
    static final Key<String> STANZA =
            Key.of("stanza", ARCHIVED_SERVER, "What pgBackRest calls the server.");
    static final Key<String> SERVER =
            Key.of("server", ARCHIVED_SERVER, "What Barman calls the server.");
    static final Key<String> CONFIG =
            Key.of("config", FOLDER, "Its configuration file, in place of the tool's own.");

    static final Fields<Row> OF_ARCHIVE =
            Fields.of(
                            "archive",
                            "Where the write-ahead log of a PostgreSQL server is archived, so that its"
                                    + " databases can be had as they were at any instant.",
                            "{tool: pgbackrest, stanza: main}",
                            List.of(TOOL, STANZA, SERVER, CONFIG),
                            List.of("stanza", "server"),
                            row -> row)
                    .sortedBy(
                            "tool",
                            Map.of("pgbackrest", List.of("server"), "barman", List.of("stanza")));
    static final Key<Row> ARCHIVE =
            Key.of(
                    "archive",
                    OF_ARCHIVE,
                    "Where the log of its server is archived by pgBackRest or Barman; of engine"
                            + " `postgres`.");

    static final Fields<Row> BACKUP =
            Fields.of(
                    "backup",
                    "How a datastore is backed up; one of engine `postgres`, `mysql`, `redis`, `sqlite` or"
                            + " `clickhouse`.",
                    "{daily: \"02:00\", drill: 7d, keep: 30d}",
                    List.of(DAILY, DRILL, KEEP, TO, COPY, RECIPIENTS, SCRATCH, ARCHIVE),
                    List.of(),
                    row -> row);

    private BackupSections() {}
}
