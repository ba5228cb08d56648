package dev.belay.driver.archive;

import dev.belay.driver.backup.DataFailure;
import dev.belay.release.WalArchive;
import java.nio.file.Path;

/// The program that keeps an archive, asked as Belay's own user. Changes nothing in it.
public interface ArchiveTool {
    /// The one for an archive.
    static ArchiveTool of(WalArchive archive) {
        return switch (archive.tool()) {
            case PGBACKREST -> new PgBackRest(archive);
            case BARMAN -> new Barman(archive);
        };
    }

    /// What it holds, of all clusters that it was ever used for.
    ///
    /// @throws DataFailure when it cannot be asked: it is missing, does not know the server, may
    ///   not read what it keeps
    Archived look() throws DataFailure, InterruptedException;

    /// Unpacks a base backup. Only its files: nothing that says how it is to be recovered, and no
    /// tablespace where it was.
    void restore(BaseBackup base, Place place) throws DataFailure, InterruptedException;

    /// Brings one file of the log.
    ///
    /// @param base from which recovery goes on
    /// @return whether the archive has it
    /// @throws DataFailure when it could not be asked
    boolean fetch(BaseBackup base, Place place, String file, Path into)
            throws DataFailure, InterruptedException;

    /// Where a base backup is unpacked.
    ///
    /// @param folder of it all; for the tool's own files, too
    record Place(Path folder) {
        public Path data() {
            return folder.resolve("data");
        }

        public Path tablespaces() {
            return folder.resolve("tablespaces");
        }
    }
}
