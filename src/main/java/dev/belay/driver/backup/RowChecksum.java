package dev.belay.driver.backup;

/// What a set of rows adds up to: equal for the same rows in any order, and different when one is
/// lost, doubled or altered. Two lanes of 64 bits of each row's SHA-256, added up without carry
/// between them; so it finds accidents, and does not stop who can choose rows at will.
///
/// @param bytes of the rows' text
public record RowChecksum(long rows, long bytes, long lane0, long lane1) {
    public static final RowChecksum NONE = new RowChecksum(0, 0, 0, 0);

    /// Those of both.
    public RowChecksum plus(RowChecksum other) {
        return new RowChecksum(
                rows + other.rows, bytes + other.bytes, lane0 + other.lane0, lane1 + other.lane1);
    }

    @Override
    public String toString() {
        return "%d rows, %d bytes, %016x%016x".formatted(rows, bytes, lane0, lane1);
    }
}
