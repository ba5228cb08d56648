package dev.belay.driver.postgres;

import dev.belay.driver.backup.BackupOutcome;
import java.util.List;
import java.util.Optional;

/// Where databases are made of backups, to be compared or to try something in them. What was made
/// there is gone when it is closed, and nothing of it may be needed by anybody else.
///
/// A superuser's, or of somebody who may act for every role that the databases need.
public sealed interface Scratch extends AutoCloseable permits ScratchCluster, ScratchDatabases {
    /// Programs of the server's version.
    PostgresPrograms programs();

    /// The way to one of its databases, by what it is called here; `postgres` always exists, and is
    /// nothing that was made of a backup.
    PostgresAddress address(String database);

    /// Sees to it that a backup can become a database here, and makes what that needs besides, such
    /// as roles. Before anything else is made of it.
    ///
    /// @return why that cannot be; empty when nothing is known to be in the way
    Optional<BackupOutcome.Refused> prepare(PostgresFacts facts) throws PostgresFailure;

    /// How a database is made here.
    NewDatabase making(PostgresFacts facts);

    /// As `scratch cluster of PostgreSQL 15.18`.
    String words(PostgresFacts facts);

    /// What a person should know of the place, though it is no fault of what is tried there.
    default List<String> remarks() {
        return List.of();
    }

    /// Whether [#address] is a superuser's.
    boolean isSuperuser();

    /// Whether a role is there for this scratch alone, and may be changed.
    boolean isOwn(String role);

    /// Makes roles that nobody has to act for: a script may name them.
    ///
    /// @return what an administrator would have to run for them, where it may not be done
    List<String> standIns(List<PostgresFacts.Role> wanted) throws PostgresFailure;

    /// Tells what went wrong here from what is wrong with what was tried.
    ///
    /// @throws PostgresFailure when the server is gone, or was
    void checkAlive() throws PostgresFailure;

    /// Leaves nothing; what stays all the same is told in the log.
    @Override
    void close();
}
