package dev.belay.driver.archive;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.ScratchServer;
import dev.belay.release.WalArchive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Barman. Run by root it goes on as the user that its configuration names, who then has to be able
/// to write where it unpacks.
final class Barman implements ArchiveTool {
    private static final Duration ASKED_WITHIN = Duration.ofMinutes(2);
    private static final Duration FETCHED_WITHIN = Duration.ofMinutes(10);
    private static final Duration RESTORED_WITHIN = Duration.ofHours(24);
    private static final int MAJOR = 10_000;
    private static final int MILLIS = 1000;
    private static final Path USUAL = Path.of("/etc/barman.conf");
    private static final Pattern USER = Pattern.compile("(?m)^\\s*barman_user\\s*=\\s*(\\S+)");

    private final WalArchive archive;

    Barman(WalArchive archive) {
        this.archive = archive;
    }

    private List<String> command(String... more) {
        var command = new ArrayList<String>(List.of(archive.tool().program()));
        if (!archive.config().isEmpty()) {
            command.addAll(List.of("--config", archive.config()));
        }
        command.addAll(List.of(more));
        return command;
    }

    @Override
    public Archived look() throws DataFailure, InterruptedException {
        ToolRun.find(archive.tool().program());
        JsonNode all = asked(command("sync-info", archive.server()));
        JsonNode listed =
                asked(command("--format", "json", "list-backups", archive.server()))
                        .path(archive.server());
        var ended = new HashMap<String, Instant>();
        for (JsonNode one : listed) {
            ended.put(
                    one.path("backup_id").asString(""),
                    // Whole seconds are kept of it.
                    Instant.ofEpochSecond(
                            Long.parseLong(one.path("end_time_timestamp").asString("0")) + 1));
        }
        var bases = new ArrayList<BaseBackup>();
        for (Map.Entry<String, JsonNode> one : all.path("backups").properties()) {
            Instant when = ended.get(one.getKey());
            if (when != null && one.getValue().path("status").asString("").equals("DONE")) {
                bases.add(base(one.getKey(), one.getValue(), when));
            }
        }
        var log = new ArrayList<WalSegment>();
        for (JsonNode one : all.path("wals")) {
            String name = one.path("name").asString("");
            if (WalSegment.isName(name)) {
                long millis = Math.round(one.path("time").asDouble(0) * MILLIS);
                log.add(new WalSegment(name, Instant.ofEpochMilli(millis)));
            }
        }
        return new Archived(bases, log);
    }

    private static BaseBackup base(String id, JsonNode one, Instant consistent) {
        return new BaseBackup(
                id,
                one.path("systemid").asString(""),
                one.path("version").asInt(0) / MAJOR,
                consistent,
                one.path("begin_wal").asString(""),
                one.path("end_wal").asString(""),
                one.path("size").asLong(0),
                "");
    }

    private JsonNode asked(List<String> command) throws DataFailure, InterruptedException {
        ToolRun.Answer answer = ToolRun.ask(command, ASKED_WITHIN);
        if (!answer.ended().isGood()) {
            throw trouble(answer.ended().said());
        }
        try {
            return JsonMapper.shared().readTree(answer.output());
        } catch (JacksonException e) {
            throw new DataFailure(
                    "`barman` answers what is no JSON: " + ToolRun.brief(answer.output()), "", e);
        }
    }

    private DataFailure trouble(String said) {
        String hint = "";
        if (said.contains("Unknown server")) {
            hint = "`barman list-servers` names them; write one as `server:`";
        } else if (said.contains("please run barman as") || said.contains("Permission denied")) {
            hint = "run Belay as the user of Barman, or as root";
        }
        return new DataFailure(
                "the archive `%s` cannot be read: %s"
                        .formatted(archive.words(), ToolRun.brief(said)),
                hint);
    }

    @Override
    public void restore(BaseBackup base, Place place) throws DataFailure, InterruptedException {
        var command = new ArrayList<>(command("recover", "--get-wal", "--target-immediate"));
        for (JsonNode space :
                asked(command("sync-info", archive.server()))
                        .path("backups")
                        .path(base.id())
                        .path("tablespaces")) {
            String name = space.path(0).asString("");
            Path there = place.tablespaces().resolve(space.path(1).asString("0"));
            command.addAll(List.of("--tablespace", name + ":" + there));
        }
        command.addAll(List.of(archive.server(), base.id(), place.data().toString()));
        try {
            own(place.data());
            own(place.tablespaces());
        } catch (IOException e) {
            throw DataFailure.of(e);
        }
        ToolRun.Ended ended = ToolRun.into(Path.of("/dev/null"), command, RESTORED_WITHIN);
        if (!ended.isGood()) {
            throw new DataFailure(
                    "`barman` does not restore the base backup `%s`: %s"
                            .formatted(base.id(), ToolRun.brief(ended.said())),
                    ended.said().contains("No space left") ? "make room on the disk" : "");
        }
    }

    private void own(Path folder) throws IOException {
        if (!ScratchServer.isRoot()) {
            return;
        }
        Path config = archive.config().isEmpty() ? USUAL : Path.of(archive.config());
        Matcher user = USER.matcher(Files.exists(config) ? Files.readString(config) : "");
        UserPrincipal principal =
                folder.getFileSystem()
                        .getUserPrincipalLookupService()
                        .lookupPrincipalByName(user.find() ? user.group(1) : "barman");
        Files.setOwner(folder, principal);
    }

    @Override
    public boolean fetch(BaseBackup base, Place place, String file, Path into)
            throws DataFailure, InterruptedException {
        ToolRun.Ended ended =
                ToolRun.into(
                        into,
                        command("--quiet", "get-wal", archive.server(), file),
                        FETCHED_WITHIN);
        if (!ended.isGood() && !ended.said().contains("not found in server")) {
            throw new DataFailure(
                    "`barman` does not bring `%s`: %s".formatted(file, ToolRun.brief(ended.said())),
                    "");
        }
        return ended.isGood();
    }
}
