package dev.belay.driver.postgres;

import dev.belay.driver.backup.DataFailure;
import dev.belay.driver.backup.Restorer;
import dev.belay.driver.backup.StoredBackup;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;

/// Puts backups back into one server, beside the database that its address names.
final class PostgresRestorer implements Restorer {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    private final String living;
    private final PostgresRestore restore;

    private final WriteStop writes;

    PostgresRestorer(String living, PostgresRestore restore, WriteStop writes) {
        this.living = living;
        this.restore = restore;
        this.writes = writes;
    }

    @Override
    public String living() {
        return living;
    }

    @Override
    public String freshName(Instant when) {
        return cut(living + "_restored_", when);
    }

    @Override
    public Optional<Outcome.Refused> obstacle(StoredBackup backup, String name, boolean swap)
            throws DataFailure {
        Optional<Outcome.Refused> own = swap ? restore.swapObstacle(living) : Optional.empty();
        return own.isPresent() ? own : restore.obstacle(backup, name);
    }

    @Override
    public Outcome restore(StoredBackup backup, String name)
            throws DataFailure, InterruptedException {
        return switch (restore.restore(backup, name)) {
            case PostgresRestore.Outcome.Restored(PostgresAddress made, List<String> remarks) ->
                    new Outcome.Restored(made.database(), remarks);
            case PostgresRestore.Outcome.Refused(String reason, String hint) ->
                    new Outcome.Refused(reason, hint);
        };
    }

    @Override
    public void fence() throws DataFailure {
        restore.fence(living);
    }

    @Override
    public void unfence() throws DataFailure {
        try {
            restore.unfence(living);
        } catch (PostgresFailure e) {
            throw new DataFailure(
                    e.reason(),
                    "`ALTER DATABASE %s ALLOW_CONNECTIONS true` opens it"
                            .formatted(Sql.identifier(living)),
                    e);
        }
    }

    @Override
    public List<String> stopWrites() throws DataFailure {
        return writes.stop();
    }

    @Override
    public void allowWrites() throws DataFailure {
        writes.lift();
    }

    @Override
    public String asideName(Instant when) {
        return cut(living + "_before_", when);
    }

    @Override
    public void swap(String restored, String aside) throws DataFailure {
        restore.swap(living, restored, aside);
    }

    @Override
    public List<String> afterSwap() {
        return List.of(
                "the database that lived before takes no connections",
                "schemas went back with it: `belay migrate status` shows what is pending now");
    }

    @Override
    public boolean settle(String restored, String aside) throws DataFailure {
        return restore.settle(living, aside);
    }

    private static String cut(String beginning, Instant when) {
        String stamp = STAMP.format(when);
        int room = PostgresRestore.NAME_MAX - stamp.length();
        return beginning.substring(0, Math.min(room, beginning.length())) + stamp;
    }
}
