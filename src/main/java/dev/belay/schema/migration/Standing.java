package dev.belay.schema.migration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Where a database stands beside a set of files.
///
/// @param pending in the set and not in the database, or only in part, in their order
/// @param changed applied, by files that say something else now
/// @param gone applied, not in the set, and older than its last: somebody lost a file
/// @param ahead applied by a newer release than this set belongs to
/// @param late pending, though a later one is applied: two branches were merged
/// @param half stopped on its way
public record Standing(
        List<Migration> pending,
        List<Migration> changed,
        List<Applied> gone,
        List<Applied> ahead,
        List<Migration> late,
        List<Applied> half) {
    public Standing {
        pending = List.copyOf(pending);
        changed = List.copyOf(changed);
        gone = List.copyOf(gone);
        ahead = List.copyOf(ahead);
        late = List.copyOf(late);
        half = List.copyOf(half);
    }

    /// One that is half-way back is as good as not applied: before anything else it is taken back
    /// wholly.
    ///
    /// Compares by what the statements mean: comments, blanks and line ends change nothing.
    public static Standing of(MigrationSet set, Collection<Applied> applied) {
        var there = new TreeMap<MigrationVersion, Applied>();
        applied.forEach(one -> there.put(one.version(), one));
        List<Applied> half = there.values().stream().filter(one -> !one.whole()).toList();
        there.values().removeIf(one -> !one.whole() && !one.up());
        Optional<MigrationVersion> last = set.last();
        // Those of a newer release count: what comes below them comes too late.
        Optional<MigrationVersion> highest =
                there.keySet().stream().max(MigrationVersion::compareTo);
        var pending = new ArrayList<Migration>();
        var changed = new ArrayList<Migration>();
        var late = new ArrayList<Migration>();
        for (Migration one : set.migrations()) {
            Applied row = there.get(one.version());
            if (row == null || !row.whole()) {
                pending.add(one);
                if (row == null
                        && highest.filter(h -> one.version().compareTo(h) < 0).isPresent()) {
                    late.add(one);
                }
            } else if (!row.statements().equals(one.up().script().fingerprint().text())) {
                changed.add(one);
            }
        }
        var gone = new ArrayList<Applied>();
        var ahead = new ArrayList<Applied>();
        for (Map.Entry<MigrationVersion, Applied> row : there.entrySet()) {
            if (set.find(row.getKey()).isEmpty()) {
                boolean newer = last.isEmpty() || row.getKey().compareTo(last.get()) > 0;
                (newer ? ahead : gone).add(row.getValue());
            }
        }
        return new Standing(pending, changed, gone, ahead, late, half);
    }

    /// What stands in the way of applying what is pending.
    ///
    /// @param reason a sentence
    public record Obstacle(String reason, String hint) {}

    /// The first thing that stands in the way; empty when what is pending can be applied.
    public Optional<Obstacle> obstacle() {
        if (!changed.isEmpty()) {
            return obstacle(
                    "`" + changed.getFirst().up().file() + "` is applied, and was changed since",
                    "take the change back, and make a new migration of it");
        }
        if (!gone.isEmpty()) {
            return obstacle(
                    "migration " + gone.getFirst() + " is applied, and its file is gone",
                    "put the file back");
        }
        if (!late.isEmpty()) {
            return obstacle(
                    "`"
                            + late.getFirst().up().file()
                            + "` was to come before one that is applied already",
                    "give it a higher number");
        }
        return Optional.empty();
    }

    private static Optional<Obstacle> obstacle(String reason, String hint) {
        return Optional.of(new Obstacle(reason, hint));
    }
}
