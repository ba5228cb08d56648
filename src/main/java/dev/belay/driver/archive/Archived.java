package dev.belay.driver.archive;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// What an archive holds of one cluster, as its tool lists it.
///
/// @param bases whole ones, the oldest first
/// @param log its segments, in any order, of all timelines
public record Archived(List<BaseBackup> bases, List<WalSegment> log) {
    /// Segments of 16 MiB, as nearly everybody has them.
    private static final long IN_A_LOG = 256;

    public Archived {
        bases =
                bases.stream()
                        .sorted(
                                Comparator.comparing(BaseBackup::consistent)
                                        .thenComparing(BaseBackup::id))
                        .toList();
        log = List.copyOf(log);
    }

    /// Instants that can be had, from one to the other: a base backup, and all of the log since.
    ///
    /// @param bases the oldest first; never empty
    /// @param to when the last segment came; transactions that it holds are of before
    /// @param lastWal that segment
    /// @param missing the segment that ended it, or empty for the end of the log
    public record Span(
            Instant from, Instant to, List<BaseBackup> bases, String lastWal, String missing) {
        /// The latest base backup from which that instant can be had; empty for one before.
        public Optional<BaseBackup> baseFor(Instant instant) {
            return bases.stream()
                    .filter(one -> !one.consistent().isAfter(instant))
                    .reduce((_, b) -> b);
        }

        public boolean holds(Instant instant) {
            return !instant.isBefore(from) && !instant.isAfter(to);
        }
    }

    private static final class Run {
        private final long first;
        private long last;
        private String lastName;
        private Instant to;
        private String missing = "";

        Run(long first, WalSegment segment) {
            this.first = first;
            last = first;
            lastName = segment.name();
            to = segment.arrived();
        }

        void add(long position, WalSegment segment) {
            last = position;
            lastName = segment.name();
            to = segment.arrived();
        }
    }

    /// The same, without what is of other clusters.
    public Archived of(String system) {
        return new Archived(
                bases.stream().filter(one -> one.system().equals(system)).toList(), log);
    }

    /// Unbroken ones, the oldest first.
    public List<Span> spans() {
        long inALog = inALog();
        var spans = new ArrayList<Span>();
        for (Run run : runs(inALog)) {
            List<BaseBackup> usable =
                    bases.stream()
                            .filter(one -> position(one.firstWal(), inALog) >= run.first)
                            .filter(one -> position(one.lastWal(), inALog) <= run.last)
                            .toList();
            if (!usable.isEmpty()) {
                Instant from = usable.getFirst().consistent();
                // What came with the base backup itself is of the same second, or earlier.
                Instant to = run.to.isBefore(from) ? from : run.to;
                spans.add(new Span(from, to, usable, run.lastName, run.missing));
            }
        }
        return spans;
    }

    /// The segment that is missing of those that the newest base backup needs to get to today;
    /// empty when none is. Tools leave older base backups on purpose without what came after them.
    public Optional<String> gap() {
        if (bases.isEmpty()) {
            return Optional.empty();
        }
        BaseBackup newest = bases.getLast();
        List<Span> spans = spans();
        for (Span one : spans) {
            if (one.bases().contains(newest)) {
                return one.missing().isEmpty() ? Optional.empty() : Optional.of(one.missing());
            }
        }
        return Optional.of(newest.firstWal());
    }

    private List<Run> runs(long inALog) {
        var byPosition = new TreeMap<Long, WalSegment>();
        for (WalSegment one : log) {
            byPosition.merge(
                    position(one.name(), inALog),
                    one,
                    (a, b) -> a.arrived().isAfter(b.arrived()) ? a : b);
        }
        var runs = new ArrayList<Run>();
        byPosition.forEach((position, segment) -> {
            Run last = runs.isEmpty() ? null : runs.getLast();
            if (last == null || position != last.last + 1) {
                if (last != null) {
                    last.missing = name(last.lastName, last.last + 1, inALog);
                }
                runs.add(new Run(position, segment));
            } else {
                last.add(position, segment);
            }
        });
        return runs;
    }

    /// How many segments have the same middle of their names, which follows from their size.
    private long inALog() {
        long newest = log.stream().mapToLong(one -> WalSegment.log(one.name())).max().orElse(0);
        long most =
                log.stream()
                        .filter(one -> WalSegment.log(one.name()) < newest)
                        .mapToLong(one -> WalSegment.number(one.name()))
                        .max()
                        .orElse(IN_A_LOG - 1);
        long all = log.stream().mapToLong(one -> WalSegment.number(one.name())).max().orElse(0);
        return Math.max(1, Long.highestOneBit(Math.max(most, all)) << 1);
    }

    private static long position(String name, long inALog) {
        return WalSegment.log(name) * inALog + WalSegment.number(name);
    }

    private static String name(String before, long position, long inALog) {
        return before.substring(0, 8) + "%08X%08X".formatted(position / inALog, position % inALog);
    }
}
