package dev.belay.manifest;

import static dev.belay.manifest.shape.Shapes.DURATION;
import static dev.belay.manifest.shape.Shapes.NAME;
import static dev.belay.manifest.shape.Shapes.TEXT;
import static dev.belay.manifest.shape.Shapes.as;
import static dev.belay.manifest.shape.Shapes.list;
import static dev.belay.manifest.shape.Shapes.listed;
import static dev.belay.manifest.shape.Shapes.map;
import static dev.belay.manifest.shape.Shapes.whole;
import static dev.belay.manifest.shape.Shapes.words;

import dev.belay.manifest.shape.Fields;
import dev.belay.manifest.shape.Key;
import dev.belay.manifest.shape.Row;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/// Rules for releases: a platform's own, and which of them and of the packs count where.
final class PolicySections {
    private static final int POLICIES_MAX = 200;

    static final Key<String> EACH =
            Key.of(
                    "each",
                    words("component", "datastore", "external", "entrance", "change", "step"),
                    "What it is asked of, one by one; by default of the release as a whole.");
    static final Key<String> WHEN =
            Key.of("when", TEXT, "Where it applies, in CEL. By default everywhere.");
    static final Key<String> RULE = Key.of("rule", TEXT, "What must be true, in CEL.").asRequired();
    private static final Key<String> MESSAGE =
            Key.of("message", TEXT, "What is so where it is not true, in a sentence.").asRequired();
    private static final Key<String> HINT = Key.of("hint", TEXT, "How to mend it.");
    private static final Key<String> SEVERITY =
            Key.of(
                            "severity",
                            words("refuse", "warn"),
                            "`refuse`: no release begins that breaks it. `warn`: it is told.")
                    .fallback("refuse");
    static final Key<List<String>> IN =
            Key.of(
                            "environments",
                            list(NAME),
                            "Where it counts. By default where an environment names it under its own"
                                    + " `policies`.")
                    .fallback("[]");
    static final Key<List<String>> ONLY =
            Key.of("components", list(NAME), "Components or groups that it is asked of; else all.")
                    .fallback("[]");
    private static final Key<List<String>> AT =
            Key.of("at", list(NAME), "Keys to point at; by default those that `rule` names first.")
                    .fallback("[]");
    private static final Key<String> EXCEPTIONS =
            Key.of(
                            "exceptions",
                            words("allowed", "never"),
                            "Whether somebody may go past it: `--skip policy:NAME --reason …`.")
                    .fallback("allowed");
    private static final Key<String> WHY = Key.of("why", TEXT, "What it is good for.");
    private static final Key<String> FROM = Key.of("from", TEXT, "Whose demand it is.");

    static final Fields<Row> POLICY =
            Fields.of(
                    "policy",
                    "A rule that releases are held to. What it can look at: `docs/reference/policies.md`.",
                    "{each: component, when: component.kind == 'service', rule: component.instances"
                            + " >= 2, message: it is down whenever its one instance is}",
                    List.of(
                            EACH,
                            WHEN,
                            RULE,
                            MESSAGE,
                            HINT,
                            SEVERITY,
                            IN,
                            ONLY,
                            AT,
                            EXCEPTIONS,
                            WHY,
                            FROM),
                    List.of(),
                    row -> row);

    static final Key<SequencedMap<String, Row>> POLICIES =
            Key.of(
                            "policies",
                            map(NAME, POLICY, POLICIES_MAX),
                            "Rules of your own for releases, by name.")
                    .fallback("{}");

    private static final Key<Integer> APPROVALS =
            Key.of("approvals", whole(0, 50, "a number from 0 to 50"), "Fewest approvals.");
    static final Key<List<String>> VENDORS =
            Key.of("approved-vendors", list(NAME), "Vendors that externals may be of.");
    private static final Key<Duration> DRAIN =
            Key.of("drain", DURATION, "Least time for requests under way.");
    private static final Key<List<String>> EVIDENCE =
            Key.of("evidence", list(NAME), "Kinds of evidence that must be asked for.");
    private static final Key<Integer> INSTANCES =
            Key.of("instances", whole(1, 100, "a number from 1 to 100"), "Fewest instances.");
    private static final Key<Duration> RETENTION =
            Key.of("retention", DURATION, "Least time that logs are kept.");
    private static final Key<Duration> SOAK = Key.of("soak", DURATION, "Shortest soak.");

    static final Fields<PolicyParameters> PARAMETERS =
            Fields.of(
                    "policy-parameters",
                    "What the rules of a pack are measured by; which pack knows which:"
                            + " `docs/reference/policies.md`.",
                    "{soak: 24h, instances: 3}",
                    List.of(APPROVALS, VENDORS, DRAIN, EVIDENCE, INSTANCES, RETENTION, SOAK),
                    List.of(),
                    PolicySections::parameters);

    private static final PolicyParameters NOTHING = PolicyParameters.NONE;

    static final Key<SequencedMap<String, PolicyParameters>> CHOSEN =
            Key.of(
                            "policies",
                            listed(
                                    as(list(NAME), PolicySections::plain),
                                    map(NAME, PARAMETERS, POLICIES_MAX)),
                            "Packs of rules, and rules of the platform's own, that releases are held"
                                    + " to: their names, or names with parameters.")
                    .fallback("[]");

    static final Key<String> REGULATED =
            Key.of(
                    "regulated",
                    words("hipaa"),
                    "Holds releases to this pack, which nobody can leave out, except or loosen here.");

    private PolicySections() {}

    private static SequencedMap<String, PolicyParameters> plain(List<String> names) {
        SequencedMap<String, PolicyParameters> all = new LinkedHashMap<>();
        names.forEach(name -> all.put(name, NOTHING));
        return all;
    }

    private static PolicyParameters parameters(Row row) {
        var all = new TreeMap<String, Object>();
        for (Key<?> key :
                List.of(APPROVALS, VENDORS, DRAIN, EVIDENCE, INSTANCES, RETENTION, SOAK)) {
            row.find(key).ifPresent(value -> all.put(key.name(), value(value)));
        }
        return new PolicyParameters(all);
    }

    /// CEL knows numbers of one size.
    private static Object value(Object read) {
        return read instanceof Integer number ? Long.valueOf(number) : read;
    }

    static PolicyRule rule(String pack, String id, Row row) {
        return new PolicyRule(
                pack,
                id,
                row.find(EACH).orElse(""),
                row.find(WHEN).orElse("").strip(),
                row.get(RULE).strip(),
                row.get(MESSAGE),
                row.find(HINT).orElse(""),
                row.get(SEVERITY).equals("refuse"),
                row.get(ONLY),
                row.get(AT),
                row.get(EXCEPTIONS).equals("allowed"),
                row.find(WHY).orElse(""),
                row.find(FROM).orElse(""),
                new NodeSource(row.map()));
    }
}
