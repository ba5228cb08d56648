package dev.belay.server.audit;

import dev.belay.journal.Append;
import dev.belay.journal.AuditLog;
import dev.belay.journal.Fact;
import dev.belay.journal.NewRelease;
import dev.belay.journal.ReleaseRow;
import dev.belay.journal.SqliteJournal;
import dev.belay.journal.Submission;
import dev.belay.release.Digest;
import dev.belay.release.ReleaseState;
import dev.belay.release.Scope;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// A journal with something in it, for whoever looks at its audit log.
final class Logged {
    static final String PLAN = "{\"steps\":[],\"title\":\"a change\"}";
    static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-03-01T12:00:00Z"));

    private Logged() {}

    static SqliteJournal open(Path file) {
        return SqliteJournal.open(file, new SqliteJournal.Settings(CLOCK, 1 << 16, 1 << 16));
    }

    /// A release from its submission to its end, with a deed about it in between.
    static ReleaseRow release(SqliteJournal journal, String component) {
        ReleaseRow row = started(journal, component);
        journal.record(
                new AuditLog.Deed(
                        "ann", "backup-begun", Map.of("release", row.id(), "datastore", "db")));
        journal.record(new AuditLog.Deed("ben", "drill-begun", Map.of("datastore", "other")));
        var ended = new Fact.Ended(ReleaseState.COMPLETED, "");
        Append.Reply reply =
                journal.append(
                        new Append(
                                row.id(),
                                new Append.Writer.Holder(row.fence()),
                                row.version(),
                                "engine",
                                List.of(ended),
                                ReleaseState.COMPLETED,
                                false,
                                List.of()));
        if (!(reply instanceof Append.Reply.Appended)) {
            throw new AssertionError(reply);
        }
        return journal.find(row.id()).orElseThrow();
    }

    static ReleaseRow started(SqliteJournal journal, String component) {
        var release =
                new NewRelease(
                        "local",
                        "a change",
                        new TreeSet<>(Set.of(Scope.component("local", component))),
                        Map.of(),
                        PLAN,
                        Digest.of(PLAN).text(),
                        Digest.of("manifest").text(),
                        1);
        journal.submit(
                new Submission(
                        List.of(release), "anna", "why not", "key-" + component, "b", false));
        return journal.claim("engine", Duration.ofSeconds(15), Set.of()).orElseThrow();
    }

    static void deed(SqliteJournal journal, String what) {
        journal.record(new AuditLog.Deed("ann", what, Map.of("datastore", "db")));
    }
}
