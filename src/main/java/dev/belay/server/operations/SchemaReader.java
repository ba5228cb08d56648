package dev.belay.server.operations;

import dev.belay.driver.postgres.MigrationRunner;
import dev.belay.driver.postgres.PostgresDatabases;
import dev.belay.driver.postgres.PostgresFailure;
import dev.belay.manifest.EnvironmentView;
import dev.belay.schema.migration.Applied;
import dev.belay.schema.migration.Migration;
import dev.belay.schema.migration.MigrationSet;
import dev.belay.schema.migration.MigrationVersion;
import dev.belay.schema.migration.Standing;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/// Looks where the schemas of an environment stand, and changes nothing.
public final class SchemaReader {
    private final PostgresDatabases databases;

    public SchemaReader(PostgresDatabases databases) {
        this.databases = databases;
    }

    /// Of each component and datastore that has files of migrations. What other tools apply, they
    /// know.
    ///
    /// @throws Denied when there is something wrong with the files
    public List<SchemaView> of(EnvironmentView view) {
        var all = new ArrayList<SchemaView>();
        for (SchemaOwner owner : SchemaOwner.all(view)) {
            try {
                all.add(of(view, owner));
            } catch (IOException e) {
                throw Denied.failure(
                        "the migrations in `"
                                + owner.files().dir()
                                + "` cannot be read: "
                                + e.getMessage(),
                        "");
            }
        }
        return all;
    }

    private SchemaView of(EnvironmentView view, SchemaOwner owner) throws IOException {
        MigrationSet files = SchemaSources.read(view, owner);
        try {
            MigrationRunner.Status status =
                    databases.status(
                            owner.set(), owner.datastore().dependency(), view.environment());
            Standing standing = Standing.of(files, status.applied());
            return new SchemaView(
                    owner.name(),
                    owner.datastore().name(),
                    "",
                    lines(files, status.applied(), standing),
                    standing.obstacle().map(Standing.Obstacle::reason).orElse(""),
                    standing.obstacle().map(Standing.Obstacle::hint).orElse(""),
                    status.invalidIndexes());
        } catch (PostgresFailure e) {
            return new SchemaView(
                    owner.name(),
                    owner.datastore().name(),
                    e.getMessage() + (e.hint().isEmpty() ? "" : "; " + e.hint()),
                    List.of(),
                    "",
                    "",
                    List.of());
        }
    }

    private static List<SchemaView.Line> lines(
            MigrationSet files, List<Applied> applied, Standing standing) {
        var lines = new TreeMap<MigrationVersion, SchemaView.Line>();
        for (Migration one : files.migrations()) {
            String state =
                    standing.changed().contains(one)
                            ? "changed"
                            : standing.pending().contains(one) ? "pending" : "applied";
            lines.put(one.version(), line(one.version(), one.name(), state, oneWay(one)));
        }
        for (Applied one : applied) {
            String state = standing.gone().contains(one) ? "gone" : "ahead";
            if (files.find(one.version()).isEmpty()) {
                lines.put(one.version(), line(one.version(), one.name(), state, ""));
            }
            if (!one.whole()) {
                lines.put(one.version(), line(one.version(), one.name(), "half", ""));
            }
        }
        return List.copyOf(lines.values());
    }

    private static String oneWay(Migration one) {
        return SchemaSources.one(one).oneWay();
    }

    private static SchemaView.Line line(
            MigrationVersion version, String name, String state, String oneWay) {
        return new SchemaView.Line(version.text(), name, state, oneWay);
    }
}
