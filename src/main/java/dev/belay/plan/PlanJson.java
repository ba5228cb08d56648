package dev.belay.plan;

import dev.belay.release.Baseline;
import dev.belay.release.ContractFiles;
import dev.belay.release.Digest;
import dev.belay.release.Launch;
import dev.belay.release.Migrations;
import dev.belay.release.OnUnknown;
import dev.belay.release.Revision;
import dev.belay.release.Scope;
import dev.belay.release.StepClass;
import dev.belay.release.Work;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/// Plans and deployments as canonical JSON: the same plan is the same bytes, so its digest is the
/// digest of these. Journals keep them for ever: a reader ignores keys that it does not know, and
/// refuses what it does not understand with an [IllegalArgumentException].
public final class PlanJson {
    private PlanJson() {}

    // --- out --------------------------------------------------------------------------------

    public static String encode(Plan plan) {
        return JsonOut.text(out -> write(out, plan));
    }

    public static String encode(Deployment deployment) {
        return JsonOut.text(out ->
                write(out, deployment, () -> RevisionJson.write(out, deployment.revision())));
    }

    /// What `belay plan --json` prints.
    public static String encode(Submission submission) {
        return encode(submission, Beside.NOTHING);
    }

    /// The whole, and beside it what looking at the world tells.
    public static String encode(Submission submission, Beside beside) {
        return JsonOut.text(out ->
                out.open()
                        .put("digest", submission.digest().text())
                        .put("environment", submission.environment())
                        .strings("inTheCluster", beside.there())
                        .strings("inTheWay", beside.inTheWay())
                        .put("manifest", submission.manifestDigest())
                        .list("plans", submission.plans(), plan -> write(out, plan))
                        .put("platform", submission.platform())
                        .strings("unchanged", submission.unchanged())
                        .close());
    }

    public static Digest digest(Plan plan) {
        return Digest.of(JsonOut.write(out -> write(out, plan)));
    }

    static String encode(Launch launch) {
        return JsonOut.text(out -> RevisionJson.write(out, launch));
    }

    static Digest digestOf(
            String platform,
            String environment,
            String manifestDigest,
            List<Plan> plans,
            SortedMap<String, String> unchanged) {
        List<String> digests = plans.stream().map(plan -> digest(plan).text()).toList();
        return Digest.of(
                JsonOut.write(out ->
                        out.open()
                                .put("environment", environment)
                                .put("manifest", manifestDigest)
                                .strings("plans", digests)
                                .put("platform", platform)
                                .strings("unchanged", unchanged)
                                .close()));
    }

    private static void write(JsonOut out, Plan plan) {
        var baselines = new TreeMap<String, Baseline>();
        plan.baseline().forEach((scope, before) -> baselines.put(scope.toString(), before));
        SortedMap<String, Revision> revisions = WorkJson.table(plan);
        out.open()
                .map("baseline", baselines, before -> write(out, before))
                .list("before", plan.before(), check -> WorkJson.write(out, check))
                .map("desired", plan.desired(), deployment -> byName(out, deployment))
                .put("environment", plan.environment())
                .map("fallback", plan.fallback(), deployment -> byName(out, deployment))
                .put("format", plan.format())
                .put("kind", plan.kind())
                .put("manifest", plan.manifestDigest())
                .put("platform", plan.platform())
                .put("pointOfNoReturn", plan.pointOfNoReturn())
                .map("revisions", revisions, revision -> RevisionJson.write(out, revision))
                .strings("scopes", plan.scopes().stream().map(Scope::toString).toList())
                .list("skipped", plan.skipped(), skip -> write(out, skip))
                .list("steps", plan.steps(), step -> write(out, step))
                .list("targets", plan.targets(), target -> write(out, target))
                .put("title", plan.title())
                .strings("warnings", plan.warnings())
                .close();
    }

