package dev.belay.plan;

import dev.belay.release.BackupPolicy;
import dev.belay.release.Boundary;
import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Migrations;
import dev.belay.release.Work;
import java.util.List;

/// [Migrations] as JSON.
final class MigrationsJson {
    private MigrationsJson() {}

    static void write(JsonOut out, Migrations migrations) {
        out.open()
                .list("all", migrations.all(), one -> write(out, one))
                .put("datastore", () -> write(out, migrations.datastore()))
                .put("files", migrations.files().text())
                .put("set", migrations.set())
                .close();
    }

    /// What most are not is not written: their digest stays what it was.
    private static void write(JsonOut out, Migrations.One one) {
        out.open();
        if (one.contract()) {
            out.put("contract", true);
        }
        out.put("name", one.name())
                .put("oneWay", one.oneWay())
                .put("version", one.version())
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

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.BackedUp work) {
        out.put("atMost", work.atMost())
                .put("policy", () -> write(out, work.policy()))
                .put("sameSchema", work.sameSchema())
                .put("type", "backed-up");
    }

    static Work.BackedUp backedUp(JsonIn in) {
        return new Work.BackedUp(
                policy(in.at("policy")), in.time("atMost"), in.truth("sameSchema"));
    }

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.Rehearsed work) {
        out.put("overlaps", work.overlaps())
                .list(
                        "parts",
                        work.parts(),
                        part ->
                                out.open()
                                        .put("back", part.back())
                                        .strings("fresh", part.fresh())
                                        .put("to", () -> write(out, part.to()))
                                        .close())
                .put("policy", () -> write(out, work.policy()))
                .put("type", "rehearsed");
    }

    static Work.Rehearsed rehearsed(JsonIn in) {
        // Before several were rehearsed together, there was one and no list.
        return new Work.Rehearsed(
                in.has("parts") ? in.list("parts", MigrationsJson::part) : List.of(part(in)),
                policy(in.at("policy")),
                in.truth("overlaps"));
    }

    private static Work.Rehearsed.Part part(JsonIn in) {
        return new Work.Rehearsed.Part(
                read(in.at("to")),
                in.strings("fresh"),
                in.choice("back", Work.Rehearsed.Back.class));
    }

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.ReturnRehearsed work) {
        out.put("from", () -> write(out, work.from()))
                .put("policy", () -> write(out, work.policy()))
                .put("type", "return-rehearsed")
                .strings("versions", work.versions());
    }

    static Work.ReturnRehearsed returnRehearsed(JsonIn in) {
        return new Work.ReturnRehearsed(
                read(in.at("from")), in.strings("versions"), policy(in.at("policy")));
    }

    /// The fields alone: the object is its caller's.
    static void write(JsonOut out, Work.TakeBack work) {
        out.put("datastore", () -> write(out, work.datastore()))
                .put("set", work.set())
                .put("type", "take-back")
                .strings("versions", work.versions());
        // Absent, as it was before there was a choice.
        if (work.whoever()) {
            out.put("whoever", true);
        }
    }

    static Work.TakeBack takeBack(JsonIn in) {
        return new Work.TakeBack(
                in.string("set"),
                datastore(in.at("datastore")),
                in.strings("versions"),
                in.has("whoever"));
    }

    static void write(JsonOut out, BackupPolicy policy) {
        Boundary boundary = policy.boundary();
        out.open();
        if (boundary.isDeclared()) {
            out.put(
                    "boundary",
                    () ->
                            out.open()
                                    .put("encrypted", boundary.encrypted())
                                    .strings("scratch", boundary.scratch())
                                    .close());
        }
        out.put("datastore", () -> write(out, policy.datastore()))
                .put("folder", policy.folder())
                .put("keep", policy.keep())
                .strings("recipients", policy.recipients());
        if (!policy.scratch().isEmpty()) {
            out.put("scratch", policy.scratch());
        }
        out.close();
    }

    static BackupPolicy policy(JsonIn in) {
        return new BackupPolicy(
                datastore(in.at("datastore")),
                in.string("folder"),
                in.time("keep"),
                in.strings("recipients"),
                in.has("scratch") ? in.string("scratch") : "",
                in.has("boundary") ? boundary(in.at("boundary")) : Boundary.NONE);
    }

    private static Boundary boundary(JsonIn in) {
        return new Boundary(in.strings("scratch"), in.truth("encrypted"));
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
                                        one.string("oneWay"),
                                        one.has("contract"))));
    }

    static Dependency datastore(JsonIn in) {
        return new Dependency(
                in.string("name"),
                in.choice("engine", Dependency.Engine.class),
                in.string("url"),
                in.truth("optional"));
    }
}
