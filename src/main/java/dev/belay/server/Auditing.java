package dev.belay.server;

import dev.belay.journal.SqliteJournal;
import dev.belay.journal.tree.NoteSigner;
import dev.belay.server.audit.AuditDesk;
import dev.belay.server.audit.AuditKey;
import dev.belay.server.audit.Checkpoints;
import dev.belay.server.audit.Witnesses;
import dev.belay.server.operations.Notice;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;

/// What a control plane has for its audit log, wired: the key, checkpoints and witnesses.
record Auditing(AuditDesk desk) implements AutoCloseable {
    /// Makes the key at the first start.
    static Auditing open(StateFolder state, SqliteJournal journal, InstantSource clock)
            throws IOException {
        Path folder = state.audit();
        NoteSigner signer = AuditKey.open(folder, journal);
        Witnesses witnesses = Witnesses.open(folder, journal, journal, clock);
        var checkpoints = new Checkpoints(journal, signer, journal::now, witnesses::wake);
        return new Auditing(
                new AuditDesk(journal, journal, journal, checkpoints, witnesses, state.journal()));
    }

    void start() {
        desk.witnesses().start();
        desk.checkpoints().start();
    }

    /// A release has ended. Never blocks.
    void wake() {
        desk.checkpoints().wake();
    }

    /// For every environment's status: the log is one.
    List<Notice> notices() {
        return desk.troubles().stream().map(what -> new Notice("audit", what, true)).toList();
    }

    /// Before the journal is.
    @Override
    public void close() {
        desk.checkpoints().close();
        desk.witnesses().close();
    }
}
