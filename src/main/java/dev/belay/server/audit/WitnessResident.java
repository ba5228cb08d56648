package dev.belay.server.audit;

import dev.belay.driver.witness.Statement;
import dev.belay.driver.witness.Witness;
import dev.belay.journal.AuditTree;
import dev.belay.journal.tree.Proofs;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Tells one witness what it does not know yet, and goes on trying while it is away. Nobody waits
/// for it. Before each time it looks whether the log still is what the witness was told: if not,
/// nothing more is said, and a person has to look.
final class WitnessResident implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WitnessResident.class);
    private static final Duration AGAIN = Duration.ofSeconds(20);
    private static final Duration ENDS_WITHIN = Duration.ofSeconds(5);
    private static final int AT_ONCE = 50;

    private final String kind;
    private final Witness witness;
    private final AuditTree tree;
    private final InstantSource clock;
    private final Saving saving;
    private final BlockingQueue<Boolean> wishes = new ArrayBlockingQueue<>(1);
    private final Thread thread;
    private volatile WitnessNote note;
    private volatile String trouble = "";
    private volatile long since;
    private volatile boolean closed;

    /// Writes down what the witnesses were told.
    interface Saving {
        void save() throws IOException;
    }

    WitnessResident(
            WitnessNote note,
            String kind,
            Witness witness,
            AuditTree tree,
            InstantSource clock,
            Saving saving) {
        this.note = note;
        this.kind = kind;
        this.witness = witness;
        this.tree = tree;
        this.clock = clock;
        this.saving = saving;
        thread = Thread.ofVirtual().name("witness-" + note.name()).unstarted(this::work);
    }

    void start() {
        wake();
        thread.start();
    }

    void wake() {
        boolean _ = wishes.offer(true);
    }

    WitnessNote note() {
        return note;
    }

    WitnessView view() {
        return new WitnessView(note.name(), kind, shown(note.where()), note.size(), trouble, since);
    }

    /// Without what may be a secret of a web hook's address.
    static String shown(String where) {
        int query = where.indexOf('?');
        return query < 0 ? where : where.substring(0, query) + "?…";
    }

    private void work() {
        while (!closed) {
            try {
                Boolean _ = wishes.poll(AGAIN.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException _) {
                return;
            }
            pass();
        }
    }

    /// Once. One at a time: whoever adds it does the first.
    synchronized void pass() {
        try {
            String contradiction = contradiction();
            if (contradiction.isEmpty()) {
                tell();
            }
            told(contradiction);
        } catch (IOException e) {
            told(String.valueOf(e.getMessage()));
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.error("a bug while telling witness {}", note.name(), e);
                told("a bug of ours; `.belay/logs/server.log` says more");
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private void told(String what) {
        if (!what.isEmpty() && trouble.isEmpty()) {
            since = clock.millis();
            LOG.warn("witness {}: {}", note.name(), what);
        }
        if (what.isEmpty()) {
            since = 0;
        }
        trouble = what;
    }

    /// How the log is not what the witness was told, or shows; empty when it is.
    private String contradiction() throws IOException {
        long now = tree.head().size();
        long shows = witness.shows();
        long knows = Math.max(note.size(), shows);
        if (knows > now) {
            return "it was told of "
                    + knows
                    + " entries, and the audit log has "
                    + now
                    + ": its end was cut off, or an older journal put back";
        }
        if (note.size() > 0 && !tree.head(note.size()).root().equals(note.root())) {
            return "the first "
                    + note.size()
                    + " entries of the audit log are not those that it was told of;"
                    + " `belay audit verify` says more";
        }
        if (shows >= 0 && shows < note.size()) {
            return "it was told of "
                    + note.size()
                    + " entries, and shows "
                    + shows
                    + ": what it kept was cut off, or exchanged";
        }
        return "";
    }

    private void tell() throws IOException, InterruptedException {
        List<AuditTree.Kept> next = next();
        while (!next.isEmpty() && !closed) {
            var statements = new ArrayList<Statement>();
            long from = note.size();
            for (AuditTree.Kept one : next) {
                List<String> proof = tree.consistency(from, one.size());
                statements.add(new Statement(one.note(), one.size(), from, proof));
                from = one.size();
            }
            witness.keep(statements);
            Proofs.Head head = tree.head(from);
            note = note.told(from, head.root());
            saving.save();
            next = next();
        }
    }

    /// Whoever is new is told of the newest alone.
    private List<AuditTree.Kept> next() {
        return note.size() == 0
                ? tree.newest().stream().toList()
                : tree.checkpoints(note.size(), AT_ONCE);
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            if (thread.isAlive() && !thread.join(ENDS_WITHIN)) {
                LOG.warn("witness {} does not end", note.name());
            }
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }
}
