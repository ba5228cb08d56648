package dev.belay.driver.datastore;

/// Names that may stand in a server's configuration as they are.
final class LocalNames {
    private LocalNames() {}

    static void check(ServerFolder folder, String user) throws DatastoreFailure {
        if (!user.matches("[A-Za-z_][A-Za-z0-9_-]{0,62}")) {
            throw new DatastoreFailure(
                    folder.name(),
                    "the user of its address has characters that this server's configuration"
                            + " cannot hold",
                    "use letters, digits, `_` and `-`");
        }
    }
}
