package dev.belay.server.operations;

import dev.belay.journal.Journal;
import dev.belay.journal.ReleaseRow;
import dev.belay.release.ReleaseState;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/// Waits for releases to end, and says how they did.
final class Watch {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration SAYS_EVERY = Duration.ofSeconds(15);
    private static final Duration WITHIN = Duration.ofHours(1);
    private static final int UNDER_WAY_MAX = 100;

    private final Journal journal;
    private final Consumer<String> says;
    private final Consumer<String> meanwhile;

    /// @param says gets a line for each that ends, or does not
    /// @param meanwhile gets the release every so often while it goes on
    Watch(Journal journal, Consumer<String> says, Consumer<String> meanwhile) {
        this.journal = journal;
        this.says = says;
        this.meanwhile = meanwhile;
    }

    /// How it ended for whoever waits.
    enum End {
        WELL,
        BADLY,
        /// A person decides.
        HELD,
        /// It goes on.
        NOT_YET
    }

    /// Waits for one.
    End follow(String release) {
        long since = System.nanoTime();
        long told = since;
        while (System.nanoTime() - since < WITHIN.toNanos()) {
            ReleaseRow row = journal.find(release).orElseThrow();
            if (row.state().ended()) {
                says.accept("`%s` is %s".formatted(release, StepView.word(row.state())));
                return row.state() == ReleaseState.COMPLETED ? End.WELL : End.BADLY;
            }
            if (row.state() == ReleaseState.HELD) {
                says.accept(
                        "`%s` is held, and needs a decision; nothing goes forward by itself"
                                .formatted(release));
                return End.HELD;
            }
            if (System.nanoTime() - told > SAYS_EVERY.toNanos()) {
                told = System.nanoTime();
                meanwhile.accept(release);
            }
            pause(LOOK_EVERY);
        }
        says.accept("`%s` has not ended within %d minutes".formatted(release, WITHIN.toMinutes()));
        return End.NOT_YET;
    }

    /// Waits until nothing is under way with any of these components.
    ///
    /// @return whether that is so; not while one is held
    boolean settled(String environment, Set<String> components) {
        List<ReleaseRow> open =
                journal.list(environment, ReleaseState.unended(), Long.MAX_VALUE, UNDER_WAY_MAX);
        for (ReleaseRow row : open) {
            boolean theirs =
                    row.scopes().stream().anyMatch(scope -> components.contains(scope.name()));
            End end = theirs && !row.isElsewhen(journal.now()) ? follow(row.id()) : End.WELL;
            if (end == End.HELD || end == End.NOT_YET) {
                return false;
            }
        }
        return true;
    }

    static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Denied.failure(
                    "it was interrupted; what it began goes on", "look at `belay releases`");
        }
    }
}
