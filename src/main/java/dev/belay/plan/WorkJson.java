package dev.belay.plan;

import dev.belay.release.Dependency;
import dev.belay.release.Digest;
import dev.belay.release.Maintenance;
import dev.belay.release.Migrations;
import dev.belay.release.Revision;
import dev.belay.release.Traffic;
import dev.belay.release.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// [Work] as JSON: `type` says which. Revisions stand once in a plan, in a table, and are named by
/// their id everywhere else.
final class WorkJson {
    private WorkJson() {}

    // --- out --------------------------------------------------------------------------------

    private static void reachable(JsonOut out, Dependency to) {
        out.put("engine", to.engine())
                .put("name", to.name())
                .put("optional", to.optional())
                .put("type", "reachable")
                .put("url", to.url());
    }

    static void write(JsonOut out, Work work) {
        out.open();
        switch (work) {
            case Work.Preflight preflight -> preflight(out, preflight);
            case Work.Reachable(Dependency to) -> reachable(out, to);
            case Work.Ready(Revision revision, int instances) ->
                    out.put("instances", instances)
                            .put("revision", revision.id())
                            .put("type", "ready");
            case Work.SmokePrivate(Revision revision, var tests) ->
                    out.put("revision", revision.id())
                            .list("tests", tests, test -> SmokeJson.write(out, test))
                            .put("type", "smoke-private");
            case Work.SmokePublic smoke -> smokePublic(out, smoke);
            case Work.Drained(Revision revision) ->
                    out.put("revision", revision.id()).put("type", "drained");
            case Work.Soak(var revisions, var time) ->
                    out.strings("revisions", revisions.stream().map(Revision::id).toList())
                            .put("time", time)
                            .put("type", "soak");
            case Work.Judged judged -> CanaryJson.write(out, judged);
            case Work.Settled settled -> settled(out, settled);
            case Work.BackedUp backedUp -> MigrationsJson.write(out, backedUp);
            case Work.Rehearsed rehearsed -> MigrationsJson.write(out, rehearsed);
            case Work.ReturnRehearsed back -> MigrationsJson.write(out, back);
            case Work.Foreseen foreseen -> MigratedByJson.write(out, foreseen);
            case Work.Evidenced evidenced -> EvidencedJson.write(out, evidenced);
            case Work.Compatible compatible -> ContractsJson.write(out, compatible);
            case Work.Consented consented -> ConsentJson.write(out, consented);
            case Work.InWindow inWindow -> WindowJson.write(out, inWindow);
            case Work.SecretsCurrent current -> SecretsJson.write(out, current);
            case Work.Policed policed -> PolicedJson.write(out, policed);
            case Work.Hosted(var revisions) ->
                    out.strings("revisions", revisions.stream().map(Revision::id).toList())
                            .put("type", "hosted");
            case Work.Scale(Revision revision, int instances) ->
                    out.put("instances", instances)
                            .put("revision", revision.id())
                            .put("type", "scale");
            case Work.Route(String component, Traffic traffic, var revisions) ->
                    out.put("component", component)
                            .strings("revisions", revisions.stream().map(Revision::id).toList())
                            .put("traffic", () -> write(out, traffic))
                            .put("type", "route");
            case Work.LetIn(String component) ->
                    out.put("component", component).put("type", "let-in");
            case Work.Shut shut -> shut(out, shut);
            case Work.Open(String component) -> out.put("component", component).put("type", "open");
            case Work.Publish(Revision revision) ->
                    out.put("revision", revision.id()).put("type", "publish");
            case Work.Migrate(Migrations to, var fresh) ->
                    out.strings("fresh", fresh)
                            .put("to", () -> MigrationsJson.write(out, to))
                            .put("type", "migrate");
            case Work.TakeBack takeBack -> MigrationsJson.write(out, takeBack);
            case Work.MigrateByCommand(Revision revision, String datastore, var by) ->
                    MigratedByJson.rest(out, by, datastore, revision, "migrate-by-command");
            case Work.TakeBackByCommand(Revision revision, String datastore, var by) ->
                    MigratedByJson.rest(out, by, datastore, revision, "take-back-by-command");
            case Work.RunJob(Revision revision, var probe) ->
                    out.strings("probe", probe)
                            .put("revision", revision.id())
                            .put("type", "run-job");
        }
        out.close();
    }

