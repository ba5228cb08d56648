package dev.belay.server.operations;

import dev.belay.driver.scan.Git;
import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.release.ReleaseState;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// At which commits the releases of an environment were made: what came since then is looked into
/// for secrets.
final class Commits {
    private static final String STATE = ".belay";
    private static final String CHANGED = "+";

    /// Releases are looked at until one says; rollbacks and releases from no repository do not.
    private static final int LOOKED_AT_MAX = 50;

    private final Journal journal;

    Commits(Journal journal) {
        this.journal = journal;
    }

    /// Where a manifest's folder stands now; empty when it lies in no repository.
    static String now(Path folder) {
        return new Git(folder)
                .stand(STATE)
                .map(stand -> stand.commit() + (stand.changed() ? CHANGED : ""))
                .orElse("");
    }

    /// That of the latest release that completed and says one.
    Optional<String> last(String environment) {
        List<ReleaseRow> rows =
                journal.list(
                        environment, Set.of(ReleaseState.COMPLETED), Long.MAX_VALUE, LOOKED_AT_MAX);
        return rows.stream()
                .map(row -> of(journal.entries(row.id(), 0)))
                .filter(commit -> !commit.isEmpty())
                .map(commit -> commit.replace(CHANGED, ""))
                .findFirst();
    }

    /// What a release says; empty when it says nothing.
    static String of(List<Entry> entries) {
        return entries.stream()
                .map(Entry::fact)
                .filter(Fact.Submitted.class::isInstance)
                .map(fact -> ((Fact.Submitted) fact).commit())
                .findFirst()
                .orElse("");
    }
}
