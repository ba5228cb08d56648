package dev.belay.driver.redis;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.DataFailure;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a backup of Redis says of its server besides its keys' sums.
///
/// @param serverVersion as `7.0.15`
/// @param database the only one that is in it; -1 for all
/// @param databases that the server has, used or not
/// @param settings those that decide what becomes of data, by name; empty where nobody may ask
/// @param users names of its access list; what they may do, and their passwords, are not in a
///   backup
/// @param functions libraries by name, and the hash of each
/// @param expiring keys that expire, by when they do
record RedisFacts(
        String serverVersion,
        int database,
        int databases,
        SortedMap<String, String> settings,
        List<String> users,
        SortedMap<String, String> functions,
        SortedMap<String, KeySums.Expiring> expiring) {
    RedisFacts {
        settings = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(settings));
        users = List.copyOf(users);
        functions = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(functions));
        expiring = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(expiring));
    }

    /// Of a backup of Redis.
    static RedisFacts of(BackupManifest manifest) throws DataFailure {
        if (!manifest.engine().equals(RedisBackup.ENGINE)) {
            throw new DataFailure(
                    "`" + manifest.name() + "` is a backup of " + manifest.engine(), "");
        }
        try {
            return JsonMapper.shared().treeToValue(manifest.facts(), RedisFacts.class);
        } catch (JacksonException e) {
            throw new DataFailure(
                    "the manifest of `%s` cannot be read: %s"
                            .formatted(manifest.name(), e.getOriginalMessage()),
                    "",
                    e);
        }
    }

    /// Functions of a server, by their library.
    static SortedMap<String, String> functions(RedisSession session) throws DataFailure {
        var all = new TreeMap<String, String>();
        for (Reply library : session.ask("FUNCTION", "LIST", "WITHCODE").items()) {
            Map<String, Reply> fields = fields(library);
            all.put(text(fields, "library_name"), Hash.of(text(fields, "library_code")));
        }
        return all;
    }

    private static Map<String, Reply> fields(Reply pairs) {
        var fields = new TreeMap<String, Reply>();
        List<Reply> all = pairs.items();
        for (int i = 0; i + 1 < all.size(); i += 2) {
            fields.put(all.get(i).text(), all.get(i + 1));
        }
        return fields;
    }

    private static String text(Map<String, Reply> fields, String name) {
        return fields.getOrDefault(name, new Reply.Nothing()).text();
    }
}
