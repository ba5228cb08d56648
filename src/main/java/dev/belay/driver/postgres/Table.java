package dev.belay.driver.postgres;

/// A table with rows of its own: an ordinary one, or one partition of a partitioned one.
///
/// @param oid by which it is the same table before and after it was locked
/// @param bytes it takes on disk, without indexes
public record Table(long oid, String schema, String name, long bytes) {
    /// As it stands in statements and manifests.
    public String quoted() {
        return Sql.identifier(schema) + "." + Sql.identifier(name);
    }
}
