package dev.belay.driver.datastore;

/// A local datastore could not be started or stopped. Holds no password.
public final class DatastoreFailure extends Exception {
    private final String datastore;
    private final String reason;
    private final String hint;

    DatastoreFailure(String datastore, String reason, String hint) {
        super(datastore + ": " + reason);
        this.datastore = datastore;
        this.reason = reason;
        this.hint = hint;
    }

    public String datastore() {
        return datastore;
    }

    public String reason() {
        return reason;
    }

    /// How to mend it, or empty.
    public String hint() {
        return hint;
    }
}
