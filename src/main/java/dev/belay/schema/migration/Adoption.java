package dev.belay.schema.migration;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a ledger that knows nothing yet would say is applied, by somebody else's word.
public sealed interface Adoption {
    /// It can be written.
    ///
    /// @param migrations every file up to a version, in their order; never empty
    /// @param remarks sentences about what nobody compared, or nobody takes over
    record Ready(List<Migration> migrations, List<String> remarks) implements Adoption {
        public Ready {
            migrations = List.copyOf(migrations);
            remarks = List.copyOf(remarks);
        }
    }

    /// It is nothing to rely on.
    ///
    /// @param reason everything that is in the way, not the first alone
    record Refused(String reason, String hint) implements Adoption {}

    /// Everything up to a version, of which there is a file.
    static Adoption upTo(MigrationSet files, MigrationVersion last, List<String> remarks) {
        if (files.find(last).isEmpty()) {
            return new Refused(
                    "there is no file of version " + last,
                    "put it back, or say the version of a file");
        }
        return new Ready(
                files.migrations().stream()
                        .filter(one -> one.version().compareTo(last) <= 0)
                        .toList(),
                remarks);
    }

    /// What was found by a tool's history, held against what a person said.
    ///
    /// @param to null where nobody said anything
    static Adoption agreed(Adoption found, @Nullable MigrationVersion to) {
        if (to == null
                || !(found instanceof Ready(List<Migration> migrations, var _))
                || migrations.getLast().version().equals(to)) {
            return found;
        }
        return new Refused(
                "by its history the schema is at "
                        + migrations.getLast().version()
                        + ", and not at "
                        + to,
                "leave the version out, or bring the schema there by that tool first");
    }
}
