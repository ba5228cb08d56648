package dev.belay.server.operations;

import dev.belay.driver.backup.StoredBackup;
import dev.belay.driver.postgres.PostgresBackups;
import dev.belay.driver.postgres.PostgresFailure;
import dev.belay.driver.postgres.PostgresRestore;
import dev.belay.gateway.Door;
import dev.belay.manifest.Component;
import dev.belay.manifest.Datastore;
import dev.belay.manifest.EnvironmentView;
import dev.belay.manifest.MigrationSource;
import dev.belay.release.Dependency;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Puts a backup back: into a database of its own for people to look at, or in the place of the
/// living one.
///
/// The latter is a person's decision and never a release's. Requests are held at the gateway, for a
/// bounded time, and refused after that; the living database takes no connections; the backup is
/// restored beside it and compared; the two change names; then everything is open again. Whatever
/// fails before the names change leaves the living database as it was.
public final class Restoring {
    private static final int REQUESTS = 1_000;
    private static final long BYTES = 8L << 20;
    private static final Duration AGE = Duration.ofSeconds(30);
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMddHHmmss").withZone(ZoneOffset.UTC);

    /// PostgreSQL cuts longer ones.
    private static final int NAME_MAX = 63;

    private final Vault vault;
    private final PostgresBackups backups;
    private final Doorkeeper doors;
    private final InstantSource clock;

    public Restoring(Vault vault, PostgresBackups backups, Doorkeeper doors, InstantSource clock) {
        this.vault = vault;
        this.backups = backups;
        this.doors = doors;
        this.clock = clock;
    }

    /// What is wanted.
    ///
    /// @param datastore its name, or empty for the only one
    /// @param backup its name, or empty for the newest that was verified
    /// @param into what the restored database is called; empty for a name with the time in it
    /// @param swap whether it takes the living one's place
    public record Wish(String datastore, String backup, String into, boolean swap) {}

    /// What was done.
    ///
    /// @param database that holds the backup now
    /// @param aside what the database that lived before is called now; empty when it lives still
    /// @param lostSeconds so much time before the writes stopped is not in it; 0 when nothing was
    ///   swapped
    public record Restored(
            String backup,
            String database,
            String aside,
            long instant,
            long lostSeconds,
            List<String> remarks) {
        public Restored {
            remarks = List.copyOf(remarks);
        }
    }

    /// Does it; what takes long goes on when its asker has gone.
    public Object restore(EnvironmentView view, Wish wish, Consumer<String> progress) {
        Datastore datastore = vault.one(view, wish.datastore());
        StoredBackup backup = vault.find(view, datastore, wish.backup());
        return vault.follow(
                "restore " + view.environment() + " " + datastore.name(),
                says ->
                        wish.swap()
                                ? swapped(view, datastore, backup, wish, says)
                                : beside(view, datastore, backup, wish, says),
                progress);
    }

    private Vault.Ending beside(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Wish wish,
            Consumer<String> progress)
            throws PostgresFailure, InterruptedException {
        String name = name(view, datastore, wish);
        return switch (backups.restore(
                view.environment(), datastore.backup().policy(), backup, name, progress)) {
            case PostgresRestore.Outcome.Refused(String reason, String hint) ->
                    new Vault.Ending.Bad(reason, hint);
            case PostgresRestore.Outcome.Restored(var _, var remarks) ->
                    new Vault.Ending.Good(
                            new Restored(
                                    backup.name(),
                                    name,
                                    "",
                                    backup.manifest().instant().toEpochMilli(),
                                    0,
                                    remarks));
        };
    }

    private Vault.Ending swapped(
            EnvironmentView view,
            Datastore datastore,
            StoredBackup backup,
            Wish wish,
            Consumer<String> progress)
            throws PostgresFailure, IOException, InterruptedException {
        Dependency to = datastore.dependency();
        String environment = view.environment();
        String living = backups.database(environment, to);
        String name = name(view, datastore, wish);
        if (backups.obstacle(environment, to, backup, name).orElse(null)
                instanceof PostgresRestore.Outcome.Refused(String reason, String hint)) {
            return new Vault.Ending.Bad(reason, hint);
        }
        List<String> held = hold(view, datastore, progress);
        boolean fenced = false;
        try {
            progress.accept("`" + living + "` takes no connections");
            backups.fence(environment, to);
            fenced = true;
            Instant stopped = clock.instant();
            switch (backups.restore(
                    environment, datastore.backup().policy(), backup, name, progress)) {
                case PostgresRestore.Outcome.Refused(String reason, String hint) -> {
                    return new Vault.Ending.Bad(reason, hint);
                }
                case PostgresRestore.Outcome.Restored(var _, var remarks) -> {
                    String aside = cut(living + "_before_", clock.instant());
                    progress.accept("`" + name + "` takes the place of `" + living + "`");
                    backups.swap(environment, to, name, aside);
                    fenced = false;
                    Instant instant = backup.manifest().instant();
                    return new Vault.Ending.Good(
                            new Restored(
                                    backup.name(),
                                    living,
                                    aside,
                                    instant.toEpochMilli(),
                                    Duration.between(instant, stopped).toSeconds(),
                                    remarks));
                }
            }
        } finally {
            if (fenced) {
                backups.unfence(environment, to);
            }
            if (!held.isEmpty()) {
                doors.open(view, held);
            }
        }
    }

    /// Of everything that gets requests and uses the datastore.
    private List<String> hold(
            EnvironmentView view, Datastore datastore, Consumer<String> progress) {
        List<String> users =
                doors.routed(view).stream()
                        .filter(name -> uses(view.components().get(name), datastore.name()))
                        .toList();
        if (!users.isEmpty()) {
            progress.accept("requests for " + String.join(", ", users) + " are held");
            doors.shut(view, users, since -> new Door.Hold(since, REQUESTS, BYTES, AGE));
        }
        return users;
    }

    private static boolean uses(@Nullable Component component, String datastore) {
        if (component == null) {
            return false;
        }
        MigrationSource migrations = component.migrations();
        return component.uses().contains(datastore)
                || (migrations != null && migrations.datastore().equals(datastore));
    }

    private String name(EnvironmentView view, Datastore datastore, Wish wish)
            throws PostgresFailure {
        return wish.into().isEmpty()
                ? cut(
                        backups.database(view.environment(), datastore.dependency()) + "_restored_",
                        clock.instant())
                : wish.into();
    }

    private static String cut(String beginning, Instant when) {
        String stamp = STAMP.format(when);
        int room = NAME_MAX - stamp.length();
        return beginning.substring(0, Math.min(room, beginning.length())) + stamp;
    }
}
