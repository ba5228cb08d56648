package dev.belay.driver.archive;

import dev.belay.driver.backup.DataFailure;
import dev.belay.release.WalArchive;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// pgBackRest. Of several repositories the first that is well is used.
///
/// It is told to write no log and to keep its locks in scratch: files that Belay made would be in
/// the way of the server's own user, who archives.
final class PgBackRest implements ArchiveTool {
    private static final Duration ASKED_WITHIN = Duration.ofMinutes(2);
    private static final Duration FETCHED_WITHIN = Duration.ofMinutes(10);
    private static final Duration RESTORED_WITHIN = Duration.ofHours(24);
    private static final int SEGMENT = 24;

    /// "Unable to find … in the archive".
    private static final int NOT_THERE = 1;

    private final WalArchive archive;

    PgBackRest(WalArchive archive) {
        this.archive = archive;
    }

    private List<String> command(String... more) {
        var command = new ArrayList<String>(List.of(archive.tool().program()));
        if (!archive.config().isEmpty()) {
            command.add("--config=" + archive.config());
        }
        command.addAll(
                List.of(
                        "--stanza=" + archive.server(),
                        "--log-level-console=off",
                        "--log-level-stderr=warn",
                        "--log-level-file=off"));
        command.addAll(List.of(more));
        return command;
    }

    @Override
    public Archived look() throws DataFailure, InterruptedException {
        ToolRun.find(archive.tool().program());
        JsonNode stanza = read(asked(command("info", "--output=json"))).path(0);
        String repository = wellOne(stanza);
        var bases = new ArrayList<BaseBackup>();
        for (JsonNode one : stanza.path("backup")) {
            if (of(one, repository) && !one.path("error").asBoolean(false)) {
                bases.add(base(stanza, one, repository));
            }
        }
        var log = new ArrayList<WalSegment>();
        for (JsonNode one : stanza.path("archive")) {
            if (of(one, repository)) {
                log.addAll(log(one.path("id").asString(""), repository));
            }
        }
        return new Archived(bases, log);
    }

    private static boolean of(JsonNode one, String repository) {
        return one.path("database").path("repo-key").asString("").equals(repository);
    }

    private String wellOne(JsonNode stanza) throws DataFailure {
        Optional<String> well =
                stanza.path("repo")
                        .valueStream()
                        .filter(one -> one.path("status").path("code").asInt(-1) == 0)
                        .map(one -> one.path("key").asString(""))
                        .findFirst();
        if (well.isPresent()) {
            return well.get();
        }
        String why =
                Stream.concat(
                                stanza.path("repo")
                                        .valueStream()
                                        .map(one -> one.path("status").path("message")),
                                Stream.of(stanza.path("status").path("message")))
                        .map(one -> one.asString(""))
                        .filter(one -> !one.isBlank())
                        .findFirst()
                        .orElse("it does not say why");
        throw trouble(why);
    }

    private DataFailure trouble(String why) {
        String hint = "";
        if (why.contains("missing stanza")) {
            hint = "`pgbackrest info` names the stanzas; write one as `stanza:`";
        } else if (why.contains("Permission denied")) {
            hint = "let the user that Belay runs as read the configuration and the repository";
        } else if (why.contains("no valid backups")) {
            hint = "`pgbackrest --stanza=%s backup` makes one".formatted(archive.server());
        } else if (why.contains("FormatError")) {
            hint = "see whether the `cipher-pass` of its configuration is the repository's";
        }
        return new DataFailure(
                "the archive `%s` cannot be read: %s"
                        .formatted(archive.words(), ToolRun.brief(why)),
                hint);
    }

    private static BaseBackup base(JsonNode stanza, JsonNode one, String repository) {
        int id = one.path("database").path("id").asInt(0);
        JsonNode database =
                stanza.path("db")
                        .valueStream()
                        .filter(db -> db.path("id").asInt(-1) == id)
                        .filter(db -> db.path("repo-key").asString("").equals(repository))
                        .findFirst()
                        .orElse(stanza.path("none"));
        return new BaseBackup(
                one.path("label").asString(""),
                database.path("system-id").asString(""),
                major(database.path("version").asString("")),
                // Whole seconds are kept of it.
                Instant.ofEpochSecond(one.path("timestamp").path("stop").asLong(0) + 1),
                one.path("archive").path("start").asString(""),
                one.path("archive").path("stop").asString(""),
                one.path("info").path("size").asLong(0),
                repository);
    }

