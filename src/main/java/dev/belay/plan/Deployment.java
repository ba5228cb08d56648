package dev.belay.plan;

import dev.belay.release.ContractFiles;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.SmokeTest;
import dev.belay.release.Traffic;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What one component runs, or is to run.
///
/// @param traffic its line in the gateway's table; empty for a component without a port
/// @param smoke what it must pass, also when it is gone back to
/// @param migrations the schema that it was made for; absent when it has none of its own
/// @param migratedBy what brought its schema to where it is, when that was another tool than Belay
/// @param contracts what it promises; absent when nobody said
public record Deployment(
        Revision revision,
        int instances,
        List<Traffic> traffic,
        List<SmokeTest> smoke,
        @Nullable Migrations migrations,
        @Nullable MigratedBy migratedBy,
        @Nullable ContractFiles contracts) {
    public Deployment {
        traffic = List.copyOf(traffic);
        smoke = List.copyOf(smoke);
    }

    /// What runs no more, and has no port of its own: a component that was removed.
    static Deployment ended(Revision revision) {
        return new Deployment(revision, 0, List.of());
    }

    /// Whether nothing runs and nothing is listened on: after a removal, and of a job always.
    public boolean isEnded() {
        return instances == 0 && traffic.isEmpty();
    }

    public Deployment(
            Revision revision, int instances, List<Traffic> traffic, List<SmokeTest> smoke) {
        this(revision, instances, traffic, smoke, null, null, null);
    }

    public Deployment(
            Revision revision,
            int instances,
            List<Traffic> traffic,
            List<SmokeTest> smoke,
            @Nullable Migrations migrations) {
        this(revision, instances, traffic, smoke, migrations, null, null);
    }

    public Deployment(Revision revision, int instances, List<Traffic> traffic) {
        this(revision, instances, traffic, List.of());
    }

    /// The same with a schema.
    Deployment with(@Nullable Migrations schema) {
        return new Deployment(revision, instances, traffic, smoke, schema, migratedBy, contracts);
    }

    /// The same with a schema that another tool sees to.
    Deployment migratedBy(@Nullable MigratedBy tool) {
        return new Deployment(revision, instances, traffic, smoke, migrations, tool, contracts);
    }

    /// The same that promises this.
    Deployment promising(@Nullable ContractFiles files) {
        return new Deployment(revision, instances, traffic, smoke, migrations, migratedBy, files);
    }
}
