package dev.belay.driver.mariadb;

import dev.belay.driver.backup.BackupManifest;
import dev.belay.driver.backup.DataFailure;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a backup of MariaDB says of its database besides the sums of its rows.
///
/// @param version of the server
/// @param origin by what the database is known, wherever it is reached
/// @param charset what its new tables have
/// @param collation the same
/// @param nameCase `lower_case_table_names` of the server
/// @param definitions hashes of what made each object, by kind and name, as "view `v`"
/// @param counters where `AUTO_INCREMENT` of each table and each sequence stood, by name
/// @param locked tables that nobody could write to while they were read
record MariadbFacts(
        String version,
        String origin,
        String charset,
        String collation,
        String nameCase,
        SortedMap<String, String> definitions,
        SortedMap<String, Span> counters,
        List<String> locked) {
    /// Between the beginning and the end of a backup, both included.
    record Span(long low, long high) {
        Span through(Span other) {
            return new Span(Math.min(low, other.low), Math.max(high, other.high));
        }
    }

    MariadbFacts {
        definitions = Collections.unmodifiableSortedMap(new TreeMap<>(definitions));
        counters = Collections.unmodifiableSortedMap(new TreeMap<>(counters));
        locked = List.copyOf(locked);
    }

    /// The major and the minor version, as `10.11`.
    static String series(String version) {
        return version.replaceFirst("^([0-9]+\\.[0-9]+).*", "$1");
    }

    /// The first object of which one has another definition, or none; empty when all are the same.
    String difference(MariadbFacts other) {
        var names = new TreeSet<>(definitions.keySet());
        names.addAll(other.definitions.keySet());
        for (String name : names) {
            String here = other.definitions.get(name);
            if (here == null || !here.equals(definitions.get(name))) {
                return name;
            }
        }
        return charset.equals(other.charset) && collation.equals(other.collation)
                ? ""
                : "the database's character set";
    }

    /// Of one kind, as `table `.
    SortedMap<String, String> without(String kind) {
        var rest = new TreeMap<>(definitions);
        rest.keySet().removeIf(name -> name.startsWith(kind));
        return rest;
    }

    boolean has(String kind) {
        return definitions.keySet().stream().anyMatch(name -> name.startsWith(kind));
    }

    /// The same, with counters that stood anywhere from these to those.
    MariadbFacts until(MariadbFacts later, List<String> lockedTables) {
        var spans = new TreeMap<>(counters);
        later.counters.forEach((name, span) -> spans.merge(name, span, Span::through));
        return new MariadbFacts(
                version, origin, charset, collation, nameCase, definitions, spans, lockedTables);
    }

    /// Of a backup of MariaDB.
    static MariadbFacts of(BackupManifest manifest) throws DataFailure {
        if (!manifest.engine().equals(MariadbBackup.ENGINE)) {
            throw new DataFailure(
                    "`" + manifest.name() + "` is a backup of " + manifest.engine(), "");
        }
        try {
            return JsonMapper.shared().treeToValue(manifest.facts(), MariadbFacts.class);
        } catch (JacksonException e) {
            throw new DataFailure(
                    "the manifest of `%s` cannot be read: %s"
                            .formatted(manifest.name(), e.getOriginalMessage()),
                    "",
                    e);
        }
    }
}
