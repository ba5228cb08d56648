package dev.belay.server.operations;

import dev.belay.driver.backup.CopyLog;
import dev.belay.driver.backup.DataFailure;
import dev.belay.journal.AuditLog;
import dev.belay.journal.JournalException;
import dev.belay.release.Actor;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes copies of data into the audit log: each before it is made, and when it is gone. Who asked
/// for it is in the line of what it was made for.
public final class AuditedCopies implements CopyLog {
    private static final Logger LOG = LoggerFactory.getLogger(AuditedCopies.class);

    private final AuditLog audit;

    public AuditedCopies(AuditLog audit) {
        this.audit = audit;
    }

    private static AuditLog.Deed deed(Copy copy) {
        return new AuditLog.Deed(
                Actor.ENGINE.subject(),
                "copy",
                Map.of(
                        "environment", copy.environment(),
                        "datastore", copy.datastore(),
                        "server", copy.server(),
                        "database", copy.database(),
                        "why", copy.why()));
    }

    @Override
    public void making(Copy copy) throws DataFailure {
        try {
            audit.record(deed(copy).then("copy-made", Map.of()));
        } catch (JournalException e) {
            throw new DataFailure(
                    "a copy of the data cannot be written down: " + e.getMessage(),
                    "mend that, and try again",
                    e);
        }
    }

    @Override
    public void gone(Copy copy, String how) {
        try {
            audit.record(deed(copy).then("copy-destroyed", Map.of("how", how)));
        } catch (JournalException e) {
            LOG.error("{} is gone ({}), and that cannot be written down: {}", copy, how, e);
        }
    }
}