    private static void write(JsonOut out, Baseline before) {
        out.open()
                .put("deployment", before.deployment())
                .put("revision", before.revision())
                .close();
    }

    private static void byName(JsonOut out, Deployment deployment) {
        start(out, deployment).put("revision", deployment.revision().id());
        rest(out, deployment);
    }

    private static void write(JsonOut out, Deployment deployment, Runnable revision) {
        start(out, deployment).put("revision", revision);
        rest(out, deployment);
    }

    private static JsonOut start(JsonOut out, Deployment deployment) {
        out.open();
        ContractFiles contracts = deployment.contracts();
        if (contracts != null) {
            out.put("contracts", () -> ContractsJson.write(out, contracts));
        }
        out.put("instances", deployment.instances());
        MigratedBy tool = deployment.migratedBy();
        if (tool != null) {
            out.put("migratedBy", () -> MigratedByJson.write(out, tool));
        }
        Migrations migrations = deployment.migrations();
        if (migrations != null) {
            // Absent for what there was before, so that baselines keep their digests.
            out.put("migrations", () -> MigrationsJson.write(out, migrations));
        }
        return out;
    }

    private static void rest(JsonOut out, Deployment deployment) {
        out.list("smoke", deployment.smoke(), test -> SmokeJson.write(out, test))
                .list("traffic", deployment.traffic(), line -> WorkJson.write(out, line))
                .close();
    }

    private static Plan.Skip skip(JsonIn in) {
        LocalDate until = in.has("until") ? LocalDate.parse(in.string("until")) : null;
        return new Plan.Skip(in.string("what"), in.string("by"), in.string("why"), until);
    }

    private static void write(JsonOut out, Plan.Skip skip) {
        out.open().put("by", skip.by());
        if (skip.until() != null) {
            out.put("until", skip.until().toString());
        }
        out.put("what", skip.what()).put("why", skip.why()).close();
    }

    private static void write(JsonOut out, Plan.Target target) {
        out.open()
                .put("component", target.component())
                .put("release", target.release())
                .put("revision", target.revision())
                .put("warm", target.warm())
                .close();
    }

    private static void write(JsonOut out, Step step) {
        Responsible who = step.responsible();
        out.open()
                .numbers("after", step.after())
                .put("class", step.stepClass())
                .put("deadline", step.deadline())
                .put("expected", step.expected())
                .put("number", step.number())
                .put("onUnknown", step.onUnknown())
                .put("phase", step.phase())
                .put(
                        "responsible",
                        () ->
                                out.open()
                                        .put("contact", who.contact())
                                        .put("owner", who.owner())
                                        .put("runbook", who.runbook())
                                        .close())
                .put("scope", step.scope().toString())
                .put("title", step.title())
                .put("undo", () -> write(out, step.undo()))
                .put("work", () -> WorkJson.write(out, step.work()))
                .close();
    }

    private static void write(JsonOut out, Undo undo) {
        out.open();
        switch (undo) {
            case Undo.Nothing(String why) -> out.put("type", "nothing").put("why", why);
            case Undo.Apply(Work.Effect effect, var deadline) ->
                    out.put("deadline", deadline)
                            .put("type", "apply")
                            .put("work", () -> WorkJson.write(out, effect));
            case Undo.Impossible(String why) -> out.put("type", "impossible").put("why", why);
        }
        out.close();
    }

    // --- in ---------------------------------------------------------------------------------

