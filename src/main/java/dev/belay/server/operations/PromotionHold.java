package dev.belay.server.operations;

import dev.belay.journal.Entry;
import dev.belay.journal.Fact;
import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.plan.Phase;
import dev.belay.plan.Plan;
import dev.belay.release.ReleaseState;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Why nothing is to be brought unasked: what became of an environment's releases since somebody
/// last spoke, and what he said. In doubt nothing is.
///
/// What somebody forgives is what he could see: a release that was under way when he spoke, and
/// fell afterwards, holds again.
final class PromotionHold {
    private static final int PAGE = 50;

    /// Ends that somebody should have looked at before more is brought.
    private static final Set<ReleaseState> FALLEN =
            EnumSet.of(ReleaseState.ROLLED_BACK, ReleaseState.WRITTEN_OFF);

    private final Journal journal;
    private final Function<ReleaseRow, Plan> plans;
    private final Notes<Mark> marks;

    /// Ordinals up to which every release has ended and none holds anything.
    private final Map<String, Long> clean = new ConcurrentHashMap<>();

    /// @param folder of what people said
    PromotionHold(Journal journal, Function<ReleaseRow, Plan> plans, Path folder) {
        this.journal = journal;
        this.plans = plans;
        this.marks = new Notes<>(folder, Mark.class, Mark::environment);
    }

    /// What somebody said last.
    ///
    /// @param after ordinal of the newest release at that time: what was before is forgiven
    /// @param held whether nothing is to be brought
    private record Mark(
            String environment, long after, boolean held, String by, String reason, long at) {}

    /// Writes down what somebody says now; when this returns, it is on the disk.
    ///
    /// @param held whether nothing is to be brought
    void say(String environment, boolean held, String by, String reason) throws IOException {
        marks.write(new Mark(environment, newest(environment), held, by, reason, journal.now()));
    }

    /// Ordinal of the newest release; 0 while there is none.
    long newest(String environment) {
        return journal
                .list(environment, EnumSet.allOf(ReleaseState.class), Long.MAX_VALUE, 1)
                .stream()
                .mapToLong(ReleaseRow::ordinal)
                .findFirst()
                .orElse(0);
    }

    /// A sentence's beginning, or empty.
    String why(String environment) {
        Mark mark;
        try {
            mark = marks.find(environment).orElse(null);
        } catch (IOException e) {
            return "what was last said of it cannot be read: " + e.getMessage();
        }
        if (mark != null && mark.held()) {
            return "%s holds it: %s".formatted(mark.by(), mark.reason());
        }
        long until = clean.getOrDefault(environment, 0L);
        long ended = Long.MAX_VALUE;
        long newest = until;
        long before = Long.MAX_VALUE;
        List<ReleaseRow> page;
        do {
            page = journal.list(environment, EnumSet.allOf(ReleaseState.class), before, PAGE);
            for (ReleaseRow row : page) {
                if (row.ordinal() <= until) {
                    page = List.of();
                    break;
                }
                String why = why(row, mark);
                if (!why.isEmpty()) {
                    return why;
                }
                newest = Math.max(newest, row.ordinal());
                if (row.endedAt() == 0) {
                    ended = Math.min(ended, row.ordinal() - 1);
                }
                before = row.ordinal();
            }
        } while (page.size() == PAGE);
        clean.merge(environment, Math.min(ended, newest), Math::max);
        return "";
    }

    private String why(ReleaseRow row, @Nullable Mark mark) {
        boolean known = mark != null && row.ordinal() <= mark.after();
        if (FALLEN.contains(row.state())) {
            String state = row.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            boolean seen = known && mark != null && row.endedAt() <= mark.at();
            return seen ? "" : "`%s` is %s".formatted(row.id(), state);
        }
        if (known || row.state() == ReleaseState.SUPERSEDED) {
            return "";
        }
        if (row.state() == ReleaseState.REJECTED) {
            return cancelled(row);
        }
        Plan plan = plans.apply(row);
        if (plan.kind() == Plan.Kind.ROLLBACK) {
            return "`%s` took a release back".formatted(row.id());
        }
        Plan.Skip past = pastPromotion(plan);
        return past == null
                ? ""
                : "`%s` went past the promotion, asked by %s: %s"
                        .formatted(row.id(), past.by(), past.why());
    }

    /// One that never began is out of date, and the next one may do, unless a person ended it.
    private String cancelled(ReleaseRow row) {
        return journal.entries(row.id(), 0).stream()
                .filter(entry -> entry.fact() instanceof Fact.Ended && byPerson(entry))
                .map(entry -> "`%s` was cancelled by %s".formatted(row.id(), entry.actor()))
                .findFirst()
                .orElse("");
    }

    /// Whoever works on a release for Belay holds it, and writes with its fence.
    private static boolean byPerson(Entry entry) {
        return entry.fence() == 0;
    }

    private static Plan.@Nullable Skip pastPromotion(Plan plan) {
        String promotion = Phase.PROMOTION.name().toLowerCase(Locale.ROOT);
        return plan.skipped().stream()
                .filter(skip -> skip.what().equals(promotion))
                .findFirst()
                .orElse(null);
    }
}