    private static void shut(JsonOut out, Work.Shut shut) {
        out.put("component", shut.component())
                .put("lasting", shut.maintenance().lasting())
                .put("platform", shut.platform())
                .put("text", shut.maintenance().text())
                .put("type", "shut");
    }

    private static void settled(JsonOut out, Work.Settled settled) {
        out.put("component", settled.component())
                .numbers("instances", settled.instances())
                .list("traffic", settled.traffic(), line -> write(out, line))
                .put("type", "settled");
    }

    static void write(JsonOut out, Traffic traffic) {
        out.open();
        if (!traffic.rules().at().isEmpty()) {
            out.list("at", traffic.rules().at(), at -> write(out, at));
        }
        if (traffic.rules().by() != Traffic.Carrier.GATEWAY) {
            out.put("by", traffic.rules().by().name().toLowerCase(Locale.ROOT));
        }
        out.put("port", traffic.port());
        out.list(
                "shares",
                traffic.shares(),
                share ->
                        out.open()
                                .put("instances", share.instances())
                                .put("revision", share.revision())
                                .put("weight", share.weight())
                                .close());
        if (!traffic.rules().slowStart().isZero()) {
            out.put("slowStart", traffic.rules().slowStart());
        }
        if (traffic.rules().sticky()) {
            out.put("sticky", true);
        }
        out.close();
    }

    /// As the gateway's own JSON has it, too.
    static void write(JsonOut out, Traffic.At at) {
        Traffic.Entrance entrance = at.entrance();
        out.open()
                .put("entrance", () -> write(out, entrance))
                .strings("headers", at.headers())
                .strings("hosts", at.hosts())
                .set("methods", at.methods())
                .strings("paths", at.paths())
                .close();
    }

    private static void write(JsonOut out, Traffic.Entrance entrance) {
        out.open().put("name", entrance.name()).put("port", entrance.port());
        if (!entrance.proxies().isEmpty()) {
            out.strings("proxies", entrance.proxies());
        }
        if (entrance.redirectFrom() > 0) {
            out.put("redirectFrom", entrance.redirectFrom());
        }
        Traffic.Tls tls = entrance.tls();
        if (tls != null) {
            out.put("tls", () -> write(out, tls));
        }
        out.close();
    }

    private static void write(JsonOut out, Traffic.Tls tls) {
        out.open();
        switch (tls.certificates()) {
            case Traffic.Folder(String path) -> out.put("folder", path);
            case Traffic.Pair(String certificate, String key) ->
                    out.put("certificate", certificate).put("key", key);
            case Traffic.Acme acme -> out.put("acme", () -> write(out, acme));
        }
        out.put("minimum", tls.minimum()).close();
    }

    private static void write(JsonOut out, Traffic.Acme acme) {
        out.open()
                .put("challenge", acme.challenge())
                .put("contact", acme.contact())
                .put("directory", acme.directory())
                .strings("hosts", acme.hosts());
        if (!acme.trust().isEmpty()) {
            out.put("trust", acme.trust());
        }
        out.close();
    }

    private static void smokePublic(JsonOut out, Work.SmokePublic smoke) {
        out.put("port", smoke.port());
        if (smoke.revision() != null) {
            out.put("revision", smoke.revision().id());
        }
        out.list("tests", smoke.tests(), test -> SmokeJson.write(out, test))
                .put("type", "smoke-public");
    }

    /// Sources are written where there are any: plans of platforms without them stay as they were.
    private static void preflight(JsonOut out, Work.Preflight work) {
        out.set("artifacts", work.artifacts().stream().map(Digest::text).toList())
                .numbers("ports", work.ports());
        if (!work.sources().isEmpty()) {
            out.strings("sources", work.sources());
        }
        out.strings("tools", work.tools())
                .put("type", "preflight")
                .set("variables", work.variables());
    }

    // --- in ---------------------------------------------------------------------------------

