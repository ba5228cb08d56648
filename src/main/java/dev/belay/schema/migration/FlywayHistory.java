package dev.belay.schema.migration;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The lines of `flyway_schema_history`.
///
/// @param rows in the order in which they were written
public record FlywayHistory(List<Row> rows) implements EarlierHistory {
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    public FlywayHistory {
        rows = List.copyOf(rows);
    }

    /// One of them.
    ///
    /// @param version empty for what is repeated whenever it changes, and for a schema's creation
    /// @param type `SQL`, `BASELINE`, `UNDO_SQL`, `DELETE` and others
    /// @param checksum null where it keeps none
    public record Row(
            String version,
            String type,
            String script,
            @Nullable Integer checksum,
            boolean success) {}

    /// What its lines come to.
    private static final class Tally {
        final Map<MigrationVersion, Row> applied = new TreeMap<>();
        final List<String> reasons = new ArrayList<>();
        final List<String> remarks = new ArrayList<>();

        /// Up to there everything counts as applied, and nothing was compared.
        @Nullable MigrationVersion baseline;

        boolean isBelowBaseline(MigrationVersion version) {
            return baseline != null && version.compareTo(baseline) <= 0;
        }
    }

    @Override
    public Adoption adoption(MigrationSet files, Map<String, String> texts) {
        var tally = new Tally();
        rows.forEach(row -> count(row, tally));
        tally.applied.forEach((version, row) -> compare(version, row, files, texts, tally));
        Optional<MigrationVersion> last =
                files.migrations().stream()
                        .map(Migration::version)
                        .filter(one -> tally.applied.containsKey(one) || tally.isBelowBaseline(one))
                        .reduce((_, later) -> later);
        for (Migration one : files.migrations()) {
            if (last.isPresent()
                    && one.version().compareTo(last.get()) < 0
                    && !tally.applied.containsKey(one.version())
                    && !tally.isBelowBaseline(one.version())) {
                tally.reasons.add(
                        "`" + one.up().file() + "` was never applied, though a later one is");
            }
        }
        if (!tally.reasons.isEmpty()) {
            return new Adoption.Refused(
                    String.join("; ", tally.reasons),
                    "bring the files and Flyway's history together: `flyway validate` must pass");
        }
        return last.isEmpty()
                ? new Adoption.Refused(
                        "of no file does `flyway_schema_history` say that it is applied",
                        "`belay deploy` applies every file")
                : Adoption.upTo(files, last.get(), tally.remarks);
    }

    private static void count(Row row, Tally tally) {
        if (!row.success()) {
            tally.reasons.add("`" + row.script() + "` failed there, and may have left a part");
            return;
        }
        if (row.version().isEmpty()) {
            if (row.type().equals("SQL")) {
                tally.remarks.add(
                        "`"
                                + row.script()
                                + "` is repeated by Flyway whenever it changes, and not by Belay");
            }
            return;
        }
        Optional<MigrationVersion> read = MigrationVersion.parse(row.version());
        if (read.isEmpty()) {
            tally.reasons.add("`" + row.version() + "` is not a version of numbers");
            return;
        }
        MigrationVersion version = read.get();
        if (row.type().startsWith("UNDO") || row.type().equals("DELETE")) {
            tally.applied.remove(version);
        } else if (row.type().contains("BASELINE")) {
            if (!tally.isBelowBaseline(version)) {
                tally.baseline = version;
            }
            tally.remarks.add("up to the baseline " + version + " nothing is compared");
        } else {
            tally.applied.put(version, row);
        }
    }

    private static void compare(
            MigrationVersion version,
            Row row,
            MigrationSet files,
            Map<String, String> texts,
            Tally tally) {
        Optional<Migration> file = files.find(version);
        if (file.isEmpty()) {
            tally.reasons.add(
                    "version " + version + " is applied, and of `" + row.script() + "` is no file");
            return;
        }
        String path = file.get().up().file();
        Integer kept = row.checksum();
        if (kept == null) {
            tally.remarks.add("Flyway kept no checksum of `" + path + "`: it is not compared");
            return;
        }
        int now = checksum(texts.getOrDefault(path, ""));
        if (now != kept) {
            tally.reasons.add(
                    "`%s` is not what was applied: its checksum is %d, and was %d"
                            .formatted(path, now, kept));
        }
    }

    /// As Flyway makes it: of the lines without their ends, and without a byte order mark.
    static int checksum(String text) {
        var crc = new CRC32();
        String bare = text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        bare.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
        return (int) crc.getValue();
    }
}
