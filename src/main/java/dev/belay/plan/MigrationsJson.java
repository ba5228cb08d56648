package dev.belay.plan;

import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;

/// [Migrations] as JSON.
final class MigrationsJson {
    private MigrationsJson() {}

    static void write(JsonOut out, Migrations migrations) {
        out.open()
                .list(
                        "all",
                        migrations.all(),
                        one ->
                                out.open()
                                        .put("name", one.name())
                                        .put("oneWay", one.oneWay())
                                        .put("version", one.version())
                                        .close())
                .put("datastore", () -> write(out, migrations.datastore()))
                .put("files", migrations.files().text())
                .put("set", migrations.set())
                .close();
    }

    static void write(JsonOut out, Dependency datastore) {
        out.open()
                .put("engine", datastore.engine())
                .put("name", datastore.name())
                .put("optional", datastore.optional())
                .put("url", datastore.url())
                .close();
    }

    static Migrations read(JsonIn in) {
        return new Migrations(
                in.string("set"),
                datastore(in.at("datastore")),
                new Digest(in.string("files")),
                in.list(
                        "all",
                        one ->
                                new Migrations.One(
                                        one.string("version"),
                                        one.string("name"),
                                        one.string("oneWay"))));
    }

    static Dependency datastore(JsonIn in) {
        return new Dependency(
                in.string("name"),
                in.choice("engine", Dependency.Engine.class),
                in.string("url"),
                in.truth("optional"));
    }
}