    static Work read(JsonIn in, Map<String, Revision> revisions) {
        String type = in.string("type");
        return switch (type) {
            case "preflight" ->
                    new Work.Preflight(
                            in.set("variables"),
                            in.stringMap("tools"),
                            in.numbers("ports"),
                            new TreeSet<>(in.list("artifacts", a -> new Digest(a.string()))),
                            new TreeMap<>(in.has("sources") ? in.stringMap("sources") : Map.of()));
            case "reachable" -> new Work.Reachable(MigrationsJson.datastore(in));
            case "ready" -> new Work.Ready(revision(in, revisions), in.count("instances"));
            case "smoke-private" ->
                    new Work.SmokePrivate(
                            revision(in, revisions), in.list("tests", SmokeJson::read));
            case "smoke-public" ->
                    new Work.SmokePublic(
                            in.count("port"),
                            in.has("revision") ? revision(in, revisions) : null,
                            in.list("tests", SmokeJson::read));
            case "drained" -> new Work.Drained(revision(in, revisions));
            case "soak" -> new Work.Soak(several(in, revisions), in.time("time"));
            case "judged" -> CanaryJson.read(in, id -> known(id, revisions));
            case "hosted" -> new Work.Hosted(several(in, revisions));
            case "settled" ->
                    new Work.Settled(
                            in.string("component"),
                            in.numberMap("instances"),
                            in.list("traffic", WorkJson::traffic));
            case "backed-up" -> MigrationsJson.backedUp(in);
            case "rehearsed" -> MigrationsJson.rehearsed(in);
            case "evidenced" -> EvidencedJson.read(in);
            case "compatible" -> ContractsJson.compatible(in);
            case "consented" -> ConsentJson.read(in);
            case "in-window" -> WindowJson.read(in);
            case "secrets-current" -> SecretsJson.read(in);
            case "policed" -> PolicedJson.read(in);
            case "foreseen" -> MigratedByJson.foreseen(in, revision(in, revisions));
            case "scale" -> new Work.Scale(revision(in, revisions), in.count("instances"));
            case "route" ->
                    new Work.Route(
                            in.string("component"),
                            traffic(in.at("traffic")),
                            several(in, revisions));
            case "let-in" -> new Work.LetIn(in.string("component"));
            case "shut" ->
                    new Work.Shut(
                            in.string("component"),
                            in.string("platform"),
                            new Maintenance(in.string("text"), in.time("lasting")));
            case "open" -> new Work.Open(in.string("component"));
            case "publish" -> new Work.Publish(revision(in, revisions));
            case "migrate" ->
                    new Work.Migrate(MigrationsJson.read(in.at("to")), in.strings("fresh"));
            case "take-back" -> MigrationsJson.takeBack(in);
            case "return-rehearsed" -> MigrationsJson.returnRehearsed(in);
            case "migrate-by-command" ->
                    new Work.MigrateByCommand(
                            revision(in, revisions),
                            in.string("datastore"),
                            MigratedByJson.commands(in.at("by")));
            case "take-back-by-command" ->
                    new Work.TakeBackByCommand(
                            revision(in, revisions),
                            in.string("datastore"),
                            MigratedByJson.commands(in.at("by")));
            case "run-job" -> new Work.RunJob(revision(in, revisions), in.strings("probe"));
            default -> throw new IllegalArgumentException("work `" + type + "` is not known");
        };
    }

    private static List<Revision> several(JsonIn in, Map<String, Revision> revisions) {
        return in.list("revisions", id -> known(id.string(), revisions));
    }

    static Traffic traffic(JsonIn in) {
        return new Traffic(
                in.count("port"),
                in.list(
                        "shares",
                        share ->
                                new Traffic.Share(
                                        share.string("revision"),
                                        share.count("weight"),
                                        share.count("instances"))),
                rules(in));
    }

    private static Traffic.Rules rules(JsonIn in) {
        return new Traffic.Rules(
                in.has("at") ? in.list("at", WorkJson::at) : List.of(),
                in.has("slowStart") ? in.time("slowStart") : Duration.ZERO,
                in.has("sticky") && in.truth("sticky"),
                in.has("by")
                        ? Traffic.Carrier.valueOf(in.string("by").toUpperCase(Locale.ROOT))
                        : Traffic.Carrier.GATEWAY);
    }

