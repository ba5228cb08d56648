package dev.belay.driver.clickhouse;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Seal;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a backup of ClickHouse says of its server besides the sums of its rows. Definitions are in
/// a file of their own, which is encrypted where there are recipients: they may hold passwords of
/// other servers.
///
/// @param version as `24.8.4.13`
/// @param timezone in which the server writes times
/// @param identity the server's own name; empty where it has none
/// @param schema the hash of all definitions
/// @param replicated tables that are kept on several servers
/// @param materialized the hash of each materialized view's definition, by name
/// @param files by table, the file of its rows
record ClickhouseFacts(
        String version,
        String timezone,
        String identity,
        String schema,
        List<String> replicated,
        SortedMap<String, String> materialized,
        SortedMap<String, String> files) {
    ClickhouseFacts {
        replicated = List.copyOf(replicated);
        materialized = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(materialized));
        files = java.util.Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    /// Of all definitions.
    static String schema(List<Definition> all) {
        return Seal.sha256(
                all.stream()
                        .map(one -> one.name() + "\0" + one.create())
                        .sorted()
                        .collect(Collectors.joining("\0"))
                        .getBytes(UTF_8));
    }

    /// Those among them that keep up what others hold, and the hash of each.
    static SortedMap<String, String> materialized(List<Definition> all) {
        var views = new TreeMap<String, String>();
        all.stream()
                .filter(Definition::isMaterializedView)
                .forEach(one -> views.put(one.name(), Seal.sha256(one.create().getBytes(UTF_8))));
        return views;
    }

    /// Names of those that are kept on several servers.
    static List<String> replicated(List<Definition> all) {
        return all.stream().filter(Definition::isReplicated).map(Definition::name).toList();
    }

    /// Of a backup of ClickHouse.
    static ClickhouseFacts of(BackupManifest manifest) throws DataFailure {
        if (!manifest.engine().equals(ClickhouseBackup.ENGINE)) {
            throw new DataFailure(
                    "`" + manifest.name() + "` is a backup of " + manifest.engine(), "");
        }
        try {
            return JsonMapper.shared().treeToValue(manifest.facts(), ClickhouseFacts.class);
        } catch (JacksonException e) {
            throw new DataFailure(
                    "the manifest of `%s` cannot be read: %s"
                            .formatted(manifest.name(), e.getOriginalMessage()),
                    "",
                    e);
        }
    }
}
