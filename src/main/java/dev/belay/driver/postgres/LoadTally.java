package dev.belay.driver.postgres;

import dev.belay.driver.postgres.LoadStatement.Access;
import dev.belay.driver.postgres.LoadTurns.Phase;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// What became of all statements of a load, by table and by failure.
final class LoadTally {
    private static final String CANCELED = "57014";
    private static final Duration QUICK = Duration.ofMillis(100);
    private static final int KEPT = 200;

    private final Map<Place, Sum> sums = new HashMap<>();

    /// What fails by itself: our values are to blame, or the data.
    private final Set<Failing> usual = new HashSet<>();

    private final Map<String, LoadReport.Failed> failures = new TreeMap<>();
    private final Map<LoadStatement, Long> warmed = new HashMap<>();

    private record Place(String relation, Access access) {}

    private record Failing(LoadStatement statement, String state) {}

    private static final class Sum {
        private long said;
        private long longest;
        private long before;
        private long waited;
        private String behind = "";
        private String statement = "";
    }

    /// @param phase what went on at its end
    synchronized void add(Saying saying, LoadTurns.Turn turn, Phase phase) {
        Saying.Result its = saying.result();
        LoadStatement statement = saying.statement();
        if (turn.phase() == Phase.WARMING) {
            warmed.put(statement, its.took());
        }
        boolean undisturbed = phase == Phase.WARMING || phase == Phase.BEFORE;
        if (!its.state().isEmpty()) {
            failed(statement, its, undisturbed);
        }
        if (turn.phase() == Phase.WARMING || turn.phase() == Phase.AFTER) {
            return;
        }
        var places = new HashMap<>(statement.tables());
        if (!its.relation().isEmpty()) {
            // As that of the other table of a foreign key.
            places.putIfAbsent(its.relation(), Access.of(its.lock()));
        }
        places.forEach((relation, access) -> {
            Sum sum = sums.computeIfAbsent(new Place(relation, access), _ -> new Sum());
            boolean here =
                    its.relation().isEmpty()
                            ? access == Access.WRITE || !statement.writes()
                            : its.relation().equals(relation);
            long took = (here ? its.took() : its.took() - its.waited()) / 1_000_000;
            if (undisturbed) {
                sum.before = Math.max(sum.before, took);
                return;
            }
            sum.said++;
            sum.longest = Math.max(sum.longest, took);
            long waited = here ? its.waited() / 1_000_000 : 0;
            if (waited > sum.waited) {
                sum.waited = waited;
                sum.behind = its.behind();
                sum.statement = statement.text();
            }
        });
    }

    private void failed(LoadStatement statement, Saying.Result its, boolean undisturbed) {
        var failing = new Failing(statement, its.state());
        if (undisturbed) {
            usual.add(failing);
        } else if (!usual.contains(failing)
                && (!its.state().equals(CANCELED) || its.waited() > 0)) {
            failures.merge(
                    its.state(),
                    new LoadReport.Failed(its.state(), 1, statement.text(), its.message()),
                    (was, _) ->
                            new LoadReport.Failed(
                                    was.state(), was.times() + 1, was.statement(), was.message()));
        }
    }

    /// For each table and what is done with it the quick statement that is said most often.
    synchronized Collection<LoadStatement> quick(List<LoadStatement> all) {
        Map<Place, LoadStatement> best = new HashMap<>();
        for (LoadStatement one : all) {
            Long took = warmed.get(one);
            if (took != null && took < QUICK.toNanos()) {
                one.tables()
                        .forEach((relation, access) ->
                                best.putIfAbsent(new Place(relation, access), one));
            }
        }
        return new LinkedHashSet<>(best.values());
    }

    synchronized List<LoadReport.Felt> felt() {
        return sums.entrySet().stream()
                .map(one -> {
                    Sum sum = one.getValue();
                    return new LoadReport.Felt(
                            one.getKey().relation(),
                            one.getKey().access().words(),
                            sum.said,
                            sum.longest,
                            sum.before,
                            sum.waited,
                            sum.behind,
                            sum.statement);
                })
                .sorted(
                        Comparator.comparingLong(LoadReport.Felt::waited)
                                .thenComparingLong(LoadReport.Felt::longest)
                                .reversed()
                                .thenComparing(LoadReport.Felt::relation)
                                .thenComparing(LoadReport.Felt::access))
                .limit(KEPT)
                .toList();
    }

    synchronized List<LoadReport.Failed> failures() {
        return List.copyOf(failures.values());
    }
}