    /// Reads what [#encode(Plan)] wrote.
    ///
    /// @throws IllegalArgumentException when it is not a plan of a format that this version knows
    public static Plan decode(String text) {
        JsonIn in = JsonIn.read(text);
        int format = in.count("format");
        if (format < 1 || format > Plan.FORMAT) {
            throw new IllegalArgumentException(
                    "a plan of format " + format + ", this version knows 1 to " + Plan.FORMAT);
        }
        Map<String, Revision> revisions = in.map("revisions", RevisionJson::read);
        var baseline = new TreeMap<Scope, Baseline>();
        in.map("baseline", PlanJson::baseline)
                .forEach((scope, before) -> baseline.put(Scope.parse(scope), before));
        return new Plan(
                format,
                in.string("platform"),
                in.string("environment"),
                in.choice("kind", Plan.Kind.class),
                in.string("title"),
                new TreeSet<>(in.list("scopes", scope -> Scope.parse(scope.string()))),
                baseline,
                in.list("steps", step -> step(step, revisions)),
                in.map("desired", deployment -> deployment(deployment, revisions)),
                in.map("fallback", deployment -> deployment(deployment, revisions)),
                in.list("before", check -> check(check, revisions)),
                in.list("targets", PlanJson::target),
                in.count("pointOfNoReturn"),
                in.list("skipped", PlanJson::skip),
                in.strings("warnings"),
                in.string("manifest"));
    }

    /// Reads what [#encode(Deployment)] wrote.
    ///
    /// @throws IllegalArgumentException when it is not a deployment
    public static Deployment decodeDeployment(String text) {
        return deployment(JsonIn.read(text), Map.of());
    }

    private static Deployment deployment(JsonIn in, Map<String, Revision> revisions) {
        JsonIn revision = in.at("revision");
        return new Deployment(
                revision.isString()
                        ? WorkJson.known(revision.string(), revisions)
                        : RevisionJson.read(revision),
                in.count("instances"),
                in.list("traffic", WorkJson::traffic),
                in.list("smoke", SmokeJson::read),
                in.has("migrations") ? MigrationsJson.read(in.at("migrations")) : null,
                in.has("migratedBy") ? MigratedByJson.read(in.at("migratedBy")) : null,
                in.has("contracts") ? ContractsJson.read(in.at("contracts")) : null);
    }

    /// Format 1 named the revision alone.
    private static Baseline baseline(JsonIn in) {
        return in.isString()
                ? new Baseline(in.string(), "")
                : new Baseline(in.string("revision"), in.string("deployment"));
    }

    private static Plan.Target target(JsonIn in) {
        return new Plan.Target(
                in.string("component"),
                in.string("revision"),
                in.string("release"),
                in.truth("warm"));
    }

    private static Step step(JsonIn in, Map<String, Revision> revisions) {
        JsonIn who = in.at("responsible");
        return new Step(
                in.count("number"),
                in.string("title"),
                in.choice("phase", Phase.class),
                Scope.parse(in.string("scope")),
                in.choice("class", StepClass.class),
                WorkJson.read(in.at("work"), revisions),
                undo(in.at("undo"), revisions),
                in.numbers("after"),
                in.time("deadline"),
                in.time("expected"),
                in.choice("onUnknown", OnUnknown.class),
                new Responsible(who.string("owner"), who.string("contact"), who.string("runbook")));
    }

    private static Undo undo(JsonIn in, Map<String, Revision> revisions) {
        String type = in.string("type");
        return switch (type) {
            case "nothing" -> new Undo.Nothing(in.string("why"));
            case "apply" -> new Undo.Apply(effect(in.at("work"), revisions), in.time("deadline"));
            case "impossible" -> new Undo.Impossible(in.string("why"));
            default -> throw new IllegalArgumentException("undo `" + type + "` is not known");
        };
    }

    private static Work.Check check(JsonIn in, Map<String, Revision> revisions) {
        return switch (WorkJson.read(in, revisions)) {
            case Work.Check check -> check;
            case Work.Effect effect ->
                    throw new IllegalArgumentException("an effect where one looks: " + effect);
        };
    }

    private static Work.Effect effect(JsonIn in, Map<String, Revision> revisions) {
        return switch (WorkJson.read(in, revisions)) {
            case Work.Effect effect -> effect;
            case Work.Check check ->
                    throw new IllegalArgumentException("a check where one acts: " + check);
        };
    }
}
