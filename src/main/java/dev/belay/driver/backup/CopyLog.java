package dev.belay.driver.backup;

/// Is told of copies of data that are made to be tried, and of their end.
public interface CopyLog {
    /// For whom nobody wants to know.
    CopyLog NONE =
            new CopyLog() {
                @Override
                public void making(Copy copy) {}

                @Override
                public void gone(Copy copy, String how) {}
            };

    /// One copy.
    ///
    /// @param server as `db-scratch.internal:5432`
    /// @param database or what else holds it there
    /// @param why as `backup`, `drill` or `rehearsal`
    record Copy(String environment, String datastore, String server, String database, String why) {}

    /// Before it is made: what cannot be written down is not made.
    void making(Copy copy) throws DataFailure;

    /// When there is none any more.
    ///
    /// @param how it was destroyed, as `dropped`
    void gone(Copy copy, String how);
}
