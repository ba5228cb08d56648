package dev.belay.driver.host;

import dev.belay.release.Scope;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/// Ends instances: signal, grace, and then nothing of it is left alive.
final class Stopper {
    /// How long the launcher gets to write the exit status down.
    private static final Duration WRITE_EXIT = Duration.ofSeconds(1);

    private static final Duration SHORT_GRACE = Duration.ofSeconds(2);
    private static final Duration END_WITHIN = Duration.ofSeconds(2);

    private final SocketFiles sockets;

    Stopper(Path state) {
        sockets = new SocketFiles(state);
    }

    /// Decides that it ends, durably, and tells it. The scope's lock is held. To say it again is
    /// harmless: the first grace counts.
    void begin(InstanceFolder instance, Recipe recipe) throws IOException {
        InstanceRecord record = instance.read();
        if (!record.stopping()) {
            instance.write(record.stopping(Instant.now().plus(recipe.stop().grace())));
        }
        if (record.run() > 0) {
            Program run = instance.run(record);
            if (!run.revoke()) {
                run.signal(recipe.stop().signal());
            }
        }
    }

    /// Waits for the end of one that was told, kills it when its grace is over, and clears away
    /// what it left. Needs no lock: what was decided stays so, and only its own processes are
    /// touched. Answers whether nothing of it lives.
    boolean finish(Scope scope, InstanceFolder instance, Deadline deadline) throws IOException {
        InstanceRecord record = instance.read();
        Duration grace = Duration.between(Instant.now(), record.killAfter());
        deadline.orIn(grace.isNegative() ? Duration.ZERO : grace).await(() -> !lives(instance));
        if (lives(instance) && Instant.now().isBefore(record.killAfter())) {
            return false;
        }
        if (!lives(instance)) {
            instance.run(record).settle(deadline.orIn(WRITE_EXIT));
        }
        boolean gone = instance.run(record).exterminate(deadline);
        if (gone) {
            instance.run(record).release();
            sockets.remove(scope, instance.id());
        }
        return gone;
    }

    /// Ends one at once that is not to stay away: nothing is decided, so a crash half-way leaves it
    /// wanted. What hangs seldom heeds its signal, and the scope's lock is held: its grace is
    /// short.
    ///
    /// @return whether nothing of it lives
    boolean end(InstanceFolder instance, Recipe recipe) throws IOException {
        Duration grace = recipe.stop().grace();
        Program run = instance.run(instance.read());
        if (run.life() instanceof Life.Alive) {
            run.signal(recipe.stop().signal());
            Deadline.in(grace.compareTo(SHORT_GRACE) < 0 ? grace : SHORT_GRACE)
                    .await(() -> !lives(instance));
        }
        return run.exterminate(Deadline.in(END_WITHIN));
    }

    /// Takes away what one left that does not live and is not to be started again.
    void clear(Scope scope, InstanceFolder instance) throws IOException {
        InstanceRecord record = instance.read();
        if (record.run() > 0) {
            instance.run(record).release();
        }
        sockets.remove(scope, instance.id());
    }

    private static boolean lives(InstanceFolder instance) {
        try {
            return !(instance.life() instanceof Life.Ended);
        } catch (IOException _) {
            // It is asked for again by the one who kills, and fails there.
            return false;
        }
    }
}
