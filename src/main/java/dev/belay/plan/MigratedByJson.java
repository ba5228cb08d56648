package dev.belay.plan;

import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;
import dev.belay.release.Work;
import java.util.List;

/// [MigratedBy] as JSON.
final class MigratedByJson {
    private MigratedByJson() {}

    static void write(JsonOut out, MigratedBy tool) {
        out.open()
                .put("artifact", tool.artifact().text())
                .put("commands", () -> write(out, tool.commands()))
                .put("configuration", tool.configuration())
                .put("datastore", () -> MigrationsJson.write(out, tool.datastore()))
                .close();
    }

    static void write(JsonOut out, MigrationCommands commands) {
        out.open().strings("down", commands.down());
        if (!commands.plan().isEmpty()) {
            // Absent for what there was before, so that baselines keep their digests.
            out.strings("plan", commands.plan());
        }
        out.strings("probe", commands.probe())
                .strings("status", commands.status())
                .put("timeout", commands.timeout())
                .strings("up", commands.up())
                .close();
    }

    /// The keys of work that is done by commands.
    static void rest(
            JsonOut out, MigrationCommands by, String datastore, Revision revision, String type) {
        out.put("by", () -> write(out, by))
                .put("datastore", datastore)
                .put("revision", revision.id())
                .put("type", type);
    }

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Foreseen work) {
        out.put("by", () -> write(out, work.by()))
                .put("datastore", work.datastore())
                .put("printed", work.printed())
                .put("revision", work.revision().id())
                .put("type", "foreseen");
    }

    static Work.Foreseen foreseen(JsonIn in, Revision revision) {
        return new Work.Foreseen(
                revision, in.string("datastore"), commands(in.at("by")), in.string("printed"));
    }

    static MigratedBy read(JsonIn in) {
        return new MigratedBy(
                MigrationsJson.datastore(in.at("datastore")),
                new Digest(in.string("artifact")),
                in.string("configuration"),
                commands(in.at("commands")));
    }

    static MigrationCommands commands(JsonIn in) {
        return new MigrationCommands(
                in.strings("up"),
                in.strings("down"),
                in.strings("status"),
                in.strings("probe"),
                in.has("plan") ? in.strings("plan") : List.of(),
                in.time("timeout"));
    }
}
