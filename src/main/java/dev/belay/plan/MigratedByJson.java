package dev.belay.plan;

import dev.belay.release.Digest;
import dev.belay.release.MigrationCommands;
import dev.belay.release.Revision;

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
        out.open()
                .strings("down", commands.down())
                .strings("probe", commands.probe())
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
                in.time("timeout"));
    }
}
