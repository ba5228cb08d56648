package dev.belay.plan;

import dev.belay.plan.Drafts.Draft;
import dev.belay.release.Migrations;
import dev.belay.release.SchemaVerdict;
import dev.belay.release.Work;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// How a release that falls leaves the schema that it changed.
///
/// Where a rehearsal has shown that the release before runs on the new schema, nothing is taken
/// back: no row that was written meanwhile is lost. Otherwise the migrations' own way back is
/// taken, where there is one and no rehearsal has shown that it leads elsewhere.
record SchemaReturn(Work.Rehearsed.Back back, Undo undo) {
    /// @param verdict of exactly these migrations, when there is one
    static SchemaReturn of(
            Migrations to, List<Migrations.One> fresh, @Nullable SchemaVerdict verdict) {
        List<String> versions = versions(fresh);
        SchemaVerdict known =
                verdict != null && verdict.versions().equals(versions) ? verdict : null;
        if (fresh.isEmpty()) {
            return stays("it brings no new migration");
        }
        if (known != null && known.plainRevert()) {
            return stays("a rehearsal showed that the release before runs on the new schema");
        }
        for (Migrations.One one : fresh) {
            if (!one.oneWay().isEmpty()) {
                return none("migration " + one + ": " + one.oneWay());
            }
        }
        if (known != null && !known.backIsExact()) {
            return none("a rehearsal showed that the way back does not lead back");
        }
        return new SchemaReturn(
                Work.Rehearsed.Back.TAKEN_BACK,
                new Undo.Apply(
                        new Work.TakeBack(to.set(), to.datastore(), versions),
                        Times.MIGRATE_LIMIT));
    }

    /// The step that applies them.
    ///
    /// @param change a component's or a datastore's
    static Draft migrating(Change change, Migrations to, @Nullable SchemaVerdict verdict) {
        List<Migrations.One> fresh = change.freshMigrations();
        String datastore = to.datastore().name();
        String who = change.isDatastore() ? "" : change.name() + ": ";
        return new Draft(
                fresh.isEmpty()
                        ? who + "the schema of `" + datastore + "` is as it was"
                        : who + "migrate `" + datastore + "` by " + Course.words(fresh),
                Phase.MIGRATE,
                new Work.Migrate(to, versions(fresh)),
                of(to, fresh, verdict).undo(),
                Times.MIGRATE_LIMIT,
                Times.SECOND);
    }

    static List<String> versions(List<Migrations.One> some) {
        return some.stream().map(Migrations.One::version).toList();
    }

    private static SchemaReturn stays(String why) {
        return new SchemaReturn(Work.Rehearsed.Back.STAYS, new Undo.Nothing(why));
    }

    private static SchemaReturn none(String why) {
        return new SchemaReturn(Work.Rehearsed.Back.NONE, new Undo.Impossible(why));
    }
}
