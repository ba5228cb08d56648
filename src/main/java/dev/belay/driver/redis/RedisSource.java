package dev.belay.driver.redis;

import dev.belay.driver.backup.BackupOutcome;
import dev.belay.driver.backup.DataFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What is to be known of a living server before it is copied.
///
/// @param version as `7.0.15`
/// @param bytes that its data takes in memory
/// @param databases that it has
/// @param users empty when nobody may ask
record RedisSource(
        String version,
        boolean cluster,
        long bytes,
        int databases,
        List<Integer> used,
        List<String> modules,
        SortedMap<String, String> settings,
        List<String> users) {
    /// Before it there is no way to ask when a key expires, nor are there functions.
    private static final int VERSION_MIN = 700;

    private static final int DATABASES_USUAL = 16;

    /// What decides whether data stay, and come back after a restart.
    private static final List<String> SETTINGS =
            List.of("maxmemory", "maxmemory-policy", "appendonly", "save", "databases");

    static RedisSource read(RedisSession session) throws DataFailure {
        Map<String, String> memory = session.info("memory");
        var settings = new TreeMap<String, String>();
        for (String name : SETTINGS) {
            String value = session.setting(name);
            if (!value.isEmpty()) {
                settings.put(name, value);
            }
        }
        List<Integer> used = KeySums.databases(session);
        int highest = used.stream().mapToInt(Integer::intValue).max().orElse(0);
        String databases = settings.getOrDefault("databases", Integer.toString(DATABASES_USUAL));
        return new RedisSource(
                session.info("server").getOrDefault("redis_version", ""),
                session.info("cluster").getOrDefault("cluster_enabled", "0").equals("1"),
                Long.parseLong(memory.getOrDefault("used_memory_dataset", "0")),
                Math.max(highest + 1, Integer.parseInt(databases)),
                used,
                names(session.ask("MODULE", "LIST")),
                settings,
                session.ask("ACL", "USERS").items().stream()
                        .map(Reply::text)
                        .filter(one -> !one.equals("default"))
                        .sorted()
                        .toList());
    }

    /// Names of loaded modules; none when nobody may ask.
    private static List<String> names(Reply modules) {
        var names = new ArrayList<String>();
        for (Reply one : modules.items()) {
            List<Reply> fields = one.items();
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                if (fields.get(i).text().equals("name")) {
                    names.add(fields.get(i + 1).text());
                }
            }
        }
        return names;
    }

    /// What would make a backup fail later, or be of no use; empty when nothing is known.
    Optional<BackupOutcome.Refused> obstacle(Path scratch) throws DataFailure, IOException {
        if (cluster) {
            return refused(
                    "the server is one of a cluster, and holds a part of the keys",
                    "back each of its servers up by its own means");
        }
        if (!modules.isEmpty()) {
            return refused(
                    "modules are loaded whose data nobody else can read: "
                            + String.join(", ", modules),
                    "back it up in a `job`");
        }
        int ours = ScratchRedis.version();
        if (ours < VERSION_MIN) {
            return refused(
                    "the `redis-server` of this machine is older than 7.0",
                    "install a newer one: it is only used for copies");
        }
        if (number(version) > ours) {
            return refused(
                    "the server is Redis %s, and the `redis-server` of this machine is older"
                            .formatted(version),
                    "install one that is as new");
        }
        return room(scratch);
    }

    private Optional<BackupOutcome.Refused> room(Path scratch) throws IOException {
        Files.createDirectories(scratch);
        long free = Files.getFileStore(scratch).getUsableSpace();
        // What the source sends, and what the copy writes.
        if (free < 2 * bytes) {
            return refused(
                    "`%s` has room for %d MB, and %d are needed to copy a server of %d MB"
                            .formatted(scratch, free >> 20, (2 * bytes) >> 20, bytes >> 20),
                    "make room there");
        }
        long memory = availableMemory();
        return memory >= bytes
                ? Optional.empty()
                : refused(
                        "this machine has %d MB of memory left, and a copy takes about %d"
                                .formatted(memory >> 20, bytes >> 20),
                        "make the backup on a machine that has more");
    }

    /// That the kernel would give without taking it from somebody.
    private static long availableMemory() {
        try {
            return Files.readAllLines(Path.of("/proc/meminfo")).stream()
                    .filter(line -> line.startsWith("MemAvailable:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                    .findFirst()
                    .orElse(Long.MAX_VALUE);
        } catch (IOException hidden) {
            return Long.MAX_VALUE;
        }
    }

    /// The major and the minor version, as 700 for 7.0; 0 for what is none.
    static int number(String version) {
        String[] parts = version.split("\\.", -1);
        return parts.length < 2
                        || !parts[0].matches("[0-9]{1,3}")
                        || !parts[1].matches("[0-9]{1,2}")
                ? 0
                : 100 * Integer.parseInt(parts[0]) + Integer.parseInt(parts[1]);
    }

    private static Optional<BackupOutcome.Refused> refused(String reason, String hint) {
        return Optional.of(new BackupOutcome.Refused(reason, hint));
    }

    /// What a person should know of a backup that is good.
    List<String> remarks(RedisAddress address) {
        var remarks = new ArrayList<String>();
        List<Integer> others = used.stream().filter(one -> !address.covers(one)).toList();
        if (!others.isEmpty()) {
            remarks.add(
                    "databases %s of the server hold keys, too, and are not in it: the address names"
                                    .formatted(others)
                            + " database "
                            + address.database().getAsInt());
        }
        String policy = settings.getOrDefault("maxmemory-policy", "noeviction");
        if (!policy.equals("noeviction") && !settings.getOrDefault("maxmemory", "0").equals("0")) {
            remarks.add("`maxmemory-policy` is `" + policy + "`: the server itself may drop keys");
        }
        if (!users.isEmpty()) {
            remarks.add("users of the server are not in it: " + String.join(", ", users));
        }
        return remarks;
    }
}
