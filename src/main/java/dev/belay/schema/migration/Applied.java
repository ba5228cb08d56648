package dev.belay.schema.migration;

/// A migration as a database knows it.
///
/// @param whole false while it is under way, or where it stopped half-way
/// @param up whether it was last on its way there, not back
/// @param release which release applied it: only that one may take it back by itself
/// @param statements digest of what was carried out
/// @param down the way back as text, kept for the day when the file is gone; or empty
/// @param irreversible why there is none, or empty
public record Applied(
        MigrationVersion version,
        String name,
        boolean whole,
        boolean up,
        String release,
        String statements,
        String down,
        String irreversible) {
    @Override
    public String toString() {
        return version + " " + name;
    }
}
