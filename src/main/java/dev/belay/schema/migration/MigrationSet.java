package dev.belay.schema.migration;

import dev.belay.problem.Problem;
import dev.belay.release.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// All migrations of one owner, in their order.
public record MigrationSet(List<Migration> migrations) {
    public MigrationSet {
        migrations = List.copyOf(migrations);
    }

    /// What was read, and everything that is wrong with it.
    public record Read(MigrationSet set, List<Problem> problems) {
        public Read {
            problems = List.copyOf(problems);
        }
    }

    /// Reads the files of a folder; what is no `.sql` is nobody's concern here.
    ///
    /// @param files texts by path below the folder, with `/`
    public static Read read(Map<String, String> files) {
        return new MigrationFiles(files).read();
    }

    /// Those of it that have one of these versions.
    public MigrationSet only(Set<String> versions) {
        return new MigrationSet(
                migrations.stream()
                        .filter(one -> versions.contains(one.version().text()))
                        .toList());
    }

    public Optional<Migration> find(MigrationVersion version) {
        return migrations.stream().filter(one -> one.version().equals(version)).findFirst();
    }

    /// Where the schema stands when all are applied.
    public Optional<MigrationVersion> last() {
        return migrations.isEmpty()
                ? Optional.empty()
                : Optional.of(migrations.getLast().version());
    }

    /// Of every file that belongs to it.
    public Digest digest() {
        var all = new StringBuilder();
        for (Migration one : migrations) {
            all.append(one.version()).append(' ').append(one.name()).append('\n');
            all.append(one.up().digest()).append('\n');
            all.append(
                    switch (one.back()) {
                        case Migration.Back.Down(Migration.Part part) -> part.digest().text();
                        case Migration.Back.Irreversible(String because) -> because;
                        case Migration.Back.Missing() -> "-";
                    });
            all.append('\n');
        }
        return Digest.of(all.toString());
    }
}
