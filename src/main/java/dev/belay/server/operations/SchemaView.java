package dev.belay.server.operations;

import java.util.List;

/// Where one schema stands: what the files say beside what the database knows.
///
/// @param component whose files they are: a component, or a datastore whose schema all share
/// @param trouble why the database could not be asked, or `""`
/// @param obstacle why what is pending cannot be applied, or `""`
/// @param hint how that is mended, or `""`
/// @param invalidIndexes indexes of the whole database that no query uses
public record SchemaView(
        String component,
        String datastore,
        String trouble,
        List<Line> migrations,
        String obstacle,
        String hint,
        List<String> invalidIndexes) {
    public SchemaView {
        migrations = List.copyOf(migrations);
        invalidIndexes = List.copyOf(invalidIndexes);
    }

    /// One migration.
    ///
    /// @param state `applied`, `pending`, `half` (stopped on its way), `changed` (applied, and its
    ///   file says something else now), `gone` (applied, and its file is not there), `ahead`
    ///   (applied by a newer release)
    /// @param oneWay why there is no way back; empty when there is one
    public record Line(String version, String name, String state, String oneWay) {}
}