    private static int major(String version) {
        String first = version.replaceFirst("\\..*", "");
        return first.matches("[0-9]{1,3}") ? Integer.parseInt(first) : 0;
    }

    private List<WalSegment> log(String id, String repository)
            throws DataFailure, InterruptedException {
        JsonNode files =
                read(
                        asked(
                                command(
                                        "--repo=" + repository,
                                        "repo-ls",
                                        "archive/" + archive.server() + "/" + id,
                                        "--recurse",
                                        "--filter=/[0-9A-F]{24}-[^/]*$",
                                        "--output=json")));
        var log = new ArrayList<WalSegment>();
        for (Map.Entry<String, JsonNode> file : files.properties()) {
            String name = file.getKey().substring(file.getKey().lastIndexOf('/') + 1);
            String segment = name.substring(0, Math.min(SEGMENT, name.length()));
            if (WalSegment.isName(segment)) {
                log.add(new WalSegment(segment, second(file.getValue().path("time").asLong(0))));
            }
        }
        return log;
    }

    /// Whole seconds are kept: it came within this one.
    private static Instant second(long time) {
        return Instant.ofEpochSecond(time + 1).minusMillis(1);
    }

    private String asked(List<String> command) throws DataFailure, InterruptedException {
        ToolRun.Answer answer = ToolRun.ask(command, ASKED_WITHIN);
        if (!answer.ended().isGood()) {
            throw trouble(answer.ended().said());
        }
        return answer.output();
    }

    private JsonNode read(String output) throws DataFailure {
        try {
            // It quotes what it could not read as it is.
            return JsonMapper.shared().readTree(output.replaceAll("[\\x00-\\x1F]", " "));
        } catch (JacksonException e) {
            throw new DataFailure(
                    "`%s` answers what is no JSON: %s"
                            .formatted(archive.tool().program(), ToolRun.brief(output)),
                    "",
                    e);
        }
    }

    @Override
    public void restore(BaseBackup base, Place place) throws DataFailure, InterruptedException {
        ToolRun.Ended ended =
                ToolRun.into(
                        Path.of("/dev/null"),
                        command(
                                "--repo=" + base.repository(),
                                "--set=" + base.id(),
                                "--type=none",
                                "--archive-mode=off",
                                "--lock-path=" + place.folder().resolve("lock"),
                                "--tablespace-map-all=" + place.tablespaces(),
                                // Where the server lives is none of this copy's business.
                                "--reset-pg1-host",
                                "--pg1-path=" + place.data(),
                                "restore"),
                        RESTORED_WITHIN);
        if (!ended.isGood()) {
            throw new DataFailure(
                    "`pgbackrest` does not restore the base backup `%s`: %s"
                            .formatted(base.id(), ToolRun.brief(ended.said())),
                    ended.said().contains("No space left") ? "make room on the disk" : "");
        }
    }

    @Override
    public boolean fetch(BaseBackup base, Place place, String file, Path into)
            throws DataFailure, InterruptedException {
        ToolRun.Ended ended =
                ToolRun.into(
                        Path.of("/dev/null"),
                        command(
                                "--lock-path=" + place.folder().resolve("lock"),
                                "--no-archive-async",
                                "--reset-pg1-host",
                                "--pg1-path=" + place.data(),
                                "archive-get",
                                file,
                                into.toString()),
                        FETCHED_WITHIN);
        if (!ended.isGood() && ended.status() != NOT_THERE) {
            throw new DataFailure(
                    "`pgbackrest` does not bring `%s`: %s"
                            .formatted(file, ToolRun.brief(ended.said())),
                    "");
        }
        return ended.isGood();
    }
}