    private static Traffic.At at(JsonIn in) {
        JsonIn entrance = in.at("entrance");
        return new Traffic.At(
                new Traffic.Entrance(
                        entrance.string("name"),
                        entrance.count("port"),
                        entrance.has("tls") ? tls(entrance.at("tls")) : null,
                        entrance.has("redirectFrom") ? entrance.count("redirectFrom") : 0,
                        entrance.has("proxies") ? entrance.strings("proxies") : List.of()),
                in.strings("hosts"),
                in.strings("paths"),
                in.set("methods"),
                in.stringMap("headers"));
    }

    private static Traffic.Tls tls(JsonIn in) {
        return new Traffic.Tls(certificates(in), in.string("minimum"));
    }

    private static Traffic.Certificates certificates(JsonIn in) {
        if (in.has("acme")) {
            JsonIn acme = in.at("acme");
            return new Traffic.Acme(
                    acme.string("directory"),
                    acme.string("contact"),
                    acme.strings("hosts"),
                    acme.string("challenge"),
                    acme.has("trust") ? acme.string("trust") : "");
        }
        return in.has("folder")
                ? new Traffic.Folder(in.string("folder"))
                : new Traffic.Pair(in.string("certificate"), in.string("key"));
    }

    private static Revision revision(JsonIn in, Map<String, Revision> revisions) {
        return known(in.string("revision"), revisions);
    }

    static Revision known(String id, Map<String, Revision> revisions) {
        Revision revision = revisions.get(id);
        if (revision == null) {
            throw new IllegalArgumentException("revision `" + id + "` is not in the plan's table");
        }
        return revision;
    }

    // --- the table --------------------------------------------------------------------------

    /// Every revision that the plan names, by id.
    static SortedMap<String, Revision> table(Plan plan) {
        var all = new ArrayList<Revision>();
        for (Step step : plan.steps()) {
            all.addAll(revisions(step.work()));
            if (step.undo() instanceof Undo.Apply(Work.Effect effect, var _)) {
                all.addAll(revisions(effect));
            }
        }
        plan.before().forEach(check -> all.addAll(revisions(check)));
        plan.desired().values().forEach(deployment -> all.add(deployment.revision()));
        plan.fallback().values().forEach(deployment -> all.add(deployment.revision()));
        var table = new TreeMap<String, Revision>();
        for (Revision revision : all) {
            Revision other = table.putIfAbsent(revision.id(), revision);
            if (other != null && !other.equals(revision)) {
                throw new IllegalArgumentException("two revisions are called " + revision.id());
            }
        }
        return table;
    }

    private static List<Revision> revisions(Work work) {
        return switch (work) {
            case Work.SmokePublic smoke ->
                    smoke.revision() == null ? List.of() : List.of(smoke.revision());
            case Work.Preflight _,
                    Work.Reachable _,
                    Work.Settled _,
                    Work.LetIn _,
                    Work.Shut _,
                    Work.Open _,
                    Work.BackedUp _,
                    Work.Rehearsed _,
                    Work.ReturnRehearsed _,
                    Work.Evidenced _,
                    Work.Compatible _,
                    Work.Consented _,
                    Work.InWindow _,
                    Work.SecretsCurrent _,
                    Work.Policed _,
                    Work.Migrate _,
                    Work.TakeBack _ ->
                    List.of();
            case Work.Route(String _, Traffic _, var revisions) -> revisions;
            case Work.Soak(var revisions, var _) -> revisions;
            case Work.Judged judged -> List.of(judged.canary(), judged.baseline());
            case Work.Hosted(var revisions) -> revisions;
            case Work.Ready(Revision revision, int _) -> List.of(revision);
            case Work.SmokePrivate(Revision revision, var _) -> List.of(revision);
            case Work.Drained(Revision revision) -> List.of(revision);
            case Work.Scale(Revision revision, int _) -> List.of(revision);
            case Work.Publish(Revision revision) -> List.of(revision);
            case Work.RunJob(Revision revision, var _) -> List.of(revision);
            case Work.Foreseen(Revision revision, var _, var _, var _) -> List.of(revision);
            case Work.MigrateByCommand(Revision revision, var _, var _) -> List.of(revision);
            case Work.TakeBackByCommand(Revision revision, var _, var _) -> List.of(revision);
        };
    }
}
